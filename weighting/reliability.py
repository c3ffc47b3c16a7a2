"""Reliability: the marks that tell a reader how far to trust an estimate, and the view that may be published.

Thresholds of cases follow the DHS and MICS reports (25 and 50 unweighted cases); bands of the coefficient of
variation are those many statistics offices print beside their tables. Pages, files and commands all take marks,
words and the published view from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

FEW_CASES = 50  # below: in parentheses
TOO_FEW_CASES = 25  # below: suppressed
LEAST_DEGREES = 1  # a cell with a single PSU in each of its strata has no measurable error
BANDS = ((0.10, "A"), (0.20, "B"), (0.30, "C"))  # CV below the first number; above all of them "E"

HIDDEN, FEW, UNCERTAIN = "*", "( )", "!"
NUMBERS = ("estimate", "se", "ci_low", "ci_high", "cv", "deff", "df", "n", "n_missing")
NOTES = {
    FEW: "( ) from 25 to 49 unweighted cases: use with caution.",
    UNCERTAIN: "! coefficient of variation of 30% or more: too uncertain for most uses.",
    HIDDEN: "* not published: fewer than 25 cases, a single area in each stratum, or needed to hide such a cell.",
}
"""What each sign of a mark says."""


def mark(cases: NDArray[np.intp], degrees: NDArray[np.intp], cv: NDArray[np.float64]) -> NDArray[np.object_]:
    """ "*" for cells not to be published; else "( )" where cases are few, followed by "!" where the cv is high."""
    marks = np.where(cases < FEW_CASES, FEW, "").astype(object)
    marks += np.where(band(cv) == "E", UNCERTAIN, "").astype(object)
    marks[(cases < TOO_FEW_CASES) | (degrees < LEAST_DEGREES)] = HIDDEN
    return marks


def band(cv: NDArray[np.float64]) -> NDArray[np.object_]:
    """Letter of each coefficient of variation: A below 10 %, B below 20 %, C below 30 %, E otherwise."""
    letters = np.full(len(cv), "E", dtype=object)
    for limit, letter in reversed(BANDS):
        letters[cv < limit] = letter
    letters[np.isnan(cv)] = ""
    return letters


def signs(marks: Iterable[str]) -> list[str]:
    """The signs that occur in some rows' marks, in the order of NOTES."""
    given = list(marks)
    return [sign for sign in NOTES if any(sign in each for each in given)]


def published(estimates: pd.DataFrame) -> pd.DataFrame:
    """The estimates as they may be published: the numbers of cells marked "*" are blank."""
    hidden = estimates["mark"] == HIDDEN
    view = estimates.copy()
    for column in NUMBERS:
        view[column] = view[column].astype("float64").mask(hidden)
    view.loc[hidden, "band"] = ""
    return view


def published_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """One row of estimates as it may be published: numbers are None where it is marked "*"."""
    if row["mark"] != HIDDEN:
        return dict(row)
    return {name: None if name in NUMBERS else "" if name == "band" else value for name, value in row.items()}
