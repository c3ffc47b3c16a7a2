"""An adaptation is checked cell by cell, and slips are put right in Excel's own file."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from forms import adaptation, checks
from forms.cli import group

PLACE = r"(form\.xlsx \w+![A-Z]+\d+( \S.*)?|settings \w+)"
LINE = re.compile(PLACE + r": (error|warning|info): .+[.?] .+\. \[[a-z-]+\]")
"""Sheet and cell (or the setting that is not there), how bad, why, what to do, and the rule."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The listing form with a curled quotation mark, a list that nobody asks, and a question without wording."""
    folder = tmp_path_factory.mktemp("own") / "own"
    adaptation.create("listing", folder, form_id="own", languages=["en"])
    book = openpyxl.load_workbook(folder / "form.xlsx")
    survey, choices = book["survey"], book["choices"]
    columns = {cell.value: cell.column for cell in survey[1]}
    condition = next(row for row in range(2, survey.max_row) if "'" in str(survey.cell(row, columns["relevant"]).value))
    curled = survey.cell(condition, columns["relevant"])
    curled.value = curled.value.replace("'", "’")
    asked = {cell.value: cell.column for cell in choices[1]}
    for column, text in (("list_name", "extra"), ("name", "1"), ("label::English (en)", "One")):
        choices.cell(choices.max_row + (column == "list_name"), asked[column]).value = text
    book.save(folder / "form.xlsx")
    return folder


def run(*words: str) -> Result:
    return CliRunner().invoke(group, ["check", *words])


def test_at_1_16_every_line_has_cell_rule_reason_and_cure(folder: Path) -> None:
    lines = run(str(folder)).stdout.splitlines()
    assert {"not-xpath", "list-unused"} <= {line.rpartition("[")[2].rstrip("]") for line in lines}
    assert [line for line in lines if not LINE.fullmatch(line)] == []


def test_at_1_16_there_are_more_than_forty_rules() -> None:
    assert len(checks.rules()) >= 40


def test_at_1_16_fix_shows_the_difference_and_writes_nothing_before_it_is_asked_to(folder: Path) -> None:
    before = (folder / "form.xlsx").read_bytes()
    shown = run(str(folder), "--dry-run").stderr
    assert re.search(r"^-survey![A-Z]+\d+ .*’", shown, re.MULTILINE)
    assert re.search(r"^\+survey![A-Z]+\d+ .*'", shown, re.MULTILINE)
    assert (folder / "form.xlsx").read_bytes() == before


def test_at_1_16_fix_puts_the_slip_right_in_the_file(folder: Path) -> None:
    done = run(str(folder), "--fix")
    assert "not-xpath" not in done.stdout
    assert "list-unused" in done.stdout
