"""`adapt`, `diff` and `accept` on the census module, edited in its .xlsx as an office edits it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result
from openpyxl.worksheet.worksheet import Worksheet

from forms import adaptation, workbook
from forms.adaptation import compare, report
from forms.cli import group
from forms.errors import FormError
from tests.drawing import workbook as drawn

ENGLISH, RUSSIAN = "label::English (en)", "label::Русский (ru)"


class Sheet:
    """A sheet of an .xlsx under an officer's hands."""

    def __init__(self, sheet: Worksheet) -> None:
        self.sheet = sheet
        self.columns = {str(cell.value): cell.column for cell in sheet[1]}

    def find(self, **cells: str) -> int:
        """The first row with these texts."""
        return next(
            row
            for row in range(2, self.sheet.max_row + 1)
            if all(str(self.get(row, column)) == text for column, text in cells.items())
        )

    def get(self, row: int, column: str) -> str:
        return str(self.sheet.cell(row, self.columns[column]).value or "")

    def put(self, row: int, **cells: str) -> None:
        for column, text in cells.items():
            self.sheet.cell(row, self.columns[column]).value = text

    def insert(self, row: int, cells: dict[str, str]) -> None:
        self.sheet.insert_rows(row)
        for column, text in cells.items():
            self.sheet.cell(row, self.columns[column]).value = text


Edit = Callable[[Sheet, Sheet], None]


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The census module adapted for a survey in Russian and English, as it was begun."""
    folder = tmp_path_factory.mktemp("begun") / "tjk"
    adaptation.create("census_migration", folder, form_id="tjk_cens27", languages=["ru", "en"])
    return folder


@pytest.fixture
def folder(begun: Path, tmp_path: Path) -> Path:
    """A copy of it to change."""
    return Path(shutil.copytree(begun, tmp_path / "tjk"))


def edit(folder: Path, *edits: Edit) -> Path:
    """Open the form as Excel does, change it, save it."""
    book = openpyxl.load_workbook(folder / "form.xlsx")
    survey, choices = Sheet(book["survey"]), Sheet(book["choices"])
    for change in edits:
        change(survey, choices)
    book.save(folder / "form.xlsx")
    return folder


def run(*words: object) -> Result:
    """The command as a person gives it; an error of ours is what is printed for it."""
    result = CliRunner().invoke(group, [str(word) for word in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit | FormError):
        raise result.exception
    return result


def insert_intention(survey: Sheet, choices: Sheet) -> None:
    cells = {
        "type": "select_one yesno",
        "name": "intend_leave12",
        ENGLISH: "Does ${p_name} mean to leave this country within 12 months?",
        RUSSIAN: "${p_name}: планируется ли выезд из страны в течение 12 месяцев?",
    }
    survey.insert(survey.find(name="intend_stay") + 1, cells)


def shorten_residence(survey: Sheet, choices: Sheet) -> None:
    row = survey.find(name="residence_status")
    survey.put(row, constraint="${months_lived} >= 6 or . != '1'")
    for column in (ENGLISH, RUSSIAN):
        survey.put(row, **{column: f"{survey.get(row, column).rstrip('?')}, 6 months?"})


def delete_first_arrival(survey: Sheet, choices: Sheet) -> None:
    survey.sheet.delete_rows(survey.find(name="arr_first_year"))


def split_primary(survey: Sheet, choices: Sheet) -> None:
    cells = {
        "list_name": "isced2011", "name": "11", ENGLISH: "Primary school, adults", RUSSIAN: "Начальное, взрослые",
        "x_standard": "1",
    }  # fmt: skip
    choices.insert(choices.find(list_name="isced2011", name="1") + 1, cells)


def widen_marital(survey: Sheet, choices: Sheet) -> None:
    survey.put(survey.find(name="marital"), relevant="${age} >= 10")


FIVE = (insert_intention, shorten_residence, delete_first_arrival, split_primary, widen_marital)


def test_a_fresh_adaptation_differs_in_nothing(folder: Path) -> None:
    result = run("diff", folder)
    assert (result.exit_code, "0 changes" in result.output) == (0, True)


def test_at_1_6_five_edits_are_classified_as_the_journey_says(folder: Path) -> None:
    found = compare.compare(adaptation.open_folder(edit(folder, *FIVE)))
    kinds = {change.name: (change.sign, change.kind, report.verdict(change, found)) for change in found.changes}
    assert kinds == {
        "intend_leave12": ("+", "additive", "OK"),
        "residence_status": ("~", "DEFINITION", kinds["residence_status"][2]),
        "arr_first_year": (
            "-", "REMOVED", "I-04-first lost; I-04-period degraded (period of the last arrival, not of the first)",
        ),
        "isced2011": ("~", "RECODE", "OK (n:1)"),
        "marital": ("~", "UNIVERSE", "OK, filter added to T14"),
    }  # fmt: skip
    assert kinds["residence_status"][2].startswith("breaks I-01-stock")
    notes = {effect.id: effect.note for effect in found.tables}
    assert (notes["T14"], notes["T20"], notes["T8"]) == ("note added", "note added", "run")


def test_at_1_6_json_carries_kind_severity_and_effects(folder: Path) -> None:
    result = run("diff", edit(folder, *FIVE), "--json")
    changes = {change["name"]: change for change in json.loads(result.stdout)["changes"]}
    assert result.exit_code == 1
    assert changes["arr_first_year"]["indicators"] == [
        {"id": "I-04-period", "effect": "degraded"}, {"id": "I-04-first", "effect": "lost"},
    ]  # fmt: skip
    assert {name: change["severity"] for name, change in changes.items()} == {
        "intend_leave12": "ok", "residence_status": "breaks", "arr_first_year": "breaks", "isced2011": "ok",
        "marital": "note",
    }  # fmt: skip
    assert changes["marital"]["tables"] == [{"id": "T14", "effect": "exact"}]
    assert changes["marital"]["qid"] == "roster.marital"


def test_other_months_of_residence_show_in_every_question_that_names_them(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "form.xlsx")
    sheet = Sheet(book["_form"])
    sheet.put(sheet.find(key="res_months"), text="6")
    book.save(folder / "form.xlsx")
    found = compare.compare(adaptation.open_folder(folder))
    defined = {change.name: change.what for change in found.changes if change.kind == "DEFINITION"}
    assert {"ever_abroad", "intend_stay", "n_usual"} <= set(defined)
    assert defined["ever_abroad"] == "text"
    assert {effect.effect for effect in found.indicators if effect.id in ("I-12", "I-13")} == {"broken"}


def test_a_section_switched_off_appears_as_removed_questions(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "form.xlsx")
    sheet = Sheet(book["_form"])
    sheet.put(sheet.find(key="section_functioning"), text="no")
    book.save(folder / "form.xlsx")
    found = compare.compare(adaptation.open_folder(folder))
    removed = {change.name for change in found.changes if change.kind == "REMOVED"}
    assert {"wg_see", "wg_hear", "wg_disab"} <= removed
    assert {effect.id for effect in found.indicators if effect.effect == "lost"} == {"I-18", "I-18-migrants"}


def test_a_census_day_and_a_country_are_no_changes(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "form.xlsx")
    sheet = Sheet(book["_form"])
    for key, text in {"census_day": "1 October 2027", "census_year": "2027", "own_country_code": "TJK"}.items():
        sheet.put(sheet.find(key=key), text=text)
    book.save(folder / "form.xlsx")
    assert compare.compare(adaptation.open_folder(folder)).changes == ()


def test_at_1_7_accept_writes_who_when_and_why(folder: Path) -> None:
    edit(folder, delete_first_arrival)
    result = run("accept", folder, "I-04-first", "--reason", "not asked since 2010", "--who", "e01")
    line = (folder / "CHANGES.md").read_text(encoding="utf-8").splitlines()[-1]
    assert result.exit_code == 0
    assert [cell.strip() for cell in line.split("|")[2:6]] == [
        "e01", "I-04-first", "lost (needs arr_first_year)", "not asked since 2010"
    ]  # fmt: skip
    found = compare.compare(adaptation.open_folder(folder))
    assert [effect.id for effect in found.open] == ["I-04-period"]


def test_at_1_7_what_was_accepted_is_open_again_when_more_is_taken_away(folder: Path) -> None:
    edit(folder, delete_first_arrival)
    run("accept", folder, "I-04-period", "--reason", "the last arrival is enough", "--who", "e01")
    edit(folder, lambda survey, _: survey.sheet.delete_rows(survey.find(name="arr_last_year")))
    assert "I-04-period" in {effect.id for effect in compare.compare(adaptation.open_folder(folder)).open}


@pytest.mark.parametrize(("statistic", "said"), [("I-01", "nothing to accept"), ("I-0l", "Did you mean")])
def test_what_is_exact_or_unknown_cannot_be_accepted(folder: Path, statistic: str, said: str) -> None:
    result = run("accept", folder, statistic, "--reason", "why", "--who", "e01")
    assert said in str(result.exception)
    assert not (folder / "CHANGES.md").exists()


def test_exit_is_1_until_every_indicator_is_accepted(folder: Path) -> None:
    edit(folder, delete_first_arrival)
    assert run("diff", folder).exit_code == 1
    run("accept", folder, "I-04-first", "I-04-period", "--reason", "not asked", "--who", "e01")
    result = run("diff", folder)
    assert (result.exit_code, "(2 accepted)" in result.stdout) == (0, True)


FOREIGN = """
    | survey |                |       |                                    |
    |        | type           | name  | label                              |
    |        | integer        | {age} | How old are you?                   |
    |        | select_one yn  | {job} | Did you work in the past week?     |
    |        | text           | {nam} | What is your name?                 |
    | choices | list_name | name | label |
    |         | yn        | 1    | Yes   |
    |         | yn        | 2    | No    |
    """


def foreign(path: Path, **names: str) -> Path:
    """An XLSForm that is not ours."""
    said = {"age": "age", "job": "job", "nam": "nam", **names}
    text = FOREIGN
    for key, name in said.items():
        text = text.replace(f"{{{key}}}", name)
    workbook.write_xlsx(drawn(text), path)
    return path


def test_at_1_8_any_two_xlsforms_are_compared_by_name_then_by_wording(tmp_path: Path) -> None:
    one, other = foreign(tmp_path / "a.xlsx"), foreign(tmp_path / "b.xlsx", job="q2")
    left = json.loads(run("diff", one, other, "--json").stdout)["changes"]
    assert {(change["name"], change["kind"]) for change in left} == {("job", "REMOVED"), ("q2", "additive")}
    taken = json.loads(run("diff", one, other, "--json", "--assume-renames").stdout)["changes"]
    assert [(change["name"], change["kind"], change["data"]) for change in taken] == [("q2", "editorial", "recode")]


def test_at_1_8_rows_in_another_order_are_never_taken_for_one_another(tmp_path: Path) -> None:
    one = foreign(tmp_path / "a.xlsx")
    other = foreign(tmp_path / "b.xlsx")
    book = openpyxl.load_workbook(other)
    survey = book["survey"]
    rows = [[cell.value for cell in row] for row in survey.iter_rows(min_row=2)]
    for number, cells in enumerate(reversed(rows), start=2):
        for column, value in enumerate(cells, start=1):
            survey.cell(number, column).value = value
    book.save(other)
    changes = json.loads(run("diff", one, other, "--json").stdout)["changes"]
    assert {change["kind"] for change in changes} == {"editorial"}


def test_at_1_9_against_the_published_version_data_are_judged(folder: Path, begun: Path) -> None:
    assert "Data collected before: safe" in run("diff", edit(folder, insert_intention), "--against", begun).stdout
    assert "after a recode" in run("diff", edit(folder, split_primary), "--against", begun).stdout
    edit(folder, lambda survey, _: survey.put(survey.find(name="months_lived"), type="text"))
    result = run("diff", folder, "--against", begun)
    assert (result.exit_code, "Data collected before: refused" in result.stdout) == (1, True)


def test_at_1_9_a_code_used_again_for_something_else_is_refused(folder: Path, begun: Path) -> None:
    def reuse(_: Sheet, choices: Sheet) -> None:
        choices.put(choices.find(list_name="marital", name="2"), **{ENGLISH: "Never asked", RUSSIAN: "Не спрашивали"})

    edit(folder, reuse)
    found = json.loads(run("diff", folder, "--against", begun, "--json").stdout)
    assert found["data"] == "refused"


def test_adapt_sets_the_country_by_its_name_in_each_language(tmp_path: Path) -> None:
    result = run(
        *("adapt", "census_migration", "-o", tmp_path / "kgz", "--id", "kgz27", "--country", "KGZ"),
        *("--language", "ru", "--language", "en"),
    )
    head = adaptation.open_folder(tmp_path / "kgz").form.header
    assert result.exit_code == 0
    assert (head.parameters["own_country_code"], head.parameters["country_name"]) == ("KGZ", "Kyrgyzstan")
    assert head.parameters["country_name::ru"] == "Киргизия"
    assert "baseline pinned: census_migration@" in result.output


def test_adapt_refuses_a_country_that_there_is_not(tmp_path: Path) -> None:
    result = run("adapt", "census_migration", "-o", tmp_path / "x", "--country", "KGX")
    assert "no country 'KGX'" in str(result.exception)
