"""Page: one stretch of a long list, and the links to the stretches before and after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from server.errors import Problem

SIZE = 50


@dataclass(frozen=True)
class Page:
    """Page `number` (from 1) of a list; `more` tells whether another follows."""

    number: int
    more: bool = False

    @property
    def window(self) -> dict[str, int]:
        """Which rows to fetch: one more than shown, to know whether another page follows."""
        return {"offset": (self.number - 1) * SIZE, "limit": SIZE + 1}

    def shown(self, found: Sequence[Any]) -> Sequence[Any]:
        """The rows of this page."""
        return found[:SIZE]

    def of(self, found: Sequence[Any]) -> Page:
        """This page, knowing what was found."""
        return replace(self, more=len(found) > SIZE)


def asked(arguments: Mapping[str, str]) -> Page:
    """The page that the address asks for. Raises Problem 400.11 for what is no page number."""
    text = arguments.get("page", "1")
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 100_000:
        raise Problem(400.11, f"page={text!r} is no page number; write 1, 2, 3 ...")
    return Page(int(text))
