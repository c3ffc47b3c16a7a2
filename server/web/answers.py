"""Answers: an interview as its reader may see it; what identifies persons is taken out before it is put in words."""

from __future__ import annotations

from dataclasses import dataclass, replace

from forms.definition import Form
from forms.instances import Answers, Instance
from forms.reading import Answer, Section, read_out

CONCEALED = "•••"
"""Stands for an answer that identifies a person, also where another question's wording quotes it."""


def sections(form: Form, instance: Instance, language: str, *, identifying: bool) -> tuple[Section, ...]:
    """The answers in words, section by section; with `identifying`, also those that identify persons."""
    if not identifying:
        instance = replace(instance, answers=_concealed(instance.answers, identifying_questions(form)))
    derived = frozenset(question.name for question in form.questions() if question.type == "calculate")
    return tuple(filter(None, (_asked(section, derived) for section in read_out(form, instance, language))))


@dataclass(frozen=True)
class Change:
    """One question whose answer another version changed; "" where there is none."""

    label: str
    place: str
    before: str
    after: str


def changes(form: Form, before: Instance, after: Instance, language: str, *, identifying: bool) -> tuple[Change, ...]:
    """What a correction changed, in the order asked; answers that identify persons are put in words if `identifying`.

    Both are read with the form of the later version.
    """
    shown_before, shown_after = (
        _flat(sections(form, one, language, identifying=identifying)) for one in (before, after)
    )
    codes_before, codes_after = (_flat(sections(form, one, language, identifying=True)) for one in (before, after))
    found = []
    for place in dict.fromkeys((*shown_after, *shown_before)):
        old, new = codes_before.get(place), codes_after.get(place)
        if (old and old[1].code) == (new and new[1].code):
            continue
        title, answer = shown_after.get(place) or shown_before[place]
        texts = [one[place][1].text if place in one else "" for one in (shown_before, shown_after)]
        found.append(Change(answer.label, title, *texts))
    return tuple(found)


def _flat(found: tuple[Section, ...]) -> dict[tuple[str, str], tuple[str, Answer]]:
    """Every answer by its section's path and its name, with the section's title where rows repeat."""
    answers: dict[tuple[str, str], tuple[str, Answer]] = {}
    for section in found:
        title = section.title if section.position else ""
        answers |= {(section.path, answer.name): (title, answer) for answer in section.answers}
        answers |= _flat(section.sections)
    return answers


def identifying_questions(form: Form) -> frozenset[str]:
    """The names of the questions whose answers identify a person (`pii` in the survey sheet)."""
    return frozenset(
        question.name for question in form.questions() if question.columns.get("pii", "").strip().lower() == "yes"
    )


def _concealed(answers: Answers, names: frozenset[str]) -> Answers:
    return {
        name: (CONCEALED if name in names else given)
        if isinstance(given, str)
        else [_concealed(row, names) for row in given]
        for name, given in answers.items()
    }


def _asked(section: Section, derived: frozenset[str]) -> Section | None:
    """The section without what the tablet worked out by itself; None when nothing is left."""
    answers = tuple(answer for answer in section.answers if answer.name not in derived)
    below = tuple(filter(None, (_asked(one, derived) for one in section.sections)))
    return replace(section, answers=answers, sections=below) if answers or below else None
