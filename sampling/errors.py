"""What can go wrong when a sample is planned or drawn; every message says where, what and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class SamplingError(Exception):
    """The base of all errors raised in `sampling`."""


class PlanError(SamplingError):
    """A plan that cannot be read or carried out."""


class FrameError(SamplingError):
    """A frame with missing columns, duplicates, or sizes that cannot be sizes."""


class DesignError(SamplingError):
    """A design whose columns do not fit the data."""


def suggest(name: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown name: what is known, and the nearest of it."""
    choices = list(known)
    near = get_close_matches(name, choices, n=1, cutoff=0.5)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"known: {', '.join(choices)}{hint}"
