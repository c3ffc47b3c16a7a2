"""Codebook: what a data file must say of each of its columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from forms.definition import Texts


@dataclass(frozen=True)
class Variable:
    """One column of one table.

    `kind` is integer, decimal, text, category, date, time or datetime. `codes` maps each code to its wording;
    `missing` maps a code to the reason it stands for: not_applicable, dont_know, refused or not_stated.
    `path` is the question's path in the answer sheet; `select_multiple` questions give one integer
    variable 0/1 for each code, named `question__code`.
    """

    name: str
    table: str
    kind: str
    labels: Texts = field(default_factory=dict)
    codes: Mapping[str, Texts] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    universe: str = ""
    concept: str = ""
    source: str = ""
    path: str = ""
    identifying: bool = False


@dataclass(frozen=True)
class Codebook:
    """The variables of all tables of one form or data file, in file order."""

    title: str
    language: str
    languages: tuple[str, ...]
    variables: tuple[Variable, ...]
