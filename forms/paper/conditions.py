"""Condition: a relevance as what an interviewer can look up on paper, made simpler where its parts are known.

A condition is a small tree: an answer that is one of some codes, a value beside a limit, an answer that is there,
and these joined by and, or, not. What no interviewer could look up is `Beyond`, with the questions it depends on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from forms.definition import Question
from forms.errors import XPathError
from forms.xpath.expressions import Binary, Call, Expression, Negation, Number, Path, Text, parts
from forms.xpath.parser import parse

REFERENCE = re.compile(r"\$\{\s*([\w.-]+)\s*\}")
_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}
_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
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
_DEEPEST = 4


@dataclass(frozen=True)
class Always:
    """A condition that holds for everybody, or for nobody."""

    holds: bool


@dataclass(frozen=True)
class OneOf:
    """The answer to a question with one answer is one of these codes, or none of them."""

    name: str
    codes: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True)
class Ticked:
    """One of these codes is ticked at a question with several answers, or none of them is."""

    name: str
    codes: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True)
class Answered:
    """A question has an answer, or has none."""

    name: str
    negated: bool = False


@dataclass(frozen=True)
class Compared:
    """A value stands so to a limit; negated also when there is no value."""

    left: Expression
    operator: str
    right: Expression
    negated: bool = False


@dataclass(frozen=True)
class Joined:
    """Conditions that hold together (`and`), or of which one does (`or`)."""

    how: str
    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Beyond:
    """A condition that nobody can look up: it depends on these names."""

    names: tuple[str, ...]


Condition = Always | OneOf | Ticked | Answered | Compared | Joined | Beyond
TRUE, FALSE = Always(True), Always(False)


@lru_cache(maxsize=5_000)
def tree(expression: str) -> Expression:
    """The tree of an expression in which `${name}` stands as a path of that one name."""
    return parse(REFERENCE.sub(r" \1 ", expression))


def named(expression: Expression) -> str:
    """The name that the expression is, else ""."""
    alone = isinstance(expression, Path) and (expression.origin, expression.parents) == ("here", 0)
    if isinstance(expression, Path) and alone and len(expression.steps) == 1 and not expression.steps[0].predicates:
        return expression.steps[0].name
    return ""


def names_in(expression: Expression) -> tuple[str, ...]:
    """All names that an expression reads, in its order."""
    return tuple(dict.fromkeys(name for part in parts(expression) if (name := named(part))))


@dataclass(frozen=True)
class Reader:
    """Reads conditions of one form. `kept` are the calculations that stand on paper; others are looked through."""

    questions: Mapping[str, Question]
    codes: Callable[[Question], tuple[str, ...]]
    kept: frozenset[str] = frozenset()

    def read(self, expression: str) -> Condition:
        """The condition that a relevance says; an empty one holds always."""
        if not expression.strip():
            return TRUE
        try:
            return self.condition(tree(expression))
        except XPathError:
            return Beyond(tuple(REFERENCE.findall(expression)))

    def condition(self, expression: Expression, depth: int = 0) -> Condition:
        """The condition of a tree; `depth` counts the calculations that were looked through."""
        match expression:
            case Binary(operator=("and" | "or") as how, left=left, right=right):
                return joined(how, [self.condition(left, depth), self.condition(right, depth)])
            case Binary(operator=operator, left=left, right=right) if operator in _COMPARE:
                return self._comparison(operator, folded(left), folded(right), depth)
            case Call(name="not" | "boolean", arguments=(inner,)):
                found = self.condition(inner, depth)
                return negated(found) if expression.name == "not" else found
            case Call(name="true" | "false", arguments=()):
                return Always(expression.name == "true")
            case Call(name="selected", arguments=(answers, code)):
                return self._selected(folded(answers), folded(code), expression)
        return Beyond(names_in(expression))

    def _selected(self, answers: Expression, code: Expression, whole: Expression) -> Condition:
        name = named(answers)
        if isinstance(answers, Text) and isinstance(code, Text):
            return Always(code.value in answers.value.split())
        if isinstance(answers, Text) and (listed := named(code)):
            codes = tuple(answers.value.split())
            return OneOf(listed, codes) if codes else FALSE
        if name and isinstance(code, Text):
            question = self.questions.get(name)
            several = question is not None and question.type.startswith("select_multiple")
            return Ticked(name, (code.value,)) if several else OneOf(name, (code.value,))
        return Beyond(names_in(whole))

    def _comparison(self, operator: str, left: Expression, right: Expression, depth: int) -> Condition:
        if isinstance(left, Number | Text) and not isinstance(right, Number | Text):
            return self._comparison(_FLIPPED[operator], right, left, depth)
        if isinstance(left, Number | Text) and isinstance(right, Number | Text):
            return Always(_holds(operator, left, right))
        if isinstance(left, Call) and left.name == "if" and len(left.arguments) == 3 and depth < _DEEPEST:
            return self._branches(operator, left, right, depth)
        question = self.questions.get(named(left))
        if question and question.type == "calculate" and question.name not in self.kept and depth < _DEEPEST:
            return self._looked_through(operator, question, right, depth)
        if question and isinstance(right, Text) and not right.value and operator in ("=", "!="):
            return Answered(question.name, operator == "=")
        if question and question.type.startswith("select_one") and isinstance(right, Number | Text):
            return self._codes(operator, question, right)
        return Compared(left, operator, right)

    def _codes(self, operator: str, question: Question, limit: Number | Text) -> Condition:
        if operator in ("=", "!="):
            return OneOf(question.name, (_code(limit),), operator == "!=")
        fitting = [code for code in self.codes(question) if _holds(operator, Text(code), limit)]
        return OneOf(question.name, tuple(fitting)) if fitting else FALSE

    def _branches(self, operator: str, choice: Call, right: Expression, depth: int) -> Condition:
        test, then, other = choice.arguments
        found = self.condition(test, depth + 1)
        return joined(
            "or",
            [
                joined("and", [found, self._comparison(operator, folded(then), right, depth + 1)]),
                joined("and", [negated(found), self._comparison(operator, folded(other), right, depth + 1)]),
            ],
        )

    def _looked_through(self, operator: str, question: Question, right: Expression, depth: int) -> Condition:
        """The comparison made with what a calculation says, where that can still be looked up."""
        whole = Compared(tree(f"${{{question.name}}}"), operator, right)
        try:
            formula = folded(tree(question.calculation))
        except XPathError:
            return whole
        chosen = isinstance(formula, Call) and formula.name == "if"
        if not (named(formula) or chosen or isinstance(formula, Number | Text)):
            return whole
        found = self._comparison(operator, formula, right, depth + 1)
        return whole if _is_heavy(found) else found


def folded(expression: Expression) -> Expression:
    """The expression with what is known beforehand worked out: sums of numbers, parts of fixed texts."""
    match expression:
        case Negation(operand=Number(value)):
            return Number(-value)
        case Binary(operator=operator, left=left, right=right) if operator in _SUM:
            first, second = folded(left), folded(right)
            if isinstance(first, Number) and isinstance(second, Number):
                return Number(_SUM[operator](first.value, second.value))
            return Binary(operator, first, second)
        case Call(name="substr", arguments=(Text(text), Number(start), Number(end))):
            return Text(text[int(start) : int(end)])
        case Call(name="number" | "int" | "string" | "date" | "decimal-date-time" | "coalesce", arguments=(inner,)):
            return folded(inner)
    return expression


def joined(how: str, conditions: Iterable[Condition]) -> Condition:
    """Conditions joined by `and` or `or`, what is decided left out and codes of one question put together."""
    flat: list[Condition] = []
    for condition in conditions:
        inside = condition.parts if isinstance(condition, Joined) and condition.how == how else (condition,)
        flat.extend(part for part in inside if part not in flat)
    decisive, empty = (FALSE, TRUE) if how == "and" else (TRUE, FALSE)
    if decisive in flat:
        return decisive
    left: list[Condition] = []
    for part in flat:
        left = left if part == empty else _merged(how, left, part)
    if not left or decisive in left:
        return decisive if left else empty
    return left[0] if len(left) == 1 else Joined(how, tuple(left))


def _merged(how: str, done: list[Condition], part: Condition) -> list[Condition]:
    """The parts with one more, which joins an earlier one on the same question where the two say one thing."""
    for place, other in enumerate(done):
        both = _both(how, other, part)
        if both:
            return [*done[:place], both, *done[place + 1 :]]
    return [*done, part]


def _both(how: str, one: Condition, other: Condition) -> Condition | None:
    """One condition that says what two on the same question say, if there is one."""
    if isinstance(one, OneOf) and isinstance(other, OneOf) and one.name == other.name and one.negated == other.negated:
        if one.negated != (how == "and"):
            codes = tuple(code for code in one.codes if code in other.codes)
            return replace(one, codes=codes) if codes else Always(one.negated)
        return replace(one, codes=tuple(dict.fromkeys((*one.codes, *other.codes))))
    if not isinstance(one, Ticked) or not isinstance(other, Ticked) or one.name != other.name:
        return None
    alike = one.negated == other.negated == (how == "and")
    return replace(one, codes=tuple(dict.fromkeys((*one.codes, *other.codes)))) if alike else None


def negated(condition: Condition) -> Condition:
    """The condition that holds where this one does not."""
    match condition:
        case Always(holds):
            return Always(not holds)
        case Joined(how, inside):
            return joined("or" if how == "and" else "and", map(negated, inside))
        case Beyond():
            return condition
    return replace(condition, negated=not condition.negated)


def without(condition: Condition, known: Iterable[Condition]) -> Condition:
    """The condition without the parts that are known to hold."""
    sure = [part for each in known for part in _conjuncts(each)]
    return joined("and", [part for part in _conjuncts(condition) if part not in sure])


def _conjuncts(condition: Condition) -> tuple[Condition, ...]:
    return condition.parts if isinstance(condition, Joined) and condition.how == "and" else (condition,)


def size(condition: Condition) -> int:
    """How many single conditions it holds."""
    return len(list(_leaves(condition)))


def _is_heavy(condition: Condition) -> bool:
    return size(condition) > 5 or any(isinstance(leaf, Beyond) for leaf in _leaves(condition))


def _leaves(condition: Condition) -> Iterable[Condition]:
    if isinstance(condition, Joined):
        for part in condition.parts:
            yield from _leaves(part)
    else:
        yield condition


def without_answers(condition: Condition, gone: Container[str]) -> Condition:
    """The condition where the questions of some names are never asked, so that their answers are empty."""
    match condition:
        case Joined(how, inside):
            return joined(how, [without_answers(part, gone) for part in inside])
        case OneOf(name=name, negated=flipped) | Ticked(name=name, negated=flipped):
            return Always(flipped) if name in gone else condition
        case Answered(name=name, negated=flipped):
            return Always(flipped) if name in gone else condition
    return condition


def names_of(condition: Condition) -> tuple[str, ...]:
    """The names that a condition depends on."""
    found: list[str] = []
    for leaf in _leaves(condition):
        match leaf:
            case OneOf(name=name) | Ticked(name=name) | Answered(name=name):
                found.append(name)
            case Compared(left=left, right=right):
                found += [*names_in(left), *names_in(right)]
            case Beyond(names):
                found += names
    return tuple(dict.fromkeys(found))


def _code(value: Number | Text) -> str:
    return value.value if isinstance(value, Text) else f"{value.value:g}"


def _holds(operator: str, left: Number | Text, right: Number | Text) -> bool:
    if operator in ("=", "!=") and isinstance(left, Text) and isinstance(right, Text):
        return (left.value == right.value) == (operator == "=")
    try:
        return _COMPARE[operator](float(left.value), float(right.value))
    except ValueError:
        return operator == "!="
