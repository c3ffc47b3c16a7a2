"""Item: a question of a previewed screen as the template shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from forms.interview import Choice, Interview
from forms.interview.compiled import Control
from forms.interview.giving import MEDIA, takes_several
from forms.interview.pages import Asked
from forms.xpath.nodes import Node
from server.web import captions
from server.web.turns import Turn

LISTED, SEARCHED, FOUND = 12, 60, 30
"""Choices up to which all are shown, up to which they stand in a drop-down list, and how many a search shows."""

WIDGETS = {
    "int": "number",
    "decimal": "number",
    "date": "date",
    "dateTime": "datetime-local",
    "time": "time",
    "geopoint": "position",
    "geotrace": "position",
    "geoshape": "position",
}
"""The box for each type of answer; others are text."""

SHOWN_OF_TIME = {"datetime-local": 16, "time": 5}
"""How much of a moment a browser's box takes: it knows neither seconds nor zone."""


@dataclass(frozen=True)
class Option:
    """A choice as it is shown."""

    code: str
    label: Markup
    is_chosen: bool


@dataclass(frozen=True)
class Rule:
    """A rule of a question, and whether it holds now; None where it cannot be told."""

    name: str
    expression: str
    holds: bool | None


@dataclass(frozen=True)
class Item:
    """A question with what stands in it. `more` counts the choices that a search left out, `query` is what it sought.

    `refusal` says why what was typed was not taken: the message, or empty for `required` and `bad-answer`.
    """

    path: str
    id: str
    name: str
    widget: str
    type: str
    label: Markup
    hint: Markup
    value: str
    is_required: bool
    options: tuple[Option, ...]
    more: int
    query: str
    refused: str
    refusal: Markup
    rules: tuple[Rule, ...]


def of(turn: Turn, asked: Asked, query: str) -> Item:
    """A question of the present screen; `query` is what was sought among its choices."""
    (control, node), interview = asked, turn.interview
    path, bind = interview.path(node), interview.bind(node)
    typed, outcome = turn.refused.get(path, (None, None))
    choices = interview.choices(node) if control.is_choice else ()
    value = _text(typed) if outcome else interview.text(node) or ""
    widget = _widget(interview, control, node, len(choices))
    options, more = _options(choices, value.split() if takes_several(control) else [value], widget, query, interview)
    return Item(
        path=path,
        id=slug(path),
        name=node.name,
        widget=widget,
        type=control.kind if control.kind != "input" else bind.kind,
        label=captions.said(interview, control.label, node),
        hint=captions.said(interview, control.hint, node),
        value=value[: SHOWN_OF_TIME.get(widget)],
        is_required=interview.is_required(node),
        options=options,
        more=more,
        query=query,
        refused=outcome.result if outcome else "",
        refusal=captions.plain((outcome and outcome.message) or "", interview.language),
        rules=tuple(rules(interview, node)),
    )


def slug(path: str) -> str:
    """A path as the id of an element."""
    return "q" + re.sub(r"\W+", "-", path)


def rules(interview: Interview, node: Node) -> Iterator[Rule]:
    """The rules of a question and what they say now."""
    bind = interview.bind(node)
    for name, expression, holds in (
        ("relevant", bind.relevant, node.own_relevant),
        ("required", bind.required, interview.is_required(node)),
        ("constraint", bind.constraint, interview.accepts(node) if node.value is not None else None),
        ("readonly", bind.readonly, interview.is_readonly(node)),
        ("calculate", bind.calculate, None),
    ):
        if expression:
            yield Rule(name, expression, holds)


def _text(typed: object) -> str:
    return " ".join(typed) if isinstance(typed, list) else str(typed or "")


def _widget(interview: Interview, control: Control, node: Node, choices: int) -> str:
    if control.kind in MEDIA:
        return "absent"
    if interview.is_readonly(node):
        return "note"
    if control.is_choice:
        return _chooser(control, choices)
    if control.kind == "trigger":
        return "trigger"
    kind = interview.bind(node).kind
    if "multiline" in control.appearance:
        return "lines"
    return WIDGETS.get(kind, "text")


def _chooser(control: Control, choices: int) -> str:
    several = control.kind != "select_one"
    if control.kind == "rank":
        return "rank"
    if choices > SEARCHED or (several and choices > FOUND):
        return "search-many" if several else "search"
    if several:
        return "many"
    return "list" if choices > LISTED or "minimal" in control.appearance else "one"


def _options(
    choices: Sequence[Choice], chosen: list[str], widget: str, query: str, interview: Interview
) -> tuple[tuple[Option, ...], int]:
    """The choices to show, and how many are left out: a search shows those chosen, and the first that fit."""
    shown, more = list(choices), 0
    if widget.startswith("search"):
        sought = query.casefold()
        kept = [choice for choice in choices if choice.code in chosen]
        fitting = [each for each in choices if each not in kept and _fits(each, sought)]
        shown, more = kept + fitting[:FOUND], max(len(fitting) - FOUND, 0)
    language = interview.language
    return tuple(Option(each.code, captions.plain(each.label, language), each.code in chosen) for each in shown), more


def _fits(choice: Choice, sought: str) -> bool:
    return sought in choice.label.casefold() or sought == choice.code.casefold()
