"""The printed questionnaire before it becomes a file: numbers, places for answers, grids, lists, checks and skips."""

import textwrap

import pytest

from forms import catalog
from forms.errors import WorkbookError
from forms.paper.assembly import assemble
from forms.paper.questionnaire import Boxes, Grid, Heading, Item, Pages
from tests.forms.paper.drawn import items, plain, printed


def one(type_: str, constraint: str = "") -> Item:
    return items(
        printed(f"""
            | survey |             |       |        |              |
            |        | type        | name  | label  | constraint   |
            |        | begin_group | g     | Home   |              |
            |        | {type_}     | asked | Say it | {constraint} |
            |        | end_group   |       |        |              |
        """)
    )["A1"]


@pytest.mark.parametrize(
    ("constraint", "boxes", "note"),
    [
        (". >= 0 and . <= 120", 3, "0–120"),
        (". = -98 or (. >= 0 and . <= 12)", 3, "0–12; -98"),
        (". >= 1 and . <= 5", 1, "1–5"),
        (". >= 2026 - 120 and . <= 2026", 4, "1906–2026"),
        (". >= 3", 6, "3 or more"),
        ("", 6, ""),
    ],
)
def test_a_number_has_as_many_boxes_as_its_greatest_value(constraint, boxes, note):
    item = one("integer", constraint)
    assert item.answer.boxes == (Boxes(boxes),)
    assert plain(item.answer.note) == note


def test_a_date_has_boxes_for_day_month_and_year():
    assert [(boxes.count, boxes.caption) for boxes in one("date").answer.boxes] == [
        (2, "Day"),
        (2, "Month"),
        (4, "Year"),
    ]


def test_a_short_text_has_a_box_for_each_letter_and_another_has_a_line():
    assert one("text", "string-length(.) <= 5").answer.boxes == (Boxes(5),)
    assert one("text").answer.lines == 1


def test_answers_are_ticked_by_code():
    answer = one("select_multiple kinds").answer
    assert [(option.code, option.label) for option in answer.options] == [("0", "None"), ("1", "Fish"), ("2", "Meat")]
    assert answer.several
    assert not one("select_one kinds").answer.several


def test_a_long_list_stands_once_at_the_end():
    places = "\n".join(f"    | | places | {n:03} | Place {n} |" for n in range(40))
    sheet = printed(
        """
            | survey |                   |      |        |
            |        | type              | name | label  |
            |        | begin_group       | g    | Home   |
            |        | select_one places | one  | First  |
            |        | select_one places | two  | Second |
            |        | end_group         |      |        |
        """,
        choices=f"\n    | choices | | | |\n    | | list_name | name | label |\n{places}\n",
    )
    assert [item.answer.note for item in items(sheet).values()] == ["Code from list 1"] * 2
    assert items(sheet)["A1"].answer.boxes == (Boxes(3),)
    (codes,) = sheet.code_lists
    assert len(codes.options) == 40
    assert plain(codes.used_by) == "For A1 and A2"


def gotos(survey: str, number: str) -> list[str]:
    return [option.goto for option in items(printed(survey))[number].answer.options]


def test_at_1_18_an_answer_says_where_it_leads():
    survey = """
        | survey |                  |      |                |                |
        |        | type             | name | label          | relevant       |
        |        | begin_group      | g    | Home           |                |
        |        | select_one where | born | Where?         |                |
        |        | text             | town | Which town?    | ${born} = '2'  |
        |        | text             | land | Which country? | ${town} != ''  |
        |        | integer          | age  | How old?       |                |
        |        | end_group        |      |                |                |
    """
    assert gotos(survey, "A1") == ["go to A4", "", "go to A4"]


def test_an_answer_leads_to_the_end_when_nothing_follows():
    survey = """
        | survey |                  |      |             |               |
        |        | type             | name | label       | relevant      |
        |        | begin_group      | g    | Home        |               |
        |        | select_one where | born | Where?      |               |
        |        | end_group        |      |             |               |
        |        | begin_group      | h    | Away        | ${born} = '2' |
        |        | text             | town | Which town? |               |
        |        | end_group        |      |             |               |
    """
    assert gotos(survey, "A1") == ["go to the end", "", "go to the end"]


def test_no_skip_is_printed_where_another_answer_could_have_the_question_asked():
    survey = """
        | survey |                  |      |             |                              |
        |        | type             | name | label       | relevant                     |
        |        | begin_group      | g    | Home        |                              |
        |        | integer          | age  | How old?    |                              |
        |        | select_one where | born | Where?      |                              |
        |        | text             | town | Which town? | ${born} = '2' or ${age} > 15 |
        |        | text             | more | What else?  |                              |
        |        | end_group        |      |             |                              |
    """
    assert gotos(survey, "A2") == ["", "", ""]


SEVERAL = """
    | survey |                       |       |             |                         |            |
    |        | type                  | name  | label       | relevant                | constraint |
    |        | begin_group           | g     | Home        |                         |            |
    |        | select_multiple kinds | eats  | What?       |                         | CONSTRAINT |
    |        | text                  | which | Which fish? | selected(${eats}, '1')  |            |
    |        | text                  | more  | What else?  |                         |            |
    |        | end_group             |       |             |                         |            |
"""


def test_one_of_several_answers_leads_on_only_where_it_stands_alone():
    alone = SEVERAL.replace("CONSTRAINT", "not(selected(., '0') and count-selected(.) > 1)")
    assert gotos(alone, "A1") == ["go to A3", "", ""]
    assert gotos(SEVERAL.replace("CONSTRAINT", ""), "A1") == ["", "", ""]


def test_a_soft_check_stands_under_its_question_and_is_none_itself():
    survey = """
        | survey |             |      |            |             |                     |
        |        | type        | name | label      | soft_when   | soft_message        |
        |        | begin_group | g    | Home       |             |                     |
        |        | integer     | age  | How old?   | ${age} > 90 | That is old. Right? |
        |        | text        | more | What else? |             |                     |
        |        | end_group   |      |            |             |                     |
    """
    yes = """
        | choices |           |      |       |
        |         | list_name | name | label |
        |         | yesno     | 1    | Yes   |
    """
    found = items(printed(survey, choices=textwrap.dedent(yes)))
    assert [*found] == ["A1", "A2"]
    assert [plain(check) for check in found["A1"].checks] == ["Check if A1 is more than 90: That is old. Right?"]


def test_a_label_that_decides_who_is_asked_is_worked_out_on_paper():
    survey = """
        | survey |                  |       |               |                        |               |
        |        | type             | name  | label         | calculation            | relevant      |
        |        | begin_group      | g     | Home          |                        |               |
        |        | integer          | age   | How old?      |                        |               |
        |        | calculate        | adult | Grown up      | if(${age} >= 18, 1, 0) |               |
        |        | text             | work  | What work?    |                        | ${adult} = 1  |
        |        | end_group        |       |               |                        |               |
    """
    found = items(printed(survey))
    assert [plain(hint) for hint in found["A2"].hints] == ["Do not ask. Write 1 if A1 is 18 or more, otherwise 0."]
    assert plain(found["A3"].condition) == "Ask only if A2 = 1."


def test_another_answer_is_spelt_out_beside_its_code():
    survey = """
        | survey |                  |          |         |               |
        |        | type             | name     | label   | relevant      |
        |        | begin_group      | g        | Home    |               |
        |        | select_one where | born     | Where?  |               |
        |        | text             | born_oth | Which?  | ${born} = '2' |
        |        | end_group        |          |         |               |
    """
    found = items(printed(survey))
    assert [*found] == ["A1"]
    assert [option.has_line for option in found["A1"].answer.options] == [False, True, False]


ROSTER = """
    | survey |                       |        |                         |                      |              |
    |        | type                  | name   | label                   | constraint           | repeat_count |
    |        | begin_group           | g      | Home                    |                      |              |
    |        | integer               | size   | How many?               | . >= 1 and . <= 20   |              |
    |        | end_group             |        |                         |                      |              |
    |        | begin_repeat          | member | Member                  |                      | ${size}      |
    |        | text                  | first  | What is the name?       |                      |              |
    |        | select_one where      | born   | Where is ${first} from? |                      |              |
    |        | integer               | age    | How old?                |                      |              |
    |        | select_multiple kinds | eats   | What does ${first} eat? |                      |              |
    |        | end_repeat            |        |                         |                      |              |
"""


def test_a_list_of_people_begins_as_a_grid_and_goes_on_page_by_page():
    grid, pages = printed(ROSTER).sections[1].blocks
    assert isinstance(grid, Grid)
    assert [column.number for column in grid.columns] == ["B1", "B2", "B3"]
    assert grid.rows == 8
    assert isinstance(pages, Pages)
    assert [block.number for block in pages.blocks] == ["B4"]


def test_an_answer_read_out_becomes_the_number_of_its_question():
    assert plain(items(printed(ROSTER))["B4"].text) == "What does (B1) eat?"


def test_numbers_are_the_same_in_every_language():
    book = catalog.load("census_migration")
    sheets = [items(assemble(book, language)) for language in book.header.languages]
    assert all([*sheet] == [*sheets[0]] for sheet in sheets)


def test_the_census_opens_with_its_dwelling_its_visits_and_their_results():
    cover = assemble(catalog.load("census_migration"), "en").cover
    assert cover.identification[0].number == "A1"
    assert cover.visits == 5
    assert {option.code for option in cover.results} == set(catalog.load("census_migration").header.dispositions)


def test_every_title_is_followed_by_something():
    for name in catalog.names():
        for section in assemble(catalog.load(name, draft=True), "en").sections:
            assert not isinstance(section.blocks[-1], Heading), (name, section.letter)


@pytest.mark.parametrize("name", catalog.names())
def test_every_question_of_the_library_has_one_number_and_a_place_for_its_answer(name):
    sheet = assemble(catalog.load(name, draft=True), "en")
    found = [item for item in items(sheet).values() if item.number]
    assert found
    assert all(item.answer.boxes or item.answer.lines or item.answer.options for item in found)


def test_a_language_that_the_form_has_not_is_refused():
    with pytest.raises(WorkbookError, match=r"'listing' has no 'xx'. Choose one of en, fr"):
        assemble(catalog.load("listing", draft=True), "xx")
