"""Intake: take in answer sheets from tablets; each is on disk, once, before its tablet is told so."""

from __future__ import annotations

from flask import Flask, current_app
from sqlalchemy import Engine

from server.intake.admission import Gate, places
from server.intake.keeping import Outcome
from server.intake.reading import File, Received, read
from server.intake.writing import Direct, GroupCommit, Writer

__all__ = ["File", "Intake", "Outcome", "Received", "init_app", "present"]


class Intake:
    """Reading and writing of answer sheets on one database."""

    def __init__(self, engine: Engine, threads: int = 8) -> None:
        self.engine = engine
        self.gate = Gate(places(threads))
        self.writer: Writer = GroupCommit(engine) if engine.dialect.name == "sqlite" else Direct(engine)

    def receive(self, envelope: Received) -> Outcome:
        """Keep what arrived; the answer comes when it is on disk.

        The same sheet again is kept once. A sheet that cannot be counted is kept in quarantine.
        Raises Problem 400.1 when the bytes are no answer sheet at all; nothing is kept then.
        """
        with self.engine.connect() as connection:
            sheet = read(connection, envelope)
        return self.writer.write(sheet)


def init_app(app: Flask, engine: Engine, threads: int) -> None:
    """Give the application its intake."""
    app.extensions["intake"] = Intake(engine, threads)


def present() -> Intake:
    """The intake of the present application."""
    return current_app.extensions["intake"]
