"""Date: days and times as JavaRosa reads, counts and writes them.

A moment is kept without zone, in the zone of the tablet; `zone` is that zone, None the machine's own.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo

from forms.errors import XPathError

DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - moments are kept without zone
_DATE = re.compile(r"([+-]?\d+)-([+-]?\d+)-([+-]?\d+)")
_TIME = re.compile(r"(\d+):(\d+)(?::(\d*\.?\d*)[^\d.]*.*)?")
_OFFSET = re.compile(r"(.*?)([+-])(\d+)(?::(\d+))?(?:[+-].*)?", re.DOTALL)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_FORMATS: dict[str, Callable[[datetime], str]] = {
    "%": lambda at: "%",
    "Y": lambda at: f"{at.year:04}",
    "y": lambda at: f"{at.year:04}"[2:],
    "m": lambda at: f"{at.month:02}",
    "n": lambda at: str(at.month),
    "b": lambda at: _MONTHS[at.month - 1],
    "d": lambda at: f"{at.day:02}",
    "e": lambda at: str(at.day),
    "H": lambda at: f"{at.hour:02}",
    "h": lambda at: str(at.hour),
    "M": lambda at: f"{at.minute:02}",
    "S": lambda at: f"{at.second:02}",
    "3": lambda at: f"{at.microsecond // 1000:03}",
    "a": lambda at: _WEEKDAYS[at.weekday()],
}


def read_date(text: str) -> datetime | None:
    """The midnight that begins a date written year-month-day; None when it is none."""
    found = _DATE.fullmatch(text)
    if not found:
        return None
    try:
        return datetime(int(found[1]), int(found[2]), int(found[3]))  # noqa: DTZ001
    except ValueError:
        return None


def read_moment(text: str, zone: tzinfo | None) -> datetime | None:
    """A date, with or without T and a time; None when it is neither."""
    date, marked, time = text.partition("T")
    day = read_date(date)
    return day if day is None or not marked else read_time(time, day, zone)


def read_time(text: str, day: datetime, zone: tzinfo | None) -> datetime | None:
    """A time on a day, brought into the zone when it says its own; None when it is no time."""
    bare, behind = text, None
    if text.endswith("Z"):
        bare, behind = text[:-1], timedelta()
    elif found := _OFFSET.fullmatch(text):
        bare = found[1]
        behind = timedelta(hours=int(found[3]), minutes=int(found[4] or 0)) * (1 if found[2] == "+" else -1)
    found = _TIME.fullmatch(bare)
    if not found:
        return None
    seconds = float(found[3]) if found[3] and found[3] != "." else 0.0
    if int(found[1]) > 23 or int(found[2]) > 59 or seconds >= 60:
        return None
    whole = int(seconds)
    thousandths = min(round(1000 * (seconds - whole)), 999)  # JavaRosa cuts off, and loses one now and then
    at = day.replace(hour=int(found[1]), minute=int(found[2]), second=whole, microsecond=thousandths * 1000)
    if behind is None:
        return at
    return (at - behind).replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)


def days(at: datetime) -> int:
    """Whole days since 1 January 1970."""
    return (at - _EPOCH) // DAY


def fraction(at: datetime) -> float:
    """Days and parts of days since 1 January 1970, both in the tablet's zone."""
    return (at - _EPOCH) / DAY


def decimal(at: datetime, zone: tzinfo | None) -> float:
    """Days and parts of days since 1 January 1970 in Greenwich."""
    return (_placed(at, zone).astimezone(UTC).replace(tzinfo=None) - _EPOCH) / DAY


def from_days(count: float) -> datetime:
    """The day that lies so many whole days after 1 January 1970. Raises XPathError outside the years 1 to 9999."""
    return _after(count, DAY)


def from_decimal(count: float, zone: tzinfo | None) -> datetime:
    """The moment that lies so many days after 1 January 1970 in Greenwich. Raises XPathError as `from_days`."""
    at = _after(count * 86_400_000, timedelta(milliseconds=1))
    return at.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)


def _after(count: float, unit: timedelta) -> datetime:
    """The moment so many whole units after the first of January 1970."""
    try:
        return _EPOCH + math.trunc(count) * unit
    except (OverflowError, ValueError) as error:
        raise XPathError(f"{count} is no date. Use the number of days since 1970.") from error


def midnight(at: datetime) -> datetime:
    """The beginning of the day."""
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def write_date(at: datetime) -> str:
    """A day as ISO 8601 writes it."""
    return f"{at.year}-{at.month:02}-{at.day:02}"


def write_time(at: datetime, zone: tzinfo | None) -> str:
    """A time as ISO 8601 writes it, to the thousandth, with the zone that it is in."""
    offset = _placed(at, zone).utcoffset() or timedelta()
    minutes = abs(offset) // timedelta(minutes=1)
    sign = "-" if offset < timedelta() else "+"
    behind = f"{sign}{minutes // 60:02}:{minutes % 60:02}" if minutes else "Z"
    return f"{at:%H:%M:%S}.{at.microsecond // 1000:03}{behind}"


def _placed(at: datetime, zone: tzinfo | None) -> datetime:
    """The moment with its zone."""
    return at.replace(tzinfo=zone) if zone else at.astimezone()


def write(at: datetime, form: str) -> str:
    """The moment in the words of format-date(). Raises XPathError for a mark that is not known."""
    written, marks = [], iter(form)
    for letter in marks:
        if letter != "%":
            written.append(letter)
            continue
        mark = next(marks, "")
        if mark not in _FORMATS or not mark:
            raise XPathError(f"format {form!r}: %{mark} cannot be written. Use one of %{' %'.join(_FORMATS)}.")
        written.append(_FORMATS[mark](at))
    return "".join(written)
