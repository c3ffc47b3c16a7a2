"""Evaluation: works an expression out in a context."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from functools import lru_cache

from forms.errors import XPathError
from forms.xpath.contexts import Context
from forms.xpath.expressions import Binary, Call, Expression, Negation, Number, Path, Step, Text
from forms.xpath.functions import FUNCTIONS
from forms.xpath.parser import parse
from forms.xpath.paths import walker
from forms.xpath.registry import index_of
from forms.xpath.values import Value, equal, to_boolean, to_number, unpack

Evaluate = Callable[[Context], Value]
"""An expression made ready: give it a context, it gives the value."""


@lru_cache(maxsize=20_000)
def evaluator(expression: str) -> Evaluate:
    """An expression made ready to be worked out. Raises XPathError where it cannot be read.

    What it gives raises XPathError for what JavaRosa would refuse: several nodes where one is wanted, a function
    that is not known, a text that is no date.
    """
    return _ready(parse(expression))


def _ready(expression: Expression) -> Evaluate:
    match expression:
        case Number(value):
            return lambda context: value
        case Text(text):
            return lambda context: text
        case Path():
            return walker(expression, _ready)
        case Negation(operand):
            inner = _ready(operand)
            return lambda context: -to_number(inner(context))
        case Binary(sign, left, right):
            return _binary(sign, _ready(left), _ready(right))
        case Call():
            return _call(expression)


def _binary(sign: str, left: Evaluate, right: Evaluate) -> Evaluate:
    if sign == "and":
        return lambda context: to_boolean(left(context)) and to_boolean(right(context))
    if sign == "or":
        return lambda context: to_boolean(left(context)) or to_boolean(right(context))
    if sign == "=":
        return lambda context: equal(left(context), right(context))
    if sign == "!=":
        return lambda context: not equal(left(context), right(context))
    work = _NUMERIC[sign]
    return lambda context: work(to_number(left(context)), to_number(right(context)))


def _divide(left: float, right: float) -> float:
    if right:
        return left / right
    if not left or math.isnan(left):
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1, right)


def _remainder(left: float, right: float) -> float:
    if math.isinf(left) or not right:
        return math.nan
    return math.fmod(left, right)


_NUMERIC: dict[str, Callable[[float, float], float | bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "div": _divide,
    "mod": _remainder,
}


def _call(call: Call) -> Evaluate:
    name, count = call.name, len(call.arguments)
    if name == "indexed-repeat":
        return _indexed(call)
    arguments = tuple(map(_ready, call.arguments))
    if name == "if" and count == 3:
        return _choose(*arguments)
    if name == "coalesce" and count == 2:
        return _first(*arguments)
    function = FUNCTIONS.get(name)
    if function is None or not function.takes(count):
        return _foreign(name, arguments, known=function is not None)
    work = function.work
    return lambda context: work([argument(context) for argument in arguments], context)


def _choose(condition: Evaluate, then: Evaluate, otherwise: Evaluate) -> Evaluate:
    return lambda context: then(context) if to_boolean(condition(context)) else otherwise(context)


def _first(first: Evaluate, second: Evaluate) -> Evaluate:
    def work(context: Context) -> Value:
        value = unpack(first(context))
        empty = value == "" or (isinstance(value, float) and math.isnan(value))
        return second(context) if empty else value

    return work


def _foreign(name: str, arguments: tuple[Evaluate, ...], *, known: bool) -> Evaluate:
    """A function that the form answers itself; it is looked for when it is called, as JavaRosa does."""

    def work(context: Context) -> Value:
        extension = context.scope.extensions.get(name)
        if extension is None:
            reason = "does not take that many arguments" if known else "is not one that JavaRosa knows"
            raise XPathError(f"{name}() {reason}")
        return extension([argument(context) for argument in arguments], context)

    return work


def _indexed(call: Call) -> Evaluate:
    """indexed-repeat(field, repeat, number, ...): the field in the row of that number."""
    target, *pairs = call.arguments
    repeats, numbers = pairs[::2], [_ready(number) for number in pairs[1::2]]
    if not isinstance(target, Path) or not numbers or len(repeats) != len(numbers):
        raise XPathError("indexed-repeat() takes a field, then a repeat and a number for each repeat around it")
    if not all(isinstance(repeat, Path) for repeat in repeats):
        raise XPathError("indexed-repeat(): the second of each pair is a repeat's name")
    paths = [repeat for repeat in repeats if isinstance(repeat, Path)]

    def work(context: Context) -> Value:
        steps = list(_absolute(target, context))
        for repeat, number in zip(paths, numbers, strict=True):
            level = len(_absolute(repeat, context)) - 1
            index = max(index_of(number(context)), 1)
            steps[level] = Step(steps[level].name, predicates=(_is_at(index),))
        return walker(Path("root", 0, tuple(steps)), _ready)(context)

    return work


def _is_at(index: int) -> Expression:
    return Binary("=", Call("position", ()), Number(float(index)))


def _absolute(path: Path, context: Context) -> tuple[Step, ...]:
    """The names of a path from the root of the form down."""
    if path.origin == "root":
        return path.steps
    line = context.node.lineage()
    above = tuple(Step(node.name) for node in line[: len(line) - path.parents])
    return above + path.steps
