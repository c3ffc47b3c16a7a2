"""Function: something that an expression can call, and the tables that hold them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from forms.errors import XPathError
from forms.xpath import dates
from forms.xpath.contexts import Context
from forms.xpath.nodes import Node
from forms.xpath.values import Nodeset, Value, to_number, unpack

Work = Callable[[Sequence[Value], Context], Value]
ANY = -1
"""No limit to the number of arguments."""


@dataclass(frozen=True)
class Function:
    """What is called, and how many arguments it takes."""

    work: Work
    least: int
    most: int

    def takes(self, count: int) -> bool:
        """Does it take that many arguments?"""
        return self.least <= count and (self.most == ANY or count <= self.most)


class Table(dict[str, Function]):
    """Functions by their names."""

    def add(self, *names: str, least: int, most: int | None = None) -> Callable[[Work], Work]:
        """Take in what follows, under each of the names; `most` is `least` when not given."""

        def take(work: Work) -> Work:
            self.update(dict.fromkeys(names, Function(work, least, least if most is None else most)))
            return work

        return take

    def simple(self, name: str, work: Callable[[Value], Value]) -> None:
        """Take in a function of one value."""
        self[name] = Function(lambda arguments, context: work(arguments[0]), 1, 1)

    def constant(self, name: str, work: Callable[[Context], Value]) -> None:
        """Take in a function without arguments."""
        self[name] = Function(lambda arguments, context: work(context), 0, 0)


def exact(value: Value) -> float:
    """A number; a moment that is no answer of its own as days and parts of days, as JavaRosa has it."""
    return dates.fraction(value) if isinstance(value, datetime) else to_number(value)


def index_of(value: Value) -> int:
    """A whole number, nought where there is none."""
    number = to_number(value)
    return math.trunc(number) if math.isfinite(number) else 0


def nodes_of(value: Value, name: str) -> tuple[Node, ...]:
    """The nodes of a path. Raises XPathError for anything else."""
    if not isinstance(value, Nodeset):
        raise XPathError(f"{name}() takes a path to questions or rows, not one value")
    return value.nodes


def text_of(value: Value, name: str) -> str:
    """A text. Raises XPathError for anything else, where JavaRosa takes texts only."""
    value = unpack(value)
    if not isinstance(value, str):
        raise XPathError(f"{name}() takes the answer to a choice, a text. This is of type {type(value).__name__}.")
    return value


def spread(arguments: Sequence[Value]) -> Sequence[Value]:
    """The arguments; those of a single path one by one."""
    if len(arguments) == 1 and isinstance(arguments[0], Nodeset):
        return arguments[0].values()
    return arguments
