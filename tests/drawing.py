"""Drawn test data: questionnaires as Markdown tables, DataFrames as ASCII tables."""

from __future__ import annotations

import re
import textwrap

import pandas as pd

from forms import workbook as workbooks
from forms.definition import Form
from forms.workbook import Workbook

MISSING = ("", ".")


def workbook(drawn: str, **options) -> Workbook:
    """The Workbook of a form drawn in Markdown: the sheet's name in the first column, then its rows.

    | survey |         |      |       |
    |        | type    | name | label |
    |        | integer | age  | Age   |
    """
    return workbooks.from_markdown(textwrap.dedent(drawn), **options)


def form(drawn: str, **options) -> Form:
    """The Form of a form drawn in Markdown."""
    return Form.from_workbook(workbook(drawn, **options))


def table(drawn: str) -> pd.DataFrame:
    """The DataFrame of an ASCII table: column names, a rule of dashes (optional), one line for each row.

    Cells are split at `|` where the first line has one, at blanks otherwise. `.` is missing. A column is
    integer or float when all its cells are numbers without leading zeros, text otherwise.

    household | sex | weight
    ----------+-----+-------
    01-001    | 1   | 2.5
    """
    lines = [line.strip() for line in drawn.strip().splitlines()]
    lines = [line for line in lines if line and not re.fullmatch(r"[-+|:\s]+", line)]
    split = _at_bars if "|" in lines[0] else str.split
    header, *rows = (split(line) for line in lines)
    for row in rows:
        assert len(row) == len(header), f"{row} has not the columns {header}"
    return pd.DataFrame({name: _column([row[place] for row in rows]) for place, name in enumerate(header)})


def _at_bars(line: str) -> list[str]:
    return [cell.strip() for cell in line.removeprefix("|").removesuffix("|").split("|")]


def _column(cells: list[str]) -> pd.Series:
    present = [cell for cell in cells if cell not in MISSING]
    values = [None if cell in MISSING else cell for cell in cells]
    if present and all(re.fullmatch(r"-?(0|[1-9]\d*)", cell) for cell in present):
        return pd.Series(values, dtype="Int64" if len(present) < len(cells) else "int64")
    if present and all(re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)?(e-?\d+)?", cell) for cell in present):
        return pd.Series(values, dtype="float64")
    return pd.Series(values, dtype="str")
