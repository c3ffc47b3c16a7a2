"""Recipe: the written document that turns drawn rows into weighted ones, step by step (`recipe.toml`)."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, get_type_hints

import numpy as np

from sampling.design import Survey
from weighting import base
from weighting.errors import RecipeError, WeightingError
from weighting.instructions import COLUMNS, VERBS, Instruction, Nonresponse, Outcome, Trim, verb_of
from weighting.ledger import Step, record
from weighting.margins import Margins
from weighting.naming import nearest

FINAL = "wt_final"


BASES = ("probability", "design")


@dataclass(frozen=True)
class Recipe:
    """A starting weight and the steps that follow it."""

    base: str
    steps: tuple[Instruction, ...] = ()
    title: str = ""

    @property
    def margins(self) -> list[str]:
        """The names of the margins that the steps ask for."""
        return list(dict.fromkeys(step.margins for step in self.steps if not isinstance(step, Nonresponse | Trim)))


@dataclass(frozen=True)
class Weighted:
    """What a recipe gives: the survey with its final weight in `wt_final`, and the ledger of the steps."""

    survey: Survey
    ledger: tuple[Step, ...]


def read(path: str | Path) -> Recipe:
    """The recipe in a TOML file. Raises RecipeError."""
    return parse(Path(path).read_text(encoding="utf-8"), str(path))


def parse(text: str, where: str = "recipe") -> Recipe:
    """The recipe in TOML text; `where` names it in messages. Raises RecipeError for anything it does not know."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(f"{where}: not TOML: {error}") from error
    _known(document, ("base", "title", "step"), where)
    start = document.get("base")
    if start not in BASES:
        raise RecipeError(f"{where}: base = {start!r} is not one of {', '.join(BASES)}")
    written = document.get("step", [])
    if not isinstance(written, list):
        raise RecipeError(f"{where}: write each step as [[step]]")
    steps = tuple(_instruction(step, f"{where}, step {number}") for number, step in enumerate(written, 1))
    return Recipe(str(start), steps, str(document.get("title", "")))


def apply(recipe: Recipe, survey: Survey, margins: Mapping[str, Margins] | None = None) -> Weighted:
    """Weigh `survey` as `recipe` says.

    margins  the control totals the recipe names, by name
    Returns the survey with every step's weight in a column of its own (w_base, w_adj_nr, w_cal, w_trim; a verb
    used again adds the number of its step) and the last one in `wt_final`.
    Raises RecipeError for unknown columns or margins, MarginError when margins do not fit the data,
    ConvergenceError when they cannot be reached; each names the step.
    """
    given = survey.data[survey.design.weight].to_numpy(dtype=np.float64)
    weighted = base.weigh(survey) if recipe.base == "probability" else survey.reweighted("w_base", given)
    what = "1 / inclusion probability" if recipe.base == "probability" else f"as given in {survey.design.weight}"
    column = "" if recipe.base == "probability" else survey.design.weight
    ledger = [record("base", what, given, weighted.weights, column=column)]
    used: set[str] = set()
    for number, step in enumerate(recipe.steps, 1):
        column = COLUMNS[verb_of(step)]
        column = f"{column}_{number}" if column in used else column
        used.add(column)
        weighted, entries = _carry_out(step, number, weighted, margins or {}, column)
        ledger += entries
    return Weighted(weighted.reweighted(FINAL, weighted.weights), tuple(ledger))


def _carry_out(step: Instruction, number: int, survey: Survey, margins: Mapping[str, Margins], column: str) -> Outcome:
    try:
        return step.apply(survey, margins, column)
    except WeightingError as error:
        raise type(error)(f"step {number} ({verb_of(step)}): {error}") from error


def _instruction(written: Any, where: str) -> Instruction:
    if not isinstance(written, dict) or "do" not in written:
        raise RecipeError(f"{where}: say what to do, one of {', '.join(VERBS)}")
    verb = str(written["do"])
    if verb not in VERBS:
        raise RecipeError(f"{where}: unknown do = {verb!r}{nearest(verb, VERBS)}; known: {', '.join(VERBS)}")
    kind = VERBS[verb]
    hints = get_type_hints(kind)
    _known(written, ("do", *hints), f"{where} ({verb})")
    values = {key: _typed(written[key], hints[key], f"{where}: {key}") for key in written if key != "do"}
    needed = [each.name for each in fields(kind) if each.default is each.default_factory]
    missing = [name for name in needed if name not in values]
    if missing:
        raise RecipeError(f"{where} ({verb}): give {', '.join(missing)}")
    build: Callable[..., Instruction] = kind
    return build(**values)


def _typed(value: Any, hint: Any, where: str) -> Any:
    """`value` as the type a field wants."""
    if hint is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if hint is int and isinstance(value, int) and not isinstance(value, bool):
        return value
    if hint is str and isinstance(value, str):
        return value
    if hint == tuple[str, ...] and isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    wanted = {float: "a number", int: "a whole number", str: "text"}.get(hint, "a list of column names")
    raise RecipeError(f"{where} = {value!r} is not {wanted}")


def _known(written: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in written:
        if key not in known:
            raise RecipeError(f"{where}: unknown key {key!r}{nearest(key, known)}; known: {', '.join(known)}")
