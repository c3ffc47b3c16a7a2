"""Pattern: a regular expression as Java reads it, made into one for Python."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from forms.errors import XPathError

_CLASSES = {"d": "0-9", "w": "A-Za-z0-9_", "s": " \\t\\n\\x0b\\f\\r"}
_POSIX = {
    "Lower": "a-z",
    "Upper": "A-Z",
    "Alpha": "A-Za-z",
    "Digit": "0-9",
    "Alnum": "A-Za-z0-9",
    "Space": " \\t\\n\\x0b\\f\\r",
    "Punct": "!-/:-@\\[-`{-~",
}
_PART = re.compile(r"\\([pP])(?:\{(\w+)\}|(\w))|\\(.)|(\[\^?\]?)|(\])|(.)", re.DOTALL)


def matches(text: str, pattern: str) -> bool:
    """Does the whole text match? Raises XPathError for a pattern that cannot be read."""
    return _compiled(pattern).fullmatch(text) is not None


@lru_cache(maxsize=1000)
def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile("".join(_parts(pattern)))
    except re.error as error:
        raise XPathError(f"regex(): {pattern!r} cannot be read: {error}") from error


def _parts(pattern: str) -> Iterator[str]:
    """The pattern with letters as Java means them: \\d, \\w and \\s are those of ASCII, \\p{..} of Unicode."""
    within = False
    for found in _PART.finditer(pattern):
        mark, long, short, escaped, opening, closing, other = found.groups()
        if opening and not within:
            within = True
            yield found[0].replace("[]", "[\\]").replace("[^]", "[^\\]")
        elif closing:
            within = False
            yield "]"
        elif mark:
            yield _set(_members(long or short), mark == "P", within, pattern)
        elif escaped and escaped.lower() in _CLASSES:
            yield _set(_CLASSES[escaped.lower()], escaped.isupper(), within, pattern)
        else:
            yield other or found[0]


def _set(members: str, outside: bool, within: bool, pattern: str) -> str:
    if within and outside:
        raise XPathError(f"regex(): {pattern!r} excludes a class within [ ]. Name the letters that are allowed.")
    return members if within else f"[{'^' if outside else ''}{members}]"


@lru_cache(maxsize=50)
def _members(name: str) -> str:
    """The letters of a Unicode category (L, Lu, Nd) or of a POSIX class, as the inside of [ ]."""
    if name in _POSIX:
        return _POSIX[name]
    name = name.removeprefix("Is")
    places = [place for place in range(0x20000) if unicodedata.category(chr(place)).startswith(name)]
    if not places:
        raise XPathError(f"regex(): no class of letters is called {name!r}")
    ranges: list[list[int]] = []
    for place in places:
        if ranges and ranges[-1][1] == place - 1:
            ranges[-1][1] = place
        else:
            ranges.append([place, place])
    return "".join(f"{re.escape(chr(low))}-{re.escape(chr(high))}" for low, high in ranges)
