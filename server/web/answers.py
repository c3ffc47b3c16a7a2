"""Answers: an interview as its reader may see it; what identifies persons is taken out before it is put in words."""

from __future__ import annotations

from dataclasses import replace

from forms.definition import Form
from forms.instances import Answers, Instance
from forms.reading import Section, read_out

CONCEALED = "•••"
"""Stands for an answer that identifies a person, also where another question's wording quotes it."""


def sections(form: Form, instance: Instance, language: str, *, identifying: bool) -> tuple[Section, ...]:
    """The answers in words, section by section; with `identifying`, also those that identify persons."""
    if not identifying:
        instance = replace(instance, answers=_concealed(instance.answers, identifying_questions(form)))
    derived = frozenset(question.name for question in form.questions() if question.type == "calculate")
    return tuple(filter(None, (_asked(section, derived) for section in read_out(form, instance, language))))


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
