"""Recalculation: the rules that wait to be worked out after an answer."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from forms.interview.dependencies import Dependencies, Rule, common
from forms.xpath.nodes import Node, below

Apply = Callable[[Rule, Node], Iterable[Node]]


class Recalculation:
    """What waits, in the order in which it is worked out; `apply` works one rule out and gives the nodes it changed."""

    def __init__(self, dependencies: Dependencies, apply: Apply) -> None:
        self._dependencies = dependencies
        self._apply = apply
        self._waiting: list[tuple[int, int, Node]] = []
        self._queued: set[tuple[int, int]] = set()
        self._answered: Node | None = None
        self._stale: dict[tuple[int, int], Node] = {}

    def queue(self, top: Node) -> None:
        """Have every rule of a node and of those below it worked out."""
        for node in top.walk():
            for number in self._dependencies.by_place.get(node.place, ()):
                self._queue(number, node)

    def touch(self, node: Node) -> None:
        """Have the rules worked out that read a node."""
        for trigger in self._dependencies.triggers.get(node.place, ()):
            rule, shared = self._dependencies.rules[trigger.rule], max(trigger.shared, 1)
            for target in below([node.above(shared)], rule.place[shared:]):
                if self._is_in_view(target):
                    self._queue(trigger.rule, target)
                else:
                    self._stale[trigger.rule, id(target)] = target

    @contextmanager
    def answering(self, node: Node) -> Iterator[None]:
        """While a node is answered on a tablet: rules in other rows than its own stay as they were.

        JavaRosa works those out with the next answer in their rows.
        """
        before, self._answered = self._answered, node
        try:
            yield
        finally:
            self._answered = before

    def _is_in_view(self, target: Node) -> bool:
        """Does the node lie in the rows of the one being answered, as far as they have a path in common?"""
        if self._answered is None:
            return True
        depth = common(self._answered.place, target.place)
        return self._answered.above(depth) is target.above(depth)

    def refresh(self, node: Node) -> None:
        """Have worked out what was left as it was, where it follows from this node."""
        if self._stale:
            followers = self._dependencies.followers(node.place)
            for (number, _), target in list(self._stale.items()):
                if number in followers and self._is_in_view(target):
                    self._queue(number, target)

    def _queue(self, number: int, node: Node) -> None:
        key = (number, id(node))
        self._stale.pop(key, None)
        if key not in self._queued:
            self._queued.add(key)
            heapq.heappush(self._waiting, (number, id(node), node))

    def run(self) -> None:
        """Work out all that waits, and what follows from it. What a rule raises leaves nothing waiting."""
        try:
            while self._waiting:
                number, key, node = heapq.heappop(self._waiting)
                self._queued.discard((number, key))
                for changed in self._apply(self._dependencies.rules[number], node):
                    self.touch(changed)
        finally:
            self._waiting.clear()
            self._queued.clear()
