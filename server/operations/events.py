"""Events: write one line of the audit trail; the other operations call this."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from server.models.events import Event


def record(
    session: Session,
    *,
    actor: str,
    verb: str,
    subject: str,
    project_id: int | None = None,
    details: Mapping[str, object] | None = None,
) -> Event:
    """Add a line: who (a sign-in name) did what (a permission's name) to what; `details` are ids and counts."""
    event = Event(actor=actor, verb=verb, subject=subject, project_id=project_id, details=dict(details or {}))
    session.add(event)
    return event
