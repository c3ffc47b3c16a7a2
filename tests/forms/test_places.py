"""Places: a finding says where to look, in the words of the file that the form came from."""

from __future__ import annotations

import json

import openpyxl
import pytest
from click.testing import CliRunner

from forms import checks, cli, workbook
from forms.errors import WorkbookError
from tests.drawing import workbook as drawn

SURVEY = [["type", "label", "name"], ["integer", "Age", "AGE"], ["text", "Name", "p_name"]]


def book_of(path, survey=SURVEY, title="survey"):
    book = openpyxl.Workbook()
    book.active.title = title
    for line in survey:
        book.active.append(line)
    book.save(path)
    return path


def test_a_finding_on_a_spreadsheet_names_sheet_and_cell(tmp_path):
    found = checks.check(workbook.read(book_of(tmp_path / "f.xlsx"), draft=True))
    pattern = next(finding for finding in found if finding.rule == "name-pattern")
    assert pattern.cell == "survey!C2"
    assert str(pattern).startswith("f.xlsx survey!C2 name: error: 'AGE' is no plain name.")


def test_a_column_that_is_not_there_is_looked_for_at_the_name(tmp_path):
    found = checks.check(workbook.read(book_of(tmp_path / "f.xlsx"), draft=True))
    assert next(finding.cell for finding in found if finding.rule == "identifying-unmarked") == "survey!C3"


def test_the_cell_keeps_the_title_that_the_sheet_has(tmp_path):
    found = checks.check(workbook.read(book_of(tmp_path / "f.xlsx", title="Survey"), draft=True))
    assert next(finding.cell for finding in found if finding.rule == "name-pattern") == "Survey!C2"


def test_a_cell_that_cannot_be_read_is_named(tmp_path):
    path = book_of(tmp_path / "f.xlsx", [*SURVEY, ["text", "#REF!", "b"]])
    with pytest.raises(WorkbookError, match=r"^f\.xlsx survey!B4: Excel shows the error #REF!"):
        workbook.read(path)


def test_rows_are_equal_wherever_their_cells_stood(tmp_path):
    read = workbook.read(book_of(tmp_path / "f.xlsx"), draft=True)
    same = drawn("""
        | survey |         |        |       |
        |        | type    | name   | label |
        |        | integer | AGE    | Age   |
        |        | text    | p_name | Name  |
        """)
    assert read.survey == same.survey


def test_json_has_cell_and_line(tmp_path):
    done = CliRunner().invoke(cli.group, ["check", str(book_of(tmp_path / "f.xlsx")), "--json"])
    found = next(each for each in json.loads(done.stdout) if each["rule"] == "name-pattern")
    assert (found["cell"], found["row"], found["sheet"], found["column"]) == ("survey!C2", 2, "survey", "name")
