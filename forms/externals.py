"""External list: a long choice list that travels as a CSV file beside the form instead of inside it.

A tablet opens a form of 300 KB at once and one of megabytes slowly; a file is read when its question is. ODK has one
label column for all languages of a file, so only lists that read the same in every language go (names of villages).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from forms.definition import row_type
from forms.sheets import MEDIA, Row, split_language
from forms.workbook import Workbook

LARGE = 300
"""Choices from which on a list is looked up in a file: Collect lists fewer of them at once without waiting."""

_SELECTS = ("select_one", "select_multiple")
_WORD = re.compile(r"[\w.-]+")


def moved(workbook: Workbook) -> tuple[Workbook, dict[str, bytes]]:
    """The workbook with its long lists as files, and those files by name.

    Lists with pictures, of `or_other` questions, ranked or looked up in expressions of the author stay inside, as do
    those that read differently in two languages.
    """
    lists = {name: rows for name, rows in workbook.lists.items() if _may_leave(name, rows, workbook)}
    if not lists:
        return workbook, {}
    survey = tuple(_asked_from_file(row, lists) for row in workbook.survey)
    choices = tuple(row for row in workbook.choices if row.get("list_name") not in lists)
    read = set(_WORD.findall(" ".join(row.get("choice_filter", "") for row in survey)))
    files = {f"{name}.csv": _file(rows, read) for name, rows in lists.items()}
    return replace(workbook, survey=survey, choices=choices), files


def kept_inside(workbook: Workbook) -> tuple[str, ...]:
    """The names of long lists that cannot leave the form because they are worded by language."""
    return tuple(name for name, rows in workbook.lists.items() if len(rows) > LARGE and not _one_label(rows))


def _may_leave(name: str, rows: Sequence[Row], workbook: Workbook) -> bool:
    if len(rows) <= LARGE or not _one_label(rows):
        return False
    if any(split_language(column)[0] in MEDIA for row in rows for column in row):
        return False
    asked = [row_type(row["type"]) for row in workbook.survey if "type" in row]
    kinds = [kind for kind in asked if kind.list_name == name]
    expressions = " ".join(text for row in workbook.survey for text in row.values())
    looked_up = f"instance('{name}')" in expressions or f'instance("{name}")' in expressions
    return bool(kinds) and not looked_up and all(kind.name in _SELECTS and not kind.or_other for kind in kinds)


def _one_label(rows: Sequence[Row]) -> bool:
    """Does every choice read the same in all languages that have it?"""
    return all(len({text for column, text in row.items() if split_language(column)[0] == "label"}) == 1 for row in rows)


def _asked_from_file(row: Row, lists: Mapping[str, Sequence[Row]]) -> Row:
    kind = row_type(row.get("type", ""))
    if kind.list_name not in lists or kind.name not in _SELECTS:
        return row
    return row.replace({**row, "type": f"{kind.name}_from_file {kind.list_name}.csv"})


def _file(rows: Sequence[Row], read: set[str]) -> bytes:
    """The list as CSV: code, label, and the columns that a choice_filter reads."""
    columns = [column for column in dict.fromkeys(column for row in rows for column in row) if column in read]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["name", "label", *(column for column in columns if column not in ("name", "label"))])
    for row in rows:
        label = next(text for column, text in row.items() if split_language(column)[0] == "label")
        extra = [row.get(column, "") for column in columns if column not in ("name", "label")]
        writer.writerow([row["name"], label, *extra])
    return out.getvalue().encode()
