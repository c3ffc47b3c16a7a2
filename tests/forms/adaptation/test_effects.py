"""What becomes of a statistic follows from all that its questions are made of in the standard."""

from __future__ import annotations

import pytest

from forms.adaptation import compare
from forms.adaptation.comparison import BROKEN, DEGRADED, EXACT, LOST, Comparison, Effect
from forms.adaptation.contract import Contract, Indicator, Recipe, TableShell
from tests.drawing import workbook

FORM = """
| survey |                 |         |                         |                      |                         |              |           |
|        | type            | name    | label                   | relevant             | calculation             | repeat_count | indicator |
|        | integer         | n       | How many people?        |                      |                         |              |           |
|        | begin_repeat    | person  | Person                  |                      |                         | ${n}         |           |
|        | select_one sex  | sex     | Sex?                    |                      |                         |              |           |
|        | integer         | age     | Age?                    |                      |                         |              |           |
|        | select_one yn   | abroad  | Ever lived abroad?      | ${age} >= 15         |                         |              |           |
|        | integer         | first   | Year of first arrival?  | ${abroad} = '1'      |                         |              |           |
|        | integer         | last    | Year of last arrival?   | ${abroad} = '1'      |                         |              | X-9       |
|        | calculate       | years   |                         |                      | 2026 - ${last}          |              |           |
|        | end_repeat      |         |                         |                      |                         |              |           |
| choices | list_name | name | label  |
|         | sex       | 1    | Male   |
|         | sex       | 2    | Female |
|         | yn        | 1    | Yes    |
|         | yn        | 2    | No     |
"""  # noqa: E501 - a drawn sheet
CONTRACT = Contract(
    indicators=(
        Indicator("X-1", "Women", Recipe("person", "share", of={"sex": ("2",)})),
        Indicator("X-2", "Mean years", Recipe("person", "mean", variable="years")),
        Indicator(
            "X-3",
            "First arrival",
            Recipe("person", "median", variable="first"),
            instead=Recipe("person", "median", variable="last"),
            says="last arrival instead of the first",
        ),
        Indicator("X-4", "Median first arrival", Recipe("person", "median", variable="first")),
    ),
    tables=(
        TableShell("T1", "Sex", "person", ("sex",), (), (), {}),
        TableShell("T2", "First arrival", "person", ("first",), ("sex",), (), {}),
        TableShell("T3", "Ever abroad", "person", ("abroad",), ("sex",), (), {}),
    ),
)


def compared(old: str = "", new: str = "", contract: Contract = CONTRACT) -> Comparison:
    assert old in FORM
    return compare.compare_versions(workbook(FORM), workbook(FORM.replace(old, new) if old else FORM), contract)


def effects(found: tuple[Effect, ...]) -> dict[str, str]:
    return {effect.id: effect.effect for effect in found}


def line(name: str) -> str:
    return next(text for text in FORM.splitlines() if f"| {name} " in text) + "\n"


def test_everything_is_exact_when_nothing_changed() -> None:
    found = compared()
    assert set(effects(found.indicators).values()) == {EXACT}
    assert {effect.note for effect in found.tables} == {"run"}
    assert found.open == ()


def test_what_needs_a_removed_question_is_lost_and_what_has_a_stand_in_degrades() -> None:
    found = compared(line("first"), "")
    assert effects(found.indicators) == {"X-1": EXACT, "X-2": EXACT, "X-3": DEGRADED, "X-4": LOST, "X-9": EXACT}
    assert {effect.id: effect.note for effect in found.indicators if effect.note} == {
        "X-3": "last arrival instead of the first", "X-4": "needs first"
    }  # fmt: skip
    assert {effect.id: effect.note for effect in found.tables} == {"T1": "run", "T2": "needs first", "T3": "run"}


def test_another_wording_breaks_all_that_is_asked_or_computed_by_the_answer() -> None:
    found = compared("Ever lived abroad?", "Ever travelled abroad?")
    assert effects(found.indicators) == {"X-1": EXACT, "X-2": BROKEN, "X-3": BROKEN, "X-4": BROKEN, "X-9": BROKEN}


def test_a_stand_in_that_is_not_exact_itself_does_not_help() -> None:
    found = compared("Year of last arrival?", "Year of the last arrival here?")
    assert effects(found.indicators)["X-3"] == EXACT
    found = compared("${abroad} = '1'", "${abroad} = '1' and ${age} >= 30")
    assert effects(found.indicators)["X-3"] == DEGRADED
    assert "last arrival" not in {effect.id: effect.note for effect in found.indicators}["X-3"]


def test_a_widened_question_stays_exact_and_its_tables_say_who_is_left_out() -> None:
    found = compared("${age} >= 15", "${age} >= 10")
    assert set(effects(found.indicators).values()) == {EXACT}
    assert {effect.id: (effect.note, effect.filters) for effect in found.tables if effect.filters} == {
        "T2": ("note added", ("only where ${age} >= 15",)), "T3": ("note added", ("only where ${age} >= 15",))
    }  # fmt: skip


def test_another_count_of_a_repeat_breaks_every_statistic_of_its_rows() -> None:
    found = compared("How many people?", "How many adults?")
    assert set(effects(found.indicators).values()) == {BROKEN}


def test_an_answer_lost_in_a_condition_leaves_another_universe() -> None:
    found = compared(line("abroad"), "")
    assert effects(found.indicators) == {"X-1": EXACT, "X-2": BROKEN, "X-3": BROKEN, "X-4": BROKEN, "X-9": BROKEN}


def test_indicators_that_only_questions_name_are_followed_too() -> None:
    found = compared(line("last"), "", contract=Contract())
    assert effects(found.indicators) == {"X-9": LOST}


def test_a_contract_finds_its_questions_by_their_ids_in_a_version_that_renamed_them() -> None:
    def named(name: str) -> str:
        form = FORM.replace("| indicator |", "| x_qid |").replace("| X-9       |", "|           |")
        return form.replace(line("sex"), f"| | select_one sex | {name} | Sex? | | | | roster.sex |\n")

    before, after = named("q7"), named("q7").replace("Sex?", "Gender?")
    found = compare.compare_versions(workbook(before), workbook(after), CONTRACT)
    assert effects(found.indicators) == {"X-1": BROKEN, "X-2": EXACT, "X-3": EXACT, "X-4": EXACT}


def test_indicators_left_out_of_the_contract_on_purpose_are_not_followed() -> None:
    found = compared(line("last"), "", contract=Contract(left_out={"X-9": "computed elsewhere"}))
    assert found.indicators == ()


def test_the_state_of_a_statistic_has_one_mark_whatever_else_changed() -> None:
    marks = [
        {effect.id: effect.fingerprint for effect in found.indicators}["X-4"]
        for found in (
            compared(line("first"), ""),
            compared(line("first"), "| | text | remark | Remark? |\n"),
            compared("Year of first arrival?", "Year of first coming?"),
        )
    ]
    assert marks[0] == marks[1] != marks[2]


@pytest.mark.parametrize(("name", "kept"), [("sex", 3), ("age", 3), ("n", 4)])
def test_topics_count_what_the_version_before_covers(name: str, kept: int) -> None:
    form = FORM.replace(
        line("last"), line("last") + "| | text | marital | Marital status? |\n| | text | rel_head | Relation? |\n"
    )
    after = form.replace(line(name), "").replace("${n}", "3") if name == "n" else form.replace(line(name), "")
    found = compare.compare_versions(workbook(form), workbook(after)).topics
    assert found["core"] == (kept, 4)
