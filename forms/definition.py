"""Form: a questionnaire as a tree of questions, groups and repeats."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from forms.errors import WorkbookError
from forms.sheets import MEDIA, Row, split_language
from forms.workbook import Workbook

Texts = Mapping[str, str]
"""Wording by language code: `{"en": "Age", "ru": "Возраст"}`."""


@dataclass(frozen=True)
class Choice:
    """One answer of a choice list: its code, its wording and its filter columns."""

    name: str
    labels: Texts
    filters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """One row that makes a node in the answer sheet: a question, a calculation or a metadata item.

    `path` is the node's path below the root, `person/birth_country`; `columns` holds every further
    column of the survey sheet (concept, universe, source, pii ...).
    """

    name: str
    type: str
    path: str
    labels: Texts = field(default_factory=dict)
    hints: Texts = field(default_factory=dict)
    list_name: str | None = None
    relevant: str = ""
    required: str = ""
    constraint: str = ""
    calculation: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Group:
    """Rows asked under one heading."""

    name: str
    path: str
    labels: Texts
    children: tuple[Node, ...]
    relevant: str = ""


@dataclass(frozen=True)
class Repeat:
    """Rows asked once for each member of a list: it becomes a table of its own."""

    name: str
    path: str
    labels: Texts
    children: tuple[Node, ...]
    relevant: str = ""
    count: str = ""


Node = Question | Group | Repeat


@dataclass(frozen=True)
class Form:
    """A questionnaire in memory.

    `table` names the table of the root (one row for each interview). `sample_key` is the question that
    holds the sampled unit's key. `dispositions` maps codes of the question `result` to AAPOR codes
    ("1.1"), or to "" while the unit stays open; `dispositions_at_close` says what those become when
    fieldwork ends.
    """

    id: str
    title: str
    version: str
    language: str
    languages: tuple[str, ...]
    children: tuple[Node, ...]
    lists: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)
    table: str = "household"
    sample_key: str | None = None
    result: str | None = None
    visit: str | None = None
    position: str | None = None
    dispositions: Mapping[str, str] = field(default_factory=dict)
    dispositions_at_close: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_workbook(cls, workbook: Workbook) -> Form:
        """The tree that the rows of a workbook describe.

        Nodes that pyxform adds by itself are in it too: the count of a repeat whose `repeat_count` is an
        expression, and the text asked for by `or_other`. Raises WorkbookError where rows make no tree.
        """
        head = workbook.header
        return cls(
            id=head.id,
            title=head.title,
            version=head.version,
            language=head.language,
            languages=tuple(head.languages) or (head.language,),
            children=_tree(workbook),
            lists=_lists(workbook),
            table=head.table,
            sample_key=head.sample_key,
            result=head.result,
            visit=head.visit,
            position=head.position,
            dispositions=head.dispositions,
            dispositions_at_close=head.dispositions_at_close,
        )

    def questions(self) -> Iterator[Question]:
        """Every question in the order of the sheet, those inside repeats included."""
        yield from _questions(self.children)

    def repeats(self) -> Iterator[Repeat]:
        """Every repeat, outer before inner."""
        yield from _repeats(self.children)

    def question(self, name: str) -> Question:
        """The question of that name; KeyError when the form has none."""
        for question in self.questions():
            if question.name == name:
                return question
        raise KeyError(f"form {self.id} has no question {name!r}")


def _questions(nodes: tuple[Node, ...]) -> Iterator[Question]:
    for node in nodes:
        if isinstance(node, Question):
            yield node
        else:
            yield from _questions(node.children)


def _repeats(nodes: tuple[Node, ...]) -> Iterator[Repeat]:
    for node in nodes:
        if isinstance(node, Repeat):
            yield node
        if not isinstance(node, Question):
            yield from _repeats(node.children)


_SELECTS = {
    "select_one_from_file": "select_one_from_file",
    "select one from file": "select_one_from_file",
    "select_multiple_from_file": "select_multiple_from_file",
    "rank": "rank",
    "select multiple from file": "select_multiple_from_file",
    "select_one_external": "select_one_external",
    "select_one": "select_one",
    "select one": "select_one",
    "select1": "select_one",
    "select one from": "select_one",
    "select_multiple": "select_multiple",
    "select all that apply": "select_multiple",
    "select all that apply from": "select_multiple",
    "add select one prompt using": "select_one",
}
_TYPES = {
    "int": "integer",
    "string": "text",
    "datetime": "dateTime",
    "photo": "image",
    "trigger": "acknowledge",
    "imei": "deviceid",
    "add image prompt": "image",
    "add note prompt": "note",
    "location": "geopoint",
}
_SELECT = re.compile(
    rf"({'|'.join(sorted(_SELECTS, key=len, reverse=True))})\s+(\S+)(\s+or[_ ](?:specify[_ ])?other)?", re.IGNORECASE
)
_BOUNDARY = re.compile(r"(begin|end)[ _](?:looped )?(group|repeat|loop|lgroup)", re.IGNORECASE)
_WITHOUT_NODE = ("csv-external", "xml-external")
_READ = ("type", "name", "relevant", "required", "constraint", "calculation")


@dataclass(frozen=True)
class RowType:
    """What the cell `type` says: the type by its XLSForm name, the choice list or file, and `or_other`."""

    name: str
    list_name: str | None = None
    or_other: bool = False


def row_type(text: str) -> RowType:
    """Read the cell `type`: `select one from country or_other` -> select_one, country, True."""
    text = " ".join(text.split())
    if match := _SELECT.fullmatch(text):
        return RowType(_SELECTS[match[1].lower()], match[2], bool(match[3]))
    if match := _BOUNDARY.fullmatch(text):
        kind = "group" if match[2].lower() == "group" else "repeat"
        return RowType(f"{match[1].lower()}_{kind}")
    return RowType(_TYPES.get(text.lower(), text))


def _tree(workbook: Workbook) -> tuple[Node, ...]:
    """Nest the rows: each begin opens a list of children, its end closes it."""
    open_rows: list[Row] = []
    levels: list[list[Node]] = [[]]
    for row in workbook.survey:
        kind = row_type(row.get("type", ""))
        if kind.name.startswith("begin_"):
            levels[-1].extend(_counter(row, kind, open_rows, workbook))
            open_rows.append(row)
            levels.append([])
        elif kind.name.startswith("end_"):
            opened = _close(row, kind, open_rows)
            children = tuple(levels.pop())
            levels[-1].append(_container(opened, children, open_rows, workbook))
        elif kind.name not in _WITHOUT_NODE:
            levels[-1].extend(_question_and_other(row, kind, open_rows, workbook))
    if open_rows:
        raise WorkbookError(f"{open_rows[-1].where}: {open_rows[-1]['type']!r} is never closed. Add its end row.")
    return tuple(levels[0])


def _close(row: Row, kind: RowType, open_rows: list[Row]) -> Row:
    if not open_rows:
        raise WorkbookError(f"{row.where}: {row['type']!r} closes nothing. Delete it, or add its begin row.")
    opened = open_rows.pop()
    if row_type(opened["type"]).name.removeprefix("begin_") != kind.name.removeprefix("end_"):
        raise WorkbookError(
            f"{row.where}: {row['type']!r} closes {opened['type']!r} {opened.get('name', '')!r} "
            f"of {opened.where}. Close it with the same kind."
        )
    return opened


def _container(row: Row, children: tuple[Node, ...], above: list[Row], workbook: Workbook) -> Group | Repeat:
    path, labels = _path(row, above), _texts(row, "label", workbook)
    if row_type(row["type"]).name == "begin_repeat":
        count = row.get("repeat_count", "")
        return Repeat(row["name"], path, labels, children, row.get("relevant", ""), count)
    return Group(row["name"], path, labels, children, row.get("relevant", ""))


def _counter(row: Row, kind: RowType, above: list[Row], workbook: Workbook) -> Iterator[Question]:
    """The node `<repeat>_count` that pyxform makes where the count is more than one `${question}`."""
    count = row.get("repeat_count", "")
    if kind.name == "begin_repeat" and count and not re.fullmatch(r"\$\{[^}]+\}", count):
        path = f"{_path(row, above)}_count"
        yield Question(f"{row['name']}_count", "calculate", path, calculation=count)


def _question_and_other(row: Row, kind: RowType, above: list[Row], workbook: Workbook) -> Iterator[Question]:
    path = "meta/audit" if kind.name == "audit" else _path(row, above)
    yield Question(
        name=row["name"],
        type=kind.name,
        path=path,
        labels=_texts(row, "label", workbook),
        hints=_texts(row, "hint", workbook),
        list_name=kind.list_name,
        relevant=row.get("relevant", ""),
        required=row.get("required", ""),
        constraint=row.get("constraint", ""),
        calculation=row.get("calculation", ""),
        columns={
            column: text
            for column, text in row.items()
            if column not in _READ and split_language(column)[0] not in ("label", "hint")
        },
    )
    if kind.or_other:
        relevant = f"selected(${{{row['name']}}}, 'other')"
        yield Question(f"{row['name']}_other", "text", f"{path}_other", relevant=relevant)


def _path(row: Row, above: list[Row]) -> str:
    if "name" not in row:
        raise WorkbookError(f"{row.where}: a row of type {row.get('type', '')!r} has no name. Give it one.")
    return "/".join([*(outer["name"] for outer in above), row["name"]])


def _texts(row: Row, base: str, workbook: Workbook) -> dict[str, str]:
    headings = workbook.header.headings
    if not headings:
        return {workbook.header.language: row[base]} if base in row else {}
    return {code: row[f"{base}::{heading}"] for code, heading in headings.items() if f"{base}::{heading}" in row}


def _lists(workbook: Workbook) -> dict[str, tuple[Choice, ...]]:
    """The choice lists; pyxform adds the code `other` to those asked with `or_other`."""
    lists = {name: tuple(_choice(row, workbook) for row in rows) for name, rows in workbook.lists.items()}
    for row in workbook.survey:
        kind = row_type(row.get("type", ""))
        codes = lists.get(kind.list_name or "", ())
        if kind.or_other and kind.list_name and all(choice.name != "other" for choice in codes):
            labels = dict.fromkeys(workbook.header.languages or (workbook.header.language,), "Other")
            lists[kind.list_name] = (*codes, Choice("other", labels))
    return lists


def _choice(row: Row, workbook: Workbook) -> Choice:
    shown = ("list_name", "name", "label", *MEDIA)
    filters = {column: text for column, text in row.items() if split_language(column)[0] not in shown}
    return Choice(row.get("name", ""), _texts(row, "label", workbook), filters)
