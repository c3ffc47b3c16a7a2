"""Nonresponse: the weight of units without an interview handed to those with one, class by class.

Weighting-class adjustment (Little 1986; Valliant, Dever and Kreuter 2018, ch. 13): first units of unknown
eligibility hand their weight to those whose eligibility is known, then eligible nonrespondents to respondents.
Units that are not eligible keep what they took of the unknown ones and leave the survey's population with it.
Every drawn row stays; those without an interview have weight 0.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sampling.design import Survey
from weighting import dispositions
from weighting.classes import redistribute
from weighting.errors import RecipeError
from weighting.ledger import Step, record
from weighting.naming import require_columns


def adjust(
    survey: Survey,
    disposition: str = "disposition",
    within: Sequence[str] = (),
    min_cell: int = 20,
    max_factor: float = np.inf,
    name: str = "w_adj_nr",
) -> tuple[Survey, list[Step]]:
    """Weights of respondents that stand for all eligible units, with one ledger step for each of the two moves.

    disposition  the column of AAPOR codes
    within       class variables, coarsest first; small classes are merged as `weighting.classes` says
    min_cell     fewest units a class may have to take the weight; max_factor: greatest factor
    Raises DispositionError for missing or unknown codes, RecipeError for unknown columns, no respondent, or limits
    that cannot be met.
    """
    require_columns(survey.data, [disposition], RecipeError)
    status = pd.Series(dispositions.classify(survey.data[disposition]))
    unknown = (status == dispositions.UNKNOWN).to_numpy()
    responding = (status == dispositions.RESPONDENT).to_numpy()
    refusing = (status == dispositions.NONRESPONDENT).to_numpy()
    if not responding.any():
        raise RecipeError(f"no unit has an interview (a code 1.1 or 1.2 in {disposition!r})")
    before = survey.weights
    steps: list[Step] = []
    known = before
    if unknown.any():
        moved = redistribute(survey.data, before, unknown, ~unknown, within, min_cell, max_factor)
        known = before * moved.factor
        what = f"{int(unknown.sum())} unit(s) of unknown eligibility hand over their weight"
        steps.append(record("unknown eligibility", what, before, known, moved.cells, units=int(unknown.sum())))
    moved = redistribute(survey.data, known, refusing, responding, within, min_cell, max_factor)
    after = np.where(responding, known * moved.factor, 0.0)
    ineligible = int((status == dispositions.INELIGIBLE).sum())
    what = f"{int(refusing.sum())} eligible unit(s) without interview; {ineligible} not eligible leave with weight 0"
    facts = {"units": int(refusing.sum()), "ineligible": ineligible}
    steps.append(record("nonresponse", what, known, after, moved.cells, **facts))
    return survey.reweighted(name, after), steps
