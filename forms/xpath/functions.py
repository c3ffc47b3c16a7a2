"""Function table: every function that an expression can call, as JavaRosa works it out."""

from __future__ import annotations

from collections.abc import Sequence

from forms.errors import XPathError
from forms.xpath import moments, numbers, rows, texts
from forms.xpath.contexts import Context
from forms.xpath.registry import ANY, Table
from forms.xpath.values import Value

FUNCTIONS = Table({**numbers.FUNCTIONS, **rows.FUNCTIONS, **texts.FUNCTIONS, **moments.FUNCTIONS})


@FUNCTIONS.add(
    "area", "enclosed-area", "distance", "geofence", "extract-signed", "intersects", "randomize", least=0, most=ANY
)
def _on_the_tablet(arguments: Sequence[Value], context: Context) -> Value:
    raise XPathError("this function works on the tablet only: areas, distances, signatures and random orders")
