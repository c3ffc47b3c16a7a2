"""Node: one element of a filled form or of a list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

Answer = str | int | float | bool | datetime | None
"""What a node can hold: int and float as the engine keeps whole and other numbers, None when it is empty."""


class Day(datetime):
    """A date, kept as the midnight that begins it."""


class TimeOfDay(datetime):
    """A time, kept on some day."""


class Node:
    """An element with its children by name, in the order of the form; rows of a repeat share their name.

    `own_relevant` is what the node's own condition says, `relevant` what those around it say too; `required` and
    `readonly` are what its other rules say. `place` is the path in names, without row numbers. A node `is_fixed`
    when its children never change, as those of a list.
    """

    __slots__ = (
        "_holding",
        "attributes",
        "children",
        "index",
        "is_fixed",
        "name",
        "own_relevant",
        "parent",
        "place",
        "readonly",
        "relevant",
        "required",
        "value",
    )

    def __init__(self, name: str, parent: Node | None = None, value: Answer = None) -> None:
        self.name = name
        self.parent = parent
        self.value = value
        self.children: dict[str, list[Node]] = {}
        self.attributes: dict[str, Node] = {}
        self.index = 0
        self.is_fixed = False
        self._holding: dict[tuple[str, str], dict[str, list[Node]]] = {}
        self.own_relevant = True
        self.relevant = True
        self.required = False
        self.readonly = False
        self.place: tuple[str, ...] = (*parent.place, name) if parent else (name,)

    def add(self, child: Node) -> Node:
        """Put a child behind those of its name."""
        row = self.children.setdefault(child.name, [])
        child.index = len(row)
        row.append(child)
        return child

    def remove(self, child: Node) -> None:
        """Take a child out; those behind it move up."""
        row = self.children[child.name]
        row.remove(child)
        for index, each in enumerate(row):
            each.index = index

    def named(self, name: str) -> list[Node]:
        """The children of that name; `*` stands for all."""
        if name == "*":
            return list(self)
        return self.children.get(name, [])

    def holding(self, name: str, below: str, value: str) -> list[Node]:
        """Of the children of a name, in a list that never changes, those whose own child `below` holds a text."""
        key = (name, below)
        if key not in self._holding:
            places: dict[str, list[Node]] = {}
            for child in self.named(name):
                for inner in child.named(below):
                    places.setdefault(str(inner.value or ""), []).append(child)
            self._holding[key] = places
        return self._holding[key].get(value, [])

    def __iter__(self) -> Iterator[Node]:
        for row in self.children.values():
            yield from row

    def walk(self) -> Iterator[Node]:
        """The node and all below it, in order."""
        yield self
        for child in self:
            yield from child.walk()

    def lineage(self) -> list[Node]:
        """The nodes from the root down to this one."""
        line: list[Node] = []
        node: Node | None = self
        while node is not None:
            line.append(node)
            node = node.parent
        line.reverse()
        return line

    def above(self, depth: int) -> Node:
        """The node or the one around it that lies so deep, the root at 1."""
        node = self
        for _ in range(len(self.place) - depth):
            node = node.parent or node
        return node

    @property
    def is_leaf(self) -> bool:
        """Has it no children, not even rows that may come?"""
        return not self.children

    def set_relevant(self, relevant: bool) -> list[Node]:
        """Say whether the node is relevant by its own condition; gives the nodes that this shows or hides."""
        self.own_relevant = relevant
        return self.settle()

    def settle(self) -> list[Node]:
        """Bring relevance in line with the parent's; gives the nodes for which it changed."""
        around = self.parent is None or self.parent.relevant
        if self.relevant == (self.own_relevant and around):
            return []
        self.relevant = not self.relevant
        changed = [self]
        for attribute in self.attributes.values():
            attribute.relevant = self.relevant
        for child in self:
            changed += child.settle()
        return changed


def below(nodes: list[Node], names: Sequence[str]) -> list[Node]:
    """All nodes that lie under some nodes by these names."""
    for name in names:
        nodes = [child for node in nodes for child in node.children.get(name, ())]
    return nodes
