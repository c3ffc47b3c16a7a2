"""Date function: what an expression can do with days and times."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

from forms.errors import XPathError
from forms.xpath import dates
from forms.xpath.contexts import Context
from forms.xpath.registry import Table
from forms.xpath.values import Single, Value, to_text, unpack

FUNCTIONS = Table()


@FUNCTIONS.add("today", least=0)
def _today(arguments: Sequence[Value], context: Context) -> datetime:
    return dates.midnight(context.scope.clock())


@FUNCTIONS.add("now", least=0)
def _now(arguments: Sequence[Value], context: Context) -> datetime:
    return context.scope.clock()


@FUNCTIONS.add("date", least=1)
def _date(arguments: Sequence[Value], context: Context) -> Single:
    value = unpack(arguments[0])
    if isinstance(value, float) and not math.isnan(value):
        return dates.from_days(value)
    found = _moment(value, context)
    return dates.midnight(found) if isinstance(found, datetime) and not isinstance(value, str) else found


@FUNCTIONS.add("date-time", least=1)
def _date_time(arguments: Sequence[Value], context: Context) -> Single:
    return _moment(unpack(arguments[0]), context)


def _moment(value: Single, context: Context) -> Single:
    """The value as a moment; what is empty or NaN stays so. Raises XPathError for what is no date."""
    if isinstance(value, datetime) or value == "" or (isinstance(value, float) and math.isnan(value)):
        return value
    if isinstance(value, float):
        return dates.from_decimal(value, context.scope.zone)
    found = dates.read_moment(value, context.scope.zone) if isinstance(value, str) else None
    if found is None:
        raise XPathError("a date is wanted where another answer stands. Write year-month-day.")
    return found


@FUNCTIONS.add("decimal-date-time", least=1)
def _decimal_date_time(arguments: Sequence[Value], context: Context) -> Single:
    value = unpack(arguments[0])
    if isinstance(value, float):
        return value
    found = _moment(value, context)
    return dates.decimal(found, context.scope.zone) if isinstance(found, datetime) else found


@FUNCTIONS.add("decimal-time", least=1)
def _decimal_time(arguments: Sequence[Value], context: Context) -> Single:
    value = unpack(arguments[0])
    if isinstance(value, float):
        return value - math.floor(value) if math.isfinite(value) else value
    found = _moment(value, context)
    return dates.fraction(found) % 1 if isinstance(found, datetime) else found


@FUNCTIONS.add("format-date", "format-date-time", least=2)
def _format_date(arguments: Sequence[Value], context: Context) -> str:
    found = _moment(unpack(arguments[0]), context)
    return dates.write(found, to_text(arguments[1])) if isinstance(found, datetime) else ""
