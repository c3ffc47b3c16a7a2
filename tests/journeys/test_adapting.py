"""An office takes the census module, adapts it in its own file, and tablets run what comes out."""

from __future__ import annotations

import subprocess
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from forms import catalog, instances, interview, tables, xform
from forms.cli import group
from forms.definition import Form
from tests.clients import javarosa
from tests.test_library import setup

needs_java = pytest.mark.skipif(not javarosa.available(), reason="no Java compiler (javac) on this machine")

QUESTION = {
    "type": "select_one yesno",
    "name": "intend_leave12",
    "label::Тоҷикӣ (tg)": "${p_name} дар 12 моҳи оянда рафтан мехоҳад?",
    "label::Русский (ru)": "Собирается ли ${p_name} уехать в ближайшие 12 месяцев?",
    "label::العربية (ar)": "هل ينوي ${p_name} المغادرة خلال 12 شهراً؟",
    "label::English (en)": "Does ${p_name} intend to leave within the next 12 months?",
    "relevant": "${age} >= 15",
}
"""A question of the office's own, in all languages of the form."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The census module in Tajik, Russian and Arabic, with one more question and without the year of first arrival."""
    folder = tmp_path_factory.mktemp("office") / "own"
    languages = ("--language", "tg", "--language", "ru", "--language", "ar")
    assert run("adapt", "census_migration", "-o", str(folder), "--id", "own_cens", *languages).exit_code == 0
    book = openpyxl.load_workbook(folder / "form.xlsx")
    survey = book["survey"]
    columns = {cell.value: cell.column for cell in survey[1]}
    names = [survey.cell(row, columns["name"]).value for row in range(1, survey.max_row + 1)]
    survey.delete_rows(names.index("arr_first_year") + 1)
    names.remove("arr_first_year")
    place = names.index("intend_stay") + 2
    survey.insert_rows(place)
    for column, text in QUESTION.items():
        survey.cell(place, columns[column]).value = text
    book.save(folder / "form.xlsx")
    return folder


def run(*words: str) -> Result:
    return CliRunner().invoke(group, list(words))


def test_the_office_is_told_what_it_gives_up_and_accepts_it(folder: Path) -> None:
    told = run("diff", str(folder))
    assert (told.exit_code, "intend_leave12" in told.stdout) == (1, True)
    lost = ("I-04-first", "I-04-period")
    assert run("accept", str(folder), *lost, "--reason", "not asked since 2010", "--who", "e01").exit_code == 0
    assert run("diff", str(folder)).exit_code == 0
    assert run("check", str(folder)).exit_code == 0


@needs_java
def test_at_1_19_what_is_built_passes_odk_validate(folder: Path, tmp_path: Path) -> None:
    assert run("build", str(folder), "-o", str(tmp_path / "own.xml")).exit_code == 0
    done = subprocess.run(
        ["java", "-Djava.awt.headless=true", "-jar", str(javarosa.find_jar()), str(tmp_path / "own.xml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Xform is valid!" in done.stdout, done.stderr


@needs_java
@pytest.mark.parametrize("language", ["tg", "ru", "ar"])
def test_at_1_19_the_same_file_is_filled_in_on_a_tablet_in_each_language(
    folder: Path, tmp_path: Path, language: str
) -> None:
    book = catalog.read(str(folder))
    (tmp_path / "own.xml").write_bytes(xform.compile(book).xml)
    media = [catalog.folder("census_migration") / "cases" / "media"]
    heading = book.header.headings[language]
    answers = setup("census_migration").get("answers")
    report = javarosa.fill(tmp_path / "own.xml", 11, 10, tmp_path, answers, lang=heading, media=media)
    form = Form.from_workbook(book)
    filled = [instances.parse(Path(each["file"]).read_bytes(), form) for each in report["instances"]]
    flat = tables.flatten(form, filled)
    assert len(flat.misfits) == 0
    assert "intend_leave12" in flat.frames["person"].columns


def test_cases_of_the_standard_hold_but_for_the_question_that_is_gone(folder: Path) -> None:
    done = run("test", str(folder))
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAIL")]
    assert failed
    assert [line for line in failed if "arr_first_year" not in line] == []


def test_a_skip_of_the_offices_own_works(folder: Path) -> None:
    book = catalog.read(str(folder))
    answers = {"contact": "1", "consent_given": "1", "n_usual": "1", "dob_known": "3", "age_stated": "14"}
    case = {"name": "child", "answers": answers, "expect": {}}
    [facts] = interview.run_cases(xform.compile(book).xml, [case], [catalog.folder("census_migration") / "cases/media"])
    shown = {fact["path"].rpartition("/")[2]: fact["relevant"] for fact in facts["questions"]}
    assert shown["intend_leave12"] is False
