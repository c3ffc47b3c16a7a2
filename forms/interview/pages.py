"""Screen: what an interviewer sees at once: a question, a group whose questions stand together, or a row to add."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from forms.interview.compiled import Control
from forms.interview.state import Interview
from forms.xpath.nodes import Node

Asked = tuple[Control, Node]
"""A question, group or row: its control and its node."""


@dataclass(frozen=True)
class Screen:
    """One screen. `key` is the path of its first question, or that of the row which it offers to add.

    `around` holds the groups and rows that it lies in, from the outermost. `offers` is the repeat whose next row is
    offered, `parent` the node that the row would be put into; then there are no questions.
    """

    key: str
    questions: tuple[Asked, ...]
    around: tuple[Asked, ...] = ()
    offers: Control | None = None
    parent: Node | None = None


@dataclass(frozen=True)
class Entry:
    """One line of a table of contents: a group, question or row, and how deep it lies."""

    control: Control
    node: Node
    depth: int


def screens(interview: Interview) -> list[Screen]:
    """All screens of an interview in order, as its answers are now; rows that a number asks for are added."""
    return list(_screens(interview, interview.form.controls, interview.root, ()))


def contents(interview: Interview, top: Node) -> Iterator[Entry]:
    """The groups, questions and rows below a node (the root, or a row), asked or not; rows are not looked into."""
    repeat = interview.script.repeats.get(top.place)
    controls = repeat.children if repeat else interview.form.controls
    yield from _entries(controls, top, 0)


def node_at(interview: Interview, path: str) -> Node | None:
    """The node of a path with row numbers, as `Interview.path` writes it; None when there is none."""
    node: Node = interview.root
    steps = path.strip("/").split("/")
    if steps[0].partition("[")[0] != node.name:
        return None
    for step in steps[1:]:
        name, _, number = step.partition("[")
        index = int(number.rstrip("]")) - 1 if number.rstrip("]").isdecimal() else 0
        rows = node.named(name)
        if not 0 <= index < len(rows):
            return None
        node = rows[index]
    return node


def inside(parent: Node, place: tuple[str, ...]) -> Node:
    """The node of a place within the rows of a node around it."""
    for name in place[len(parent.place) :]:
        parent = parent.children[name][0]
    return parent


def _screens(
    interview: Interview, controls: Iterable[Control], parent: Node, around: tuple[Asked, ...]
) -> Iterator[Screen]:
    for control in controls:
        if control.kind == "repeat":
            yield from _rows(interview, control, inside(parent, control.place[:-1]), around)
            continue
        node = inside(parent, control.place)
        if not node.relevant:
            continue
        if control.is_question:
            yield Screen(interview.path(node), ((control, node),), around)
        elif _stands_together(control):
            yield from _together(interview, control, node, (*around, (control, node)))
        else:
            yield from _screens(interview, control.children, node, (*around, (control, node)))


def _rows(interview: Interview, repeat: Control, parent: Node, around: tuple[Asked, ...]) -> Iterator[Screen]:
    name, index = repeat.place[-1], 0
    while True:
        rows = parent.named(name)
        if index < len(rows):
            row = rows[index]
            if row.relevant:
                within = (*around, (repeat, row))
                if _stands_together(repeat):
                    yield from _together(interview, repeat, row, within)
                else:
                    yield from _screens(interview, repeat.children, row, within)
            index += 1
        elif not interview.may_add(parent, repeat):
            return
        elif repeat.count:
            interview.add_row(parent, name)
        else:
            key = f"{interview.path(parent)}/{name}[{len(rows) + 1}]"
            yield Screen(key, (), around, offers=repeat, parent=parent)
            return


def _together(interview: Interview, group: Control, node: Node, around: tuple[Asked, ...]) -> Iterator[Screen]:
    """The questions of a group on one screen; repeats within it follow on screens of their own."""
    questions = tuple(_questions(group.children, node))
    if questions:
        yield Screen(interview.path(questions[0][1]), questions, around)
    for repeat in _repeats(group.children):
        parent = inside(node, repeat.place[:-1])
        if parent.relevant:
            yield from _rows(interview, repeat, parent, around)


def _repeats(controls: Iterable[Control]) -> Iterator[Control]:
    """The repeats among controls and in groups of them, not those within rows."""
    for control in controls:
        if control.kind == "repeat":
            yield control
        elif not control.is_question:
            yield from _repeats(control.children)


def _questions(controls: Iterable[Control], parent: Node) -> Iterator[Asked]:
    for control in controls:
        if control.kind == "repeat":
            continue
        node = inside(parent, control.place)
        if not node.relevant:
            continue
        if control.is_question:
            yield control, node
        else:
            yield from _questions(control.children, node)


def _stands_together(control: Control) -> bool:
    return "field-list" in control.appearance.split()


def _entries(controls: Iterable[Control], parent: Node, depth: int) -> Iterator[Entry]:
    for control in controls:
        if control.kind == "repeat":
            for row in inside(parent, control.place[:-1]).named(control.place[-1]):
                yield Entry(control, row, depth)
            continue
        node = inside(parent, control.place)
        yield Entry(control, node, depth)
        if not control.is_question:
            yield from _entries(control.children, node, depth + 1)
