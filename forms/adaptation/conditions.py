"""Condition: who is asked, or which answers are let in, held against what the other version says."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from forms.adaptation import formulas
from forms.errors import XPathError
from forms.xpath import Call, Context, Expression, Path, Scope, evaluator, parts, to_boolean, to_text
from forms.xpath.expressions import Binary, Negation, Number, Text
from forms.xpath.nodes import Node

SAME, WIDENED, NARROWED, OTHER = "same", "widened", "narrowed", "other"
"""What became of a condition: it lets in the same, more, fewer, or it cannot be said."""

Pair = tuple[str, str]
"""An answer as the version before has it, and as the version after has it."""

_COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
_MOST = 20_000
_FEW = 4


@dataclass(frozen=True)
class Variable:
    """What an answer can be in both versions.

    `codes` are those of a choice list with the code that each stands for before; without them the answer is a
    number (`is_number`) or any text. `is_wider` when people answer after who were not asked before, `is_free` when
    nothing is known of how the two hang together, `is_opaque` when its values cannot be drawn (dates).
    """

    codes: tuple[Pair, ...] = ()
    is_number: bool = False
    is_multiple: bool = False
    is_wider: bool = False
    is_free: bool = False
    is_opaque: bool = False

    @property
    def is_shifted(self) -> bool:
        """Can the answers of the two versions differ?"""
        return self.is_wider or self.is_free or any(before != after for before, after in self.codes)

    def pairs(self, literals: frozenset[str]) -> tuple[Pair, ...]:
        """Answers that stand for all: each literal and its neighbours, codes that differ, none."""
        if self.codes:
            found = [*_representatives(self.codes, literals), ("", "")]
            found += list(_several(found)) if self.is_multiple else []
        else:
            found = [(text, text) for text in _around(literals, self.is_number)]
        if self.is_free:
            found = [(before, after) for before, _ in found for _, after in found]
        elif self.is_wider:
            found += [("", after) for _, after in found if after]
        return tuple(dict.fromkeys(found))


Variables = Mapping[str, Variable]
"""What is known of questions by their name before; `.` is the answer that a constraint judges."""

_UNKNOWN = Variable()


@dataclass(frozen=True)
class _Drawn:
    """The drawn answers of some questions and how they are looked up."""

    names: tuple[str, ...]
    pairs: tuple[tuple[Pair, ...], ...]
    variables: Variables = field(default_factory=dict)

    @property
    def size(self) -> int:
        return math.prod(map(len, self.pairs))


def compare(before: str, after: str, variables: Variables | None = None) -> str:
    """What became of a condition: SAME, WIDENED, NARROWED or OTHER.

    Both are texts of cells that call questions by the same names. They are the same when their trees are, up to
    blanks, parentheses, the order of `and` and `or`, and comparisons turned round. Else both are worked out over
    answers that stand for all others, every literal with its neighbours among them; what does more than compare
    answers with literals and with each other is OTHER.
    """
    one, other = formulas.read(before), formulas.read(after)
    if one is None or other is None:
        return SAME if before.split() == after.split() else OTHER
    return compare_trees(one, other, variables or {})


def compare_trees(before: Expression, after: Expression, variables: Variables) -> str:
    """`compare` for conditions that were read."""
    before, after = formulas.canonical(before), formulas.canonical(after)
    if before == after and is_steady(before, variables):
        return SAME
    one, other = (list(formulas.operands("and", tree)) for tree in (before, after))
    shared = [tree for tree in one if tree in other and is_steady(tree, variables)]
    rest_before, rest_after = (
        formulas.join("and", [tree for tree in trees if tree not in shared]) for trees in (one, other)
    )
    return _weigh(rest_before, rest_after, variables)


def is_steady(tree: Expression, variables: Variables) -> bool:
    """Does the tree come to the same in both versions, whatever is answered?

    It does when each comparison that reads an answer which may differ comes out alike for every pair of answers.
    """
    if not any(_variable(name, variables).is_shifted for name in _reads(tree)):
        return True
    match tree:
        case Binary("and" | "or" as operator):
            doubtful = [each for each in formulas.operands(operator, tree) if not is_steady(each, variables)]
            whole = formulas.join(operator, doubtful)
            return not doubtful or _weigh(whole, whole, variables) == SAME
        case Binary():
            compares = tree.operator in _COMPARISONS and _weigh(tree, tree, variables) == SAME
            return compares or (is_steady(tree.left, variables) and is_steady(tree.right, variables))
        case Call():
            chosen = tree.name == "selected" and _weigh(tree, tree, variables) == SAME
            return chosen or all(is_steady(each, variables) for each in tree.arguments)
        case Negation():
            return is_steady(tree.operand, variables)
        case Path():
            inner = [each for step in tree.steps for each in step.predicates]
            bare = replace(tree, steps=tuple(replace(step, predicates=()) for step in tree.steps))
            return bare != tree and is_steady(bare, variables) and all(is_steady(each, variables) for each in inner)
    return False


def same_value(before: Expression, after: Expression, variables: Variables) -> bool:
    """Do two calculations come to the same in both versions? Their trees must be the same."""
    before, after = formulas.canonical(before), formulas.canonical(after)
    return before == after and is_steady(before, variables)


def _weigh(before: Expression, after: Expression, variables: Variables) -> str:
    """The verdict by working both out over drawn answers."""
    if not (_can_be_drawn(before) and _can_be_drawn(after)):
        return OTHER
    names = tuple(sorted(_reads(before) | _reads(after)))
    if any(_variable(name, variables).is_opaque for name in names):
        return OTHER
    literals = frozenset(_literals([before, after]))
    drawn = _Drawn(names, tuple(_variable(name, variables).pairs(literals) for name in names), variables)
    if drawn.size > _MOST:
        return OTHER
    try:
        outcomes = set(_outcomes(before, after, drawn))
    except XPathError:
        return OTHER
    more, fewer = (False, True) in outcomes, (True, False) in outcomes
    return OTHER if more and fewer else WIDENED if more else NARROWED if fewer else SAME


def _outcomes(before: Expression, after: Expression, drawn: _Drawn) -> Iterator[tuple[bool, bool]]:
    """What both conditions say for each combination of drawn answers."""
    sides = []
    for tree in (before, after):
        root = Node("answers")
        leaf = root.add(Node("answer", root))
        places = [leaf if name == "." else root.add(Node(f"{formulas.MARK}{name}", root)) for name in drawn.names]
        numbers = [_variable(name, drawn.variables).is_number for name in drawn.names]
        sides.append((evaluator(formulas.write(tree)), Context(leaf, Scope(root), leaf), places, numbers))
    for combination in itertools.product(*drawn.pairs):
        said = []
        for side, (work, context, places, numbers) in enumerate(sides):
            for place, pair, is_number in zip(places, combination, numbers, strict=True):
                place.value = _answer(pair[side], is_number)
            said.append(to_boolean(work(context)))
        yield said[0], said[1]


def _answer(text: str, is_number: bool) -> str | float | None:
    if not text:
        return None
    return float(text) if is_number else text


def _variable(name: str, variables: Variables) -> Variable:
    return variables.get(name, _UNKNOWN)


def _reads(tree: Expression) -> frozenset[str]:
    """The questions that a tree reads, `.` for the answer itself."""
    own = ["."] if any(part == formulas.SELF for part in parts(tree)) else []
    return formulas.questions(tree) | frozenset(own)


def _can_be_drawn(tree: Expression) -> bool:
    """Does the tree only compare answers with literals and with each other?"""
    match tree:
        case Number() | Text():
            return True
        case Binary(operator, left, right):
            return operator in ("and", "or", *_COMPARISONS) and _can_be_drawn(left) and _can_be_drawn(right)
        case Negation(Number()):
            return True
        case Call(name, arguments):
            return name in ("not", "selected", "true", "false") and all(map(_can_be_drawn, arguments))
    return formulas.question_of(tree) != ""


def _literals(trees: Iterable[Expression]) -> Iterator[str]:
    for tree in trees:
        for part in parts(tree):
            if isinstance(part, Text):
                yield part.value
            elif isinstance(part, Number):
                yield to_text(part.value)
                yield to_text(-part.value)


def _around(literals: frozenset[str], is_number: bool) -> list[str]:
    """Texts, or numbers, that stand for all: those that are named, their neighbours, and none."""
    numbers = {value for text in literals if (value := _number(text)) is not None}
    near = {value + step for value in numbers | {0.0, -98.0, -99.0} for step in (-1, -0.5, 0, 0.5, 1)}
    texts = [to_text(value) for value in sorted(near)]
    return (
        ["", *texts] if is_number else ["", "x", *sorted(literals), *(text for text in texts if text not in literals)]
    )


def _representatives(codes: Sequence[Pair], literals: frozenset[str]) -> list[Pair]:
    """The codes that are named, their neighbours as numbers, those that differ, and a few others."""
    if len(codes) <= 3 * _FEW:
        return list(codes)
    thresholds = [value for text in literals if (value := _number(text)) is not None]
    places = [value for before, _ in codes if (value := _number(before)) is not None]
    near = {max((place for place in places if place < value), default=value) for value in thresholds} | {
        min((place for place in places if place > value), default=value) for value in thresholds
    }
    chosen = [pair for pair in codes if pair[0] != pair[1] or literals & set(pair) or _number(pair[0]) in near]
    return chosen + [pair for pair in codes if pair not in chosen][:_FEW]


def _several(pairs: Sequence[Pair]) -> Iterator[Pair]:
    """Two answers of a question that takes several."""
    for (one, one_after), (other, other_after) in itertools.combinations([pair for pair in pairs if any(pair)], 2):
        before = dict.fromkeys(filter(None, (one, other)))
        yield " ".join(before), " ".join(filter(None, (one_after, other_after)))


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
