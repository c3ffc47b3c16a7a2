"""Commands: `enumera forms`."""

import json
import subprocess
import sys
import zipfile

import pytest
from click.testing import CliRunner

from forms import catalog
from forms.cli import group
from forms.errors import FormError, InstanceError, WorkbookError

BROKEN = "| survey | | | |\n| | type | name | label |\n| | integer | AGE | Age |"


def run(*words, code=0):
    done = CliRunner().invoke(group, [str(word) for word in words])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == code, done.output
    return done


def test_the_library_is_listed():
    rows = {row["name"]: row for row in json.loads(run("list", "--json").stdout)}
    assert rows["census_migration"]["languages"] == ["en", "fr", "es", "ru", "ar", "tg"]
    assert all(row["minutes"] > 0 for row in rows.values())


def test_coverage_tells_core_topics_from_additional_ones():
    assert "core" in run("coverage", "census_migration").stderr


def test_a_form_is_shown_with_its_universes():
    rows = json.loads(run("show", "census_migration", "--json").stdout)
    assert {row["path"]: row["universe"] for row in rows}["visit/visit_no"] == "all visits"
    assert "visit/visit_no" in run("show", "census_migration").stdout


def test_a_sound_form_passes_the_check():
    assert "0 error" in run("check", "census_migration").stderr


def test_a_broken_form_ends_the_check_with_1(tmp_path):
    (tmp_path / "form.md").write_text(BROKEN)
    findings = json.loads(run("check", tmp_path / "form.md", "--json", code=1).stdout)
    assert "name-pattern" in {finding["rule"] for finding in findings}
    assert "form.md[survey]:3 name: error" in run("check", tmp_path / "form.md", code=1).stdout


def test_a_form_is_built_for_excel_and_for_the_tablet(tmp_path):
    for name in ("form.xlsx", "form.xml"):
        row = json.loads(run("build", "census_migration", "-o", tmp_path / name, "--json").stdout)[0]
        assert row["media"] == ["households.csv"]
    assert (tmp_path / "form.xml").read_bytes().startswith(b"<?xml")


def test_a_parameter_and_a_list_are_set_from_the_command_line(tmp_path):
    languages = ["fr", "es", "ru", "ar", "tg"]
    heading = ",".join(f"label::{language}" for language in languages)
    (tmp_path / "places.csv").write_text(f"name,label,{heading}\n1,Hill,Colline,Colina,Холм,تل,Теппа\n")
    words = ("-p", "country_name=Popstan", "-l", f"admin1_ext={tmp_path / 'places.csv'}")
    run("build", "census_migration", "-o", tmp_path / "form.xml", *words)
    xml = (tmp_path / "form.xml").read_text()
    assert "Popstan" in xml
    assert "<value>Hill</value>" in xml


def test_a_word_that_is_no_pair_is_a_wrong_use():
    assert "is not name=value" in run("check", "census_migration", "-p", "year", code=2).stderr


def test_an_output_of_another_kind_is_a_wrong_use(tmp_path):
    assert "ends neither in .xlsx nor in .xml" in run("build", "census_migration", "-o", "form.ods", code=2).stderr


def test_an_excel_form_becomes_a_folder(tmp_path):
    run("build", "census_migration", "-o", tmp_path / "form.xlsx")
    run("import", tmp_path / "form.xlsx", tmp_path / "mine")
    run("check", tmp_path / "mine")
    assert (tmp_path / "mine/translations/ru.csv").exists()


def test_filled_forms_become_linked_tables(tmp_path):
    examples = catalog.folder("census_migration") / "examples"
    done = run("tables", "census_migration", examples, "-o", tmp_path / "census.csv.zip")
    assert done.stdout.strip() == str(tmp_path / "census.csv.zip")
    assert f"household: {len(list(examples.glob('*.xml')))} rows" in done.stderr
    assert {"household.csv", "person.csv", "emigrant.csv"} <= set(
        zipfile.ZipFile(tmp_path / "census.csv.zip").namelist()
    )


def version(number: str, *questions: str) -> str:
    rows = "".join(f"| | {question} | {name} | {name} |\n" for name, question in (row.split() for row in questions))
    settings = f"| settings | | |\n| | form_id | version |\n| | f | {number} |\n"
    return f"| survey | | | |\n| | type | name | label |\n{rows}{settings}"


def filled_with(number: str, answers: str) -> str:
    return f'<f id="f" version="{number}"><meta><instanceID>uuid:{number}</instanceID></meta>{answers}</f>'


@pytest.fixture
def two_versions(tmp_path):
    (tmp_path / "old.md").write_text(version("2026010101", "a integer", "gone text"))
    (tmp_path / "new.md").write_text(version("2026020101", "a integer", "added integer"))
    (tmp_path / "sheets").mkdir()
    (tmp_path / "sheets/1.xml").write_text(filled_with("2026010101", "<a>1</a><gone>x</gone>"))
    (tmp_path / "sheets/2.xml").write_text(filled_with("2026020101", "<a>2</a><added>3</added>"))
    return tmp_path


def test_forms_of_two_versions_come_into_one_table(two_versions):
    words = (two_versions / "new.md", two_versions / "sheets", "--older", two_versions / "old.md")
    done = run("tables", *words, "-o", two_versions / "f.csv.zip")
    assert "do not fit" not in done.stderr
    rows = zipfile.ZipFile(two_versions / "f.csv.zip").read("household.csv").decode("utf-8-sig").splitlines()
    assert [row.split(",")[1:] for row in rows] == [
        ["form_version", "a", "added", "gone"],
        ["2026010101", "1", "", "x"],
        ["2026020101", "2", "3", ""],
    ]


def test_an_answer_without_a_column_is_told(two_versions):
    done = run("tables", two_versions / "new.md", two_versions / "sheets", "-o", two_versions / "f.csv.zip")
    assert "household gone: 1 answers do not fit" in done.stderr


def test_a_question_of_another_type_names_both_versions(two_versions):
    (two_versions / "old.md").write_text(version("2026010101", "a text"))
    words = (two_versions / "new.md", two_versions / "sheets", "--older", two_versions / "old.md")
    with pytest.raises(FormError, match=r"'a'.* is text in version 2026010101 and integer in version 2026020101"):
        run("tables", *words, "-o", two_versions / "f.csv.zip")


def test_a_filled_form_that_is_none_is_named(tmp_path):
    (tmp_path / "sheet.xml").write_text("no xml")
    with pytest.raises(InstanceError, match=r"^sheet\.xml: "):
        run("tables", "census_migration", tmp_path, "-o", tmp_path / "census.csv.zip")


def test_the_rules_are_listed():
    assert "name-too-long" in run("rules").stdout


def test_an_unknown_form_is_the_librarys_error():
    with pytest.raises(WorkbookError, match="no form 'nothing'"):
        run("show", "nothing")


def test_commands_load_nothing_heavy_before_they_run():
    code = "import sys, forms.cli; print({'pandas', 'pyxform', 'openpyxl', 'babel', 'lxml'} & sys.modules.keys())"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "set()"
