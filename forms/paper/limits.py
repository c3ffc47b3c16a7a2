"""Limit: what a constraint allows a number to be, and how many boxes its answer needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from forms.definition import Question
from forms.errors import XPathError
from forms.paper.conditions import REFERENCE, folded, named, tree
from forms.xpath.expressions import Binary, Call, Expression, Number, Path, parts

_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="}
_UNKNOWN_DIGITS = 6
_WIDEST = 12


@dataclass(frozen=True)
class Limit:
    """The least and the greatest answer, codes beside them (-98), and whether the constraint says nothing more."""

    least: float | None = None
    greatest: float | None = None
    above: float | None = None
    codes: tuple[float, ...] = ()
    is_all: bool = True


def of(question: Question) -> Limit:
    """The limit that a question's constraint sets."""
    if not question.constraint.strip():
        return Limit()
    try:
        expression = tree(question.constraint)
    except XPathError:
        return Limit(is_all=False)
    bounds: dict[str, float] = {}
    codes: list[float] = []
    is_all = True
    for alternative in _sides("or", expression):
        sides = list(_sides("and", alternative))
        if len(sides) == 1 and (code := _bound(sides[0])) and code[0] == "=":
            codes.append(code[1])
            continue
        for side in sides:
            found = _bound(side)
            is_all &= found is not None and found[0] in ("<=", ">=", ">") and found[0] not in bounds
            if found:
                bounds.setdefault(*found)
    return Limit(bounds.get(">="), bounds.get("<="), bounds.get(">"), tuple(codes), is_all)


def _sides(operator: str, expression: Expression) -> Iterator[Expression]:
    if isinstance(expression, Binary) and expression.operator == operator:
        yield from _sides(operator, expression.left)
        yield from _sides(operator, expression.right)
    else:
        yield expression


def _bound(expression: Expression) -> tuple[str, float] | None:
    """The operator and the number that `.` is compared with."""
    if not isinstance(expression, Binary) or expression.operator not in _FLIPPED:
        return None
    left, right = folded(expression.left), folded(expression.right)
    if _is_own(left) and isinstance(right, Number):
        return expression.operator, right.value
    if _is_own(right) and isinstance(left, Number):
        return _FLIPPED[expression.operator], left.value
    return None


def _is_own(expression: Expression) -> bool:
    return isinstance(expression, Path) and (expression.origin, expression.parents, expression.steps) == ("here", 0, ())


def digits(question: Question, questions: Mapping[str, Question], depth: int = 3) -> int:
    """How many boxes a whole number needs, a minus included."""
    limit = of(question)
    widths = [len(f"{number:.0f}") for number in (limit.least, *limit.codes) if number is not None]
    upper = [] if limit.greatest is not None else [_width(part, questions, depth) for part in _upper(question)]
    if limit.greatest is not None:
        upper = [len(f"{limit.greatest:.0f}")]
    most = max(upper, default=0) or _UNKNOWN_DIGITS
    return min(max([most, *widths]), _WIDEST)


def _width(expression: Expression, questions: Mapping[str, Question], depth: int) -> int:
    """Digits of the greatest value that an expression can have; 0 when that is not known."""
    match folded(expression):
        case Number(value):
            return len(f"{value:.0f}")
        case Call("if", (_, then, other)):
            return max(_width(then, questions, depth), _width(other, questions, depth))
    question = questions.get(named(expression))
    if question is None or not depth:
        return 0
    if question.type == "integer":
        return digits(question, questions, depth - 1)
    inner = [questions[name] for name in REFERENCE.findall(question.calculation) if name in questions]
    return max((digits(each, questions, depth - 1) for each in inner if each.type == "integer"), default=0)


def _upper(question: Question) -> Iterator[Expression]:
    """What the answer must not exceed, or may be."""
    try:
        expression = tree(question.constraint) if question.constraint.strip() else None
    except XPathError:
        return
    for part in parts(expression) if expression else ():
        if isinstance(part, Binary) and part.operator in ("<=", "<", "=") and _is_own(part.left):
            yield part.right


def characters(question: Question) -> int:
    """How many characters a text may have at most, 0 when nothing says so."""
    try:
        expression = tree(question.constraint) if question.constraint.strip() else None
    except XPathError:
        return 0
    for part in parts(expression) if expression else ():
        match part:
            case Binary("<=", Call("string-length", (Path(),)), Number(value)):
                return int(value)
    return 0
