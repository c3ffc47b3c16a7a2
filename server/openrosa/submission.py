"""The submission: answer sheets coming in; 201 only when sheet and files are on disk."""

from __future__ import annotations

from flask import Response, current_app, g, request
from werkzeug.datastructures import FileStorage

from server import db, intake
from server.db import now
from server.errors import Problem
from server.intake import File, Received
from server.models.submissions import QUARANTINE
from server.openrosa.answers import FULL, message
from server.operations import events
from server.permissions import requires

SHEET = "xml_submission_file"
LONGEST_NAME = 230
"""Characters of a file's name that are kept, so that a second file of the same name has room for its mark."""


@requires("tablet.sync")
def invite() -> Response:
    """Yes, sheets are taken here: what Collect asks before each of them."""
    return Response(status=204)


@requires("tablet.sync")
def take() -> Response:
    """Keep a sheet and the files that came with it; a part of a sheet's files (`*isIncomplete*`) is kept as well."""
    sheet = request.files.get(SHEET)
    if sheet is None:
        raise Problem(400.7, f"The request has no part {SHEET!r}: it is no answer sheet.", {"field": SHEET})
    envelope = Received(
        project_id=g.project_id,
        user_id=g.user.id,
        xml=sheet.stream.read(),
        received_at=now(),
        device_id=request.args.get("deviceID", ""),
        files=tuple(_keep(file) for part, file in request.files.items(multi=True) if part != SHEET and file.filename),
    )
    try:
        outcome = intake.receive(envelope)
    except Problem as problem:
        _keep_evidence(envelope, problem)
        raise
    if outcome.quarantine:
        text = f"Received and kept, but not counted: {QUARANTINE[outcome.quarantine]}. Tell your supervisor."
        return message(text, 201, "submit_success")
    return message(FULL, 201, "submit_success")


def _keep(file: FileStorage) -> File:
    digest, size = current_app.extensions["storage"].keep(file.stream)
    name = (file.filename or "").replace("\\", "/").rpartition("/")[2][-LONGEST_NAME:]
    return File(name, digest, size, (file.mimetype or "")[:120])


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
