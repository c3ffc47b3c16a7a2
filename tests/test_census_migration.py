"""The census migration module: interviews by the real form engine, and what becomes of them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from forms import catalog, codebook, xform
from forms.definition import Form
from forms.tables import Tables
from forms.workbook import Workbook
from tests.clients import cases, javarosa
from tests.test_library import DTYPES, flat, needs_java

FOLDER = catalog.folder("census_migration")
DEMO = Path(__file__).parents[1] / "server" / "demo" / "survey"
POPSTAN = {path.stem: path for path in (DEMO / "lists").glob("*.csv")}
OWN = {"own_country_code": "1"}
HOUSEHOLDS = """\
name,label,ea,urban
0101-001,Dwelling 1,0101,1
0101-002,Dwelling 2,0101,1
0205-003,Dwelling 3,0205,2
"""
ANSWERS = {
    "contact": {"choose": {"1": 12, "3": 1, "6": 1, "9": 1, "96": 1}},
    "consent_given": {"choose": {"1": 9, "2": 1}},
    "n_usual": {"min": 1, "max": 6},
    "n_present": {"min": 1, "max": 6},
    "n_visitors": {"min": 0, "max": 2},
    "p_name": {"regex": "[A-Z]"},
    "emi_gate": {"choose": {"1": 1, "2": 1}},
    "emi_n": {"min": 1, "max": 2},
}


def written(workbook: Workbook, folder: Path) -> Path:
    """The compiled form in a folder, with a list of dwellings beside it."""
    path = folder / "form.xml"
    path.write_bytes(xform.compile(workbook).xml)
    (folder / "households.csv").write_text(HOUSEHOLDS, encoding="utf-8")
    return path


def popstan() -> Workbook:
    return catalog.load("census_migration", OWN, POPSTAN, languages=("en", "ru", "ar"))


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The form with Popstan's lists, ready for a tablet."""
    return written(popstan(), tmp_path_factory.mktemp("popstan"))


@pytest.fixture(scope="module")
def report(form: Path) -> dict[str, Any]:
    """Fifty interviews by JavaRosa."""
    return javarosa.fill(form, 11, 50, form.parent / "filled", ANSWERS, deviceid="tablet", raise_load=False)


@pytest.fixture(scope="module")
def filled(report: dict[str, Any]) -> Tables:
    return flat(popstan(), [Path(instance["file"]) for instance in report["instances"]])


def test_the_form_speaks_three_languages() -> None:
    assert Form.from_workbook(popstan()).languages == ("en", "ru", "ar")


def test_the_tablet_needs_only_its_list_of_dwellings() -> None:
    assert xform.compile(popstan()).media == ("households.csv",)


def test_every_result_has_a_disposition() -> None:
    form = Form.from_workbook(popstan())
    results = {choice.name for name in ("contact", "outcome") for choice in form.lists[name]}
    assert set(form.dispositions) == results


def test_an_open_result_has_a_disposition_at_close() -> None:
    head = popstan().header
    assert set(head.dispositions_at_close) == {code for code, aapor in head.dispositions.items() if not aapor}


def test_the_name_of_an_instance_holds_nothing_identifying() -> None:
    form = Form.from_workbook(popstan())
    identifying = {name.name for name in form.questions() if name.columns.get("pii") == "yes"}
    asked = {name for name in identifying if not name.startswith(("chk_", "confirm_"))}
    assert asked == {"address", "loc_gps", "lq_name", "p_name", "emi_name"}
    assert not any(f"${{{name}}}" in popstan().settings["instance_name"] for name in identifying)


@needs_java
def test_the_engine_opens_the_form_and_misses_no_label(report: dict[str, Any]) -> None:
    assert report["loadError"] is None
    assert report["form"]["missingTranslations"] == {}


@needs_java
def test_fifty_interviews_leave_no_required_question_unanswered(report: dict[str, Any]) -> None:
    assert report["totals"]["valid"] == 50
    assert [instance["unanswered"] for instance in report["instances"]] == [[]] * 50
    assert not any(instance.get("problems") for instance in report["instances"])


@needs_java
def test_fifty_interviews_flatten_without_misfit(filled: Tables) -> None:
    assert len(filled.frames["household"]) == 50
    assert filled.misfits.empty


@needs_java
def test_every_column_has_the_type_of_its_variable(filled: Tables) -> None:
    book = codebook.of(Form.from_workbook(popstan()))
    wanted = {
        (variable.table, variable.name): "Int8" if "__" in variable.name else DTYPES[variable.kind]  # chosen or not
        for variable in book.variables
    }
    got = {(table, name): str(frame[name].dtype) for table, frame in filled.frames.items() for name in frame}
    assert got == wanted


@needs_java
def test_a_household_has_as_many_members_as_it_says(filled: Tables) -> None:
    household = filled.frames["household"].set_index("key")
    said = household["n_usual"].clip(0).add(household["n_visitors"].clip(0), fill_value=0).dropna()
    assert len(said) > 20
    assert Counter(filled.frames["person"]["parent"]) == said.to_dict()


@needs_java
def test_people_abroad_hang_from_households_that_report_them(filled: Tables) -> None:
    household, emigrant = filled.frames["household"], filled.frames["emigrant"]
    reporting = household.loc[household["emi_gate"] == "1", "key"]
    assert set(emigrant["parent"]) == set(reporting)


def test_a_section_that_is_left_out_is_not_sent_to_tablets() -> None:
    sections = [name for name in popstan().parameters if name.startswith("section_")]
    assert len(sections) == 19
    sizes = [
        len(
            xform.compile(
                catalog.load(
                    "census_migration", {**OWN, **dict.fromkeys(sections, word)}, POPSTAN, languages=("en", "ru")
                )
            ).xml
        )
        for word in ("no", "yes")
    ]
    assert sizes[0] < sizes[1] / 2


def test_a_form_with_sections_left_out_keeps_all_columns() -> None:
    tables = {column.name for column in Form.from_workbook(popstan()).questions()}
    assert {"attain", "wg_disab", "ret_months", "emi_city"} <= tables


@needs_java
def test_the_form_derives_who_is_born_abroad(filled: Tables) -> None:
    person = filled.frames["person"]
    derived = person["birth_where"].map({"1": 0, "2": 0, "3": 1}).astype("Int64")
    pd.testing.assert_series_equal(person["d_foreign_born"], derived, check_names=False)


@needs_java
@pytest.mark.parametrize(
    ("answers", "screens"),
    [
        ({"contact": "5"}, ["household_id", "visit_no", "contact"]),
        ({"contact": "12"}, ["household_id", "visit_no", "contact"]),
        ({"contact": "9"}, ["household_id", "visit_no", "contact", "callback_at"]),
        ({"contact": "1", "consent_given": "2"}, ["household_id", "visit_no", "contact", "consent_given"]),
    ],
)
def test_a_visit_without_interview_takes_few_screens(form: Path, answers: dict[str, str], screens: list[str]) -> None:
    [fact] = javarosa.run_cases(form, [{"name": "visit", "answers": answers}])["cases"]
    asked = [question["path"] for question in fact["questions"] if question["kind"] == "question"]
    shown = {question["path"]: question["relevant"] for question in fact["questions"]}
    assert [path.rpartition("/")[2] for path in asked if shown[path]] == screens


@needs_java
def test_a_case_that_does_not_hold_is_reported(form: Path) -> None:
    wrong = {"name": "of age", "answers": {"contact": "3"}, "expect": {"relevant": ["consent_given"]}}
    assert cases.check(form, [wrong]) == {"of age": ["consent_given: not shown, should be"]}


@needs_java
def test_a_form_that_collect_would_refuse_is_reported(tmp_path: Path) -> None:
    broken = written(popstan(), tmp_path)
    broken.write_bytes(broken.read_bytes().replace(b"once(uuid())", b"once(uuid()"))
    with pytest.raises(javarosa.LoadError):
        javarosa.describe(broken)


@pytest.mark.parametrize(
    ("example", "result", "members", "abroad"),
    [("complete", "1", 4, 2), ("refusal", "5", 0, 0), ("callback", "9", 0, 0)],
)
def test_an_example_shows_what_its_name_says(example: str, result: str, members: int, abroad: int) -> None:
    got = flat(catalog.load("census_migration"), [FOLDER / "examples" / f"{example}.xml"])
    assert got.frames["household"]["result"].tolist() == [result]
    assert (len(got.frames["person"]), len(got.frames["emigrant"])) == (members, abroad)
