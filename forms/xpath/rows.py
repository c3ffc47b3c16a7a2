"""Row function: what an expression can ask of rows, lists and choices."""

from __future__ import annotations

from collections.abc import Sequence

from forms.xpath.contexts import Context
from forms.xpath.registry import ANY, Table, index_of, nodes_of, text_of
from forms.xpath.values import Value, held, to_text

FUNCTIONS = Table()


@FUNCTIONS.add("count", least=1)
def _count(arguments: Sequence[Value], context: Context) -> float:
    return float(len(nodes_of(arguments[0], "count")))


@FUNCTIONS.add("count-non-empty", least=1)
def _count_non_empty(arguments: Sequence[Value], context: Context) -> float:
    return float(sum(not node.is_leaf or held(node) != "" for node in nodes_of(arguments[0], "count-non-empty")))


@FUNCTIONS.add("position", least=0, most=1)
def _position(arguments: Sequence[Value], context: Context) -> float:
    if not arguments:
        return float(1 + (context.node.index if context.position < 0 else context.position))
    nodes = nodes_of(arguments[0], "position")
    return float(1 + nodes[0].index) if nodes else 0.0


@FUNCTIONS.add("selected", "is-selected", least=2)
def _selected(arguments: Sequence[Value], context: Context) -> bool:
    chosen, wanted = (text_of(value, "selected") for value in arguments)
    return f" {wanted.strip()} " in f" {chosen} "


@FUNCTIONS.add("count-selected", least=1)
def _count_selected(arguments: Sequence[Value], context: Context) -> float:
    return float(len(_choices(text_of(arguments[0], "count-selected"))))


@FUNCTIONS.add("selected-at", least=2)
def _selected_at(arguments: Sequence[Value], context: Context) -> str:
    chosen, index = _choices(text_of(arguments[0], "selected-at")), index_of(arguments[1])
    return chosen[index] if 0 <= index < len(chosen) else ""


def _choices(answer: str) -> list[str]:
    return [choice for choice in answer.split(" ") if choice]


@FUNCTIONS.add("depend", least=1, most=ANY)
def _depend(arguments: Sequence[Value], context: Context) -> Value:
    return arguments[0]


@FUNCTIONS.add("once", least=1)
def _once(arguments: Sequence[Value], context: Context) -> Value:
    present = held(context.node)
    return arguments[0] if to_text(present) == "" else present
