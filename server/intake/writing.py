"""Writing: put a sheet into the database once, together with what follows from it for its unit."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any, Protocol

import zstandard
from sqlalchemy import Connection, Engine, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from server.intake import standing
from server.intake.reading import Sheet, derived_id
from server.models.events import Event
from server.models.samples import Unit
from server.models.submissions import Attachment, Content, Submission
from server.models.users import User

BATCH = 64
"""Sheets written in one commit at most."""


@dataclass(frozen=True)
class Outcome:
    """Where a sheet is now. `known` says that it had come before; `quarantine` why it is not counted, or ""."""

    submission_id: int
    instance_id: str
    known: bool
    quarantine: str


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
            return store(connection, sheet)


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
            outcomes = [store(connection, slot.sheet) for slot in slots]
            connection.commit()
        for slot, outcome in zip(slots, outcomes, strict=True):
            slot.outcome = outcome


class _Slot:
    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.outcome: Outcome | None = None
        self.settled = False


def store(connection: Connection, sheet: Sheet) -> Outcome:
    """Write a sheet in the caller's transaction, unless the same bytes are there already."""
    before = _known(connection, sheet)
    if before is not None and before.sha256 != sheet.row["sha256"]:
        sheet = _set_aside(sheet)
        before = _known(connection, sheet)
    if before is None:
        sheet, units = _judge(connection, sheet)
        written = _insert(connection, sheet)
        if written is not None:
            _follow_up(connection, sheet, written, units)
            return Outcome(written, sheet.row["instance_id"], False, sheet.quarantine)
        return store(connection, sheet)  # another request wrote it between our look and our insert
    _attach(connection, sheet, before.id)
    return Outcome(before.id, sheet.row["instance_id"], True, before.quarantine)


def _known(connection: Connection, sheet: Sheet) -> Any:
    columns = select(Submission.id, Submission.sha256, Submission.quarantine)
    mine = (Submission.project_id == sheet.row["project_id"], Submission.instance_id == sheet.row["instance_id"])
    return connection.execute(columns.where(*mine)).one_or_none()


def _set_aside(sheet: Sheet) -> Sheet:
    """A sheet that came under an id that other bytes have: kept under an id of its own that points to them."""
    claimed, own = sheet.row["instance_id"], derived_id(sheet.row["form_id"], sheet.row["sha256"])
    return replace(sheet.changed(instance_id=own, root_id=own, deprecated_id=claimed), quarantine="changed_bytes")


def _judge(connection: Connection, sheet: Sheet) -> tuple[Sheet, dict[str, Any]]:
    """Decide whether the sheet counts; returns it with its root, and the units to refresh, locked.

    A sheet in quarantine stays its own root: it replaces nothing until somebody lets it out.
    """
    original = _original(connection, sheet)
    units = _lock(connection, sheet, original)
    root_id = original.root_id if original else sheet.row["instance_id"]
    quarantine = sheet.quarantine or _edit_doubt(sheet, original) or _unit_doubt(sheet, root_id, units)
    judged = sheet.changed(quarantine=quarantine, root_id=sheet.row["instance_id"] if quarantine else root_id)
    return replace(judged, quarantine=quarantine), units


def _original(connection: Connection, sheet: Sheet) -> Any:
    if not sheet.row["deprecated_id"]:
        return None
    columns = select(Submission.id, Submission.root_id, Submission.current, Submission.form_id, Submission.unit_key)
    return connection.execute(
        columns.add_columns(Submission.quarantine).where(
            Submission.project_id == sheet.row["project_id"], Submission.instance_id == sheet.row["deprecated_id"]
        )
    ).one_or_none()


def _lock(connection: Connection, sheet: Sheet, original: Any) -> dict[str, Any]:
    """The units that the sheet and its original are about, held until the end; the newest sample's first."""
    keys = {sheet.row.get("unit_key", ""), original.unit_key if original else ""} - {""}
    if not keys:
        return {}
    columns = select(Unit.id, Unit.key, Unit.assigned_to_id, Unit.disposition, Unit.final_root_id, User.supervisor_id)
    rows = connection.execute(
        columns.outerjoin(User, Unit.assigned_to_id == User.id)
        .where(Unit.project_id == sheet.row["project_id"], Unit.key.in_(keys))
        .order_by(Unit.id)
        .with_for_update(of=Unit)
    )
    return {row.key: row for row in rows}


def _edit_doubt(sheet: Sheet, original: Any) -> str:
    if not sheet.row["deprecated_id"]:
        return ""
    if original is None:
        return "original_missing"
    if original.form_id != sheet.row["form_id"]:
        return "other_form"
    return "" if original.current or original.quarantine else "outdated_edit"


def _unit_doubt(sheet: Sheet, root_id: str, units: dict[str, Any]) -> str:
    if not sheet.sampled:
        return ""
    unit = units.get(sheet.row["unit_key"])
    if unit is None:
        return "unknown_unit"
    if sheet.envelope.user_id not in (unit.assigned_to_id, unit.supervisor_id):
        return "other_enumerator"
    interviewed = standing.kind(unit.disposition)
    another = interviewed and standing.kind(sheet.row["disposition"]) and unit.final_root_id != root_id
    if another and not standing.kind(sheet.row["disposition"]) < interviewed:
        return "second_interview"
    return ""


def _insert(connection: Connection, sheet: Sheet) -> int | None:
    """The new row's id; None when a row of that instance id appeared meanwhile."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(Submission).values(**sheet.row)
    unless_there = statement.on_conflict_do_nothing(index_elements=["project_id", "instance_id"])
    return connection.execute(unless_there.returning(Submission.id)).scalar_one_or_none()


def _follow_up(connection: Connection, sheet: Sheet, written: int, units: dict[str, Any]) -> None:
    packed = zstandard.ZstdCompressor(level=3).compress(sheet.envelope.xml)
    connection.execute(insert(Content).values(submission_id=written, data=packed))
    _attach(connection, sheet, written)
    project_id = sheet.row["project_id"]
    if sheet.quarantine:
        connection.execute(
            insert(Event).values(
                actor="intake",
                verb="submission.quarantine",
                subject=sheet.row["instance_id"],
                project_id=project_id,
                details={"reason": sheet.quarantine, "user_id": sheet.envelope.user_id},
            )
        )
        return
    if sheet.row["deprecated_id"]:
        older = (Submission.project_id == project_id, Submission.root_id == sheet.row["root_id"])
        connection.execute(update(Submission).where(*older, Submission.id != written).values(current=False))
    for key, unit in units.items():
        standing.refresh(connection, project_id=project_id, unit_id=unit.id, unit_key=key)


def _attach(connection: Connection, sheet: Sheet, submission_id: int) -> None:
    """Add the files that are new; another file under a known name gets a name of its own, nothing is replaced."""
    if not sheet.envelope.files:
        return
    there = select(Attachment.name, Attachment.digest).where(Attachment.submission_id == submission_id)
    held = {row.name: row.digest for row in connection.execute(there)}
    for file in sheet.envelope.files:
        name = file.name if held.get(file.name, file.digest) == file.digest else _beside(file.name, file.digest)
        if name in held:
            continue
        held[name] = file.digest
        dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
        row = dialect.insert(Attachment).values(
            submission_id=submission_id,
            name=name,
            digest=file.digest,
            size=file.size,
            content_type=file.content_type,
            received_at=sheet.envelope.received_at,
        )
        connection.execute(row.on_conflict_do_nothing(index_elements=["submission_id", "name"]))


def _beside(name: str, digest: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}~{digest[:12]}{dot}{suffix}" if dot else f"{name}~{digest[:12]}"
