"""Drawing: a tablet's code as a page shows it."""

from __future__ import annotations

from markupsafe import Markup

from server.handouts import codes
from server.handouts.codes import address, packed, settings

__all__ = ["address", "drawn", "packed", "settings"]


def drawn(text: str) -> Markup:
    """The code as SVG."""
    return Markup(codes.svg(text))  # noqa: S704 - made by us, from modules black and white
