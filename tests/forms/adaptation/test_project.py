"""An adaptation begins as the standard in the office's languages, with its cases, and remembers what it came from."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from forms import adaptation, catalog, identity, trials, xform
from forms.adaptation import project
from forms.errors import WorkbookError
from forms.header import Header
from forms.sheets import Row
from forms.workbook import Workbook


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The listing form, asked in Russian first."""
    folder = tmp_path_factory.mktemp("begun") / "own"
    adaptation.create("listing", folder, form_id="own_listing", languages=["ru", "tg"])
    return folder


def test_the_first_language_named_is_the_first_one_asked_and_the_standards_own_stays(begun: Path) -> None:
    head = adaptation.open_folder(begun).form.header
    assert (head.id, head.language, list(head.languages)) == ("own_listing", "ru", ["ru", "tg", "en"])


def test_an_adaptation_remembers_its_standard_with_version_and_hash(begun: Path) -> None:
    opened = adaptation.open_folder(begun)
    assert opened.form.header.adapted_from.startswith(f"{opened.standard_name} sha256:")


def test_the_standards_cases_hold_in_the_adaptation(begun: Path) -> None:
    verdicts = list(trials.hold(str(begun)))
    assert verdicts
    assert [str(verdict) for verdict in verdicts if not verdict.holds] == []


def test_a_parameter_is_worded_in_the_first_language(begun: Path) -> None:
    standard = catalog.load("listing").header.parameters
    worded = {name.partition("::")[0] for name in standard if name.endswith("::ru")}
    mine = adaptation.open_folder(begun).form.header.parameters
    assert worded
    assert {name: mine[name] for name in worded} == {name: standard[f"{name}::ru"] for name in worded}
    assert {name: mine[f"{name}::en"] for name in worded} == {name: standard[name] for name in worded}


def test_at_1_2_renaming_or_deleting_a_question_leaves_the_ids_of_all(begun: Path, tmp_path: Path) -> None:
    import openpyxl

    folder = Path(shutil.copytree(begun, tmp_path / "own"))
    book = openpyxl.load_workbook(folder / "form.xlsx")
    survey = book["survey"]
    columns = {cell.value: cell.column for cell in survey[1]}
    rows = {survey.cell(row, columns["name"]).value: row for row in range(2, survey.max_row + 1)}
    survey.cell(rows["ls_use"], columns["name"]).value = "use_of_structure"
    before = {survey.cell(row, columns[identity.QUESTION]).value for row in range(2, survey.max_row + 1)} - {None}
    gone = survey.cell(rows["ls_contact"], columns[identity.QUESTION]).value
    survey.delete_rows(rows["ls_contact"])
    book.save(folder / "form.xlsx")
    found = {identity.of(row): row.get("name") for row in adaptation.open_folder(folder).form.survey}
    assert set(found) == before - {gone}
    assert found["listing.ls_use"] == "use_of_structure"


def test_a_row_copied_in_excel_is_a_question_of_its_own() -> None:
    lines = ("form.ls_use", "listing.ls_use", "listing.ls_use", "listing.ls_use")
    names = ("ls_use_2", "ls_use_3", "ls_use", "ls_use_4")
    rows = tuple(
        Row({"type": "text", "name": name, identity.QUESTION: qid}, "form.xlsx[survey]", line)
        for line, (qid, name) in enumerate(zip(lines, names, strict=True), start=2)
    )
    marked = identity.marked(Workbook(Header("own", "Own"), rows))
    assert [row[identity.QUESTION] for row in marked.survey] == [
        *("form.ls_use", "form.ls_use_3", "listing.ls_use", "form.ls_use_4")
    ]


def test_ids_never_reach_the_tablet(begun: Path) -> None:
    xml = xform.compile(catalog.read(str(begun), draft=True)).xml
    assert b"x_qid" not in xml
    assert b"listing.ls_use" not in xml


def test_a_folder_with_something_in_it_is_left_alone(begun: Path) -> None:
    with pytest.raises(WorkbookError, match="something is there already"):
        adaptation.create("listing", begun)


@pytest.mark.parametrize(
    ("standard", "parameters", "says"),
    [("listings", {}, "Did you mean 'listing'"), ("listing", {"sruvey_name": "A"}, "Did you mean 'survey_name'")],
)
def test_what_the_library_has_not_is_refused_with_the_nearest_name(
    tmp_path: Path, standard: str, parameters: dict[str, str], says: str
) -> None:
    with pytest.raises(WorkbookError) as refused:
        adaptation.create(standard, tmp_path / "own", parameters=parameters)
    assert says in str(refused.value)
    assert not (tmp_path / "own").exists()


def test_a_damaged_standard_is_told(begun: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(begun, tmp_path / "own"))
    (folder / project.STANDARD).write_text("{", encoding="utf-8")
    with pytest.raises(WorkbookError, match="damaged"):
        adaptation.open_folder(folder)
