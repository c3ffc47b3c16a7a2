"""Attempts: how often a sign-in failed of late, so that passwords cannot be tried out."""

from __future__ import annotations

from collections import defaultdict, deque
from threading import Lock
from time import monotonic

from server.errors import Problem

LIMIT = 5
WINDOW = 300.0  # seconds


class Attempts:
    """Failed sign-ins by name and address, in this process; a restart forgets them."""

    def __init__(self, limit: int = LIMIT, window: float = WINDOW) -> None:
        self.limit = limit
        self.window = window
        self._failures: dict[str, deque[float]] = defaultdict(deque)
        self._lock = Lock()

    def check(self, *keys: str) -> None:
        """Raise Problem 429.51 when any of the keys failed too often within the window."""
        with self._lock:
            self._forget_old()
            waiting = any(len(self._failures.get(key, ())) >= self.limit for key in keys)
        if waiting:
            minutes = round(self.window / 60)
            raise Problem(429.51, f"Too many attempts to sign in. Wait {minutes} minutes, then try once more.")

    def failed(self, *keys: str) -> None:
        """Count a failure."""
        with self._lock:
            for key in keys:
                self._failures[key].append(monotonic())

    def succeeded(self, *keys: str) -> None:
        """Forget the failures of the keys."""
        with self._lock:
            for key in keys:
                self._failures.pop(key, None)

    def _forget_old(self) -> None:
        since = monotonic() - self.window
        for key, times in list(self._failures.items()):
            while times and times[0] < since:
                times.popleft()
            if not times:
                del self._failures[key]
