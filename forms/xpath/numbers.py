"""Number function: arithmetic and truths that an expression can call."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal

from forms.errors import XPathError
from forms.xpath.contexts import Context
from forms.xpath.registry import ANY, Table, exact, index_of, nodes_of, spread
from forms.xpath.values import NAN, Nodeset, Value, to_boolean, to_number, to_text

FUNCTIONS = Table()
_SMALLEST = 5e-324  # where JavaRosa's max() begins
_LARGEST = 1.7976931348623157e308


FUNCTIONS.simple("boolean", to_boolean)
FUNCTIONS.simple("not", lambda value: not to_boolean(value))
FUNCTIONS.simple("boolean-from-string", lambda value: to_text(value).lower() in ("true", "1"))
FUNCTIONS.constant("true", lambda context: True)
FUNCTIONS.constant("false", lambda context: False)


@FUNCTIONS.add("checklist", least=2, most=ANY)
def _checklist(arguments: Sequence[Value], context: Context) -> bool:
    least, most = index_of(arguments[0]), index_of(arguments[1])
    count = sum(map(to_boolean, spread(arguments[2:])))
    return (least < 0 or count >= least) and (most < 0 or count <= most)


@FUNCTIONS.add("weighted-checklist", least=2, most=ANY)
def _weighted_checklist(arguments: Sequence[Value], context: Context) -> bool:
    factors: Sequence[Value] = arguments[2::2]
    weights: Sequence[Value] = arguments[3::2]
    if len(arguments) == 4 and isinstance(arguments[2], Nodeset) and isinstance(arguments[3], Nodeset):
        factors, weights = arguments[2].values(), arguments[3].values()
    if len(factors) != len(weights):
        raise XPathError("weighted-checklist() takes a weight for each condition")
    total = sum(to_number(weight) for factor, weight in zip(factors, weights, strict=True) if to_boolean(factor))
    return to_number(arguments[0]) <= total <= to_number(arguments[1])


def _number(name: str, work: Callable[[float], float]) -> None:
    """A function of one number; what has no answer is NaN or without end."""

    def numeric(value: Value) -> float:
        try:
            return work(exact(value))
        except ValueError:
            return NAN
        except OverflowError:
            return math.inf

    FUNCTIONS.simple(name, numeric)


def _whole(value: Value) -> float:
    number = to_number(value)
    return math.copysign(float(math.trunc(number)), number) if math.isfinite(number) else number


FUNCTIONS.simple("number", to_number)
FUNCTIONS.simple("int", _whole)
for _name, _work in (
    ("abs", abs), ("sqrt", math.sqrt), ("exp", math.exp), ("exp10", lambda power: math.pow(10.0, power)),
    ("sin", math.sin), ("cos", math.cos), ("tan", math.tan),
    ("asin", math.asin), ("acos", math.acos), ("atan", math.atan),
    ("log", lambda number: math.log(number) if number else -math.inf),
    ("log10", lambda number: math.log10(number) if number else -math.inf),
):  # fmt: skip
    _number(_name, _work)
FUNCTIONS.constant("pi", lambda context: math.pi)
FUNCTIONS.constant("random", lambda context: random.random())  # noqa: S311 - no secret


@FUNCTIONS.add("pow", least=2)
def _pow(arguments: Sequence[Value], context: Context) -> float:
    number, power = map(exact, arguments)
    try:
        return math.pow(number, power)
    except OverflowError:
        return math.inf
    except ValueError:
        return math.inf if number == 0 else NAN


@FUNCTIONS.add("atan2", least=2)
def _atan2(arguments: Sequence[Value], context: Context) -> float:
    return math.atan2(*map(exact, arguments))


@FUNCTIONS.add("round", least=1, most=2)
def _round(arguments: Sequence[Value], context: Context) -> float:
    number, places = to_number(arguments[0]), index_of(arguments[1]) if len(arguments) == 2 else 0
    if not math.isfinite(number):
        return number
    if abs(places) > 30:
        return NAN
    written = Decimal(repr(number))
    if places < 0:
        return float(Decimal(math.trunc(float(written.scaleb(places)) + 0.5)).scaleb(-places))
    towards = ROUND_HALF_DOWN if number < 0 else ROUND_HALF_UP
    return float(written.quantize(Decimal(1).scaleb(-places), towards)) if abs(number) < 1e15 else number


@FUNCTIONS.add("max", least=0, most=ANY)
def _max(arguments: Sequence[Value], context: Context) -> float:
    numbers = _numbers(arguments)
    return max(_SMALLEST, *numbers) if numbers else NAN


@FUNCTIONS.add("min", least=0, most=ANY)
def _min(arguments: Sequence[Value], context: Context) -> float:
    numbers = _numbers(arguments)
    return min(_LARGEST, *numbers) if numbers else NAN


def _numbers(arguments: Sequence[Value]) -> list[float]:
    return [number for value in spread(arguments) if not math.isnan(number := to_number(value))]


@FUNCTIONS.add("sum", least=1)
def _sum(arguments: Sequence[Value], context: Context) -> float:
    return float(sum(_numbers([Nodeset(nodes_of(arguments[0], "sum"))])))
