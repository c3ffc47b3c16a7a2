"""Knowledge: what an expression comes to when only some answers are known.

True, False or a value where the known answers decide it, whatever the others are; None where they do not. A skip is
printed only where it is certain.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from forms.definition import Question
from forms.errors import XPathError
from forms.paper.conditions import named, tree
from forms.xpath.expressions import Binary, Call, Expression, Number, Path, Text

Value = str | float | bool | None
"""None is what nobody knows yet; an empty answer is ''."""

_ORDER: Mapping[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_SUM: Mapping[str, Callable[[float, float], float]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
}


@dataclass
class Knowledge:
    """The answers known of one interview by name, and the form's questions. `own` is the answer that `.` stands for."""

    questions: Mapping[str, Question]
    answers: dict[str, str] = field(default_factory=dict)
    own: str | None = None
    _reading: set[str] = field(default_factory=set)

    def holds(self, expression: str) -> bool | None:
        """Does a relevance hold? None where that cannot be told."""
        if not expression.strip():
            return True
        try:
            return _truth(self.value(tree(expression)))
        except XPathError:
            return None

    def value(self, expression: Expression) -> Value:
        """What an expression comes to."""
        match expression:
            case Number(value) | Text(value):
                return value
            case Binary(operator=("and" | "or") as how):
                return self._joined(how, expression)
            case Binary(operator=operator, left=left, right=right):
                return _compared(operator, self.value(left), self.value(right))
            case Call():
                return self._called(expression)
            case Path(origin="here", parents=0, steps=()):
                return self.own
            case Path():
                return self._answer(named(expression))
        return None

    def _joined(self, how: str, expression: Binary) -> bool | None:
        decisive = how == "or"
        sides = {_truth(self.value(expression.left)), _truth(self.value(expression.right))}
        if decisive in sides:
            return decisive
        return None if None in sides else not decisive

    def _called(self, call: Call) -> Value:
        match call.name, call.arguments:
            case "not", (inner,):
                truth = _truth(self.value(inner))
                return None if truth is None else not truth
            case (("true" | "false"), ()):
                return call.name == "true"
            case "if", (test, then, other):
                return self._chosen(_truth(self.value(test)), then, other)
            case "selected", (answers, code):
                found, wanted = self.value(answers), self.value(code)
                known = isinstance(found, str) and isinstance(wanted, str)
                return str(wanted) in str(found).split() if known else None
            case "count-selected", (answers,):
                found = self.value(answers)
                return float(len(found.split())) if isinstance(found, str) else None
            case (("number" | "int"), (inner,)):
                return self.value(inner)
        return None

    def _chosen(self, test: bool | None, then: Expression, other: Expression) -> Value:
        if test is not None:
            return self.value(then if test else other)
        first, second = self.value(then), self.value(other)
        return first if first == second else None

    def _answer(self, name: str) -> Value:
        if name in self.answers:
            return self.answers[name]
        question = self.questions.get(name)
        if question is None or question.type != "calculate" or name in self._reading:
            return None
        self._reading.add(name)
        try:
            relevant = self.holds(question.relevant)
            value = self.value(tree(question.calculation)) if relevant else None
            return "" if relevant is False else value
        except XPathError:
            return None
        finally:
            self._reading.discard(name)


def _truth(value: Value) -> bool | None:
    return None if value is None else bool(value)


def _compared(operator: str, left: Value, right: Value) -> Value:
    if left is None or right is None:
        return None
    if operator in ("=", "!=") and isinstance(left, str) and isinstance(right, str):
        return (left == right) == (operator == "=")
    first, second = _number(left), _number(right)
    if first is None or second is None:
        return operator == "!=" if operator in ("=", "!=", *_ORDER) else None
    if operator in ("=", "!="):
        return (first == second) == (operator == "=")
    if operator in _ORDER:
        return _ORDER[operator](first, second)
    return _SUM[operator](first, second) if operator in _SUM else None


def _number(value: str | float | bool) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None
