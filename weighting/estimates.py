"""Estimates: totals, means, proportions and ratios by domain, each with its error (R: `svytotal`, `svyby`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse, special, stats

from sampling.design import Survey
from weighting import domains, reliability
from weighting.codes import Condition, Value, column, equals
from weighting.domains import Domains
from weighting.errors import EstimationError
from weighting.stages import Codes, Floats
from weighting.variance import degrees_of_freedom, variance

Interval = Literal["t", "logit"]


@dataclass(frozen=True)
class Statistics:
    """K statistics of n rows. `base` is None for totals; else the estimate is sum(w top) / sum(w base)."""

    names: list[str]
    values: list[Value | None]
    top: Floats
    base: Floats | None
    valid: NDArray[np.bool_]
    interval: Interval = "t"


@dataclass(frozen=True)
class _Entries:
    """The (row, domain x statistic) pairs that count, as flat arrays."""

    row: Codes
    cell: Codes
    weight: Floats
    cells: int

    def sum(self, values: Floats) -> Floats:
        """Weighted sum of `values` in each cell."""
        return np.bincount(self.cell, self.weight * values, minlength=self.cells).astype(np.float64, copy=False)


def total(
    survey: Survey,
    variables: str | Sequence[str] = (),
    *,
    value: Value | None = None,
    by: Sequence[str] = (),
    where: Condition | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Estimated totals: of numbers, of rows whose variable equals `value`, or of rows when no variable is named.

    Rows with a missing value count as not observed (weight 0), variable by variable.
    Returns a frame described in `estimate`. Raises EstimationError for unknown or non-numeric columns.
    """
    names = _names(variables)
    if not names:
        shape = (len(survey.data), 1)
        counted = Statistics(["count"], [None], np.ones(shape), None, np.ones(shape, dtype=np.bool_))
        return estimate(survey, counted, domains.form(survey, by, where), level)
    top, valid = _observed(survey, names, value)
    statistics = Statistics(names, [value] * len(names), top, None, valid)
    return estimate(survey, statistics, domains.form(survey, by, where), level)


def mean(
    survey: Survey,
    variables: str | Sequence[str],
    *,
    by: Sequence[str] = (),
    where: Condition | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Estimated means of numeric variables, each over its own rows without missing values."""
    names = _names(variables)
    top, valid = _observed(survey, names, None)
    statistics = Statistics(names, [None] * len(names), top, np.ones_like(top), valid)
    return estimate(survey, statistics, domains.form(survey, by, where), level)


def proportion(
    survey: Survey,
    variable: str,
    *,
    value: Value | None = None,
    by: Sequence[str] = (),
    where: Condition | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Estimated proportion of rows whose variable equals `value`, or of each observed value when None.

    The interval is symmetric on the logit scale (R: `svyciprop(method="logit")`), so it stays inside 0 and 1; at
    0 and 1, where there is no logit, it is that of Clopper and Pearson (1934) with the unweighted cases.
    """
    formed = domains.form(survey, by, where)
    observed = column(survey, variable)[formed.code >= 0]
    wanted = _levels(observed) if value is None else [value]
    pairs = [_observed(survey, [variable], level_value) for level_value in wanted]
    top, valid = np.hstack([pair[0] for pair in pairs]), np.hstack([pair[1] for pair in pairs])
    names = [variable] * len(wanted)
    statistics = Statistics(names, list(wanted), top, np.ones_like(top), valid, interval="logit")
    return estimate(survey, statistics, formed, level)


def ratio(
    survey: Survey,
    numerator: str,
    denominator: str,
    *,
    by: Sequence[str] = (),
    where: Condition | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Estimated ratio of two totals, over rows where neither is missing (R: `svyratio`)."""
    both, observed = _observed(survey, [numerator, denominator], None)
    valid = observed[:, :1] & observed[:, 1:]
    statistics = Statistics([f"{numerator}/{denominator}"], [None], both[:, :1], both[:, 1:], valid)
    return estimate(survey, statistics, domains.form(survey, by, where), level)


def estimate(survey: Survey, statistics: Statistics, formed: Domains, level: float = 0.95) -> pd.DataFrame:
    """Estimates of every statistic in every domain.

    Returns one row for each domain and statistic: the `by` columns, variable, value, estimate, se, ci_low,
    ci_high (t with the domain's degrees of freedom), cv = se / |estimate|, deff (against simple random sampling
    without replacement of the same number of rows; R: `deff=TRUE`), df = PSUs less strata of the domain, n =
    unweighted cases, n_missing = those left out for want of an answer, mark and band (`weighting.reliability`).
    Scores are linearised (Woodruff 1971): weight times (top - R base) / sum(w base), weight times top for totals.
    """
    width, count = len(statistics.names), len(formed.labels)
    entries, top, base = _entries(survey, statistics, formed)
    with np.errstate(divide="ignore", invalid="ignore"):
        sums = entries.sum(top)
        bases = None if base is None else entries.sum(base)
        value = sums if bases is None else sums / bases
        if base is not None and bases is not None:
            top = (top - value[entries.cell] * base) / bases[entries.cell]
    scores = sparse.csr_array(
        (entries.weight * top, (entries.row, entries.cell)), shape=(len(survey.data), entries.cells)
    )
    spread = variance(survey, scores)
    degrees = np.repeat(degrees_of_freedom(survey, formed.code, count), width)
    cases = np.bincount(entries.cell, minlength=entries.cells).astype(np.intp)
    there = np.repeat(np.bincount(formed.code[formed.code >= 0], minlength=count), width)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt(np.where(np.isnan(value), np.nan, spread))
        cv = error / np.abs(value)
        deff = spread / _simple_variance(entries, top, cases)
    low, high = interval(value, error, degrees, cases, level, statistics.interval)
    labels = formed.labels.loc[np.repeat(np.arange(count), width)].reset_index(drop=True)
    columns: dict[str, Any] = {
        "variable": statistics.names * count,
        "value": statistics.values * count,
        "estimate": value,
        "se": error,
        "ci_low": low,
        "ci_high": high,
        "cv": cv,
        "deff": deff,
        "df": degrees,
        "n": cases,
        "n_missing": there - cases,
        "mark": reliability.mark(cases, degrees, cv),
        "band": reliability.band(cv),
    }
    return labels.assign(**columns)


def interval(
    value: Floats, error: Floats, degrees: Codes, cases: Codes, level: float, kind: Interval
) -> tuple[Floats, Floats]:
    """Confidence limits of level `level`; missing where there are no degrees of freedom."""
    step = np.full(len(value), np.nan)
    step[degrees > 0] = stats.t.ppf((1 + level) / 2, degrees[degrees > 0])
    if kind == "t":
        return value - step * error, value + step * error
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = np.log(value / (1 - value))
        reach = step * error / (value * (1 - value))
        low, high = special.expit(centre - reach), special.expit(centre + reach)
    none, every = value <= 0, value >= 1
    bound = ((1 - level) / 2) ** (1 / np.maximum(cases, 1))
    low = np.where(none, 0.0, np.where(every, bound, low))
    high = np.where(every, 1.0, np.where(none, 1 - bound, high))
    return low, high


def _entries(survey: Survey, statistics: Statistics, formed: Domains) -> tuple[_Entries, Floats, Floats | None]:
    width = len(statistics.names)
    row, column = np.nonzero(statistics.valid & (formed.code >= 0)[:, None])
    cell = formed.code[row] * width + column
    entries = _Entries(row, cell, survey.weights[row], len(formed.labels) * width)
    base = None if statistics.base is None else statistics.base[row, column]
    return entries, statistics.top[row, column], base


def _simple_variance(entries: _Entries, influence: Floats, cases: Codes) -> Floats:
    """Variance of the total of `influence` under simple random sampling of as many rows (R: `svyvar`, n/(n-1))."""
    size = entries.sum(np.ones(len(influence)))
    centre = entries.sum(influence) / size
    squares = entries.sum((influence - centre[entries.cell]) ** 2) / size
    simple: Floats = squares * cases / (cases - 1) * size * (size - cases) / cases
    simple[simple <= 0] = np.nan
    return simple


def _names(variables: str | Sequence[str]) -> list[str]:
    return [variables] if isinstance(variables, str) else list(variables)


def _observed(survey: Survey, names: list[str], value: Value | None) -> tuple[Floats, NDArray[np.bool_]]:
    """Numbers (or 1 where the column equals `value`) and where they are observed, both (n, K)."""
    top = np.empty((len(survey.data), len(names)))
    valid = np.empty(top.shape, dtype=np.bool_)
    for position, name in enumerate(names):
        held = column(survey, name)
        valid[:, position] = held.notna().to_numpy()
        top[:, position] = _numbers(held) if value is None else equals(held, value)
    return np.where(valid, top, 0.0), valid


def _numbers(held: pd.Series) -> Floats:
    if not pd.api.types.is_numeric_dtype(held.dtype):
        raise EstimationError(f"column {held.name!r} is not numeric; name a `value` to count, or use proportion")
    return held.to_numpy(dtype=np.float64, na_value=np.nan)


def _levels(held: pd.Series) -> list[Value]:
    """The values that occur, in the order of the categories or sorted."""
    if isinstance(held.dtype, pd.CategoricalDtype):
        present = set(held.dropna())
        return [level for level in held.cat.categories if level in present]
    return sorted(held.dropna().unique().tolist())
