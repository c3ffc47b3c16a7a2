"""Instructions: the verbs a recipe may use, with their settings, and how each is carried out.

Every instruction has `apply(survey, margins, name)`: the survey reweighted, the new weight in the column `name`,
and the ledger's steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sampling.design import Survey
from weighting import calibration, nonresponse, trimming
from weighting.errors import RecipeError
from weighting.ledger import Step, record
from weighting.margins import Margins
from weighting.naming import nearest
from weighting.stages import Codes, Floats

Outcome = tuple[Survey, list[Step]]


@dataclass(frozen=True)
class Nonresponse:
    """`do = "nonresponse"`: hand the weight of units without an interview to those with one."""

    within: tuple[str, ...] = ()
    min_cell: int = 20
    max_factor: float = np.inf
    disposition: str = "disposition"

    def apply(self, survey: Survey, margins: Mapping[str, Margins], name: str) -> Outcome:
        return nonresponse.adjust(survey, self.disposition, self.within, self.min_cell, self.max_factor, name)


@dataclass(frozen=True)
class PostStratify:
    """`do = "poststratify"`: make the weights add up to one margin."""

    margins: str
    variable: str = ""

    def apply(self, survey: Survey, margins: Mapping[str, Margins], name: str) -> Outcome:
        chosen = _margins(margins, self.margins, (self.variable,) if self.variable else ())
        after = calibration.poststratify(survey, chosen, name)
        return _calibrated(survey, after, "poststratify", self.margins, chosen)


@dataclass(frozen=True)
class Rake:
    """`do = "rake"`: make the weights add up to several margins at once."""

    margins: str
    variables: tuple[str, ...] = ()
    max_factor: float = np.inf

    def apply(self, survey: Survey, margins: Mapping[str, Margins], name: str) -> Outcome:
        chosen = _margins(margins, self.margins, self.variables)
        raked = calibration.rake(survey, chosen, name, self.max_factor)
        return _calibrated(survey, raked, "rake", self.margins, chosen)


@dataclass(frozen=True)
class Calibrate:
    """`do = "calibrate"`: linear calibration, also to totals of numeric columns (code "" in the margins)."""

    margins: str
    variables: tuple[str, ...] = ()
    lower: float = -np.inf
    upper: float = np.inf

    def apply(self, survey: Survey, margins: Mapping[str, Margins], name: str) -> Outcome:
        chosen = _margins(margins, self.margins, self.variables)
        auxiliaries, totals = chosen.auxiliaries(survey.data, survey.weights)
        bounds = (self.lower, self.upper)
        after = calibration.calibrate(survey, auxiliaries, totals, name, bounds)
        cells = pd.DataFrame(
            {
                "cell": auxiliaries.columns,
                "before": auxiliaries.to_numpy().T @ survey.weights,
                "total": totals,
            }
        )
        what = f"linear calibration to {self.margins}{_origin(chosen)}"
        return after, [record("calibrate", what, survey.weights, after.weights, cells, **_facts(self.margins, chosen))]


@dataclass(frozen=True)
class Trim:
    """`do = "trim"`: cut weights above a multiple of the median, and spread what is cut."""

    above: float
    within: tuple[str, ...] = ()

    def apply(self, survey: Survey, margins: Mapping[str, Margins], name: str) -> Outcome:
        return trimming.trim(survey, self.above, self.within, name)


Instruction = Nonresponse | PostStratify | Rake | Calibrate | Trim
VERBS: dict[str, type[Instruction]] = {
    "nonresponse": Nonresponse,
    "poststratify": PostStratify,
    "rake": Rake,
    "calibrate": Calibrate,
    "trim": Trim,
}
COLUMNS = {
    "nonresponse": "w_adj_nr",
    "poststratify": "w_cal",
    "rake": "w_cal",
    "calibrate": "w_cal",
    "trim": "w_trim",
}


def verb_of(step: Instruction) -> str:
    """The word a recipe writes for this instruction."""
    return next(verb for verb, kind in VERBS.items() if isinstance(step, kind))


def _calibrated(before: Survey, after: Survey, name: str, named: str, margins: Margins) -> Outcome:
    cells = [
        pd.DataFrame(
            {
                "cell": [f"{coded.variable}={code}" for code in _positive(margins.tables[coded.variable])],
                "cases": np.bincount(coded.code[coded.code >= 0], minlength=len(coded.totals)),
                "before": _sums(coded.code, before.weights, len(coded.totals)),
                "total": coded.totals,
            }
        )
        for coded in margins.codes(before.data, before.weights)
    ]
    what = f"{name} to {named} ({', '.join(margins.variables)}){_origin(margins)}"
    whole = pd.concat(cells, ignore_index=True)
    return after, [record(name, what, before.weights, after.weights, whole, **_facts(named, margins))]


def _facts(named: str, margins: Margins) -> dict[str, object]:
    return {"margins": named, "variables": margins.variables, "source": margins.source, "date": margins.date}


def _positive(table: pd.Series) -> list[str]:
    return [str(code) for code in table.index[table > 0]]


def _sums(code: Codes, weights: Floats, size: int) -> Floats:
    return np.bincount(code[code >= 0], weights[code >= 0], minlength=size).astype(np.float64)


def _origin(margins: Margins) -> str:
    parts = [part for part in (margins.source, margins.date) if part]
    return f"; source: {', '.join(parts)}" if parts else ""


def _margins(margins: Mapping[str, Margins], name: str, variables: tuple[str, ...]) -> Margins:
    if name not in margins:
        known = ", ".join(margins) or "none"
        raise RecipeError(f"margins {name!r} were not given (given: {known}){nearest(name, margins)}")
    return margins[name].only(variables) if variables else margins[name]
