"""Outline: which rows of a form stand on paper, in which section, and by which number.

The numbers are the same in every language: a letter for the section, and a count within it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count

from forms.definition import Form, Group, Node, Question, Repeat
from forms.paper import conditions
from forms.paper.conditions import FALSE, Condition, OneOf, Reader, Ticked, names_of
from forms.shorthand import CHECK, CONFIRM, OTHER

ASKED = (
    *("integer", "decimal", "range", "text", "date", "time", "dateTime", "geopoint", "geotrace", "geoshape"),
    *("select_one", "select_multiple", "select_one_from_file", "select_multiple_from_file", "select_one_external"),
    *("rank", "barcode", "acknowledge", "image", "audio", "video", "file"),
)
"""Types of row that a person answers."""

_POSITION = re.compile(r"\s*position\(\s*\.\.\s*\)\s*")


@dataclass(frozen=True)
class Section:
    """One part of the questionnaire under a letter: a top-level group or repeat, or the rows between two of them."""

    letter: str
    node: Group | Repeat


@dataclass(frozen=True)
class Outline:
    """A form's rows with their numbers. `cover` names the questions that stand on the first page."""

    form: Form
    cover: tuple[str, ...] = ()
    _conditions: dict[str, Condition] = field(default_factory=dict)

    @cached_property
    def questions(self) -> Mapping[str, Question]:
        """Every question by name."""
        return {question.name: question for question in self.form.questions()}

    @cached_property
    def reader(self) -> Reader:
        """What reads the form's conditions."""
        return Reader(self.questions, self.codes, self.computed)

    @cached_property
    def computed(self) -> frozenset[str]:
        """Calculations that have a label and decide who is asked something: the interviewer works them out."""
        asked = " ".join(node.relevant for node in self._nodes(self.form.children) if not _is_silent(node))
        names = set(conditions.REFERENCE.findall(asked))
        return frozenset(
            name
            for name in names
            if (question := self.questions.get(name))
            and question.type == "calculate"
            and question.labels
            and not name.startswith(CHECK)
            and conditions.REFERENCE.search(question.calculation)
            and not self.is_line(name)
        )

    def codes(self, question: Question) -> tuple[str, ...]:
        """The codes of a question's choices."""
        return tuple(choice.name for choice in self.form.lists.get(question.list_name or "", ()))

    def is_line(self, name: str) -> bool:
        """Is the calculation the number of the line in a list?"""
        question = self.questions.get(name)
        return question is not None and _POSITION.fullmatch(question.calculation) is not None

    @cached_property
    def gone(self) -> frozenset[str]:
        """Questions that this form never asks, as their condition holds for nobody."""
        return frozenset(question.name for question in self._never(self.form.children, within=False))

    def _never(self, nodes: tuple[Node, ...], within: bool) -> Iterator[Question]:
        for node in nodes:
            never = within or self.reader.read(node.relevant) == FALSE
            if isinstance(node, Question):
                if never:
                    yield node
            else:
                yield from self._never(node.children, never)

    def condition(self, node: Node) -> Condition:
        """Who is asked a row, as it stands on paper."""
        if node.path not in self._conditions:
            self._conditions[node.path] = conditions.without_answers(self.reader.read(node.relevant), self.gone)
        return self._conditions[node.path]

    def is_soft(self, node: Node) -> bool:
        """Does the row only have an odd answer confirmed?"""
        if not isinstance(node, Question) or not node.name.startswith(CONFIRM):
            return False
        return f"{CHECK}{node.name.removeprefix(CONFIRM)}" in self.questions or node.constraint.strip() == ". = '1'"

    def odd(self, node: Question) -> str:
        """The condition under which a soft check is made."""
        check = self.questions.get(f"{CHECK}{node.name.removeprefix(CONFIRM)}")
        return f"{check.calculation} = 1" if check else node.relevant

    def specified(self, node: Node) -> str:
        """The question whose answer `other` a text spells out: the text stands beside that choice."""
        if isinstance(node, Question) and node.type == "text" and node.name.endswith(OTHER):
            match self.condition(node):
                case OneOf(name, (_,), False) | Ticked(name, (_,), False):
                    asked = self.questions[name].type if name in self.questions else ""
                    return name if asked in ("select_one", "select_multiple") else ""
        return ""

    def stands(self, node: Node) -> bool:
        """Does the row, or one within it, stand on paper?"""
        if self.condition(node) == FALSE:
            return False
        if isinstance(node, Question):
            return node.type in (*ASKED, "note") or node.name in self.computed
        return any(self.stands(child) for child in node.children)

    def is_numbered(self, node: Node) -> bool:
        """Has the row a number of its own?"""
        plain = isinstance(node, Question) and node.type != "note"
        return plain and self.stands(node) and not self.is_soft(node) and not self.specified(node)

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The sections in order; rows at the top level that stand between groups make one without a title."""
        found: list[Group | Repeat] = []
        loose: list[Node] = []
        for node in self.form.children:
            if not self.stands(node):
                continue
            if isinstance(node, Question):
                loose.append(node)
                continue
            found += self._loose(loose)
            loose = []
            found.append(node)
        found += self._loose(loose)
        return tuple(Section(_letter(place), node) for place, node in enumerate(found))

    def _loose(self, nodes: list[Node]) -> list[Group]:
        return [Group("", nodes[0].path, {}, tuple(nodes))] if nodes else []

    @cached_property
    def numbers(self) -> Mapping[str, str]:
        """The number of each question by its name."""
        found: dict[str, str] = {}
        for section in self.sections:
            counter = count(1)
            for node in self._nodes(section.node.children, standing=True):
                if self.is_numbered(node):
                    found[node.name] = f"{section.letter}{next(counter)}"
        return found

    def _nodes(self, nodes: tuple[Node, ...], standing: bool = False) -> Iterator[Node]:
        for node in nodes:
            if standing and not self.stands(node):
                continue
            yield node
            if not isinstance(node, Question):
                yield from self._nodes(node.children, standing)

    def sources(self, name: str, depth: int = 6) -> tuple[str, ...]:
        """The numbers of the questions that a calculation is worked out from."""
        question = self.questions.get(name)
        if question is None or not depth:
            return ()
        found: list[str] = []
        for each in conditions.REFERENCE.findall(question.calculation):
            if each in self.numbers and each != name:
                found.append(self.numbers[each])
            elif each not in self.gone:
                found += self.sources(each, depth - 1)
        return tuple(dict.fromkeys(found))

    def numbers_of(self, condition: Condition) -> tuple[str, ...]:
        """The numbers of the questions that a condition depends on."""
        found: list[str] = []
        for name in names_of(condition):
            found += [self.numbers[name]] if name in self.numbers else self.sources(name)
        return tuple(dict.fromkeys(found))


def _is_silent(node: Node) -> bool:
    return isinstance(node, Question) and (node.type == "calculate" or node.name.startswith(CONFIRM))


def _letter(place: int) -> str:
    """A, B ... Z, AA, AB ..."""
    first, last = divmod(place, 26)
    return (chr(ord("A") + first - 1) if first else "") + chr(ord("A") + last)
