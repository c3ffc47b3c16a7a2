"""Names that must be known: a wrong column or key is told with the nearest right one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

import pandas as pd

from weighting.errors import WeightingError


def require_columns(data: pd.DataFrame, wanted: Iterable[str], kind: type[WeightingError]) -> None:
    """Raise `kind` for the first of `wanted` that is no column of `data`."""
    for column in wanted:
        if column not in data.columns:
            raise kind(f"the data have no column {column!r}{nearest(column, map(str, data.columns))}")


def nearest(name: str, known: Iterable[str]) -> str:
    """ " (did you mean 'x'?)" for the nearest known name, or nothing."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""
