"""Walk: how a path leads from one node to others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from forms.errors import XPathError
from forms.xpath.contexts import Context
from forms.xpath.expressions import Binary, Call, Expression, Number, Path, Text
from forms.xpath.nodes import Node
from forms.xpath.values import Nodeset, Value, unpack

Test = Callable[[Context], Value]
_NONE = Nodeset(())


@dataclass(frozen=True)
class Stride:
    """One step made ready: the tests of its conditions, and the lookup when the first is `name = <fixed>`."""

    name: str
    attribute: bool
    tests: tuple[Test, ...]
    lookup: tuple[str, Test] | None = None

    @property
    def is_plain(self) -> bool:
        """Is it just the name of a child?"""
        return not self.attribute and not self.tests and self.name != "*"


def walker(path: Path, ready: Callable[[Expression], Test]) -> Callable[[Context], Nodeset]:
    """What finds the nodes of a path; `ready` makes its conditions so."""
    strides = tuple(
        Stride(step.name, step.attribute, tuple(map(ready, step.predicates)), _lookup(step.predicates, ready))
        for step in path.steps
    )
    if path.origin == "instance":
        return lambda context: Nodeset(tuple(_from_root(path, strides, context)))
    if path.origin == "root":
        return lambda context: _relevant(_from_root(path, strides, context))
    parents, current = path.parents, path.origin == "current"
    name = strides[0].name if len(strides) == 1 and strides[0].is_plain else ""

    def find(context: Context) -> Nodeset:
        node = _up(context.original if current else context.node, parents)
        if name:
            return _relevant(node.children.get(name, ()))
        return _relevant(_down([node], strides, context))

    return find


def _lookup(predicates: Sequence[Expression], ready: Callable[[Expression], Test]) -> tuple[str, Test] | None:
    match predicates[:1]:
        case [Binary("=", Path("here", 0, (step,)), wanted)] if not step.predicates and _is_fixed(wanted):
            return step.name, ready(wanted)
    return None


def _is_fixed(expression: Expression) -> bool:
    """Does the expression come to the same for every node of a condition?"""
    match expression:
        case Text() | Number():
            return True
        case Path(origin="current" | "root"):
            return all(not step.predicates for step in expression.steps)
        case Call(name="concat" | "string"):
            return all(map(_is_fixed, expression.arguments))
    return False


def _relevant(nodes: Sequence[Node]) -> Nodeset:
    if len(nodes) == 1:
        return Nodeset((nodes[0],)) if nodes[0].relevant else _NONE
    return Nodeset(tuple(node for node in nodes if node.relevant))


def _up(node: Node, levels: int) -> Node:
    for _ in range(levels):
        if node.parent is None:
            raise XPathError(f"the path goes up beyond /{node.name}. Take one .. away.")
        node = node.parent
    return node


def _from_root(path: Path, strides: Sequence[Stride], context: Context) -> list[Node]:
    """The nodes of a path that begins at a root; steps that also lead to the context stay in its rows."""
    root = context.scope.lists.get(path.instance) if path.origin == "instance" else context.scope.root
    if root is None:
        raise XPathError(f"the form has no list {path.instance!r}. Look how it is spelled.")
    if not strides:
        return [root]
    line = context.node.lineage()
    if strides[0].name not in ("*", root.name):
        return []
    nodes, shared = [root], line[0].name == root.name
    for level, stride in enumerate(strides[1:], start=1):
        shared = shared and level < len(line) and line[level].name == stride.name
        if shared and not stride.tests:
            index = line[level].index
            nodes = [row[index] for node in nodes if index < len(row := node.named(stride.name))]
        else:
            nodes = _down(nodes, (stride,), context)
    return nodes


def _down(nodes: list[Node], strides: Sequence[Stride], context: Context) -> list[Node]:
    for stride in strides:
        nodes = [found for node in nodes for found in _children(node, stride, context)]
    return nodes


def _children(node: Node, stride: Stride, context: Context) -> Sequence[Node]:
    if stride.attribute:
        return [node.attributes[stride.name]] if stride.name in node.attributes else []
    found: Sequence[Node] = node.named(stride.name)
    tests = stride.tests
    if stride.lookup and node.is_fixed and found:
        name, wanted = stride.lookup
        value = unpack(wanted(context.inside(found[0], 0)))
        if isinstance(value, str) and value:
            found, tests = node.holding(stride.name, name, value), tests[1:]
    for test in tests:
        found = [each for index, each in enumerate(found) if test(context.inside(each, index)) is True]
    return found
