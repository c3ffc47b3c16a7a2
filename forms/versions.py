"""Version: several versions of one form read as one, so that their answers fit the same tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from forms import levels
from forms.codebook import choices, kind
from forms.definition import Choice, Form, Group, Node, Question, Repeat
from forms.errors import FormError
from forms.levels import Level, members

Forms = Form | Iterable[Form] | Mapping[str, Form]
"""One form, several versions of it, or versions by their text."""


def merge(forms: Forms) -> Form:
    """Join versions of one form: the newest as it is, then what only older ones ask, then codes only they have.

    Versions are ordered by their text (yyyymmddrr). The result says what columns the tables have; parse an
    instance with the version that it was filled with.

    Raises FormError when the versions are not of one form, when there is none, or when a question of one table
    is typed differently in two versions.
    """
    ordered = sorted(_listed(forms), key=lambda form: form.version)
    if not ordered:
        raise FormError("no version of a form was given; give at least one")
    merged = ordered[-1]
    _check(ordered)
    for older in reversed(ordered[:-1]):
        children = _join(merged.children, older.children)
        merged = replace(merged, children=children, lists=_lists(replace(merged, children=children), older))
    return merged


def _listed(forms: Forms) -> list[Form]:
    if isinstance(forms, Form):
        return [forms]
    return list(forms.values() if isinstance(forms, Mapping) else forms)


def _check(ordered: list[Form]) -> None:
    seen: dict[tuple[str, str], tuple[str, Form]] = {}
    for form in ordered:
        if (form.id, form.table) != (ordered[0].id, ordered[0].table):
            raise FormError(f"forms {ordered[0].id} and {form.id} are not versions of one form; join them separately")
        for table, name, typed in _types(form, levels.of(form)):
            known, first = seen.setdefault((table, name), (typed, form))
            if known != typed:
                place = f" in table {table!r}" if table else ""
                raise FormError(
                    f"form {form.id}: {name!r}{place} is {known} in version {first.version} and "
                    f"{typed} in version {form.version}; give the new question a new name"
                )


def _types(form: Form, level: Level) -> Iterator[tuple[str, str, str]]:
    for question in level.questions:
        yield level.table, question.name, kind(question, form)
    for below in level.levels:
        yield level.table, below.table, "a repeat"
        yield "", below.table, f"a repeat of {level.table}"
        yield from _types(form, below)


def _join(newer: tuple[Node, ...], older: tuple[Node, ...]) -> tuple[Node, ...]:
    known = {node.name: node for node in members(newer)}
    old = {node.name: node for node in members(older)}
    return _rejoined(newer, old) + tuple(node for name, node in old.items() if name not in known)


def _rejoined(nodes: tuple[Node, ...], old: Mapping[str, Question | Repeat]) -> tuple[Node, ...]:
    joined: list[Node] = []
    for node in nodes:
        twin = old.get(node.name)
        if isinstance(node, Group):
            node = replace(node, children=_rejoined(node.children, old))
        elif isinstance(node, Repeat) and isinstance(twin, Repeat):
            node = replace(node, children=_join(node.children, twin.children))
        joined.append(node)
    return tuple(joined)


def _lists(merged: Form, older: Form) -> dict[str, tuple[Choice, ...]]:
    """Lists of the merged form, each with the codes that its questions had in the older one."""
    lists = {name: {choice.name: choice for choice in listed} for name, listed in merged.lists.items()}
    before = {(table, question.name): question for table, question in _questions(levels.of(older))}
    for table, question in _questions(levels.of(merged)):
        twin = before.get((table, question.name))
        if question.list_name and twin is not None and choices(twin, older):
            known = lists.setdefault(question.list_name, {})
            for choice in older.lists[twin.list_name or ""]:
                known.setdefault(choice.name, choice)
    return {name: tuple(listed.values()) for name, listed in lists.items()}


def _questions(level: Level) -> Iterator[tuple[str, Question]]:
    for question in level.questions:
        yield level.table, question
    for below in level.levels:
        yield from _questions(below)
