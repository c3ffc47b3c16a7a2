"""Instance: one filled form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Union

Answers = Mapping[str, Union[str, Sequence["Answers"]]]
"""Answers by question name, groups left out; the answers of a repeat are a list under the repeat's name."""


@dataclass(frozen=True)
class Head:
    """What is known of a filled form before its questionnaire is at hand."""

    form_id: str
    version: str
    instance_id: str
    deprecated_id: str


@dataclass(frozen=True)
class Instance:
    """One filled form, its answers still as written (text), and what in it fits no question."""

    head: Head
    answers: Answers
    misfits: tuple[str, ...] = ()
