"""What an adaptation does to the statistics is among the findings of its check."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from forms import adaptation
from forms.adaptation import acceptance, findings
from forms.adaptation.acceptance import Acceptance
from forms.adaptation.compare import compare
from forms.cli import group
from forms.findings import Finding


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The census module without its year of first arrival, and with activity asked from 10 years on."""
    folder = tmp_path_factory.mktemp("own") / "own"
    adaptation.create("census_migration", folder, form_id="own", languages=["en"])
    book = openpyxl.load_workbook(folder / "form.xlsx")
    survey = book["survey"]
    columns = {cell.value: cell.column for cell in survey[1]}
    rows = {survey.cell(row, columns["name"]).value: row for row in range(2, survey.max_row + 1)}
    widened = survey.cell(rows["marital"], columns["relevant"])
    widened.value = widened.value.replace(">= 15", ">= 10")
    survey.delete_rows(rows["arr_first_year"])
    book.save(folder / "form.xlsx")
    return folder


def found(folder: Path) -> dict[str, Finding]:
    return {each.rule: each for each in findings.of(compare(adaptation.open_folder(folder)), "own")}


def test_a_wider_universe_is_for_information(folder: Path) -> None:
    finding = found(folder)["universe-changed"]
    assert (finding.level, finding.cell.partition("!")[0]) == ("info", "survey")
    assert finding.message.startswith("marital: ")


def test_a_question_that_is_gone_is_a_warning(folder: Path) -> None:
    finding = found(folder)["question-removed"]
    assert (finding.level, finding.message.partition(":")[0]) == ("warning", "arr_first_year")


def test_a_statistic_that_nobody_gave_up_is_an_error_with_the_command_that_accepts_it(folder: Path) -> None:
    finding = found(folder)["indicator-open"]
    assert finding.level == "error"
    assert "enumera forms accept own " in finding.fix


def test_check_says_so_and_ends_with_one(folder: Path) -> None:
    done = CliRunner().invoke(group, ["check", str(folder)])
    assert done.exit_code == 1
    assert "[indicator-open]" in done.stdout


def test_what_was_accepted_is_an_error_no_more(folder: Path) -> None:
    for effect in compare(adaptation.open_folder(folder)).open:
        line = Acceptance("2026-11-25", "e01", effect.id, effect.effect, "not asked since 2010", effect.fingerprint)
        acceptance.add(folder, line)
    assert "indicator-open" not in found(folder)
