"""Context: where an expression stands, and what surrounds it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import NamedTuple

from forms.xpath.nodes import Node
from forms.xpath.values import Value

Extension = Callable[[Sequence[Value], "Context"], Value]
"""A function that only a form can answer: what a choice is called, what a list says."""


@dataclass(frozen=True)
class Scope:
    """All that the expressions of one interview can reach.

    `root` is the filled form, `lists` the roots of the secondary instances by id, `clock` gives the present moment
    in the tablet's `zone` (None: the machine's), `properties` what the tablet says about itself, `version` that of
    the form.
    """

    root: Node
    lists: Mapping[str, Node] = field(default_factory=dict)
    clock: Callable[[], datetime] = datetime.now
    zone: tzinfo | None = None
    properties: Mapping[str, str] = field(default_factory=dict)
    version: str = ""
    extensions: Mapping[str, Extension] = field(default_factory=dict)


class Context(NamedTuple):
    """Where an expression stands: its node, the node of `current()`, and the place among those of a condition."""

    node: Node
    scope: Scope
    original: Node
    position: int = -1

    def inside(self, node: Node, position: int) -> Context:
        """The context of a condition behind a path, for one of the nodes that it leads to."""
        return Context(node, self.scope, self.original, position)
