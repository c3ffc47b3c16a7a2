"""Expression: the parts of a formula as a tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Origin = Literal["root", "here", "current", "instance"]


@dataclass(frozen=True)
class Number:
    """A number written out."""

    value: float


@dataclass(frozen=True)
class Text:
    """A text in quotation marks."""

    value: str


@dataclass(frozen=True)
class Call:
    """A function with its arguments."""

    name: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True)
class Binary:
    """An operator between two expressions: or and = != < <= > >= + - * div mod."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True)
class Negation:
    """A minus before an expression."""

    operand: Expression


@dataclass(frozen=True)
class Step:
    """One name of a path, with the conditions behind it."""

    name: str
    attribute: bool = False
    predicates: tuple[Expression, ...] = ()


@dataclass(frozen=True)
class Path:
    """A path to nodes: from the `origin`, `parents` levels up, then down the steps.

    `instance` is the id of the list when the origin is one.
    """

    origin: Origin
    parents: int
    steps: tuple[Step, ...]
    instance: str = ""


Expression = Number | Text | Call | Binary | Negation | Path


def parts(expression: Expression) -> Iterator[Expression]:
    """The expression and all within it, those in conditions of paths too."""
    yield expression
    inner: tuple[Expression, ...] = ()
    match expression:
        case Call():
            inner = expression.arguments
        case Binary():
            inner = (expression.left, expression.right)
        case Negation():
            inner = (expression.operand,)
        case Path():
            inner = tuple(predicate for step in expression.steps for predicate in step.predicates)
    for part in inner:
        yield from parts(part)
