"""Form: a questionnaire as a tree of questions, groups and repeats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

Texts = Mapping[str, str]
"""Wording by language code: `{"en": "Age", "ru": "Возраст"}`."""


@dataclass(frozen=True)
class Choice:
    """One answer of a choice list: its code, its wording and its filter columns."""

    name: str
    labels: Texts
    filters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """One row that makes a node in the answer sheet: a question, a calculation or a metadata item.

    `path` is the node's path below the root, `person/birth_country`; `columns` holds every further
    column of the survey sheet (concept, universe, source, pii ...).
    """

    name: str
    type: str
    path: str
    labels: Texts = field(default_factory=dict)
    hints: Texts = field(default_factory=dict)
    list_name: str | None = None
    relevant: str = ""
    required: str = ""
    constraint: str = ""
    calculation: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_select(self) -> bool:
        """Is it answered from a list?"""
        return self.type.startswith("select_")


@dataclass(frozen=True)
class Group:
    """Rows asked under one heading."""

    name: str
    path: str
    labels: Texts
    children: tuple[Node, ...]
    relevant: str = ""


@dataclass(frozen=True)
class Repeat:
    """Rows asked once for each member of a list: it becomes a table of its own."""

    name: str
    path: str
    labels: Texts
    children: tuple[Node, ...]
    relevant: str = ""
    count: str = ""


Node = Question | Group | Repeat


@dataclass(frozen=True)
class Form:
    """A questionnaire in memory.

    `table` names the table of the root (one row for each interview). `sample_key` is the question that
    holds the sampled unit's key. `dispositions` maps codes of the question `result` to AAPOR codes
    ("1.1"), or to "" while the unit stays open.
    """

    id: str
    title: str
    version: str
    language: str
    languages: tuple[str, ...]
    children: tuple[Node, ...]
    lists: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)
    table: str = "household"
    sample_key: str | None = None
    result: str | None = None
    visit: str | None = None
    position: str | None = None
    dispositions: Mapping[str, str] = field(default_factory=dict)

    def questions(self) -> Iterator[Question]:
        """Every question in the order of the sheet, those inside repeats included."""
        yield from _questions(self.children)

    def repeats(self) -> Iterator[Repeat]:
        """Every repeat, outer before inner."""
        yield from _repeats(self.children)

    def question(self, name: str) -> Question:
        """The question of that name; KeyError when the form has none."""
        for question in self.questions():
            if question.name == name:
                return question
        raise KeyError(f"form {self.id} has no question {name!r}")


def _questions(nodes: tuple[Node, ...]) -> Iterator[Question]:
    for node in nodes:
        if isinstance(node, Question):
            yield node
        else:
            yield from _questions(node.children)


def _repeats(nodes: tuple[Node, ...]) -> Iterator[Repeat]:
    for node in nodes:
        if isinstance(node, Repeat):
            yield node
        if not isinstance(node, Question):
            yield from _repeats(node.children)
