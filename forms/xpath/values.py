"""Value: what an expression comes to - number, text, truth, date or nodes - and how one kind becomes another."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from forms.errors import XPathError
from forms.xpath import dates
from forms.xpath.nodes import Answer, Node

NAN = float("nan")
TINY = 1e-12
"""Numbers that lie closer together count as equal."""

Single = float | str | bool | datetime
_DIGITS = frozenset("-.0123456789")


@dataclass(frozen=True)
class Nodeset:
    """The relevant nodes that a path leads to."""

    nodes: tuple[Node, ...]

    def values(self) -> list[Single]:
        """What each node holds."""
        return [held(node) for node in self.nodes]


Value = Single | Nodeset


def held(node: Node) -> Single:
    """What a node holds: an empty text when it is empty or not relevant."""
    value: Answer = node.value if node.relevant else None
    if value is None:
        return ""
    return float(value) if type(value) is int else value


def unpack(value: Value) -> Single:
    """The value, or that of the only node. Raises XPathError when there are several nodes."""
    if not isinstance(value, Nodeset):
        return value
    if not value.nodes:
        return ""
    if len(value.nodes) > 1:
        path = "/" + "/".join(value.nodes[0].place)
        raise XPathError(f"{path} is repeated where one answer is wanted. Say which with indexed-repeat() or [...].")
    return held(value.nodes[0])


def to_number(value: Value) -> float:
    """The value as a number, NaN when it is none: an empty text, for one."""
    value = unpack(value)
    if isinstance(value, bool):
        return 1.0 if value else 0.0
    if isinstance(value, float):
        return value
    if isinstance(value, datetime):
        return float(dates.days(value))
    text = value.replace(",", ".").strip()
    if not _DIGITS.issuperset(text):
        return NAN
    try:
        return float(text)
    except ValueError:
        return NAN


def to_boolean(value: Value) -> bool:
    """The value as a truth: a text that is not empty, a number that is not nought, any date."""
    value = unpack(value)
    if isinstance(value, bool):
        return value
    if isinstance(value, float):
        return abs(value) > TINY
    return value != ""


def to_text(value: Value) -> str:
    """The value as a text: whole numbers without a point, dates as ISO 8601."""
    value = unpack(value)
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return dates.write_date(value)
    return _number_text(value)


def _number_text(number: float) -> str:
    if math.isnan(number):
        return "NaN"
    if abs(number) < TINY:
        return "0"
    if math.isinf(number):
        return "-Infinity" if number < 0 else "Infinity"
    if abs(number) < 2**31 and abs(number - math.trunc(number)) < TINY:
        return str(math.trunc(number))
    return write_number(number)


def write_number(number: float) -> str:
    """A number in the shortest way that Java reads back as the same: 0.5, 2.0, 1.0E7."""
    if not math.isfinite(number):
        return "NaN" if math.isnan(number) else "-Infinity" if number < 0 else "Infinity"
    if number == 0 or 1e-3 <= abs(number) < 1e7:
        return repr(float(number))
    mantissa, _, exponent = f"{number!r}".partition("e")
    if not exponent:
        return _scientific(mantissa)
    whole = mantissa if "." in mantissa else f"{mantissa}.0"
    return f"{whole}E{int(exponent)}"


def _scientific(written: str) -> str:
    """A number written out, as one digit before the point and a power of ten."""
    sign, digits = ("-", written[1:]) if written.startswith("-") else ("", written)
    whole, _, rest = digits.partition(".")
    every = (whole + rest).lstrip("0")
    exponent = len(whole) - 1 if whole != "0" else -(len(rest) - len(rest.lstrip("0")) + 1)
    behind = every[1:].rstrip("0") or "0"
    return f"{sign}{every[0]}.{behind}E{exponent}"


def equal(left: Value, right: Value) -> bool:
    """Are two values equal: as truths if one is one, else as numbers if one is one, else as texts?"""
    left, right = unpack(left), unpack(right)
    if type(left) is str and type(right) is str:
        return left == right
    if isinstance(left, bool) or isinstance(right, bool):
        return to_boolean(left) == to_boolean(right)
    if isinstance(left, float) or isinstance(right, float):
        return abs(to_number(left) - to_number(right)) < TINY
    return to_text(left) == to_text(right)
