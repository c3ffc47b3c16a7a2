"""Case: answers given to a form, and what the form must do with them.

A case in JSON has `name`, `lang`, `answers`, `repeats` and `expect`; `expect` may hold

    relevant, not_relevant, required, not_required, missing, not_asked    names of questions
    values      {name: value or None}                answers and calculations
    constraint  {name: True refused | False accepted | "part of the message"}
    choices     {name: [codes in order]}             label  {name: "part of the label"}      valid  True | False

A case in CSV is one line with the columns `name`, `lang`, `<question>` (the answer given), `=<question>` (the
value expected, "(empty)" for none), `+<question>` and `-<question>` (shown, not shown), `!<question>` (refused:
x, or a part of the message), `@<question>` (a part of the label) and `valid`.
"""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forms.errors import WorkbookError

Case = dict[str, Any]
_REFUSALS = {True: "x", False: "no"}
Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Suite:
    """The cases of a form folder, and how the form is set up for them.

    `parameters` and `lists` are those that the form is read with, `media` the folders of the lists that a server
    would send beside it, `files` the cases: from cases/setup.toml, cases/media and cases/*.csv.
    """

    parameters: Mapping[str, str]
    lists: Mapping[str, Path]
    media: tuple[Path, ...]
    files: tuple[Path, ...]

    def cases(self) -> list[Case]:
        """All cases, file by file in the order of their names."""
        return [case for file in self.files for case in load(file)]


def suite(folder: Path) -> Suite:
    """The cases of a form folder. Raises WorkbookError when it has none, or a set-up that cannot be read."""
    found = set_up(folder)
    if not found.files:
        place = folder / "cases"
        raise WorkbookError(f"{place}: no cases. Write a file like cases/visit.csv; forms/README.md explains it.")
    return found


def set_up(folder: Path) -> Suite:
    """The same for a form folder that may have no cases yet."""
    place = folder / "cases"
    files = tuple(sorted(place.glob("*.csv")))
    setup = place / "setup.toml"
    try:
        set_up = tomllib.loads(setup.read_text(encoding="utf-8")) if setup.exists() else {}
    except tomllib.TOMLDecodeError as error:
        raise WorkbookError(f"{setup}: {error}") from error
    media = place / "media"
    return Suite(
        parameters=set_up.get("parameters", {}),
        lists={name: place / path for name, path in set_up.get("lists", {}).items()},
        media=(media,) if media.is_dir() else (),
        files=files,
    )


def check(cases: Iterable[Case], facts: Iterable[Facts]) -> dict[str, list[str]]:
    """The differences of each case that does not hold, by its name; empty when all hold.

    `facts` are what an engine did with each case, one for one: those of `interview.run_cases`.
    """
    found = {case["name"]: list(differences(case, fact)) for case, fact in zip(cases, facts, strict=True)}
    return {name: lines for name, lines in found.items() if lines}


def differences(case: Case, facts: Facts) -> Iterator[str]:
    """One line for each thing that is not as the case expects."""
    if facts.get("error"):
        yield f"the engine failed: {facts['error'].get('type')}: {facts['error'].get('message')}"
        return
    expected = case.get("expect") or {}
    questions = {question["path"]: question for question in facts["questions"]}
    yield from _states(expected, questions)
    yield from _values(expected.get("values") or {}, questions, facts["calculated"])
    yield from _constraints(expected.get("constraint") or {}, questions)
    yield from _wording(expected, questions)
    if "valid" in expected and facts["valid"] != expected["valid"]:
        yield f"valid is {facts['valid']} ({facts.get('validation')}), expected {expected['valid']}"
    for name in expected.get("missing", []):
        if not any(_is(path, name) for path in facts["requiredMissing"]):
            yield f"{name}: not reported as required and empty"
    if sorted(expected.get("not_asked", [])) != sorted(facts["answersNotAsked"]):
        yield f"answers never asked for: {facts['answersNotAsked']}, expected {expected.get('not_asked', [])}"


def load(path: str | Path) -> list[Case]:
    """The cases of a .json or .csv file."""
    path = Path(path)
    if path.suffix.lower() == ".csv":
        with path.open(encoding="utf-8", newline="") as lines:
            return [_from_row(row) for row in csv.DictReader(lines)]
    return list(json.loads(path.read_text(encoding="utf-8"))["cases"])


def speak(path: Path, language: str, kept: Sequence[str]) -> None:
    """Write into a file of cases which language their words are in, where they do not say; the file of an adaptation.

    `language` and `kept` are headings, `English (en)`; cases in another language than those kept are left out.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    if "lang" not in rows[0]:
        rows = [[*row[:1], "" if number else "lang", *row[1:]] for number, row in enumerate(rows)]
    place = rows[0].index("lang")
    for row in rows[1:]:
        row[place] = row[place] or language
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([rows[0], *(row for row in rows[1:] if row[place] in kept)])
    path.write_text(out.getvalue(), encoding="utf-8")


def append(path: Path, case: Case) -> None:
    """Add a case to a .csv file, which is made when it is not there; columns that it lacks come behind its own.

    Raises WorkbookError when the file has a case of that name.
    """
    rows: list[dict[str, str]] = []
    if path.exists():
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.DictReader(lines))
    if any(row["name"] == case["name"] for row in rows):
        raise WorkbookError(f"cases/{path.name}: there is a case {case['name']!r} already. Give this one another name.")
    rows.append(_to_row(case))
    columns = dict.fromkeys(["name", *(column for row in rows for column in row)])
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.with_suffix(".new")
    written.write_text(text.getvalue(), encoding="utf-8")
    written.replace(path)


def _to_row(case: Case) -> dict[str, str]:
    """A case as the line that `_from_row` reads."""
    expect = case["expect"]
    row = {"name": case["name"], **({"lang": case["lang"]} if case.get("lang") else {}), **case["answers"]}
    row |= {f"={name}": "(empty)" if value is None else value for name, value in expect.get("values", {}).items()}
    row |= {f"+{name}": "1" for name in expect.get("relevant", ())}
    row |= {f"-{name}": "1" for name in expect.get("not_relevant", ())}
    row |= {f"!{name}": _REFUSALS.get(wanted, wanted) for name, wanted in expect.get("constraint", {}).items()}
    row |= {f"@{name}": part for name, part in expect.get("label", {}).items()}
    if "valid" in expect:
        row["valid"] = "yes" if expect["valid"] else "no"
    return row


def _from_row(row: Mapping[str, str | None]) -> Case:
    expect: Case = {"values": {}, "relevant": [], "not_relevant": [], "constraint": {}, "label": {}}
    case: Case = {"name": row["name"], "answers": {}, "expect": expect}
    for column, text in row.items():
        if not text or column == "name":
            continue
        mark, name = column[0], column[1:]
        if column == "lang":
            case["lang"] = text
        elif column == "valid":
            expect["valid"] = text == "yes"
        elif mark == "=":
            expect["values"][name] = None if text == "(empty)" else text
        elif mark in "+-":
            expect["relevant" if mark == "+" else "not_relevant"].append(name)
        elif mark == "!":
            expect["constraint"][name] = text == "x" or (text != "no" and text)
        elif mark == "@":
            expect["label"][name] = text
        else:
            case["answers"][column] = text
    return case


def _is(path: str, name: str) -> bool:
    name = name if name.startswith("/") else f"/{name}"
    return path.endswith(name) or ("[" not in name and re.sub(r"\[\d+\]", "", path).endswith(name))


def _named(items: Mapping[str, Any], name: str) -> list[Any]:
    return [item for path, item in items.items() if _is(path, name)]


def _states(expected: Case, questions: Mapping[str, Facts]) -> Iterator[str]:
    wanted = (
        ("relevant", "relevant", True, "not shown, should be"),
        ("not_relevant", "relevant", False, "shown, should not be"),
        ("required", "required", True, "not required, should be"),
        ("not_required", "required", False, "required, should not be"),
    )
    for key, fact, should, message in wanted:
        for name in expected.get(key, []):
            found = _named(questions, name)
            if not found and should:
                yield f"{name}: no such question"
            elif any(bool(question.get(fact)) for question in found) != should:
                yield f"{name}: {message}"


def _values(expected: Case, questions: Mapping[str, Facts], calculated: Mapping[str, Facts]) -> Iterator[str]:
    asked = {path: question for path, question in questions.items() if question["kind"] == "question"}
    for name, wanted in expected.items():
        got = [question.get("value") for question in _named(asked, name)]
        got = got or [each["value"] if each["relevant"] else None for each in _named(calculated, name)]
        wanted = wanted if isinstance(wanted, list) else [wanted]
        if len(got) != len(wanted) or not all(map(_same, wanted, got)):
            yield f"{name}: value {got}, expected {wanted}"


def _constraints(expected: Case, questions: Mapping[str, Facts]) -> Iterator[str]:
    for name, wanted in expected.items():
        found = _named(questions, name)
        if not found:
            yield f"{name}: no such question"
        for question in found:
            given = question.get("given") or {}
            refused = given.get("result") in ("constraint", "bad-answer")
            said = f"{given.get('result', 'not asked')} {given.get('message') or ''}".strip()
            if refused != bool(wanted):
                yield f"{name}: {said}; expected to be {'refused' if wanted else 'accepted'}"
            elif isinstance(wanted, str) and wanted not in (given.get("message") or ""):
                yield f"{name}: {said}; expected a refusal with {wanted!r}"


def _wording(expected: Case, questions: Mapping[str, Facts]) -> Iterator[str]:
    for name, codes in (expected.get("choices") or {}).items():
        for question in _named(questions, name):
            got: Sequence[str] = [choice[0] for choice in question.get("choices") or []]
            if list(got) != list(codes):
                yield f"{name}: choices {got}, expected {codes}"
    for name, part in (expected.get("label") or {}).items():
        found = _named(questions, name)
        if not found:
            yield f"{name}: no such question"
        for question in found:
            if part not in (question.get("label") or ""):
                yield f"{name}: label {question.get('label')!r}, expected to contain {part!r}"


def _same(wanted: Any, got: Any) -> bool:
    if wanted in (None, "") or got in (None, ""):
        return wanted in (None, "") and got in (None, "")
    try:
        return abs(float(wanted) - float(got)) < 1e-9
    except ValueError:
        return str(wanted) == str(got)
