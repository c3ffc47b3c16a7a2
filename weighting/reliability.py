"""Reliability: the marks that tell a reader how far to trust an estimate, and the view that may be published.

Thresholds of cases follow the DHS and MICS reports (25 and 50 unweighted cases); bands of the coefficient of
variation are those many statistics offices print beside their tables.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

FEW_CASES = 50  # below: in parentheses
TOO_FEW_CASES = 25  # below: suppressed
LEAST_PSUS = 2  # a cell from one PSU has no measurable error
BANDS = ((0.10, "A"), (0.20, "B"), (0.30, "C"))  # CV below the first number; above all of them "E"

NUMBERS = ["estimate", "se", "ci_low", "ci_high", "cv", "deff", "df", "n"]


def mark(cases: NDArray[np.intp], psus: NDArray[np.intp]) -> NDArray[np.object_]:
    """ "*" for cells not to be published, "( )" for cells from few unweighted cases, "" for the others."""
    marks = np.where(cases < FEW_CASES, "( )", "").astype(object)
    marks[(cases < TOO_FEW_CASES) | (psus < LEAST_PSUS)] = "*"
    return marks


def band(cv: NDArray[np.float64]) -> NDArray[np.object_]:
    """Letter of each coefficient of variation: A below 10 %, B below 20 %, C below 30 %, E otherwise."""
    letters = np.full(len(cv), "E", dtype=object)
    for limit, letter in reversed(BANDS):
        letters[cv < limit] = letter
    letters[np.isnan(cv)] = ""
    return letters


def published(estimates: pd.DataFrame) -> pd.DataFrame:
    """The estimates as they may be published: the numbers of cells marked "*" are blank."""
    hidden = estimates["mark"] == "*"
    view = estimates.copy()
    for column in NUMBERS:
        view[column] = view[column].astype("float64").mask(hidden)
    view.loc[hidden, "band"] = ""
    return view
