"""Giving: one answer put to a question, kept or refused as Collect does it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from forms.errors import XPathError
from forms.interview.compiled import Control
from forms.interview.state import Interview
from forms.xpath.nodes import Answer, Node

MEDIA = frozenset({"image", "audio", "video", "file", "osm"})


@dataclass(frozen=True)
class Outcome:
    """What became of an answer: `result` is ok, read-only, required, constraint or bad-answer."""

    result: str
    message: str | None = None

    @property
    def is_refused(self) -> bool:
        """Was the answer not taken as it was given?"""
        return self.result in ("required", "constraint", "bad-answer")


def give(interview: Interview, control: Control, node: Node, given: Any, *, keep_refused: bool = False) -> Outcome:
    """Put an answer to a question: text, a list of codes, or None for no answer.

    It is kept first, then checked, and taken back when a rule refuses it; with `keep_refused` one that breaks its
    constraint stays, as when one goes back in Collect. Raises XPathError when a rule of the form fails.
    """
    if interview.is_readonly(node):
        return Outcome("read-only")
    try:
        answer = _answer(interview, control, node, given)
    except XPathError as error:
        return Outcome("bad-answer", error.message)
    before = node.value
    if answer is not None or before is not None:
        interview.set(node, answer)
    outcome = state(interview, node)
    if outcome.is_refused and not (keep_refused and outcome.result == "constraint"):
        interview.set(node, before)
    return outcome


def state(interview: Interview, node: Node) -> Outcome:
    """What the rules say of the answer that stands in a node."""
    bind = interview.bind(node)
    if node.value is None and interview.is_required(node):
        return Outcome("required", interview.say(bind.required_message, node))
    if not interview.accepts(node):
        return Outcome("constraint", interview.say(bind.constraint_message, node))
    return Outcome("ok")


def takes_several(control: Control) -> bool:
    """Is the answer a list of codes?"""
    return control.kind in ("select_multiple", "rank")


def plain(value: Any) -> str:
    """A value of a case as text."""
    return value if isinstance(value, str) else json.dumps(value)


def _answer(interview: Interview, control: Control, node: Node, given: Any) -> Answer:
    if given is None:
        return None
    if control.is_choice:
        return _codes(interview, control, node, given)
    text = plain(given)
    if control.kind in MEDIA:
        return text or None
    if interview.bind(node).kind == "date" and text.startswith("today"):
        text = str(interview.scope.clock().date() + timedelta(days=int(text[5:] or 0)))
    return interview.read(node, text)


def _codes(interview: Interview, control: Control, node: Node, given: Any) -> str | None:
    wanted = [plain(each) for each in given] if isinstance(given, list) else [plain(given)]
    wanted = " ".join(wanted).split() if takes_several(control) else wanted
    codes = {choice.code for choice in interview.choices(node)}
    for code in wanted:
        if code not in codes:
            raise XPathError(f"no such choice: {code}")
    return " ".join(wanted) or None
