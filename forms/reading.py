"""Section: an interview as a person reads it, in the words that were asked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from forms.codebook import choices, kind
from forms.definition import Form, Group, Node, Question, Repeat, Texts
from forms.instances import Answers, Instance, rows_of, text_of
from forms.wording import in_language

BLANK = "…"
"""Stands in a question's wording for an answer that was not given."""

_REFERENCE = re.compile(r"\$\{\s*(?:last-saved#)?([^}\s]+)\s*\}")


@dataclass(frozen=True)
class Answer:
    """One answered question: its wording, its name, the answer in words and as it is coded."""

    label: str
    name: str
    text: str
    code: str


@dataclass(frozen=True)
class Section:
    """The answers under one heading. A row of a repeat is a section; `position` counts rows from 1, else 0."""

    title: str
    path: str
    position: int
    answers: tuple[Answer, ...]
    sections: tuple[Section, ...]


def read_out(form: Form, instance: Instance, language: str) -> tuple[Section, ...]:
    """Lay an interview out as it was asked: a section for each group and each row of a repeat.

    Only answered questions that have a wording are there: calculations and metadata are not. `${name}` in a
    wording is replaced by the answer in words, looked up in the row and then in the rows around it. Wording
    that `language` lacks comes in the form's own language. Questions outside all groups come under the form's
    title. Text in Markdown or HTML is left as the form's author wrote it.
    """
    reader = _Reader(form, language, {question.name: question for question in form.questions()})
    own = reader.section(form.title, "", 0, form.children, (instance.answers,))
    outside = Section(own.title, own.path, 0, own.answers, ())
    return ((outside,) if own.answers else ()) + own.sections


_Scopes = tuple[Answers, ...]
"""The answers of a row and of the rows around it, the innermost first."""


@dataclass(frozen=True)
class _Reader:
    form: Form
    language: str
    questions: Mapping[str, Question]

    def section(self, title: str, path: str, position: int, nodes: tuple[Node, ...], scopes: _Scopes) -> Section:
        answers = tuple(self._answers(nodes, scopes))
        return Section(title, path, position, answers, tuple(self._sections(nodes, scopes)))

    def _answers(self, nodes: tuple[Node, ...], scopes: _Scopes) -> Iterator[Answer]:
        for node in nodes:
            if isinstance(node, Question) and node.labels:
                code = text_of(scopes[0], node.name)
                if code is not None:
                    yield Answer(self._wording(node.labels, scopes), node.name, self._in_words(node, code), code)

    def _sections(self, nodes: tuple[Node, ...], scopes: _Scopes) -> Iterator[Section]:
        for node in nodes:
            if isinstance(node, Group):
                section = self.section(self._wording(node.labels, scopes), node.path, 0, node.children, scopes)
                if section.answers or section.sections:
                    yield section
            elif isinstance(node, Repeat):
                for position, row in enumerate(rows_of(scopes[0], node.name), start=1):
                    inner = (row, *scopes)
                    title = self._wording(node.labels, inner) or node.name
                    yield self.section(title, f"{node.path}[{position}]", position, node.children, inner)

    def _wording(self, labels: Texts, scopes: _Scopes) -> str:
        text = in_language(labels, self.language, self.form.language)
        return _REFERENCE.sub(lambda reference: self._referred(reference[1], scopes), text)

    def _referred(self, name: str, scopes: _Scopes) -> str:
        for answers in scopes:
            code = text_of(answers, name)
            if code is not None:
                return self._in_words(self.questions[name], code) if name in self.questions else code
        return BLANK

    def _in_words(self, question: Question, code: str) -> str:
        typed = kind(question, self.form)
        if typed not in ("category", "multiple"):
            return code.strip()
        wording = {
            name: in_language(texts, self.language, self.form.language) or name
            for name, texts in choices(question, self.form).items()
        }
        codes = code.split() if typed == "multiple" else [code.strip()]
        return ", ".join(wording.get(each, each) for each in codes)
