"""Chance: reproducible random numbers from names, the same on every machine and in every order."""

from __future__ import annotations

import math
from collections.abc import Mapping
from hashlib import blake2b


def share(*names: object) -> float:
    """A number in [0, 1) that depends on the names alone.

    It is the 64-bit BLAKE2b hash of the names over 2^64, so that no order of calls, no version of a library
    and no machine changes it.
    """
    text = "\x1f".join(map(str, names)).encode()
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big") / 2**64


def happens(probability: float, *names: object) -> bool:
    """Does an event of that probability happen?"""
    return share(*names) < probability


def whole(low: int, high: int, *names: object) -> int:
    """A whole number from `low` to `high`, both included."""
    return low + int(share(*names) * (high - low + 1))


def pick(weights: Mapping[str, float], *names: object) -> str:
    """One key of `weights`, drawn in proportion to its weight."""
    point = share(*names) * sum(weights.values())
    for key, weight in weights.items():
        point -= weight
        if point < 0:
            return key
    return next(reversed(list(weights)))


def normal(*names: object) -> float:
    """A standard normal deviate (Box and Muller 1958, equation 1)."""
    radius = math.sqrt(-2 * math.log(1 - share(*names, "radius")))
    return radius * math.cos(2 * math.pi * share(*names, "angle"))
