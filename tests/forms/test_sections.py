"""Sections that parameters leave out: what tablets do not carry, and what stays the same without it."""

import pytest

from forms import sections, workbook, xform

FORM = """
| survey | | | | | | |
| | type | name | label | relevant | calculation | choice_filter |
| | integer | age | Age | | | |
| | begin_group | work | Work | 'no' = 'yes' | | |
| | select_one job | job | Job | | | |
| | end_group | | | | | |
| | select_one place | place | Place | | | |
| | text | title | Title of ${job} | %s | | |
| | calculate | works | | | if(${job} = '1', 1, 0) | |
| choices | | | |
| | list_name | name | label |
| | job | 1 | Farmer |
| | place | 1 | Here |
"""


def names(relevant=""):
    return [row.get("name") for row in sections.asked(workbook.from_markdown(FORM % relevant)).survey]


def test_a_group_whose_condition_is_never_true_is_left_out_with_all_in_it():
    assert names() == ["age", "place", "title", "works"]


def test_a_list_that_only_left_out_questions_ask_for_is_left_out():
    assert set(sections.asked(workbook.from_markdown(FORM % "")).lists) == {"place"}


def test_an_answer_that_is_never_given_is_empty_where_others_look_at_it():
    *_, title, works = sections.asked(workbook.from_markdown(FORM % "")).survey
    assert (title["label"], works["calculation"]) == ("Title of ", "if('' = '1', 1, 0)")


@pytest.mark.parametrize("relevant", ["'no' = 'yes'", "'no' = 'yes' and ${age} > 3", "'yes' != 'yes'"])
def test_a_question_is_left_out_by_the_first_part_of_its_condition(relevant):
    assert "title" not in names(relevant)


@pytest.mark.parametrize(
    "relevant",
    ["'yes' = 'yes'", "'no' != 'yes'", "'no' = 'yes' or ${age} > 3", "'no' = 'yes' and ${age} = 1 or ${age} = 2"],
)
def test_a_question_that_can_be_asked_stays(relevant):
    assert "title" in names(relevant)


def test_an_or_in_parentheses_or_quotes_does_not_keep_a_question():
    assert "title" not in names("'no' = 'yes' and (${age} = 1 or ${age} = 2) and ${place} != 'x or y'")


def test_a_form_without_such_sections_is_the_same():
    whole = workbook.from_markdown(FORM.replace("'no' = 'yes'", "${age} > 3") % "")
    assert sections.asked(whole) is whole


def test_the_tablet_gets_no_question_of_a_section_left_out():
    xml = xform.compile(workbook.from_markdown(FORM % "")).xml
    assert b"Farmer" not in xml
    assert b"/data/title" in xml


def test_a_calculation_that_a_left_out_question_triggered_has_no_trigger():
    text = (
        FORM.replace("| choice_filter |", "| trigger |").replace("if(${job} = '1', 1, 0) | |", "now() | ${job} |") % ""
    )
    works = sections.asked(workbook.from_markdown(text)).survey[-1]
    assert "trigger" not in works
    xform.compile(workbook.from_markdown(text))
