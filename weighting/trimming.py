"""Trimming: weights above a cap are cut to it, and what is cut goes to the other rows of their class."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sampling.design import Survey
from weighting import classes
from weighting.errors import RecipeError
from weighting.ledger import Step, record
from weighting.naming import require_columns
from weighting.stages import Floats


def trim(survey: Survey, above: float, within: Sequence[str] = (), name: str = "w_trim") -> tuple[Survey, list[Step]]:
    """No weight above `above` times the median weight of its class; the sum of each class stays.

    What is cut is spread over the uncut rows in proportion to their weight, again and again until none exceeds
    the cap (Potter 1990). Totals reached by an earlier calibration no longer hold exactly: rake again after it.
    Raises RecipeError when `above` is not greater than 1 or too low for the class to hold its sum.
    """
    if not above > 1:
        raise RecipeError(f"trim above = {above:g}: give a multiple of the median weight greater than 1")
    require_columns(survey.data, within, RecipeError)
    before = survey.weights
    after = before.copy()
    label = classes.name(survey.data, within)
    rows = []
    for cell, members in pd.Series(np.flatnonzero(before > 0)).groupby(label[before > 0]):
        index = members.to_numpy()
        cap = above * float(np.median(before[index]))
        after[index] = _capped(before[index], cap, str(cell))
        rows.append({"cell": cell, "cases": len(index), "cap": cap, "trimmed": int((before[index] > cap).sum())})
    cells = pd.DataFrame(rows)
    trimmed = int(cells["trimmed"].sum())
    what = f"{trimmed} weight(s) cut to {above:g} times the median"
    return survey.reweighted(name, after), [record("trim", what, before, after, cells, trimmed=trimmed, above=above)]


def _capped(weights: Floats, cap: float, cell: str) -> Floats:
    total = weights.sum()
    if cap * len(weights) < total:
        raise RecipeError(f"class {cell!r} cannot keep its sum of weights under the cap {cap:.6g}; raise `above`")
    cut = weights > cap
    result = weights.copy()
    while cut.any():
        result[cut] = cap
        result[~cut] *= (total - cap * cut.sum()) / result[~cut].sum()
        over = ~cut & (result > cap)
        if not over.any():
            break
        cut |= over
    return result
