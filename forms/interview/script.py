"""Script: what all interviews of one form have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from forms.interview import compiled, dependencies, lists
from forms.interview.captions import Output
from forms.interview.compiled import Compiled, Control, Place
from forms.interview.dependencies import Dependencies
from forms.xpath.nodes import Node


@dataclass(frozen=True)
class Choice:
    """One of the choices of a question."""

    code: str
    label: str


@dataclass(frozen=True)
class Script:
    """A form, its rules in order, and its lists.

    `choices` and `items` keep those that no answer changes, by list and language, once they are known.
    """

    form: Compiled
    dependencies: Dependencies
    lists: Mapping[str, Node]
    choices: dict[tuple[str, ...], tuple[Choice, ...]] = field(default_factory=dict, repr=False)
    items: dict[tuple[str, ...], dict[Node, Choice]] = field(default_factory=dict, repr=False)

    @cached_property
    def controls(self) -> Mapping[Place, Control]:
        """The questions by their place."""
        return {control.place: control for control in self.form.questions}

    @cached_property
    def reads_answers_in_choices(self) -> bool:
        """Do the words of any choice name an answer? (The texts of questions have their path as id.)"""
        every = (words for texts in self.form.texts.words.values() for key, words in texts.items() if key[:1] != "/")
        return any(isinstance(part, Output) for words in every for part in words)

    @cached_property
    def repeats(self) -> Mapping[Place, Control]:
        """The repeats by their place."""
        every = (each for control in self.form.controls for each in control.walk())
        return {control.place: control for control in every if control.kind == "repeat"}


def prepare(xml: bytes, media: Iterable[str | Path] = (), files: Mapping[str, bytes] | None = None) -> Script:
    """Read a compiled form and the lists beside it, which lie in the `media` folders or are `files` of the XForm.

    Raises InterviewError for what is no XForm, misses a list, or has rules that depend on each other in a circle.
    """
    form = compiled.read(xml)
    found = lists.load(form.sources, [Path(folder) for folder in media], files or {})
    return Script(form, dependencies.of(form.binds), {**form.lists, **found})
