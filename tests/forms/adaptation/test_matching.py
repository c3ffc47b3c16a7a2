"""Questions are matched by their id, then by name, then by wording when somebody agrees, never by their line."""

from __future__ import annotations

from forms.adaptation import matching
from tests.drawing import workbook

BEFORE = """
    | survey |                  |        |                                         |               |
    |        | type             | name   | label                                   | x_qid         |
    |        | integer          | age    | How old is this person?                 | roster.age    |
    |        | select_one yesno | work   | Did this person work in the last week?  | roster.work   |
    |        | begin_repeat     | person | Person                                  | roster.person |
    |        | text             | name   | What is the first name of this person?  | roster.name   |
    |        | end_repeat       |        |                                         |               |
    | choices | list_name | name | label |
    |         | yesno     | 1    | Yes   |
    |         | yesno     | 2    | No    |
    """


def after(*rows: str):
    """The form before with other rows in the survey sheet."""
    lines = BEFORE.strip().splitlines()
    return workbook("\n".join(["    " + lines[0].strip(), lines[1], *(f"    | {row}" for row in rows), *lines[-3:]]))


def names(matched: matching.Matching) -> dict[str, str]:
    return {before["name"]: then["name"] for before, then in matched.pairs}


def test_a_question_that_was_renamed_is_known_by_its_id() -> None:
    matched = matching.match(workbook(BEFORE), after("| integer | years | Years? | roster.age |"))
    assert names(matched) == {"age": "years"}


def test_two_questions_that_exchanged_their_names_are_known_by_their_ids() -> None:
    rows = ("| integer | work | A? | roster.age |", "| select_one yesno | age | B? | roster.work |")
    assert names(matching.match(workbook(BEFORE), after(*rows))) == {"age": "work", "work": "age"}


def test_of_a_row_that_was_copied_the_one_that_kept_the_name_is_the_original() -> None:
    rows = ("| integer | age_mother | A? | roster.age |", "| integer | age | A? | roster.age |")
    matched = matching.match(workbook(BEFORE), after(*rows))
    assert names(matched) == {"age": "age"}
    assert [row["name"] for row in matched.added] == ["age_mother"]


def test_a_row_without_id_is_known_by_its_name() -> None:
    assert names(matching.match(workbook(BEFORE), after("| integer | age | Quite other words | |"))) == {"age": "age"}


def test_a_question_in_the_same_line_is_not_the_same_question() -> None:
    matched = matching.match(workbook(BEFORE), after("| integer | rooms | How many rooms are there? | |"))
    assert names(matched) == {}
    assert len(matched.removed) == 4


def test_a_group_is_never_a_question_of_that_name() -> None:
    rows = ("| begin_group | age | Age | |", "| end_group | | | |")
    assert "age" not in names(matching.match(workbook(BEFORE), after(*rows)))


def test_likeness_of_wording_is_a_guess_and_matches_only_when_somebody_agrees() -> None:
    then = after("| integer | years | How old is this person ? | |")
    guessed = matching.match(workbook(BEFORE), then)
    assert (names(guessed), guessed.guesses) == ({}, {"age": "years"})
    assert names(matching.match(workbook(BEFORE), then, guessed.guesses)) == {"age": "years"}


def test_each_question_is_guessed_once() -> None:
    rows = ("| integer | one | How old is this person? | |", "| integer | two | How old is this person? | |")
    assert matching.match(workbook(BEFORE), after(*rows)).guesses == {"age": "one"}


def test_rows_of_a_shorthand_follow_the_question_that_was_renamed() -> None:
    form = """
        | survey |         |       |        |           |                |            |
        |        | type    | name  | label  | soft_when | soft_message   | x_qid      |
        |        | integer | {0}   | Age?   | . > 100   | Over 100?      | roster.age |
        """
    matched = matching.match(workbook(form.format("age")), workbook(form.format("years")))
    assert names(matched) == {"age": "years", "chk_age": "chk_years", "confirm_age": "confirm_years"}


def test_formulas_of_the_version_after_are_read_under_the_names_before() -> None:
    rows = ("| integer | years | A? | roster.age |", "| integer | age | Age of the dog | |")
    known = matching.match(workbook(BEFORE), after(*rows)).names
    assert (known["years"], known["age"]) == ("age", "age.new")
