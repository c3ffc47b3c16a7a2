"""Admission: how many sheets are taken in at once; whoever finds no place in time is asked to come again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from server.errors import Problem

PATIENCE = 2.0
"""Seconds that a request waits for a place."""


class Gate:
    """The places for requests that bring sheets; a place is held from before the body is read until it is stored.

    An upload over a bad link takes minutes, and a thread: without a gate a few of them would leave none for the pages.
    """

    def __init__(self, places: int, patience: float = PATIENCE) -> None:
        self._places = BoundedSemaphore(places)
        self._patience = patience

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place. Raises Problem 503.51 when none gets free in time."""
        if not self._places.acquire(timeout=self._patience):
            raise Problem(503.51, "The server is busy. Nothing is lost: send again in a minute.")
        try:
            yield
        finally:
            self._places.release()


def places(threads: int) -> int:
    """How many of a server's threads may be busy with sheets: a quarter is left to everything else."""
    return max(1, threads * 3 // 4)
