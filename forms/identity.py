"""Identity: the id of a question that stays when its name, wording or place changes, and of a code likewise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from forms.sheets import QUESTION_ID, STANDARD_CODE, Row
from forms.workbook import Workbook

QUESTION = QUESTION_ID
"""Column of the survey sheet: where the question came from and what it was called there, `roster.age`."""

CODE = STANDARD_CODE
"""Column of the choices sheet: the code of the standard that this code means; empty for one the standard has not."""


def marked(workbook: Workbook) -> Workbook:
    """The workbook with an id in every row of the survey sheet and the standard's code in every choice.

    Rows that have one keep it, but for copies of a row. A question is called after the module or form whose file it
    stands in and its name there; the end of a group after its beginning. A list in which any choice says its standard
    code is left alone: choices without one are the office's own.
    """
    said = {row.get("list_name", "") for row in workbook.choices if CODE in row}
    choices = tuple(
        row if row.get("list_name", "") in said else row.replace({**row, CODE: row.get("name", "")})
        for row in workbook.choices
    )
    return replace(workbook, survey=tuple(_identified(workbook.survey)), choices=choices)


def of(row: Mapping[str, str]) -> str:
    """The id of a row of the survey sheet: what it says, else its name."""
    return row.get(QUESTION) or row.get("name", "")


def _identified(rows: Sequence[Row]) -> Iterator[Row]:
    opened: list[str] = []
    owners = _owners(rows)
    for row in rows:
        kind = row.get("type", "").replace(" ", "_")
        qid = f"{_origin(row)}.{row.get('name', '')}"
        kept = owners.get(row.get(QUESTION, "")) is row
        if kind.startswith("end_"):
            qid = f"{opened.pop() if opened else _origin(row)}.end"
        elif kind.startswith("begin_"):
            opened.append(row[QUESTION] if kept else qid)
        yield row if kept else row.replace({**row, QUESTION: qid})


def _owners(rows: Iterable[Row]) -> dict[str, Row]:
    """The row that each id belongs to: a row copied in Excel brings the id along, and is a question of its own."""
    owners: dict[str, Row] = {}
    for row in rows:
        if qid := row.get(QUESTION):
            first = owners.setdefault(qid, row)
            if first.get("name") != _name_in(qid) == row.get("name"):
                owners[qid] = row
    return owners


def _name_in(qid: str) -> str:
    return qid.rpartition(".")[2]


def _origin(row: Row) -> str:
    """The module or form that the row was read from."""
    return row.file.partition("/")[0].partition("[")[0].removesuffix(".xlsx")
