"""An interview is read out in the words that were asked."""

from __future__ import annotations

from dataclasses import replace

from forms import reading
from forms.instances import Answers, Head, Instance
from forms.reading import Answer, Section
from tests.forms.households import form

FORM = form()


def read_out(language: str = "en", **answers: str | list[Answers]) -> tuple[Section, ...]:
    """The sections of an interview with these answers."""
    return reading.read_out(FORM, Instance(Head(FORM.id, FORM.version, "uuid:1", ""), answers), language)


def test_an_answer_comes_with_its_question_in_words_and_as_coded() -> None:
    [visit] = read_out(rooms="3", water="96 1")
    assert visit == Section(
        "Visit", "visit", 0, (Answer("Rooms", "rooms", "3", "3"), Answer("Water", "water", "Other, Tap", "96 1")), ()
    )


def test_rows_of_a_repeat_are_numbered_sections_within_their_group() -> None:
    [people] = read_out(person=[{"sex": "1"}, {"trip": [{"to": "KGZ"}, {"year": "2020"}]}])
    first, second = people.sections
    assert (first.path, first.position, second.position) == ("people/person[1]", 1, 2)
    assert [(trip.title, trip.position, trip.answers[0].text) for trip in second.sections] == [
        ("Trip", 1, "Kyrgyzstan"),
        ("Trip", 2, "2020"),
    ]


def test_a_name_in_a_question_is_the_answer_of_the_same_row_or_of_the_row_around() -> None:
    [people] = read_out(person=[{"p_name": "A.", "sex": "1"}, {"p_name": "B.", "trip": [{"to": "TJK"}]}, {"sex": "2"}])
    assert people.sections[0].answers[1].label == "Sex of A."
    assert people.sections[1].sections[0].answers[0].label == "Where did B. go?"
    assert people.sections[2].answers[0].label == "Sex of …"


def test_answers_come_in_the_readers_language_and_else_in_the_forms() -> None:
    [people] = read_out("ru", person=[{"sex": "2"}])
    assert people.sections[0].answers == (Answer("Sex of …", "sex", "Женский", "2"),)


def test_a_code_that_has_no_wording_is_shown_as_it_is() -> None:
    [people] = read_out(person=[{"sex": "7"}])
    assert people.sections[0].answers[0].text == "7"


def test_what_nobody_asked_is_not_read_out() -> None:
    assert read_out(start="2026-01-01T10:00:00Z", deviceid="x") == ()


def test_questions_outside_groups_come_under_the_forms_title() -> None:
    visit = FORM.children[3]
    loose = replace(FORM, children=visit.children)
    [section] = reading.read_out(loose, Instance(Head(FORM.id, "", "uuid:1", ""), {"rooms": "2"}), "en")
    assert (section.title, section.answers[0].text) == ("Household test", "2")
