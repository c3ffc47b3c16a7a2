"""Section: a part of a questionnaire that an office leaves out by a parameter; tablets then do not carry it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from forms.definition import row_type
from forms.sheets import WORDING, Row, split_language
from forms.workbook import Workbook

_LITERALS = re.compile(r"\s*'([^']*)'\s*(!?=)\s*'([^']*)'\s*(?:and\b(.*))?", re.DOTALL)
_REFERENCE = re.compile(r"\$\{\s*([^}\s]+)\s*\}")


def asked(workbook: Workbook) -> Workbook:
    """The workbook without the questions that are never asked, whatever anybody answers, and their choice lists.

    Never asked is what has a condition like `'no' = 'yes'`, which stays of `'{{section_work}}' = 'yes'` when the
    parameter says no, what lies in such a group, and a group with nothing left in it. An answer that is never given
    is empty: so is every reference to it in what remains.
    """
    out = _left_out(workbook.survey)
    if not any(out):
        return workbook
    kept = _with_content([row for row, left in zip(workbook.survey, out, strict=True) if not left])
    remaining = {row.get("name") for row in kept}
    gone = {row["name"] for row in workbook.survey if "name" in row} - remaining
    lost = _lists(workbook.survey) - _lists(kept)
    texts = " ".join(text for row in kept for text in row.values() if "instance(" in text)
    choices = [row for row in workbook.choices if row.get("list_name") not in lost or row["list_name"] in texts]
    return replace(workbook, survey=tuple(_emptied(row, gone) for row in kept), choices=tuple(choices))


def _lists(rows: Iterable[Row]) -> set[str | None]:
    return {row_type(row.get("type", "")).list_name for row in rows}


def _left_out(rows: Iterable[Row]) -> list[bool]:
    """Whether each row is never asked: by its own condition or by that of a group around it."""
    around: list[bool] = []
    found = []
    for row in rows:
        kind = _kind(row)
        if kind.startswith("end_"):
            found.append(around.pop() if around else False)
            continue
        out = any(around) or _is_never(row.get("relevant", ""))
        found.append(out)
        if kind.startswith("begin_"):
            around.append(out)
    return found


def _kind(row: Row) -> str:
    return row_type(row.get("type", "")).name


def _is_never(condition: str) -> bool:
    """Is the condition false by its first part alone? One with an `or` outside of parentheses is not looked into."""
    match = _LITERALS.fullmatch(condition)
    if not match or _has_or(match[4] or ""):
        return False
    return (match[1] == match[3]) is (match[2] == "!=")


def _has_or(text: str) -> bool:
    bare = re.sub(r"'[^']*'", "", text)
    while (inner := re.sub(r"\([^()]*\)", "", bare)) != bare:
        bare = inner
    return re.search(r"\bor\b", bare) is not None


def _with_content(rows: list[Row]) -> list[Row]:
    """The rows without groups that hold nothing."""
    kept: list[Row] = []
    for row in rows:
        if kept and _kind(kept[-1]).startswith("begin_") and _kind(row).startswith("end_"):
            kept.pop()
        else:
            kept.append(row)
    return kept


def _emptied(row: Row, gone: set[str]) -> Row:
    """The row with the empty text for each answer that is never given, and not triggered by one."""
    lost = set(_REFERENCE.findall(row.get("trigger", ""))) & gone

    def cell(column: str, text: str) -> str:
        nothing = "" if split_language(column)[0] in WORDING else "''"
        return _REFERENCE.sub(lambda match: nothing if match[1] in gone else match[0], text)

    kept = {column: text for column, text in row.items() if column != "trigger" or not lost}
    return row.replace({column: cell(column, text) for column, text in kept.items()})
