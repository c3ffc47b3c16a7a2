"""Draft: a form folder made of a CSPro dictionary.

Records become groups and repeats, items questions, value sets choice lists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from forms import folder
from forms.cspro_dictionary import Dictionary, Item, Record, Value, read_dictionary
from forms.definition import Texts
from forms.foreign import Import, Note
from forms.header import Header, display_name
from forms.sheets import Row

DAY_ONE = "2000010101"
"""The draft's version; every later one is above it."""


def take(source: Path, target: Path) -> Import:
    """Make a form folder of a dictionary (.dcf, .dcf.gz).

    Each value set becomes a choice list, or a range of numbers in `constraint`; a record that a case has several times
    becomes a repeat. Skips and checks stand in CSPro's program, not in its dictionary: they are to be added.
    Raises DataFileError when it cannot be read, WorkbookError when the folder holds a form already.
    """
    dictionary = read_dictionary(source)
    heading = _Headings(dictionary)
    notes: list[Note] = []
    survey = [heading.row({"type": kind, "name": kind}, {}) for kind in ("start", "end", "audit")]
    choices: list[Row] = []
    for item in dictionary.ids:
        survey += _question(item, heading, choices, notes, required=True)
    for record in dictionary.records:
        survey += _record(record, heading, choices, notes)
    head = Header(
        id=_name(dictionary.name),
        title=_text(dictionary.labels, dictionary) or dictionary.name,
        version=DAY_ONE,
        language=dictionary.languages[0],
        languages={code: display_name(code) for code in dictionary.languages},
        table=_name(dictionary.level),
    )
    files = folder.write(head, {"survey": tuple(survey), "choices": tuple(choices)}, target)
    skips = "skips and checks stand in CSPro's program (.app), not in its dictionary: add them"
    notes.append(Note("doubtful", source.name, skips))
    return Import(files, tuple(notes))


class _Headings:
    """The columns of wording in the languages of a dictionary."""

    def __init__(self, dictionary: Dictionary) -> None:
        names = {code: display_name(code) for code in dictionary.languages}
        self._suffixes = {code: code if code == name else f"{name} ({code})" for code, name in names.items()}
        self._lines = 0

    def row(self, cells: dict[str, str], labels: Texts, limits: str = "") -> Row:
        """A row with its wording in every language, the first standing in for one without; limits need no words."""
        first = next((text for text in labels.values() if text), "")
        texts = {f"label::{suffix}": labels.get(code, "") or first for code, suffix in self._suffixes.items()}
        texts |= {f"constraint_message::{suffix}": limits for suffix in self._suffixes.values()}
        self._lines += 1
        return Row({key: text for key, text in {**cells, **texts}.items() if text}, "draft", self._lines)


def _record(record: Record, heading: _Headings, choices: list[Row], notes: list[Note]) -> Iterator[Row]:
    kind = "repeat" if record.maximum > 1 else "group"
    yield heading.row({"type": f"begin_{kind}", "name": f"{_name(record.name)}_rows"}, record.labels)
    for item in record.items:
        yield from _question(item, heading, choices, notes, required=False)
    yield heading.row({"type": f"end_{kind}"}, {})


def _question(
    item: Item, heading: _Headings, choices: list[Row], notes: list[Note], *, required: bool
) -> Iterator[Row]:
    name = _name(item.name)
    cells = {"name": name, "concept": item.name, "source": "CSPro dictionary", "required": "yes" if required else ""}
    limits = ""
    codes = [(code, value.labels) for value in item.values for code in _codes(item, value)]
    ranges = [pair for value in item.values for pair in value.ranges if pair[0] and not value.special]
    if codes and all(_codes(item, value) for value in item.values if not value.special):
        cells["type"] = f"select_one {name}"
        seen: set[str] = set()
        for code, labels in codes:
            if code in seen:
                notes.append(Note("dropped", item.name, f"code {code!r} stands twice in the value set"))
            else:
                choices.append(heading.row({"list_name": name, "name": code}, labels))
            seen.add(code)
    elif item.numeric:
        cells["type"] = "decimal" if item.decimals else "integer"
        low, high = _bounds(item, ranges)
        cells["constraint"] = f". >= {low} and . <= {high}"
        limits = f"{low} – {high}"
        if not ranges:
            notes.append(Note("doubtful", item.name, f"no value set: any number of {item.length} digits is allowed"))
    else:
        cells["type"] = "text"
        cells["constraint"] = f"string-length(.) <= {item.length}"
        limits = f"≤ {item.length}"
    yield heading.row(cells, item.labels, limits)


def _bounds(item: Item, ranges: list[tuple[str, str]]) -> tuple[str, str]:
    if ranges:
        return str(min(int(float(low)) for low, _ in ranges)), str(max(int(float(high)) for _, high in ranges))
    return "0", "9" * (item.length - item.decimals - (1 if item.decimal_mark else 0))


def _codes(item: Item, value: Value) -> list[str]:
    """The single codes of a labelled value; none when it covers a bracket of numbers."""
    codes: list[str] = []
    for low, high in value.ranges:
        if not low or not value.labels:
            continue
        if low == high:
            codes.append(str(int(low)) if item.numeric and not item.decimals else re.sub(r"\s+", "_", low))
        else:
            return []
    return codes


def _name(name: str) -> str:
    plain = re.sub(r"\W+", "_", name.lower())
    return plain if plain[:1].isalpha() else f"q_{plain}"


def _text(labels: Texts, dictionary: Dictionary) -> str:
    return labels.get(dictionary.languages[0], "")
