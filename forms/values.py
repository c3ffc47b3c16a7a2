"""Value: an answer's text turned into a typed one, a whole column at a time."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

Texts = Sequence[str | None]
Reasons = dict[str, str]
"""Why a text could not be typed, by text."""

_INTEGER = re.compile(r"[+-]?\d+(?:\.0*)?", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.\d+)?)?(?:Z|[+-]\d\d(?::?\d\d)?)?", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NOT_A_TIME = np.iinfo(np.int64).min


def typed(texts: Texts, kind: str) -> tuple[pd.Series, Reasons]:
    """Type a column of a codebook kind.

    integer gives Int64, decimal Float64, date datetime64, datetime datetime64 in UTC, time text `HH:MM:SS` as
    the clock showed it, category and text str. None and what cannot be typed become missing.

    Returns the column, and the reason for each text that could not be typed.
    """
    if kind == "text":
        return pd.Series(list(texts), dtype="str"), {}
    converted, reasons = _convert(texts, _CONVERSIONS[kind])
    values: list[Any] = [converted.get(text) for text in texts]
    build: Callable[[list[Any]], pd.Series] = _BUILDERS.get(kind, _text_column)
    return build(values), reasons


def chosen(texts: Texts, codes: Collection[str]) -> tuple[dict[str, pd.Series], Reasons]:
    """Split answers to a `select_multiple` into one Int8 column for each code: 1 chosen, 0 not, missing not asked.

    Returns the columns by code, and a reason for each text with codes that are not in the list.
    """
    sets = {text: frozenset(text.split()) for text in set(texts) if text is not None}
    mask = np.array([text is None for text in texts], dtype=bool)
    columns = {}
    for code in codes:
        having = {text for text, those in sets.items() if code in those}
        values = np.array([text in having for text in texts], dtype=np.int8)
        columns[code] = pd.Series(pd.arrays.IntegerArray(values, mask.copy()))
    known = frozenset(codes)
    strangers = {text: " ".join(sorted(those - known)) for text, those in sets.items() if those - known}
    return columns, {text: f"not in the list: {those}" for text, those in strangers.items()}


def positions(texts: Texts) -> tuple[tuple[pd.Series, ...], Reasons]:
    """Split geopoints (`lat lon [altitude [accuracy]]`) into four Float64 columns: degrees, degrees, metres, metres.

    Returns the columns in this order, and the reason for each text that is no point on Earth.
    """
    converted, reasons = _convert(texts, _position)
    rows = [converted.get(text) or (None, None, None, None) for text in texts]
    return tuple(_decimals([row[part] for row in rows]) for part in range(4)), reasons


def _convert(texts: Texts, conversion: Callable[[str], Any]) -> tuple[dict[str | None, Any], Reasons]:
    """Convert each distinct text once: a census column has few of them."""
    converted: dict[str | None, Any] = {}
    reasons: Reasons = {}
    for text in set(texts):
        if text is not None:
            try:
                converted[text] = conversion(text.strip())
            except ValueError as error:
                reasons[text] = str(error)
    return converted, reasons


def _integer(text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise ValueError("not a whole number")
    number = int(text.partition(".")[0])
    if abs(number) >= 2**63:
        raise ValueError("a number too large to be kept")
    return number


def _decimal(text: str) -> float:
    if not _DECIMAL.fullmatch(text):
        raise ValueError("not a number")
    return float(text)


def _date(text: str) -> int:
    """Microseconds since 1970 of a day; clients may add a time to it, which is dropped."""
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        raise ValueError("not a date") from None
    return (day - _EPOCH.date()) // timedelta(microseconds=1)


def _datetime(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("not a date with a time") from None
    if moment.tzinfo is None:
        raise ValueError("a time without a time zone")
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _time(text: str) -> str:
    found = _TIME.fullmatch(text)
    if not found:
        raise ValueError("not a time")
    return f"{found[1]}:{found[2]}:{found[3] or '00'}"


def _position(text: str) -> tuple[float | None, ...]:
    parts = [_decimal(part) for part in text.split()]
    if not 2 <= len(parts) <= 4:
        raise ValueError("not a point: latitude, longitude, altitude and accuracy are wanted")
    if abs(parts[0]) > 90 or abs(parts[1]) > 180:
        raise ValueError("a point beyond 90 degrees north or south, or 180 east or west")
    return (*parts, None, None)[:4]


def _integers(values: list[int | None]) -> pd.Series:
    mask = np.array([value is None for value in values], dtype=bool)
    numbers = np.array([value or 0 for value in values], dtype=np.int64)
    return pd.Series(pd.arrays.IntegerArray(numbers, mask))


def _decimals(values: list[float | None]) -> pd.Series:
    mask = np.array([value is None for value in values], dtype=bool)
    numbers = np.array([value or 0.0 for value in values], dtype=np.float64)
    return pd.Series(pd.arrays.FloatingArray(numbers, mask))


def _moments(values: list[int | None]) -> pd.Series:
    numbers = np.array([_NOT_A_TIME if value is None else value for value in values], dtype=np.int64)
    return pd.Series(numbers.view("datetime64[us]"))


def _moments_in_utc(values: list[int | None]) -> pd.Series:
    moments: pd.Series = _moments(values).dt.tz_localize("UTC")
    return moments


def _text_column(values: list[str | None]) -> pd.Series:
    return pd.Series(values, dtype="str")


_CONVERSIONS: dict[str, Callable[[str], Any]] = {
    "integer": _integer,
    "decimal": _decimal,
    "date": _date,
    "datetime": _datetime,
    "time": _time,
    "category": str,
}
_BUILDERS: dict[str, Callable[[list[Any]], pd.Series]] = {
    "integer": _integers,
    "decimal": _decimals,
    "date": _moments,
    "datetime": _moments_in_utc,
}
