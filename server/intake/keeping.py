"""Keeping: put a sheet into the database once, together with what follows from it for its unit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import zstandard
from sqlalchemy import Connection

from server.intake import standing, statements
from server.intake.reading import Sheet, derived_id


@dataclass(frozen=True)
class Outcome:
    """Where a sheet is now. `known` says that it had come before; `quarantine` why it is not counted, or ""."""

    submission_id: int
    instance_id: str
    known: bool
    quarantine: str


def keep(connection: Connection, sheet: Sheet) -> Outcome:
    """Write a sheet in the caller's transaction, unless the same bytes are there already."""
    before = _there(connection, sheet, sheet.row["instance_id"])
    if before is not None and before.sha256 != sheet.row["sha256"]:
        sheet = _set_aside(sheet)
        before = _there(connection, sheet, sheet.row["instance_id"])
    if before is None:
        sheet, units = _judge(connection, sheet)
        new = statements.NEW_SHEET[connection.dialect.name]
        written = connection.execute(new, dict(sheet.row)).scalar_one_or_none()
        if written is None:
            return keep(connection, sheet)  # another request wrote it between our look and our insert
        _follow_up(connection, sheet, written, units)
        return Outcome(written, sheet.row["instance_id"], False, sheet.quarantine)
    _attach(connection, sheet, before.id)
    return Outcome(before.id, sheet.row["instance_id"], True, before.quarantine)


def _there(connection: Connection, sheet: Sheet, instance_id: str) -> Any:
    wanted = {"project": sheet.row["project_id"], "instance": instance_id}
    return connection.execute(statements.SHEET, wanted).one_or_none()


def _set_aside(sheet: Sheet) -> Sheet:
    """A sheet that came under an id that other bytes have: kept under an id of its own that points to them."""
    claimed, own = sheet.row["instance_id"], derived_id(sheet.row["form_id"], sheet.row["sha256"])
    return replace(sheet.changed(instance_id=own, root_id=own, deprecated_id=claimed), quarantine="changed_bytes")


def _judge(connection: Connection, sheet: Sheet) -> tuple[Sheet, dict[str, Any]]:
    """Decide whether the sheet counts; returns it with its root, and the units to refresh, locked.

    A sheet in quarantine stays its own root: it replaces nothing until somebody lets it out.
    """
    corrects = sheet.row["deprecated_id"]
    original = _there(connection, sheet, corrects) if corrects else None
    units = _lock(connection, sheet, original)
    root_id = original.root_id if original else sheet.row["instance_id"]
    quarantine = sheet.quarantine or _edit_doubt(sheet, original) or _unit_doubt(sheet, root_id, units)
    judged = sheet.changed(quarantine=quarantine, root_id=sheet.row["instance_id"] if quarantine else root_id)
    return replace(judged, quarantine=quarantine), units


def _lock(connection: Connection, sheet: Sheet, original: Any) -> dict[str, Any]:
    """The units that the sheet and its original are about; of several samples' units of one key, the newest."""
    key = sheet.row.get("unit_key", "")
    other = original.unit_key if original else key
    if not key and not other:
        return {}
    wanted = {"project": sheet.row["project_id"], "key": key, "other": other}
    return {row.key: row for row in connection.execute(statements.UNITS, wanted)}


def _edit_doubt(sheet: Sheet, original: Any) -> str:
    if not sheet.row["deprecated_id"]:
        return ""
    if original is None:
        return "original_missing"
    if original.form_id != sheet.row["form_id"]:
        return "other_form"
    return "" if original.current else "outdated_edit"


def _unit_doubt(sheet: Sheet, root_id: str, units: dict[str, Any]) -> str:
    if not sheet.sampled:
        return ""
    unit = units.get(sheet.row["unit_key"])
    if unit is None:
        return "unknown_unit"
    if sheet.envelope.user_id not in (unit.assigned_to_id, unit.supervisor_id):
        return "other_enumerator"
    mine, interviewed = standing.kind(sheet.row["disposition"]), standing.kind(unit.disposition)
    completes = interviewed == "2" and mine == "1"
    if mine and interviewed and unit.final_root_id != root_id and not completes:
        return "second_interview"
    return ""


def _follow_up(connection: Connection, sheet: Sheet, written: int, units: dict[str, Any]) -> None:
    """What hangs on a new sheet: its bytes and files, the version it replaces, the standing of its unit."""
    packed = zstandard.ZstdCompressor(level=3).compress(sheet.envelope.xml)
    connection.execute(statements.CONTENT, {"submission_id": written, "data": packed})
    _attach(connection, sheet, written)
    project_id = sheet.row["project_id"]
    if sheet.quarantine:
        _record_quarantine(connection, sheet)
        return
    if sheet.row["deprecated_id"]:
        older = {"project": project_id, "root": sheet.row["root_id"], "newest": written}
        connection.execute(statements.SUPERSEDE, older)
    for key, unit in units.items():
        standing.refresh(connection, project_id=project_id, unit_id=unit.id, unit_key=key)


def _record_quarantine(connection: Connection, sheet: Sheet) -> None:
    event = {
        "actor": "intake",
        "verb": "submission.quarantine",
        "subject": sheet.row["instance_id"],
        "project_id": sheet.row["project_id"],
        "details": {"reason": sheet.quarantine, "user_id": sheet.envelope.user_id},
    }
    connection.execute(statements.EVENT, event)


def _attach(connection: Connection, sheet: Sheet, submission_id: int) -> None:
    """Add the files that are new; another file under a known name gets a name of its own, nothing is replaced."""
    if not sheet.envelope.files:
        return
    held = {row.name: row.digest for row in connection.execute(statements.FILES, {"submission": submission_id})}
    for file in sheet.envelope.files:
        name = file.name if held.get(file.name, file.digest) == file.digest else _beside(file.name, file.digest)
        if name in held:
            continue
        held[name] = file.digest
        row = {
            "submission_id": submission_id,
            "name": name,
            "digest": file.digest,
            "size": file.size,
            "content_type": file.content_type,
            "received_at": sheet.envelope.received_at,
        }
        connection.execute(statements.NEW_FILE[connection.dialect.name], row)


def _beside(name: str, digest: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}~{digest[:12]}{dot}{suffix}" if dot else f"{name}~{digest[:12]}"
