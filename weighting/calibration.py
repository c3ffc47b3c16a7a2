"""Calibration: weights changed so that they add up to known totals, and what that takes out of the variance.

Post-stratification (Holt and Smith 1979), raking (Deming and Stephan 1940) and the generalised regression
estimator (Deville and Sarndal 1992, linear distance, with or without bounds). Each returns a survey whose
adjustment residualises scores exactly as R `survey` does for `postStratify`, `rake` and `calibrate`.
Rows with weight 0 (units without an interview) keep it and take no part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from sampling.design import Survey
from weighting.errors import ConvergenceError, MarginError
from weighting.margins import Margins
from weighting.stages import Codes, Floats, first_rows, indicator

SWEEPS = 10  # R's `rake` removes the margin means from the scores this many times
CLOSE = 1e-12  # greatest relative distance of a raked total from its control total
REACHED = 1e-10  # the same for linear calibration, whose equations are less well conditioned
MOST_SWEEPS = 2000


@dataclass(frozen=True)
class PostStratified:
    """Post-stratification: scores lose their cell's mean, weighted by the weights before it."""

    cell: Codes
    before: Floats
    after: Floats

    def residuals(self, scores: Floats) -> Floats:
        """z - w1 sum(z w0 / w1) / sum(w0) within each cell, with w0 the old and w1 the new weight."""
        cells = indicator(self.cell, int(self.cell.max(initial=0)) + 1)
        means = (cells @ (scores * _over(self.before, self.after)[:, None])) / (cells @ self.before)[:, None]
        result: Floats = scores - (cells.T @ means) * self.after[:, None]
        return result


@dataclass(frozen=True)
class Raked:
    """Raking: scores per unit of weight lose each margin's unweighted means, in turn, ten times (R: `rake`)."""

    codes: tuple[Codes, ...]
    after: Floats

    def residuals(self, scores: Floats) -> Floats:
        """z - w A b, with A the margins' indicators and b the means removed in all sweeps.

        The sweeps need only the margins' sums of z / w and the counts of rows that two codes share.
        """
        margins = [indicator(code, int(code.max(initial=0)) + 1) for code in self.codes]
        every = sparse.vstack(margins, format="csr")
        sums = every @ (scores * _over(np.ones_like(self.after), self.after)[:, None])
        shared = [(margin @ every.T).tocsr() for margin in margins]
        ends = np.cumsum([margin.shape[0] for margin in margins])
        removed = np.zeros_like(sums)
        for _ in range(SWEEPS):
            for margin, counts, end in zip(margins, shared, ends, strict=True):
                part = slice(end - margin.shape[0], end)
                rows = np.maximum(np.asarray(margin.sum(axis=1)), 1.0)[:, None]
                removed[part] += (sums[part] - counts @ removed) / rows
        result: Floats = scores - (every.T @ removed) * self.after[:, None]
        return result


@dataclass(frozen=True)
class Regressed:
    """Regression calibration: scores per unit of g-weight lose their fit on the auxiliaries."""

    auxiliaries: Floats
    before: Floats
    factor: Floats

    def residuals(self, scores: Floats) -> Floats:
        """g sqrt(w) times the least-squares residual of z / (g sqrt(w)) on sqrt(w) X."""
        root = np.sqrt(self.before)
        scaled = scores * _over(np.ones_like(root), self.factor * root)[:, None]
        basis, singular, _ = np.linalg.svd(self.auxiliaries * root[:, None], full_matrices=False)
        basis = basis[:, singular > singular.max(initial=0.0) * 1e-11]
        result: Floats = (scaled - basis @ (basis.T @ scaled)) * (self.factor * root)[:, None]
        return result


def poststratify(survey: Survey, margins: Margins, name: str = "w_cal") -> Survey:
    """Weights that add up to the one margin's total in each of its cells.

    name     the column the new weight is kept in
    Raises MarginError when the margins name more than one variable or do not fit the data.
    """
    if len(margins.variables) != 1:
        named = ", ".join(margins.variables)
        raise MarginError(f"post-stratification takes one margin, these have {named}; rake, or join them as 'a:b'")
    coded = margins.codes(survey.data, survey.weights)[0]
    before = survey.weights
    sums = np.bincount(coded.code[coded.code >= 0], before[coded.code >= 0], minlength=len(coded.totals))
    factor = np.where(coded.code >= 0, (coded.totals / sums)[coded.code], 0.0)
    after = before * factor
    return survey.reweighted(name, after, PostStratified(coded.code, before, after))


def rake(survey: Survey, margins: Margins, name: str = "w_cal", max_factor: float = np.inf) -> Survey:
    """Weights that add up to every margin's totals, within 1e-12 of each, relatively.

    max_factor  the greatest new weight / old weight that is accepted
    Raises MarginError when the margins do not fit the data, ConvergenceError with the cells that stay off.
    """
    coded = margins.codes(survey.data, survey.weights)
    before = survey.weights
    active = np.flatnonzero(before > 0)
    pattern, patterns = _patterns([margin.code[active] for margin in coded], [len(each.totals) for each in coded])
    start = np.bincount(pattern, before[active], minlength=len(patterns)).astype(np.float64)
    fitted = _fit_proportionally(start, patterns, [margin.totals for margin in coded], margins)
    after = np.zeros_like(before)
    after[active] = before[active] * (fitted / start)[pattern]
    _hold_factor(before, after, max_factor)
    return survey.reweighted(name, after, Raked(tuple(margin.code for margin in coded), after))


def calibrate(
    survey: Survey,
    auxiliaries: pd.DataFrame,
    totals: Sequence[float],
    name: str = "w_cal",
    bounds: tuple[float, float] = (-np.inf, np.inf),
) -> Survey:
    """Weights w g with sum(w g X) = totals and g closest to 1 (linear distance), g held inside `bounds`.

    auxiliaries  (n rows, q columns); counts of persons of each kind give persons' margins to household weights
    totals       q population totals, in the order of the columns
    Raises MarginError for missing auxiliaries, ConvergenceError when the totals cannot be reached.
    """
    before = survey.weights
    active = before > 0
    matrix = np.where(active[:, None], auxiliaries.to_numpy(dtype=np.float64, na_value=np.nan), 0.0)
    if np.isnan(matrix).any():
        raise MarginError("auxiliaries are missing in rows with a weight; fill them or give those rows weight 0")
    goal = np.asarray(totals, dtype=np.float64)
    factor = _fit_linearly(matrix, before, goal, bounds, list(map(str, auxiliaries.columns)))
    return survey.reweighted(name, before * factor, Regressed(matrix, before, factor))


def _patterns(codes: Sequence[Codes], sizes: Sequence[int]) -> tuple[Codes, Codes]:
    """For each row its combination of codes, and each combination's codes (combinations, margins)."""
    pattern = np.zeros(len(codes[0]), dtype=np.intp)
    for code, size in zip(codes, sizes, strict=True):
        # Renumbered after every margin, so that the product of many margins' sizes cannot overflow.
        pattern = pd.factorize(pattern * size + code)[0].astype(np.intp)
    first = first_rows(pattern, int(pattern.max(initial=-1)) + 1)
    return pattern, np.column_stack([code[first] for code in codes])


def _fit_proportionally(start: Floats, patterns: Codes, totals: list[Floats], margins: Margins) -> Floats:
    """Iterative proportional fitting of the sums of weights of distinct patterns of margin codes."""
    fitted = start.copy()
    off = [np.zeros(0)]
    for _ in range(MOST_SWEEPS):
        for axis, goal in enumerate(totals):
            fitted *= (goal / np.bincount(patterns[:, axis], fitted, minlength=len(goal)))[patterns[:, axis]]
        off = [
            np.bincount(patterns[:, axis], fitted, minlength=len(goal)) / goal - 1 for axis, goal in enumerate(totals)
        ]
        if max(np.abs(each).max() for each in off) < CLOSE:
            return fitted
    cells = [
        f"{variable}={margins.tables[variable].index[position]} ({distance:+.2e})"
        for variable, distances in zip(margins.variables, off, strict=True)
        for position, distance in enumerate(distances)
        if abs(distance) >= CLOSE
    ]
    raise ConvergenceError(
        f"raking stays off these totals after {MOST_SWEEPS} sweeps: {', '.join(cells[:10])}; merge cells that few "
        "respondents share"
    )


def _hold_factor(before: Floats, after: Floats, max_factor: float) -> None:
    active = before > 0
    largest = float((after[active] / before[active]).max(initial=0.0))
    if largest > max_factor:
        over = int((after[active] > max_factor * before[active]).sum())
        raise ConvergenceError(
            f"raking multiplies {over} weight(s) by more than {max_factor:g} (greatest {largest:.3g}); merge cells, "
            "or allow a greater max_factor"
        )


def _fit_linearly(
    matrix: Floats, weights: Floats, goal: Floats, bounds: tuple[float, float], names: list[str]
) -> Floats:
    """g = 1 + X lambda cut to the bounds, lambda by Newton's method (one step when there are no bounds)."""
    multiplier = np.zeros(matrix.shape[1])
    factor = np.ones(len(matrix))
    misfit = goal - matrix.T @ weights
    for _ in range(200):
        free = (factor > bounds[0]) & (factor < bounds[1]) if np.isfinite(bounds).any() else np.ones(len(matrix))
        slope = matrix.T @ (matrix * (weights * free)[:, None])
        multiplier = multiplier + np.linalg.lstsq(slope, misfit, rcond=1e-13)[0]
        factor = np.clip(1 + matrix @ multiplier, *bounds)
        misfit = goal - matrix.T @ (weights * factor)
        if (np.abs(misfit) <= REACHED * (1 + np.abs(goal))).all():
            return factor
    off = [f"{name} ({miss:+.3g})" for name, miss in zip(names, misfit, strict=True) if abs(miss) > REACHED]
    raise ConvergenceError(
        f"calibration cannot reach: {', '.join(off[:10])}; widen the bounds, or check that the totals agree"
    )


def _over(top: Floats, bottom: Floats) -> Floats:
    """top / bottom, 0 where bottom is 0."""
    return np.divide(top, bottom, out=np.zeros_like(top), where=bottom != 0)
