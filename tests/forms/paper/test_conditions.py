"""Conditions as they stand on paper: the relevance of a question in words."""

import pytest

from forms.paper.words import languages
from tests.forms.paper.drawn import items, plain, printed

SURVEY = """
    | survey |                       |       |                      |                        |          |
    |        | type                  | name  | label                | calculation            | relevant |
    |        | begin_group           | g     | Home                 |                        | AROUND   |
    |        | select_one where      | born  | Where were you born? |                        |          |
    |        | select_multiple kinds | eats  | What do you eat?     |                        |          |
    |        | integer               | age   | How old are you?     |                        |          |
    |        | integer               | left  | How many left?       |                        |          |
    |        | calculate             | adult |                      | if(${age} >= 18, 1, 0) |          |
    |        | calculate             | home  |                      | concat(${born}, 'x')   |          |
    |        | text                  | asked | Why?                 |                        | RELEVANT |
    |        | end_group             |       |                      |                        |          |
"""


def sheet(relevant: str, around: str = ""):
    return printed(SURVEY.replace("RELEVANT", relevant).replace("AROUND", around))


def said(relevant: str) -> str:
    return plain(items(sheet(relevant))["A5"].condition)


@pytest.mark.parametrize(
    ("relevant", "words"),
    [
        ("", ""),
        ("'yes' = 'yes'", ""),
        ("${born} = '2'", "Ask only if A1 = 2 (Abroad)."),
        ("${born} = '1' or ${born} = '2'", "Ask only if A1 = 1 (Here) or 2 (Abroad)."),
        ("selected('1 2 98', ${born})", "Ask only if A1 = 1, 2 or 98."),
        ("${born} >= 2 and ${born} < 50", "Ask only if A1 = 2 (Abroad)."),
        ("${born} != '2'", "Ask only if A1 is not 2 (Abroad)."),
        ("not(${born} = '1' or ${born} = '2')", "Ask only if A1 is not 1 (Here) and A1 is not 2 (Abroad)."),
        ("selected(${eats}, '1')", "Ask only if 1 (Fish) is ticked in A2."),
        ("not(selected(${eats}, '0'))", "Ask only if 0 (None) is not ticked in A2."),
        ("${eats} != ''", "Ask only if A2 is answered."),
        ("${age} >= 15", "Ask only if A3 is 15 or more."),
        ("${age} >= 0 and ${age} < 18", "Ask only if A3 is less than 18."),
        ("${age} >= 6 and ${age} <= 12", "Ask only if A3 is from 6 to 12."),
        ("not(${age} < 15)", "Ask only if A3 is 15 or more or not known."),
        ("15 <= ${age}", "Ask only if A3 is 15 or more."),
        ("${age} > 2026 - 2020", "Ask only if A3 is more than 6."),
        ("${left} > ${age}", "Ask only if A4 is more than A3."),
        ("${left} + ${age} > 3", "Ask only if A4 + A3 is more than 3."),
        ("count-selected(${eats}) > 1", "Ask only if the number of answers in A2 is more than 1."),
        ("${adult} = 1", "Ask only if A3 is 18 or more."),
        ("${adult} = 0", "Ask only if A3 is less than 18 or not known."),
        ("'no' = 'no' and ${born} = '2'", "Ask only if A1 = 2 (Abroad)."),
        (
            "(${born} = '2' or ${age} > 3) and selected(${eats}, '2')",
            "Ask only if (A1 = 2 (Abroad) or A3 is more than 3) and 2 (Meat) is ticked in A2.",
        ),
        ("starts-with(${home}, 'x')", "Ask only if the answers to A1 call for it."),
    ],
)
def test_a_relevance_is_said_in_words(relevant, words):
    assert said(relevant) == words


def test_a_question_that_nobody_is_asked_is_not_printed():
    assert [*items(sheet("'no' = 'yes'"))] == ["A1", "A2", "A3", "A4"]


def test_what_the_section_says_is_not_said_again():
    found = sheet("${age} > 5 and ${born} = '2'", around="${age} > 5")
    assert plain(found.sections[0].condition) == "This part only if A3 is more than 5."
    assert plain(items(found)["A5"].condition) == "Ask only if A1 = 2 (Abroad)."


@pytest.mark.parametrize("language", sorted(languages()))
def test_every_language_says_every_phrase_with_the_same_places(language):
    english, own = languages()["en"], languages()[language]
    assert own.keys() == english.keys()
    for name, phrase in english.items():
        wanted = {part.partition("}")[0] for part in phrase.split("{")[1:]}
        assert {part.partition("}")[0] for part in own[name].split("{")[1:]} == wanted, name


@pytest.mark.parametrize("language", sorted(set(languages()) - {"en"}))
def test_no_language_borrows_a_sentence_from_english(language):
    same = {name for name, phrase in languages()[language].items() if phrase == languages()["en"][name]}
    assert not same & {"ask_if", "part_if", "go_to", "how_choice", "worked_out", "by_answers", "check", "page_help"}
