"""The submission: answer sheets coming in; 201 only when sheet and files are on disk."""

from __future__ import annotations

import re

from flask import Response, current_app, g, request
from werkzeug.datastructures import FileStorage

from server import db
from server.db import now
from server.errors import Problem
from server.intake import File, Received, present
from server.models.submissions import QUARANTINE
from server.openrosa.answers import FULL, message
from server.operations import events
from server.permissions import requires

SHEET = "xml_submission_file"
LONGEST_NAME = 230
"""Characters of a file's name that are kept, so that a second file of the same name has room for its mark."""

LARGEST_SHEET = 8 * 1024**2
"""Bytes of XML; it is read into memory, where it takes some thirty times as much. A roster of 10,000 rows fits."""

UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


@requires("tablet.sync")
def invite() -> Response:
    """Yes, sheets are taken here: what Collect asks before each of them."""
    return Response(status=204)


@requires("tablet.sync")
def take() -> Response:
    """Keep a sheet and the files that came with it; a part of a sheet's files (`*isIncomplete*`) is kept as well."""
    intake = present()
    with intake.gate.place():
        envelope = _envelope()
        try:
            outcome = intake.receive(envelope)
        except Problem as problem:
            _keep_evidence(envelope, problem)
            raise
    if outcome.quarantine:
        text = f"Received and kept, but not counted: {QUARANTINE[outcome.quarantine]}. Tell your supervisor."
        return message(text, 201, "submit_success")
    return message(FULL, 201, "submit_success")


def _envelope() -> Received:
    """What the request brings, its files in storage already."""
    sheets = request.files.getlist(SHEET)
    if not sheets:
        raise Problem(400.7, f"The request has no part {SHEET!r}: it is no answer sheet.", {"field": SHEET})
    if len(sheets) > 1:
        raise Problem(400.7, "The request has more than one answer sheet; send each by itself.", {"field": SHEET})
    return Received(
        project_id=g.project_id,
        user_id=g.user.id,
        xml=_xml(sheets[0]),
        received_at=now(),
        device_id=_plain(request.args.get("deviceID", "")),
        files=tuple(_keep(part, file) for part, file in request.files.items(multi=True) if part != SHEET),
    )


def _xml(sheet: FileStorage) -> bytes:
    xml = sheet.stream.read(LARGEST_SHEET + 1)
    if len(xml) > LARGEST_SHEET:
        limit = LARGEST_SHEET // 1024**2
        raise Problem(413.51, f"The answers alone are larger than {limit} MB. Tell your supervisor.")
    return xml


def _keep(part: str, file: FileStorage) -> File:
    digest, size = current_app.extensions["storage"].keep(file.stream)
    last = _plain(file.filename or part).replace("\\", "/").rstrip("/").rpartition("/")[2]
    return File(last[-LONGEST_NAME:] or "file", digest, size, _plain(file.mimetype)[:120])


def _plain(text: str) -> str:
    """Without the characters that no database or no reader of a list should meet: controls and turns of direction."""
    return UNFIT.sub("", text)


def _keep_evidence(envelope: Received, problem: Problem) -> None:
    """What cannot be read as a sheet is kept too: a tablet may have nothing better."""
    digest = current_app.extensions["storage"].put(envelope.xml)
    details = {"code": problem.code, "size": len(envelope.xml), "files": [file.digest for file in envelope.files]}
    with db.own_session() as session:
        events.record(
            session,
            actor=g.user.name,
            verb="submission.refuse",
            subject=digest,
            project_id=envelope.project_id,
            details=details,
        )
