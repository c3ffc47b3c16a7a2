"""Edits: the catalogue of a form, and what an interview does not keep."""

from __future__ import annotations

import pytest

from forms import edits, workbook, xform
from forms.definition import Form
from forms.edits import Broken, Edit
from forms.interview import Interview, prepare

DRAWN = """
| survey |
| | type | name | label | required | constraint | constraint_message | soft_when | soft_message | source |
| | begin_repeat | person | Person | | | | | | |
| | integer | age | How old? | yes | . <= 120 | At most 120. | ${age} > 100 | Is ${age} right? | UN |
| | integer | year | Which year? | no | . > 1900 | After 1900. | | | |
| | end_repeat | | | | | | | | |
| choices |
| | list_name | name | label |
| | yesno | 1 | Yes |
| | yesno | 2 | No |
"""
ROW = "<person><age>{}</age><chk_age>0</chk_age><confirm_age>{}</confirm_age><year>{}</year></person>"


@pytest.fixture(scope="module")
def book() -> workbook.Workbook:
    return workbook.from_markdown(DRAWN)


@pytest.fixture(scope="module")
def catalogue(book: workbook.Workbook) -> dict[str, Edit]:
    return {edit.id: edit for edit in edits.of(Form.from_workbook(book))}


def broken(book: workbook.Workbook, *rows: str) -> list[tuple[str, str, bool]]:
    received = f'<data id="drawn">{"".join(rows)}</data>'.encode()
    interview = Interview(prepare(xform.compile(book).xml), received=received)
    found: tuple[Broken, ...] = edits.judge(interview, edits.of(Form.from_workbook(book)))
    return [(each.edit.id, each.path, each.confirmed) for each in found]


def test_a_form_has_one_edit_for_each_rule(catalogue: dict[str, Edit]) -> None:
    assert list(catalogue) == [
        "drawn/age/hard",
        "drawn/age/required",
        "drawn/age/soft",
        "drawn/year/hard",
    ]


def test_an_edit_says_what_must_hold_and_what_the_form_says_otherwise(catalogue: dict[str, Edit]) -> None:
    assert catalogue["drawn/age/hard"] == Edit(
        "drawn/age/hard", "hard", "age", "person/age", ". <= 120", {"en": "At most 120."}, "UN"
    )


def test_a_soft_edit_says_which_answers_are_odd(catalogue: dict[str, Edit]) -> None:
    soft = catalogue["drawn/age/soft"]
    assert (soft.condition, soft.messages, soft.source) == ("${age} > 100", {"en": "Is ${age} right?"}, "UN")


def test_an_interview_that_keeps_all_breaks_nothing(book: workbook.Workbook) -> None:
    assert broken(book, ROW.format(30, "", 1990)) == []


def test_edits_are_judged_row_by_row(book: workbook.Workbook) -> None:
    assert broken(book, ROW.format(30, "", 1890), ROW.format(121, "1", 1990)) == [
        ("drawn/age/hard", "/data/person[2]/age", False),
        ("drawn/age/soft", "/data/person[2]/chk_age", True),
        ("drawn/year/hard", "/data/person[1]/year", False),
    ]


def test_an_answer_that_is_needed_and_missing_is_broken(book: workbook.Workbook) -> None:
    assert broken(book, ROW.format("", "", "")) == [("drawn/age/required", "/data/person[1]/age", False)]


@pytest.mark.parametrize(("answer", "confirmed"), [("1", True), ("2", False), ("", False)])
def test_an_odd_answer_is_confirmed_by_yes(book: workbook.Workbook, answer: str, confirmed: bool) -> None:
    assert broken(book, ROW.format(110, answer, "")) == [("drawn/age/soft", "/data/person[1]/chk_age", confirmed)]
