"""Forms that others wrote: they become folders, and the report says what was done and what is left to decide."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from forms import catalog, checks, cli, foreign, workbook, xform
from forms.errors import WorkbookError
from tests.clients import javarosa

HTCDS = Path(__file__).parent / "htcds" / "htcds_xlsform.xlsx"
OLD = Path(__file__).parent / "specimens" / "foreign"
POPSTAN = Path(__file__).parents[2] / "server" / "demo" / "popstan" / "census_dictionary.dcf.gz"

SHEETS = {
    "survey": [
        ["type", "name", "label", "relevant", "default"],
        ["select_one how often", "usual place", "How often?", "", "very often"],
        ["text", "b", "Why?", "${usual place} = 'very often'", ""],
        ["note", "2nd", "${usual place} it is", "", ""],
    ],
    "choices": [
        ["list_name", "name", "label"],
        ["how often", "very often", "Very often"],
        ["how often", "never", "Never"],
        ["how often", "never", "Never"],
    ],
}


def written(path: Path, sheets=SHEETS) -> Path:
    if path.suffix in (".xlsx", ".xlsm"):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, lines in sheets.items():
            sheet = book.create_sheet(title)
            for line in lines:
                sheet.append(line)
        book.save(path)
    elif path.suffix == ".csv":
        lines = [f"{title}\n" + "\n".join(f",{','.join(line)}" for line in lines) for title, lines in sheets.items()]
        path.write_text("\n".join(lines), encoding="utf-8")
    else:
        lines = [f"| {title} |\n" + "\n".join(f"| | {' | '.join(line)} |" for line in lines)
                 for title, lines in sheets.items()]  # fmt: skip
        path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def htcds(tmp_path_factory):
    folder = tmp_path_factory.mktemp("import") / "htcds"
    return foreign.take(HTCDS, folder), folder


def places(notes, kind) -> list[str]:
    return [note.place for note in notes if note.kind == kind]


def test_htcds_is_cleaned_of_blanks_that_nobody_sees(htcds):
    imported, folder = htcds
    assert {"choices!B270", *(f"choices!C{line}" for line in range(2, 7))} <= set(places(imported.notes, "cleaned"))
    cells = [text for row in workbook.read(folder).choices for text in row.values()]
    assert [text for text in cells if text != text.strip() or "\u00a0" in text] == []


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("label-repeated", "'prs_Title' reads like 'prs_Second_Name'"),
        ("consent-ignored", "nothing depends on the answer to 'con_Consent'"),
        ("name-pattern", "'con_Consent' is no plain name"),
        ("version", "'vSmt4GQA3C9uBMLPEVfgND' is not yyyymmddrr"),
    ],
)
def test_what_only_the_authors_of_htcds_can_decide_is_reported(htcds, rule, said):
    assert [note for note in htcds[0].notes if note.place.startswith(rule) and said in note.message]


def test_htcds_loses_the_row_of_another_server(htcds):
    assert places(htcds[0].notes, "dropped") == ["survey!B35"]


def test_htcds_compiles_without_warnings(htcds):
    assert xform.compile(workbook.read(htcds[1])).warnings == ()


@pytest.mark.skipif(not javarosa.available(), reason="no Java compiler (javac) on this machine")
def test_htcds_opens_in_the_engine_of_the_tablet(htcds, tmp_path):
    form = tmp_path / "form.xml"
    form.write_bytes(xform.compile(workbook.read(htcds[1])).xml)
    report = javarosa.describe(form)
    assert (report["error"], len(report["questions"])) == (None, 31)


@pytest.mark.parametrize("suffix", [".xlsx", ".xlsm", ".csv", ".md"])
def test_names_that_no_tablet_takes_are_changed_wherever_they_are_used(tmp_path, suffix):
    imported = foreign.take(written(tmp_path / f"form{suffix}"), tmp_path / "folder")
    book = workbook.read(tmp_path / "folder")
    first, second, third = book.survey
    assert (first["type"], first["name"], first["default"]) == ("select_one how_often", "usual_place", "very_often")
    assert second["relevant"] == "${usual_place} = 'very_often'"
    assert (third["name"], third["label::English (en)"]) == ("_2nd", "${usual_place} it is")
    assert [row["name"] for row in book.choices] == ["very_often", "never"]
    assert sum(note.kind == "renamed" for note in imported.notes) == 4
    assert xform.compile(book).warnings == ()


def test_a_new_name_is_never_one_that_is_there_already(tmp_path):
    survey = [["type", "name", "label"], ["text", "a b", "A"], ["text", "a_b", "B"], ["note", "c", "${a b} ${a_b}"]]
    foreign.take(written(tmp_path / "form.xlsx", {"survey": survey}), tmp_path / "folder")
    rows = workbook.read(tmp_path / "folder").survey
    assert [row["name"] for row in rows] == ["a_b_", "a_b", "c"]
    assert rows[2]["label::English (en)"] == "${a_b_} ${a_b}"


def test_an_old_excel_file_is_read(tmp_path):
    imported = foreign.take(OLD / "old.xls", tmp_path / "folder")
    book = workbook.read(tmp_path / "folder")
    assert (book.header.id, book.header.version) == ("old_form", "2026112401")
    assert [row["name"] for row in book.survey] == ["usual_place", "b", "_2nd"]
    assert "survey!B2" in places(imported.notes, "renamed")


@pytest.mark.parametrize(
    ("name", "said"), [("old_date", "survey!C5: Excel made a date"), ("old_merged", "survey!A5: merg")]
)
def test_an_old_excel_file_is_refused_as_a_new_one_is(tmp_path, name, said):
    with pytest.raises(WorkbookError, match=said):
        foreign.take(OLD / f"{name}.xls", tmp_path / "folder")


def test_a_form_of_our_own_needs_no_cleaning(tmp_path):
    built = catalog.load("training", draft=True)
    workbook.write_xlsx(built, tmp_path / "form.xlsx")
    imported = foreign.take(tmp_path / "form.xlsx", tmp_path / "folder")
    assert {note.kind for note in imported.notes} <= {"doubtful"}
    assert xform.compile(workbook.read(tmp_path / "folder", draft=True)).xml == xform.compile(built).xml


def test_the_report_is_written_as_markdown_and_as_json(tmp_path):
    source = str(written(tmp_path / "form.xlsx"))
    report = tmp_path / "report.md"
    done = CliRunner().invoke(
        cli.group, ["import", source, str(tmp_path / "folder"), "--report", str(report), "--json"]
    )
    assert done.exit_code == 0
    kinds = {note["kind"] for note in json.loads(done.stdout)["notes"]}
    assert kinds == {"cleaned", "renamed", "dropped", "doubtful"}
    assert "## Renamed (4)" in report.read_text(encoding="utf-8")


def test_an_import_never_writes_over_a_form(tmp_path):
    foreign.take(written(tmp_path / "form.xlsx"), tmp_path / "folder")
    with pytest.raises(WorkbookError, match="a form is there already"):
        foreign.take(tmp_path / "form.xlsx", tmp_path / "folder")


def test_a_census_dictionary_becomes_a_draft_form(tmp_path):
    done = CliRunner().invoke(cli.group, ["import", str(POPSTAN), str(tmp_path / "folder")])
    assert done.exit_code == 0
    book = workbook.read(tmp_path / "folder")
    rows = {row["name"]: row for row in book.survey if "name" in row}
    assert rows["province"]["type"] == "select_one province"
    assert rows["person_rows"]["type"] == "begin_repeat"
    assert rows["district"]["constraint"] == ". >= 1 and . <= 18"
    assert [row["name"] for row in book.lists["p03_sex"]] == ["1", "2"]
    assert [finding for finding in checks.check(book) if finding.level == "error"] == []


def test_a_census_dictionary_gives_a_codebook(tmp_path):
    target = tmp_path / "book.html"
    done = CliRunner().invoke(cli.group, ["codebook", str(POPSTAN), "-o", str(target)])
    assert done.exit_code == 0
    assert "p03_sex" in target.read_text(encoding="utf-8").lower()
