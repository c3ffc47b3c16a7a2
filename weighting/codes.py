"""Codes: the values of a column as text, so that 1, 1.0 and "1" are the same code, and the rows that hold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sampling.design import Survey
from weighting.errors import EstimationError
from weighting.naming import nearest

Value = str | int | float | bool
Condition = Mapping[str, Value | Sequence[Value]]


def as_text(value: object) -> str:
    """A code as text: 1, 1.0 and true are "1"."""
    if isinstance(value, (bool, np.bool_)):
        return str(int(value))
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return str(value)


def texts(column: pd.Series) -> NDArray[np.object_]:
    """The code of each row as text, "" where it is missing."""
    codes, values = pd.factorize(column)
    names = np.array([*map(as_text, values), ""], dtype=object)
    return np.asarray(names[codes], dtype=object)


def equals(column: pd.Series, value: Value) -> NDArray[np.bool_]:
    """True where `column` holds the code `value`."""
    wanted = as_text(value)
    codes, values = pd.factorize(column)
    same = np.array([*(as_text(each) == wanted for each in values), False], dtype=np.bool_)
    return np.asarray(same[codes])


def column(survey: Survey, name: str) -> pd.Series:
    """A column of the rows, or of the drawn units they belong to (the region of a person's household).

    Raises EstimationError, with the nearest name, when neither has it.
    """
    if name in survey.data.columns:
        return survey.data[name]
    if survey.parent is None or survey.link is None:
        known = map(str, survey.data.columns)
        raise EstimationError(f"the data have no column {name!r}{nearest(name, known)}")
    return column(survey.parent, name).iloc[survey.link].set_axis(survey.data.index)


def selected(survey: Survey, where: Condition) -> NDArray[np.bool_]:
    """True for rows whose columns hold the wanted value, or one of the wanted values."""
    keep = np.ones(len(survey.data), dtype=np.bool_)
    for name, wanted in where.items():
        values = [wanted] if isinstance(wanted, (str, int, float)) else list(wanted)
        held = column(survey, name)
        keep &= np.any([equals(held, value) for value in values], axis=0)
    return keep
