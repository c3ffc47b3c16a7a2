"""Answer: one typed value as the form engine keeps it, and how it is read and written."""

from __future__ import annotations

import math
import re
from datetime import datetime, tzinfo

from forms.errors import XPathError
from forms.xpath import dates
from forms.xpath.nodes import Answer, Day, TimeOfDay
from forms.xpath.values import Single, to_boolean, write_number

_WHOLE = re.compile(r"[+-]?\d+")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_LARGEST, _LONGEST = 2**31 - 1, 2**63
GEOMETRY = frozenset({"geopoint", "geotrace", "geoshape"})


def read(text: str, kind: str, now: datetime, zone: tzinfo | None) -> Answer:
    """A text as an answer of a type (of a bind, without prefix); None when it is empty.

    `now` gives a time its day. Raises XPathError for a text that is none of that type.
    """
    if text == "":
        return None
    if kind == "int":
        if not _WHOLE.fullmatch(text.strip()) or not -_LARGEST - 1 <= int(text) <= _LARGEST:
            raise XPathError(f"not a number: {text}")
        return int(text)
    if kind == "decimal":
        if not _NUMBER.fullmatch(text.strip()):
            raise XPathError(f"not a number: {text}")
        return float(text)
    if kind in ("date", "dateTime", "time"):
        return _moment(text, kind, now, zone)
    if kind == "boolean":
        return text in ("1", "true")
    return _positions(text) if kind in GEOMETRY else text


def _moment(text: str, kind: str, now: datetime, zone: tzinfo | None) -> datetime:
    if kind == "date":
        found, word = dates.read_date(text), "date"
    elif kind == "dateTime":
        found, word = dates.read_moment(text, zone), "date-time"
    else:
        found, word = dates.read_time(text, now.replace(second=0, microsecond=0), zone), "time"
    if found is None:
        raise XPathError(f"not a {word}: {text}")
    return _marked(found, kind)


def _marked(at: datetime, kind: str) -> datetime:
    """A moment that knows whether it is a date, a time or both."""
    mark = {"date": Day, "time": TimeOfDay}.get(kind, datetime)
    return mark(at.year, at.month, at.day, at.hour, at.minute, at.second, at.microsecond)


def _positions(text: str) -> str | None:
    """Points as JavaRosa writes them: four numbers each; None for a point that was never taken."""
    points: list[str] = []
    for point in text.split(";"):
        words = point.split()
        if not words or len(words) > 4 or not all(map(_NUMBER.fullmatch, words)):
            if point.strip() == "" and points:
                continue
            raise XPathError(f"not a position: {text}")
        numbers = [float(word) for word in (*words, "0", "0", "0", "0")[:4]]
        points.append(" ".join(map(write_number, numbers)) if any(numbers) else "")
    return "; ".join(points) or None


def wrap(value: Single, kind: str, now: datetime, zone: tzinfo | None) -> Answer:
    """What an expression came to, as an answer of a type. Raises XPathError where JavaRosa could not keep it."""
    if value == "" or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, bool) or kind == "boolean":
        return to_boolean(value)
    if isinstance(value, float):
        return _number(value, kind)
    if isinstance(value, datetime):
        return _marked(value, kind)
    return read(value, kind, now, zone) if kind in ("date", "dateTime", "time", *GEOMETRY) else value


def _number(value: float, kind: str) -> int | float:
    """Whole numbers without a point, whatever the type; others cut off where the type is whole."""
    if kind == "int":
        return math.trunc(min(max(value, -_LARGEST - 1), _LARGEST))
    if abs(value) < _LONGEST and abs(value - math.trunc(value)) < 1e-9:
        return math.trunc(value)
    return value


def write(answer: Answer, zone: tzinfo | None) -> str | None:
    """An answer as it stands in the filled form."""
    if answer is None or isinstance(answer, str):
        return answer
    if isinstance(answer, bool):
        return "1" if answer else "0"
    if isinstance(answer, int):
        return str(answer)
    if isinstance(answer, float):
        return write_number(answer)
    if isinstance(answer, Day):
        return dates.write_date(answer)
    time = dates.write_time(answer, zone)
    return time if isinstance(answer, TimeOfDay) else f"{dates.write_date(answer)}T{time}"
