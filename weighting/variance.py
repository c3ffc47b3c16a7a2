"""The variance of linearised scores over the stages of a design, and its degrees of freedom (R: `svyrecvar`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from sampling.design import Survey
from weighting.errors import EstimationError
from weighting.stages import Codes, Floats, Stage, indicator, nest, psu_codes, root, root_rows

CERTAIN = 1e-7  # a unit left out with less probability than this was taken with certainty
CELLS_AT_ONCE = 4_000_000  # entries of a dense block of scores (32 MB)


def variance(survey: Survey, scores: Any) -> Floats:
    """Variance of the column totals of `scores`.

    scores   (rows of `survey`, p) dense or sparse: weight times influence of each row on each of p statistics.
    Returns  p variances.

    Scores first lose what the calibrations explain, the earliest calibration first as R does, and members are
    summed to their unit. Then, for a group h of n units with totals z_i (Brewer 1975; Cochran 1977, 11.24;
    R `svydesign(pps="brewer")`; simple random sampling without replacement is its equal-probability case):

        V = sum_h n/(n-1) sum_i (1 - pi_i) (z_i - mean_h)^2 + sum_i pi_i V_i

    with V_i the same expression inside unit i. Raises EstimationError for a stratum with a single PSU when the
    design says "fail".
    """
    drawn = root(survey)
    stages = nest(drawn.data, drawn.design)
    calibrated = _is_calibrated(survey)
    longest = len(survey.data) if calibrated else max(stage.members.shape[0] for stage in stages)
    result = np.zeros(scores.shape[1])
    if sparse.issparse(scores) and scores.shape[1] * longest > CELLS_AT_ONCE:
        scores = scores.tocsc()  # cutting columns out of rows is slow
    for columns in _blocks(scores.shape[1], longest):
        totals = _unit_scores(survey, _columns(scores, columns))
        for stage in stages:
            result[columns] += _stage_variance(stage, totals, drawn.design.lonely)
    return result


def degrees_of_freedom(survey: Survey, domain: Codes, count: int) -> Codes:
    """PSUs less strata among the rows of each domain with a weight other than 0 (R: `degf` of the subset).

    domain   for each row of `survey` its domain, -1 for none
    count    number of domains
    Returns  degrees of freedom, one for each domain.
    """
    drawn = root(survey)
    psu, stratum = psu_codes(drawn.data, drawn.design)
    inside = np.flatnonzero((domain >= 0) & (survey.weights != 0))
    row_psu, row_domain = psu[root_rows(survey)[inside]], domain[inside]
    return _distinct(row_domain, row_psu, count) - _distinct(row_domain, stratum[row_psu], count)


def _stage_variance(stage: Stage, scores: Any, lonely: str) -> Floats:
    totals = _dense(stage.members @ scores)
    groups = len(stage.sizes)
    centre = _dense(indicator(stage.group, groups) @ totals) / stage.sizes[:, None]
    alone = _lonely_groups(stage)
    if alone.any() and lonely == "fail":
        raise EstimationError(_lonely_message(stage, alone))
    if lonely == "adjust":
        centre[alone] = totals.mean(axis=0)
    scale = stage.carried * stage.sizes / np.maximum(stage.sizes - 1, 1)
    spread = (totals - centre[stage.group]) ** 2
    result: Floats = (scale[stage.group] * stage.left_out) @ spread
    if alone.any() and lonely == "average":
        result *= _average_factor(stage, scores, alone)
    return result


def _average_factor(stage: Stage, scores: Any, alone: Any) -> Floats:
    """Groups over groups with a variance, among those where the column was observed: what "average" multiplies by."""
    observed = scores.copy() if sparse.issparse(scores) else np.ones_like(scores)
    if sparse.issparse(scores):
        observed.data = np.ones_like(observed.data)
    seen = _dense(indicator(stage.group, len(stage.sizes)) @ (stage.members @ observed)) > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        factor: Floats = seen.sum(axis=0) / seen[~alone].sum(axis=0)
    return np.where(np.isfinite(factor), factor, 1.0)


def _lonely_groups(stage: Stage) -> Any:
    """Groups with one drawn unit that was not taken with certainty."""
    largest = np.zeros(len(stage.sizes))
    np.maximum.at(largest, stage.group, stage.left_out)
    return (stage.sizes == 1) & (largest >= CERTAIN)


def _lonely_message(stage: Stage, alone: Any) -> str:
    names = ", ".join(str(name) for name in stage.names[alone][:10])
    return (
        f"only one unit was drawn in {int(alone.sum())} group(s) of a stage: {names}; merge strata, or set "
        "`lonely` of the design to remove, certainty, adjust or average"
    )


def _unit_scores(survey: Survey, scores: Any) -> Any:
    """Scores of the drawn units: residuals of each calibration, members summed to their unit."""
    for adjustment in survey.adjustments:
        scores = adjustment.residuals(_dense(scores))
    if survey.parent is None or survey.link is None:
        return scores
    return _unit_scores(survey.parent, indicator(survey.link, len(survey.parent.data)) @ scores)


def _is_calibrated(survey: Survey) -> bool:
    above = survey.parent is not None and _is_calibrated(survey.parent)
    return bool(survey.adjustments) or above


def _blocks(columns: int, rows: int) -> Iterator[slice]:
    width = max(1, CELLS_AT_ONCE // max(rows, 1))
    for start in range(0, columns, width):
        yield slice(start, min(start + width, columns))


def _columns(scores: Any, columns: slice) -> Any:
    whole = columns.start == 0 and columns.stop == scores.shape[1]
    return scores if whole else scores[:, columns]


def _dense(matrix: Any) -> Floats:
    dense: Floats = matrix.toarray() if sparse.issparse(matrix) else np.asarray(matrix, dtype=np.float64)
    return dense


def _distinct(domain: Codes, code: Codes, count: int) -> Codes:
    """How many different codes occur in each domain."""
    width = int(code.max(initial=0)) + 1
    pairs = pd.unique(domain.astype(np.int64) * width + code)
    return np.bincount(pairs // width, minlength=count).astype(np.intp)
