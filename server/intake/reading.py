"""Reading: from what arrived to a sheet whose columns are known, before the database is written."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from forms.definition import Form
from forms.errors import InstanceError
from forms.instances import Document, Head
from server.errors import Problem
from server.intake.definitions import form_by_id
from server.intake.statements import VERSIONS

LONGEST_ID = 255

PROMOTED = (
    "unit_key",
    "result",
    "disposition",
    "visit",
    "lat",
    "lon",
    "started_at",
    "ended_at",
    "device_id",
)
"""Columns of Submission that are read from the answers."""


OF_THE_DEVICE = ("start", "end", "deviceid")
"""Questions that the tablet answers itself."""


@dataclass(frozen=True)
class File:
    """A file that came with a sheet; its bytes are in storage already."""

    name: str
    digest: str
    size: int
    content_type: str = ""


@dataclass(frozen=True)
class Received:
    """What arrived in one request, and from whom."""

    project_id: int
    user_id: int
    xml: bytes
    received_at: datetime
    device_id: str = ""
    files: tuple[File, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """An answer sheet ready to be written: `row` holds columns of Submission, `quarantine` why it may not count."""

    envelope: Received
    row: Mapping[str, Any]
    quarantine: str = ""
    sampled: bool = False
    """Does the form name the sampled unit?"""

    def changed(self, **values: Any) -> Sheet:
        """The same sheet with other columns."""
        return replace(self, row={**self.row, **values})


def read(connection: Connection, envelope: Received) -> Sheet:
    """The sheet in the envelope. Raises Problem 400.1 when the bytes are not XML, or carry a document type."""
    try:
        document = Document(envelope.xml)
    except InstanceError as error:
        what_to_do = "Open it on the tablet, save it and send it again; tell your supervisor if that does not help"
        raise Problem(400.1, f"This is no answer sheet: {error}. {what_to_do}.") from None
    sha256 = hashlib.sha256(envelope.xml).hexdigest()
    known = _identified(document.head, sha256)
    row = {
        "project_id": envelope.project_id,
        "form_id": known.form_id,
        "version": known.version,
        "instance_id": known.instance_id,
        "root_id": known.instance_id,
        "deprecated_id": known.deprecated_id,
        "sha256": sha256,
        "size": len(envelope.xml),
        "enumerator_id": envelope.user_id,
        "device_id": envelope.device_id[:64],
        "received_at": envelope.received_at,
        "review_state": "edited" if known.deprecated_id else "received",
    }
    instrument, why = _instrument(connection, envelope.project_id, known)
    if instrument is None:
        return Sheet(envelope, row, why)
    row["instrument_id"] = instrument.id
    form = form_by_id(connection, instrument.id, instrument.digest)
    try:
        answers = document.pick(form, filter(None, (*OF_THE_DEVICE, *_roles(form))))
    except InstanceError:
        return Sheet(envelope, row, "unreadable")
    row |= _promoted(form, answers, row["device_id"])
    return Sheet(envelope, row, why, sampled=form.sample_key is not None)


def derived_id(form_id: str, sha256: str) -> str:
    """The id of a sheet that has none of its own: the same bytes give the same id, so a retry is known."""
    return "sha256:" + hashlib.sha256(f"{form_id}\n{sha256}".encode()).hexdigest()


def _identified(head: Head, sha256: str) -> Head:
    """The head as it is kept: with an id in any case, and nothing longer than a column."""
    form_id, instance_id, deprecated_id = head.form_id[:LONGEST_ID], head.instance_id, head.deprecated_id
    if not instance_id or len(instance_id) > LONGEST_ID:
        instance_id = derived_id(form_id, sha256)
    if len(deprecated_id) > LONGEST_ID:
        deprecated_id = derived_id(form_id, hashlib.sha256(deprecated_id.encode()).hexdigest())
    return Head(form_id, head.version[:LONGEST_ID], instance_id, deprecated_id)


def _instrument(connection: Connection, project_id: int, known: Head) -> tuple[Any, str]:
    """The instrument a sheet was filled with, or None and why; a closed one is given together with the reason."""
    rows = connection.execute(VERSIONS, {"project": project_id, "form": known.form_id}).all()
    if not rows:
        return None, "unknown_form"
    for row in rows:
        if row.version == known.version:
            return row, "closed_form" if row.state == "closed" else ""
    return None, "unknown_version"


def _roles(form: Form) -> tuple[str | None, ...]:
    return form.sample_key, form.result, form.visit, form.position


def _promoted(form: Form, answers: Mapping[str, str], device_id: str) -> dict[str, Any]:
    """The columns that pages filter on, from the answers."""
    result = _text(answers, form.result)[:16]
    lat, lon = _position(_text(answers, form.position))
    return {
        "unit_key": _text(answers, form.sample_key)[:64],
        "result": result,
        "disposition": form.dispositions.get(result, ""),
        "visit": _visit(_text(answers, form.visit)),
        "lat": lat,
        "lon": lon,
        "started_at": _moment(_text(answers, "start")),
        "ended_at": _moment(_text(answers, "end")),
        "device_id": device_id or _text(answers, "deviceid")[:64],
    }


def _text(answers: Mapping[str, str], name: str | None) -> str:
    return answers.get(name, "").strip() if name else ""


def _visit(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 1


def _position(text: str) -> tuple[float | None, float | None]:
    """Latitude and longitude from "lat lon altitude accuracy" in degrees and metres."""
    try:
        lat, lon = (float(part) for part in text.split()[:2])
    except ValueError:
        return None, None
    inside = math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180
    return (lat, lon) if inside else (None, None)


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
