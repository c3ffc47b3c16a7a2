"""Domains: the groups of rows an estimate is made for; rows outside count with weight 0, the design stays whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sampling.design import Survey
from weighting.codes import Condition, column, selected
from weighting.stages import Codes, first_rows


@dataclass(frozen=True)
class Domains:
    """Which domain each row lies in.

    labels  one row for each domain, one column for each `by` variable
    code    for each row of the data the position of its domain in `labels`, -1 for none
    """

    labels: pd.DataFrame
    code: Codes


def form(survey: Survey, by: Sequence[str] = (), where: Condition | None = None) -> Domains:
    """The domains that occur among rows with a weight other than 0.

    by     variables whose observed combinations are the domains; none gives one domain of all rows
    where  column -> wanted value, or list of wanted values; rows that differ lie in no domain
    Rows with a missing `by` value lie in no domain. Raises EstimationError for a column that is not there.
    """
    inside = (survey.weights != 0) & selected(survey, where or {})
    code = np.zeros(len(survey.data), dtype=np.int64)
    held = {name: column(survey, name) for name in by}
    for values in held.values():
        own, count = _ordered_codes(values)
        inside &= own >= 0
        code = code * count + own
    if not by:
        return Domains(pd.DataFrame(index=[0]), np.where(inside, 0, -1).astype(np.intp))
    codes, different = pd.factorize(code[inside])
    order = np.argsort(different)
    result = np.full(len(code), -1, dtype=np.intp)
    result[inside] = np.argsort(order)[codes]
    rows = np.flatnonzero(inside)[first_rows(codes, len(different))[order]]
    labels = pd.DataFrame({name: values.iloc[rows].array for name, values in held.items()})
    return Domains(labels, result)


def _ordered_codes(values: pd.Series) -> tuple[Codes, int]:
    """Codes in the order of the categories, or of the sorted values; -1 for missing."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values.cat.codes.to_numpy().astype(np.intp), max(len(values.cat.categories), 1)
    codes, different = pd.factorize(values, sort=True)
    return codes.astype(np.intp), max(len(different), 1)
