"""Dependency: which rules of a form have to be worked out again when an answer changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from forms.errors import InterviewError, XPathError
from forms.interview.compiled import Bind, Place
from forms.xpath import Call, Evaluate, Expression, Path, evaluator, parse, parts

What = Literal["relevant", "required", "readonly", "calculate"]
_WHATS: tuple[What, ...] = ("relevant", "required", "readonly", "calculate")
_CHANGING = frozenset({"now", "random", "uuid"})


@dataclass(frozen=True)
class Rule:
    """One rule of a question or group; `order` says when it is worked out, after all that it depends on.

    `is_fleeting` marks calculations that come out differently each time: times, random numbers, keys.
    """

    place: Place
    what: What
    expression: str
    work: Evaluate
    is_fleeting: bool


@dataclass(frozen=True)
class Trigger:
    """A rule that reads a place; both lie in the same rows down to level `shared`."""

    rule: int
    shared: int


@dataclass(frozen=True)
class Dependencies:
    """The rules of a form in the order in which they are worked out, and what triggers them."""

    rules: tuple[Rule, ...]
    triggers: Mapping[Place, tuple[Trigger, ...]]
    by_place: Mapping[Place, tuple[int, ...]]
    _followers: dict[Place, frozenset[int]] = field(default_factory=dict, repr=False)

    def followers(self, place: Place) -> frozenset[int]:
        """The rules that read a place, and all that follow from them."""
        if place not in self._followers:
            found: set[int] = set()
            waiting = [place]
            while waiting:
                for trigger in self.triggers.get(waiting.pop(), ()):
                    if trigger.rule not in found:
                        found.add(trigger.rule)
                        waiting += self._affected(self.rules[trigger.rule])
            self._followers[place] = frozenset(found)
        return self._followers[place]

    def _affected(self, rule: Rule) -> list[Place]:
        """The places that others may read and that a rule changes."""
        if rule.what == "calculate":
            return [rule.place]
        if rule.what == "relevant":
            return [place for place in self.triggers if place[: len(rule.place)] == rule.place]
        return []

    def over_rows(self, repeats: Iterable[Place]) -> frozenset[Place]:
        """The places whose rules hang on other rows of their repeat, and those that follow from them.

        A tablet works them out for the row that is being answered, not for the others.
        """
        found = {number for repeat in repeats for number in self._over_rows_of(repeat)}
        followed = {
            each for number in found for place in self._affected(self.rules[number]) for each in self.followers(place)
        }
        return frozenset(self.rules[number].place for number in found | followed)

    def _over_rows_of(self, repeat: Place) -> set[int]:
        """The rules within a repeat that an answer in one of its rows reaches in the others."""
        level = len(repeat)
        waiting = [(place, True) for place in self.triggers if place[:level] == repeat and len(place) > level]
        seen = set(waiting)
        found: set[int] = set()
        while waiting:
            place, same_row = waiting.pop()
            for trigger in self.triggers.get(place, ()):
                rule = self.rules[trigger.rule]
                stays = same_row and trigger.shared >= level
                if rule.place[:level] == repeat and not stays:
                    found.add(trigger.rule)
                reached = {(each, stays) for each in self._affected(rule)} - seen
                seen |= reached
                waiting += reached
        return found


def common(one: Place, other: Place) -> int:
    """How many names two places have in common from the root."""
    pairs = zip(one, other, strict=False)
    return next((depth for depth, (left, right) in enumerate(pairs) if left != right), min(len(one), len(other)))


def of(binds: Mapping[Place, Bind]) -> Dependencies:
    """The dependencies between the rules of a form.

    Raises InterviewError when rules depend on each other in a circle, and for a rule that cannot be read.
    """
    rules = [rule for place, bind in binds.items() for rule in _rules(place, bind)]
    reads = [tuple(_reads(parse(rule.expression), rule.place, len(rule.place), rule.place)) for rule in rules]
    order = _order(rules, [{place for place, _ in read} for read in reads])
    triggers: dict[Place, list[Trigger]] = defaultdict(list)
    by_place: dict[Place, list[int]] = defaultdict(list)
    for number, index in enumerate(order):
        by_place[rules[index].place].append(number)
        for place, shared in dict.fromkeys(reads[index]):
            triggers[place].append(Trigger(number, shared))
    return Dependencies(
        tuple(rules[index] for index in order),
        {place: tuple(found) for place, found in triggers.items()},
        {place: tuple(found) for place, found in by_place.items()},
    )


def _rules(place: Place, bind: Bind) -> Iterator[Rule]:
    for what in _WHATS:
        expression = getattr(bind, what)
        if expression and expression not in ("true()", "false()"):
            try:
                yield Rule(place, what, expression, evaluator(expression), _is_fleeting(parse(expression)))
            except XPathError as error:
                raise InterviewError(f"/{'/'.join(place)} {what}: {error.message}") from error


def _is_fleeting(expression: Expression) -> bool:
    return any(isinstance(part, Call) and part.name in _CHANGING for part in parts(expression))


def _reads(expression: Expression, here: Place, shared: int, current: Place) -> Iterator[tuple[Place, int]]:
    """The places that an expression reads, with the level down to which they lie in the rows of `current`.

    `here` is the place that relative paths start from, which shares its rows down to level `shared`.
    """
    for part in _outside_paths(expression):
        if not isinstance(part, Path):
            if part.name == "indexed-repeat":
                yield from ((place, min(level, 1)) for place, level in _arguments(part, here, shared, current))
            continue
        place, level = _start(part, here, shared, current)
        for step in part.steps:
            if step.attribute:
                break
            place = (*place, step.name)
            level = _level(part, place, level, here, shared, bool(step.predicates))
            for predicate in step.predicates:
                yield from _reads(predicate, place, level, current)
        if part.origin != "instance":
            yield place, level


def _outside_paths(expression: Expression) -> Iterator[Path | Call]:
    """The paths and the indexed-repeat() calls of an expression, without what stands in conditions of paths."""
    if isinstance(expression, Path):
        yield expression
        return
    inner: tuple[Expression, ...] = ()
    if isinstance(expression, Call):
        inner = expression.arguments
        if expression.name == "indexed-repeat":
            yield expression
    else:
        inner = tuple(getattr(expression, name) for name in ("left", "right", "operand") if hasattr(expression, name))
    for part in inner:
        yield from _outside_paths(part)


def _arguments(call: Call, here: Place, shared: int, current: Place) -> Iterator[tuple[Place, int]]:
    for argument in call.arguments:
        yield from _reads(argument, here, shared, current)


def _start(path: Path, here: Place, shared: int, current: Place) -> tuple[Place, int]:
    """Where a path starts, and the level down to which that lies in the same rows."""
    if path.origin == "root":
        return (), 0
    if path.origin == "instance":
        return (f"instance({path.instance})",), 0
    start, level = (current, len(current)) if path.origin == "current" else (here, shared)
    start = start[: len(start) - path.parents]
    return start, min(level, len(start))


def _level(path: Path, place: Place, level: int, here: Place, shared: int, has_predicates: bool) -> int:
    """The level of shared rows after a step: absolute paths stay in the rows that they have in common with `here`."""
    depth = len(place)
    if path.origin != "root" or has_predicates or level != depth - 1 or depth > shared:
        return level
    return depth if place == here[:depth] else level


def _order(rules: list[Rule], reads: list[set[Place]]) -> list[int]:
    """The rules so that each comes behind those which it depends on."""
    calculated: dict[Place, list[int]] = defaultdict(list)
    shown: dict[Place, list[int]] = defaultdict(list)
    for index, rule in enumerate(rules):
        if rule.what == "calculate":
            calculated[rule.place].append(index)
        elif rule.what == "relevant":
            shown[rule.place].append(index)
    before = [
        {
            source
            for place in read
            for source in (*calculated[place], *(i for n in range(1, len(place) + 1) for i in shown[place[:n]]))
        }
        for read in reads
    ]
    return _sorted(rules, before)


def _sorted(rules: list[Rule], before: list[set[int]]) -> list[int]:
    waiting = {index: len(sources) for index, sources in enumerate(before)}
    after: dict[int, list[int]] = defaultdict(list)
    for index, sources in enumerate(before):
        for source in sources:
            after[source].append(index)
    ready = [index for index, count in waiting.items() if not count]
    order: list[int] = []
    while ready:
        index = ready.pop()
        order.append(index)
        del waiting[index]
        for target in after[index]:
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    if waiting:
        raise InterviewError(f"rules depend on each other in a circle: {_named(rules, waiting)}. Break it.")
    return order


def _named(rules: list[Rule], indexes: Iterable[int]) -> str:
    return ", ".join(sorted({f"/{'/'.join(rules[index].place)} ({rules[index].what})" for index in indexes}))
