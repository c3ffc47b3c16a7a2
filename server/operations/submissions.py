"""Submissions: read a sheet's original, review it, let it out of quarantine."""

from __future__ import annotations

import zstandard
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.instances import Instance, parse
from server.errors import Problem, not_found
from server.intake import Received, reading, standing
from server.intake.definitions import form_of
from server.models.instruments import Instrument
from server.models.samples import Unit
from server.models.submissions import REVIEW_STATES, Attachment, Content, Submission, by_instance, versions_of
from server.operations import events

UNREAD = ("unknown_form", "unknown_version", "unreadable")
"""Reasons of quarantine for which no answer of the sheet is known."""


def xml(session: Session, *, submission_id: int) -> bytes:
    """The sheet exactly as it came; Problem 404.1 when there is none."""
    content = session.get(Content, submission_id)
    if content is None:
        raise not_found(f"Submission {submission_id}")
    return unpacked(content.data)


def unpacked(data: bytes) -> bytes:
    """The bytes of a sheet from Content.data."""
    return zstandard.ZstdDecompressor().decompress(data)


def instance(session: Session, *, submission: Submission) -> Instance:
    """The answers of a sheet, read with the form version it was filled with.

    Raises Problem 404.6 when that version is unknown here, and InstanceError when the sheet does not fit it.
    """
    instrument = session.get(Instrument, submission.instrument_id) if submission.instrument_id else None
    if instrument is None:
        raise Problem(404.6, f"Version {submission.version!r} of form {submission.form_id!r} is not published here.")
    original = xml(session, submission_id=submission.id)
    return parse(original, form_of(instrument), submission.instance_id)


def attachments(session: Session, *, submission_id: int) -> list[Attachment]:
    """The files that came with a sheet, by name."""
    mine = select(Attachment).where(Attachment.submission_id == submission_id)
    return list(session.scalars(mine.order_by(Attachment.name)))


def review(session: Session, *, submission_id: int, state: str, by: str, reason: str = "") -> Submission:
    """Set the review state; a rejected sheet no longer counts for its unit, one set back counts again.

    Raises Problem 400.8 for an unknown state, 400.2 for returning or rejecting without a reason, 409.51 for a sheet
    in quarantine or one that a later version replaced.
    """
    submission = _found(session, submission_id)
    if state not in REVIEW_STATES:
        raise Problem(400.8, f"{state!r} is no review state; they are {', '.join(REVIEW_STATES)}.", {"field": "state"})
    if state in ("returned", "rejected") and not reason.strip():
        raise Problem(400.2, "Say why: the enumerator has to know what to do.", {"field": "reason"})
    if submission.quarantine or not submission.current:
        raise Problem(409.51, "Only the newest version of a counted sheet is reviewed; this one is not counted.")
    before, submission.review_state = submission.review_state, state
    _refresh_unit(session, submission)
    details = {"from": before, "to": state, "reason": reason[:500]}
    _record(session, submission, by, "submission.review", details)
    return submission


def release(session: Session, *, submission_id: int, by: str, reason: str) -> Submission:
    """Let a sheet out of quarantine: from now on it is the current version of its interview, and counts.

    Raises Problem 409.51 when it is not in quarantine, or cannot be read (unknown form or version, or damaged).
    """
    submission = _found(session, submission_id)
    if not submission.quarantine:
        raise Problem(409.51, "This sheet is not in quarantine.")
    if submission.quarantine in UNREAD:
        _read_again(session, submission)
    before, submission.quarantine = submission.quarantine, ""
    original = session.scalar(by_instance(submission.project_id, submission.deprecated_id))
    if original is not None:
        submission.root_id = original.root_id
        for other in session.scalars(versions_of(submission.project_id, original.root_id)):
            other.current = other is submission
    _refresh_unit(session, submission)
    _record(session, submission, by, "submission.review", {"from": before, "to": "released", "reason": reason[:500]})
    return submission


def _read_again(session: Session, submission: Submission) -> None:
    """Fill the columns of a sheet that came before its form version was published."""
    original = xml(session, submission_id=submission.id)
    user_id = submission.enumerator_id or 0
    envelope = Received(submission.project_id, user_id, original, submission.received_at, submission.device_id)
    sheet = reading.read(session.connection(), envelope)
    if sheet.quarantine in UNREAD:
        raise Problem(409.51, "This sheet cannot be read. Publish the form version it was filled with first.")
    for column in ("instrument_id", *reading.PROMOTED):
        setattr(submission, column, sheet.row[column])


def _found(session: Session, submission_id: int) -> Submission:
    submission = session.get(Submission, submission_id)
    if submission is None:
        raise not_found(f"Submission {submission_id}")
    return submission


def _refresh_unit(session: Session, submission: Submission) -> None:
    session.flush()
    mine = select(Unit.id).where(Unit.project_id == submission.project_id, Unit.key == submission.unit_key)
    for unit_id in session.scalars(mine.with_for_update()):
        standing.refresh(
            session.connection(), project_id=submission.project_id, unit_id=unit_id, unit_key=submission.unit_key
        )
    session.expire_all()


def _record(session: Session, submission: Submission, by: str, verb: str, details: dict[str, object]) -> None:
    events.record(
        session, actor=by, verb=verb, subject=submission.root_id, project_id=submission.project_id, details=details
    )
