"""Domains: the groups of rows an estimate is made for; rows outside count with weight 0, the design stays whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sampling.design import Survey
from weighting.errors import EstimationError
from weighting.naming import require_columns
from weighting.stages import Codes

Value = str | int | float | bool
Condition = Mapping[str, Value | Sequence[Value]]


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
    data = survey.data
    require_columns(data, [*by, *(where or {})], EstimationError)
    inside = (survey.weights != 0) & selected(data, where or {})
    code = np.zeros(len(data), dtype=np.int64)
    for column in by:
        own, count = _ordered_codes(data[column])
        inside &= own >= 0
        code = code * count + own
    if not by:
        return Domains(pd.DataFrame(index=[0]), np.where(inside, 0, -1).astype(np.intp))
    _, first, compact = np.unique(code[inside], return_index=True, return_inverse=True)
    result = np.full(len(data), -1, dtype=np.intp)
    result[inside] = compact
    labels = data.loc[:, list(by)].iloc[np.flatnonzero(inside)[first]].reset_index(drop=True)
    return Domains(labels, result)


def selected(data: pd.DataFrame, where: Condition) -> NDArray[np.bool_]:
    """True for rows whose columns hold the wanted values."""
    keep = np.ones(len(data), dtype=np.bool_)
    for column, wanted in where.items():
        values = [wanted] if isinstance(wanted, (str, int, float)) else list(wanted)
        keep &= np.any([equals(data[column], value) for value in values], axis=0)
    return keep


def equals(column: pd.Series, value: Value) -> NDArray[np.bool_]:
    """True where `column` holds `value`; codes kept as text and as numbers are the same code."""
    if pd.api.types.is_numeric_dtype(column.dtype):
        try:
            number = float(value)
        except ValueError:
            return np.zeros(len(column), dtype=np.bool_)
        return np.asarray(column.to_numpy(dtype=np.float64, na_value=np.nan) == number)
    text = column.astype("str").to_numpy(dtype=object)
    return np.asarray((text == as_text(value)) & column.notna().to_numpy())


def as_text(value: object) -> str:
    """A code as text: 1 and 1.0 are "1"."""
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return str(value)


def _ordered_codes(column: pd.Series) -> tuple[Codes, int]:
    """Codes in the order of the categories, or of the sorted values; -1 for missing."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy().astype(np.intp), max(len(column.cat.categories), 1)
    codes, values = pd.factorize(column, sort=True)
    return codes.astype(np.intp), max(len(values), 1)
