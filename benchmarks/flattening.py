"""Flattening: what does it cost to turn filled forms into typed tables, and does memory stay where it is?

    python benchmarks/flattening.py [--households 100000] [--rounds 3] [--out benchmarks/flattening.md]

Census households of 60 questions and a roster of five members with 25 each, about 8 KB of XML. In turn with ours run
lxml parsing alone, which nobody can go below, and the naive way: each document walked into nested dictionaries and
those put into data frames, untyped.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

import pandas as pd
from lxml import etree

from forms import instances, tables, workbook
from forms.definition import Form

QUESTIONS, ROWS, QUESTIONS_OF_A_ROW, BATCH, KINDS = 60, 5, 25, 2_000, 500
HEAD = """# What flattening costs

{households:,} census households of {size:,} bytes (60 questions, five members of 25), read as a stream and flattened
in batches of {batch:,}; medians of {rounds} rounds (`python benchmarks/flattening.py`). CPU of one process; ratios hold
on a busy machine, too.

| | CPU ms a household | times parsing alone |
|---|--:|--:|
"""


def questionnaire() -> Form:
    """A census household: numbers, codes, texts, dates, a position, a choice of several."""
    kinds = ("integer", "select_one code", "select_one code", "text", "decimal", "date")
    rows = ["| survey | | | |", "| | type | name | label |"]
    rows += [f"| | {kinds[n % 6]} | household_q{n:02d} | Question {n} |" for n in range(QUESTIONS - 2)]
    rows += ["| | geopoint | place | Place |", "| | select_multiple code | means | Means |"]
    rows += ["| | begin_repeat | person | Person |"]
    rows += [f"| | {kinds[n % 4]} | person_question_{n:02d} | Question {n} |" for n in range(QUESTIONS_OF_A_ROW)]
    rows += ["| | end_repeat | | |", "| choices | | |", "| | list_name | name | label |"]
    rows += [f"| | code | {n} | Code {n} |" for n in range(1, 9)]
    rows += ["| settings | | |", "| | form_title | form_id | version |", "| | Bench | bench | 1 |"]
    return Form.from_workbook(workbook.from_markdown("\n".join(rows)))


def households(form: Form, count: int) -> Iterator[bytes]:
    """As many filled forms: some hundreds of different ones, each time under another id."""
    drawn = random.Random(1)
    kinds = [_household(form, drawn) for _ in range(min(KINDS, count))]
    for number in range(count):
        yield kinds[number % len(kinds)].replace(b"uuid:0", b"uuid:%08d" % number, 1)


def _household(form: Form, drawn: random.Random) -> bytes:
    answers: dict[str, Any] = {q.name: _answer(q.type, drawn) for q in form.questions() if q.path == q.name}
    row = [q for q in form.questions() if q.path != q.name]
    answers["person"] = [{q.name: _answer(q.type, drawn) for q in row} for _ in range(ROWS)]
    return instances.build(form, answers, instance_id="uuid:0")


def _answer(kind: str, drawn: random.Random) -> str:
    if kind == "date":
        return f"{drawn.randint(1940, 2025)}-{drawn.randint(1, 12):02d}-{drawn.randint(1, 28):02d}"
    if kind == "geopoint":
        return f"{drawn.uniform(-1, 1):.6f} {drawn.uniform(-1, 1):.6f} 0 5"
    if kind == "select_multiple":
        return " ".join(map(str, sorted(drawn.sample(range(1, 9), 3))))
    if kind == "decimal":
        return f"{drawn.uniform(0, 5000):.2f}"
    return str(drawn.randint(1, 8)) if kind == "select_one" else str(drawn.randint(0, 99))


def parse_alone(form: Form, sheets: Iterator[bytes]) -> None:
    for sheet in sheets:
        etree.fromstring(sheet)


def walk_naively(form: Form, sheets: Iterator[bytes]) -> None:
    while batch := [_as_dictionary(etree.fromstring(sheet)) for sheet in islice(sheets, BATCH)]:
        pd.DataFrame([{k: v for k, v in each.items() if k != "person"} for each in batch])
        pd.DataFrame([row for each in batch for row in each["person"]])


def _as_dictionary(element: etree._Element) -> Any:
    if not len(element):
        return element.text
    found: dict[str, Any] = {}
    for child in element:
        name = etree.QName(child).localname
        value = _as_dictionary(child)
        if name == "person":
            found.setdefault(name, []).append(value)
        else:
            found[name] = value
    return found


def flatten(form: Form, sheets: Iterator[bytes]) -> None:
    for _ in tables.stream(form, (instances.parse(sheet, form) for sheet in sheets), BATCH):
        pass


WAYS: dict[str, Callable[[Form, Iterator[bytes]], None]] = {
    "lxml parses, nothing else": parse_alone,
    "dictionaries into data frames, untyped": walk_naively,
    "ours: typed columns": flatten,
}


def cpu(way: Callable[[Form, Iterator[bytes]], None], form: Form, count: int) -> float:
    """CPU milliseconds for each household, the making of the documents taken off."""
    start = time.process_time()
    for _ in households(form, count):
        pass
    made = time.process_time()
    way(form, households(form, count))
    return ((time.process_time() - made) - (made - start)) / count * 1000


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure all ways in turn and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--households", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args(arguments)
    form = questionnaire()
    size = len(next(households(form, 1)))
    measured: dict[str, list[float]] = {name: [] for name in WAYS}
    peaks = []
    for _ in range(options.rounds):
        for name, way in WAYS.items():
            measured[name].append(cpu(way, form, options.households))
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    text = HEAD.format(households=options.households, size=size, batch=BATCH, rounds=options.rounds)
    least = median(measured["lxml parses, nothing else"])
    for name, costs in measured.items():
        text += f"| {name} | {median(costs):.3f} | {median(costs) / least:.1f} |\n"
    text += f"\nLargest memory of the process: {peaks[0]:.0f} MB after one round, {peaks[-1]:.0f} MB at the end.\n"
    sys.stdout.write(text)
    if options.out:
        options.out.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
