"""Repair: slips are put right in place, nothing else is touched, and doing it twice is doing it once."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl.styles import Font

from forms import catalog, checks, cli, repair, workbook
from forms.errors import WorkbookError

DAY = dt.date(2026, 11, 24)
FORM = '[form]\nid = "f"  # stays\ntitle = "F"\nversion = "1.0"\n\n[languages]\nen = "English"\nru = "Русский"\n'
SURVEY = (
    "type,name,label,hint,required,relevant,repeat_count,calculation,constraint\r\n"
    'int,n ,"How many, in all?",,TRUE,,,,. <= 9\r\n'
    "begin repeat,person\u00a0,Person,,,,${n},,\r\n"
    "select one yesno,work,Work? ,  a hint,oui,,,,\r\n"
    "end repeat,,,,,,,,\r\n"
    "calculate,n_work,,,,,,\"count(${person}[${work} = '1'])\",\r\n"
    "note,said,“Thanks” to ${n},,,${n} = ’1’,,,\r\n"
)
CHOICES = "list_name,name,label\nyesno, 1,Yes\nyesno,2,No\n"
RUSSIAN = (
    "sheet,name,column,text,source\n"
    "survey,n,label,Сколько всего?,\n"
    'survey,gone,label,"Нет\nбольше",\n'
    "choices,yesno/1,label,Да,\n"
)


@pytest.fixture
def folder(tmp_path) -> Path:
    place = tmp_path / "f"
    (place / "translations").mkdir(parents=True)
    for name, text in {
        "form.toml": FORM,
        "survey.csv": SURVEY,
        "choices.csv": CHOICES,
        "translations/ru.csv": RUSSIAN,
    }.items():
        (place / name).write_bytes(text.encode())
    return place


def mended(form: Path) -> None:
    repair.write(repair.plan(form, DAY))


def test_slips_are_put_right_and_every_other_character_stays(folder):
    mended(folder)
    assert (folder / "survey.csv").read_bytes().decode() == (
        "type,name,label,hint,required,relevant,repeat_count,calculation,constraint\r\n"
        'integer,n,"How many, in all?",,yes,,,,. <= 9\r\n'
        "begin_repeat,person,Person,,,,${n},,\r\n"
        "select_one yesno,work,Work? ,  a hint,yes,,,,\r\n"
        "end_repeat,,,,,,,,\r\n"
        "calculate,n_work,,,,,,\"count(${person}[./work = '1'])\",\r\n"
        "note,said,“Thanks” to ${n},,,${n} = '1',,,\r\n"
    )
    assert (folder / "choices.csv").read_text() == CHOICES.replace(", 1,", ",1,")


def test_a_version_that_is_malformed_becomes_the_day(folder):
    mended(folder)
    assert (folder / "form.toml").read_text() == FORM.replace('"1.0"', '"2026112401"')


def test_a_version_that_is_missing_is_written(folder):
    (folder / "form.toml").write_text(FORM.replace('version = "1.0"\n', ""))
    mended(folder)
    assert workbook.read(folder, draft=True).header.version == "2026112401"


def test_translations_of_texts_that_are_gone_are_taken_out(folder):
    mended(folder)
    assert (folder / "translations" / "ru.csv").read_text() == RUSSIAN.replace('survey,gone,label,"Нет\nбольше",\n', "")


def test_what_was_put_right_is_no_finding_any_more(folder):
    fixed = {"translation-orphan", "repeat-predicate", "version", "not-xpath", "required-word"}
    before = {finding.rule for finding in checks.check(workbook.read(folder, draft=True))}
    mended(folder)
    after = {finding.rule for finding in checks.check(workbook.read(folder, draft=True))}
    assert fixed - before == set()
    assert fixed & after == set()


def test_a_second_repair_finds_nothing(folder):
    mended(folder)
    assert repair.plan(folder, DAY) == ()


TEXT = st.text(st.sampled_from("ab '\"‘’“”${}[]/.=(),;\u00a0\u200b\nTRUEno1"), max_size=24)


@example("relevant", '“"‘"')
@given(st.sampled_from(["type", "name", "label", "required", "relevant", "calculation", "pii", "x_own"]), TEXT)
def test_a_cell_put_right_twice_is_a_cell_put_right_once(column, text):
    once = repair.respelled(column, text, frozenset("ab"))
    assert repair.respelled(column, once, frozenset("ab")) == once


@given(st.sampled_from(["label", "label::English (en)", "hint", "constraint_message", "x_own", "concept"]), TEXT)
def test_wording_is_never_touched(column, text):
    assert repair.respelled(column, text, frozenset("ab")) == text


@pytest.mark.parametrize("name", ["listing", "census_migration"])
def test_a_form_of_the_library_needs_no_repair(name):
    assert [each.diff for each in repair.plan(catalog.folder(name), DAY)] == []


def test_a_spreadsheet_keeps_its_styles(tmp_path):
    path = tmp_path / "f.xlsx"
    book = openpyxl.Workbook()
    book.active.title = "survey"
    for line in (["type", "name", "label"], ["int", "age\u00a0", "Age “now” "]):
        book.active.append(line)
    book.active["B2"].font = Font(bold=True, color="00FF0000")
    book.active.column_dimensions["C"].width = 61
    book.create_sheet("notes")["A1"] = " mine "
    book.save(path)
    mended(path)
    read = openpyxl.load_workbook(path)
    assert [cell.value for cell in read["survey"][2]] == ["integer", "age", "Age “now” "]
    assert (read["survey"]["B2"].font.bold, read["survey"].column_dimensions["C"].width) == (True, 61)
    assert read["notes"]["A1"].value == " mine "
    assert repair.plan(path, DAY) == ()


def test_other_files_are_to_be_imported_first(tmp_path):
    (tmp_path / "f.csv").write_text("survey\n,type,name\n")
    with pytest.raises(WorkbookError, match="Import it first"):
        repair.plan(tmp_path / "f.csv", DAY)


def test_a_dry_run_shows_the_diff_and_writes_nothing(folder):
    done = CliRunner().invoke(cli.group, ["check", str(folder), "--dry-run"])
    assert "-select one yesno,work" in done.stderr
    assert "+select_one yesno,work" in done.stderr
    assert (folder / "survey.csv").read_bytes().decode() == SURVEY


def test_fix_writes_what_it_shows(folder):
    CliRunner().invoke(cli.group, ["check", str(folder), "--fix"])
    assert "select_one yesno,work" in (folder / "survey.csv").read_text()
