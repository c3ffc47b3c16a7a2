"""Offer: the choices of a question at a moment."""

from __future__ import annotations

from typing import Protocol

from forms.errors import XPathError
from forms.interview.captions import Caption
from forms.interview.compiled import Control, Items
from forms.interview.script import Choice, Script
from forms.xpath import Nodeset, Value, to_text
from forms.xpath.nodes import Node


class Speaker(Protocol):
    """What an offer needs of an interview."""

    script: Script
    language: str

    def say(self, caption: Caption, node: Node) -> str | None:
        """The words of a caption, as seen from a node."""

    def evaluate(self, expression: str, node: Node) -> Value:
        """What an expression comes to, as seen from a node."""


def offered(interview: Speaker, control: Control, node: Node) -> tuple[Choice, ...]:
    """The choices of a question in the form's order. Raises XPathError when its list cannot be worked out."""
    if control.items is None:
        return tuple(Choice(code, interview.say(label, node) or "") for code, label in control.choices)
    if control.items.is_filtered or interview.script.reads_answers_in_choices:
        return _of_list(interview, control.items, node)
    key = (control.items.nodeset, control.items.label, interview.language)
    known = interview.script.choices
    if key not in known:
        known[key] = _of_list(interview, control.items, node)
    return known[key]


def _of_list(interview: Speaker, items: Items, node: Node) -> tuple[Choice, ...]:
    found = interview.evaluate(items.nodeset, node)
    if not isinstance(found, Nodeset):
        raise XPathError(f"choices come from a path to a list, not from {items.nodeset!r}")
    if interview.script.reads_answers_in_choices:
        return tuple(_choice(interview, items, item, node) for item in found.nodes)
    known = interview.script.items.setdefault((items.value, items.label, interview.language), {})
    for item in found.nodes:
        if item.is_fixed and item not in known:
            known[item] = _choice(interview, items, item, node)
    return tuple(known.get(item) or _choice(interview, items, item, node) for item in found.nodes)


def _choice(interview: Speaker, items: Items, item: Node, node: Node) -> Choice:
    words: str | None = to_text(interview.evaluate(items.label, item))
    if items.is_text_id:
        words = interview.say(Caption(text_id=words or ""), node)
    return Choice(to_text(interview.evaluate(items.value, item)), words or "")
