"""Writing: how sheets reach the disk, one by one or many in one commit."""

from __future__ import annotations

from collections import deque
from threading import Lock
from typing import Protocol

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from server.intake.keeping import Outcome, keep
from server.intake.reading import Sheet

BATCH = 64
"""Sheets written in one commit at most."""


class Writer(Protocol):
    """How sheets reach the disk."""

    def write(self, sheet: Sheet) -> Outcome:
        """Write one sheet; returns when it is on disk."""
        ...


class Direct:
    """Each sheet in a transaction of its own: PostgreSQL gathers commits itself."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def write(self, sheet: Sheet) -> Outcome:
        """Write one sheet; returns when it is on disk."""
        with self.engine.begin() as connection:
            return keep(connection, sheet)


class GroupCommit:
    """Sheets that arrive while another is being written share the next commit: SQLite has one writer.

    Whoever gets the turn writes for all who wait. When that fails, each of them writes its own.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.turn = Lock()
        self.waiting: deque[_Slot] = deque()

    def write(self, sheet: Sheet) -> Outcome:
        """Write one sheet; returns when it is on disk."""
        slot = _Slot(sheet)
        self.waiting.append(slot)
        try:
            with self.turn:
                if slot.outcome is None:
                    self._write_with_others(slot)
        finally:
            slot.settled = True
        assert slot.outcome is not None, "a commit that returns has written every slot"
        return slot.outcome

    def _write_with_others(self, mine: _Slot) -> None:
        others = self._others(mine)
        try:
            self._commit([mine, *others])
        except SQLAlchemyError:
            if not others:
                raise
            self._commit([mine])  # one of the others may be the cause: each will find its turn and write its own

    def _others(self, mine: _Slot) -> list[_Slot]:
        others: list[_Slot] = []
        while self.waiting and len(others) < BATCH:
            slot = self.waiting.popleft()
            if slot is not mine and not slot.settled and slot.outcome is None:
                others.append(slot)
        return others

    def _commit(self, slots: list[_Slot]) -> None:
        with self.engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # a write lock now: none of the reads can go stale
            outcomes = [keep(connection, slot.sheet) for slot in slots]
            connection.commit()
        for slot, outcome in zip(slots, outcomes, strict=True):
            slot.outcome = outcome


class _Slot:
    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.outcome: Outcome | None = None
        self.settled = False
