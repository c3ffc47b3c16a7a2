"""Formula: what a cell works out, `${age} >= 15`, as a tree that can be laid beside another."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from forms.errors import XPathError
from forms.xpath import Call, Context, Expression, Path, Scope, Step, evaluator, parse, parts
from forms.xpath.expressions import Binary, Negation, Number, Text
from forms.xpath.nodes import Node

MARK = "_q."
"""How the name of a question begins in a tree: `${age}` is read as `../_q.age`."""

SELF = Path("here", 0, ())
"""The answer itself, which a constraint judges."""

_QUESTION = re.compile(r"\$\{\s*(?:last-saved#)?([^}\s]+)\s*\}")
_MARKED = re.compile(rf"\.\./{re.escape(MARK)}([\w.-]+)")
_MIRRORED = {">": "<", ">=": "<="}
_FIXED = frozenset(
    (
        *("not", "if", "boolean", "number", "int", "string", "concat", "substr", "string-length", "contains"),
        *("starts-with", "selected", "round", "abs", "coalesce"),
    )
)
"""Functions that come to the same whenever they are worked out."""

Names = Mapping[str, str]
"""What a question is called in the other version; one that is not there is read as an empty answer."""


@lru_cache(maxsize=20_000)
def read(text: str) -> Expression | None:
    """The tree of a cell; an empty one is true. None when it cannot be read."""
    if not text.strip():
        return Call("true", ())
    try:
        return _within_rows(parse(_QUESTION.sub(rf"../{MARK}\1", text)), within=False)
    except XPathError:
        return None


def renamed(tree: Expression, names: Names) -> Expression:
    """The tree with the questions called as the other version calls them."""
    return substituted(tree, lambda path: _renamed_path(path, names))


def substituted(tree: Expression, change: Callable[[Path], Expression]) -> Expression:
    """The tree with something else in place of its paths."""
    match tree:
        case Path():
            return change(tree)
        case Call():
            return replace(tree, arguments=tuple(substituted(each, change) for each in tree.arguments))
        case Binary():
            return replace(tree, left=substituted(tree.left, change), right=substituted(tree.right, change))
        case Negation():
            return replace(tree, operand=substituted(tree.operand, change))
    return tree


def without(tree: Expression, gone: frozenset[str]) -> Expression:
    """The tree as it comes out when these questions are never answered."""
    return renamed(tree, {name: name for name in questions(tree) - gone}) if gone & questions(tree) else tree


@lru_cache(maxsize=50_000)
def questions(tree: Expression) -> frozenset[str]:
    """The names of the questions that the tree reads."""
    return frozenset(_names(tree))


def canonical(tree: Expression) -> Expression:
    """The tree in one order: `and` and `or` sorted and without repetitions, comparisons one way round, what is fixed
    worked out."""
    match tree:
        case Binary("and" | "or" as operator):
            return _joined(operator, tree)
        case Binary(operator, left, right):
            left, right = canonical(left), canonical(right)
            if operator in _MIRRORED or (operator in ("=", "!=") and write(left) > write(right)):
                operator, left, right = _MIRRORED.get(operator, operator), right, left
            return _worked_out(Binary(operator, left, right))
        case Call():
            return _worked_out(replace(tree, arguments=tuple(map(canonical, tree.arguments))))
        case Negation():
            return Negation(canonical(tree.operand))
        case Path():
            return replace(tree, steps=tuple(_canonical_step(step) for step in tree.steps))
    return tree


def operands(operator: str, tree: Expression) -> Iterator[Expression]:
    """What one operator joins: the conditions that must all hold, for `and`."""
    if isinstance(tree, Binary) and tree.operator == operator:
        yield from operands(operator, tree.left)
        yield from operands(operator, tree.right)
    else:
        yield tree


def join(operator: str, trees: list[Expression]) -> Expression:
    """Trees joined by one operator; none of them is what changes nothing: true for `and`, false for `or`."""
    if not trees:
        return Call("true" if operator == "and" else "false", ())
    tree = trees[0]
    for each in trees[1:]:
        tree = Binary(operator, tree, each)
    return tree


@lru_cache(maxsize=50_000)
def write(tree: Expression) -> str:
    """The text of a tree; equal trees have equal texts."""
    match tree:
        case Number(value):
            return str(int(value)) if value == int(value) else repr(value)
        case Text(text):
            return f'"{text}"' if "'" in text else f"'{text}'"
        case Call(name, arguments):
            return f"{name}({', '.join(map(write, arguments))})"
        case Binary(operator, left, right):
            return f"({write(left)} {operator} {write(right)})"
        case Negation(operand):
            return f"-({write(operand)})"
        case Path():
            return _path_text(tree)


def show(tree: Expression) -> str:
    """The text of a tree for people: `${age} >= 15`."""
    text = _MARKED.sub(r"${\1}", write(tree))
    return text[1:-1] if isinstance(tree, Binary) else text


def question_of(tree: Expression) -> str:
    """The name of the question that the tree is, `.` for the answer itself, "" when it is something else."""
    if tree == SELF:
        return "."
    match tree:
        case Path("here", 1, (Step(name, False, ()),)) if name.startswith(MARK):
            return name.removeprefix(MARK)
    return ""


def _within_rows(tree: Expression, *, within: bool) -> Expression:
    """The tree with `./age` as a question where it stands in a condition behind a repeat: `${person}[./age > 3]`."""
    match tree:
        case Path("here", 0, (Step(name, False, ()),)) if within:
            return Path("here", 1, (Step(f"{MARK}{name}"),))
        case Path():
            rows = tree.origin != "instance"
            return replace(tree, steps=tuple(_step_within_rows(step, rows) for step in tree.steps))
        case Call():
            return replace(tree, arguments=tuple(_within_rows(each, within=within) for each in tree.arguments))
        case Binary():
            left, right = (_within_rows(each, within=within) for each in (tree.left, tree.right))
            return replace(tree, left=left, right=right)
        case Negation():
            return replace(tree, operand=_within_rows(tree.operand, within=within))
    return tree


def _step_within_rows(step: Step, rows: bool) -> Step:
    return replace(step, predicates=tuple(_within_rows(each, within=rows) for each in step.predicates))


def _renamed_path(path: Path, names: Names) -> Expression:
    steps = []
    for step in path.steps:
        predicates = tuple(renamed(each, names) for each in step.predicates)
        name = step.name
        if name.startswith(MARK):
            if name.removeprefix(MARK) not in names:
                return Text("")
            name = f"{MARK}{names[name.removeprefix(MARK)]}"
        elif path.origin != "instance":
            name = names.get(name, name)
        steps.append(replace(step, name=name, predicates=predicates))
    return replace(path, steps=tuple(steps))


def _names(tree: Expression) -> Iterator[str]:
    for part in parts(tree):
        if isinstance(part, Path):
            for step in part.steps:
                if step.name.startswith(MARK):
                    yield step.name.removeprefix(MARK)
                elif part.origin != "instance":
                    yield step.name


def _joined(operator: str, tree: Expression) -> Expression:
    neutral, final = ("true()", "false()") if operator == "and" else ("false()", "true()")
    found = {write(each): each for each in map(canonical, operands(operator, tree))}
    if final in found:
        return found[final]
    flat = {write(part): part for each in found.values() for part in operands(operator, each)}
    return join(operator, [flat[text] for text in sorted(flat) if text != neutral])


def _worked_out(tree: Expression) -> Expression:
    """What the tree comes to when nothing in it can change, else the tree."""
    inner = list(parts(tree))
    if any(isinstance(part, Path) or (isinstance(part, Call) and part.name not in _FIXED) for part in inner):
        return tree
    node = Node("answers")
    try:
        value = evaluator(write(tree))(Context(node, Scope(node), node))
    except XPathError:
        return tree
    if isinstance(value, bool):
        return Call("true" if value else "false", ())
    if isinstance(value, str):
        return Text(value)
    return Number(value) if isinstance(value, float) and value >= 0 else tree


def _canonical_step(step: Step) -> Step:
    return replace(step, predicates=tuple(map(canonical, step.predicates)))


def _path_text(path: Path) -> str:
    steps = [
        f"{'@' if step.attribute else ''}{step.name}{''.join(f'[{write(each)}]' for each in step.predicates)}"
        for step in path.steps
    ]
    ups = [".."] * path.parents
    if path.origin == "root":
        return f"/{'/'.join(steps)}"
    if path.origin in ("current", "instance"):
        start = "current()" if path.origin == "current" else f"instance('{path.instance}')"
        return "/".join([start, *(ups or (["."] if path.origin == "current" and not steps else [])), *steps])
    return "/".join([*ups, *steps]) or "."
