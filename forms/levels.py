"""Level: the questions answered once for each row of one table, and the levels below; groups are left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from forms.definition import Form, Group, Node, Question, Repeat
from forms.errors import FormError


@dataclass(frozen=True)
class Level:
    """One table of a form: its name, its questions in order, and the tables of the repeats in it."""

    table: str
    questions: tuple[Question, ...]
    levels: tuple[Level, ...]

    @cached_property
    def names(self) -> frozenset[str]:
        """Everything that a row of this table may answer: its questions and its repeats."""
        return frozenset([question.name for question in self.questions] + [level.table for level in self.levels])

    def tables(self) -> Iterator[str]:
        """The names of this table and of all below it."""
        yield self.table
        for level in self.levels:
            yield from level.tables()


def of(form: Form) -> Level:
    """See a form as its tables do: the interview, and below it one level for each repeat.

    Raises FormError when two tables, or two questions of one table, share a name.
    """
    root = _level(form.table, form.children)
    names = list(root.tables())
    for name in names:
        if names.count(name) > 1:
            raise FormError(f"form {form.id}: two tables would be called {name!r}; rename one of the repeats")
    return root


def members(nodes: tuple[Node, ...]) -> Iterator[Question | Repeat]:
    """The questions and repeats of one table, those inside groups included, those inside repeats not."""
    for node in nodes:
        if isinstance(node, Group):
            yield from members(node.children)
        else:
            yield node


def _level(table: str, nodes: tuple[Node, ...]) -> Level:
    questions: dict[str, Question] = {}
    below: dict[str, Level] = {}
    for node in members(nodes):
        if node.name in questions or node.name in below:
            raise FormError(f"table {table!r}: {node.path!r} uses the name {node.name!r} a second time; rename it")
        if isinstance(node, Question):
            questions[node.name] = node
        else:
            below[node.name] = _level(node.name, node.children)
    return Level(table, tuple(questions.values()), tuple(below.values()))
