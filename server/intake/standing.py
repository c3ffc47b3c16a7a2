"""Standing: how far a drawn unit is, worked out from its counted sheets alone, so that it can always be made again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, select, update

from server.models.samples import Unit
from server.models.submissions import Submission


def kind(disposition: str | None) -> str:
    """ "1" for a completed interview, "2" for a partial one (AAPOR 1.1 and 1.2), "" for everything else."""
    return disposition[2] if disposition and disposition[:3] in ("1.1", "1.2") else ""


def refresh(connection: Connection, *, project_id: int, unit_id: int, unit_key: str) -> None:
    """Write visits, result, disposition, last visit and final interview of a unit anew."""
    at = func.coalesce(Submission.ended_at, Submission.received_at)
    visits = select(Submission.root_id, Submission.result, Submission.disposition, at.label("at")).where(
        Submission.project_id == project_id,
        Submission.unit_key == unit_key,
        Submission.current,
        Submission.quarantine == "",
        Submission.review_state != "rejected",
    )
    rows = connection.execute(visits.order_by(at, Submission.id)).all()
    connection.execute(update(Unit).where(Unit.id == unit_id).values(**of(rows)))


def of(visits: Sequence[Any]) -> dict[str, Any]:
    """The columns of Unit that follow from its counted visits, oldest first.

    A completed interview wins over everything, a partial one over every visit without; else the newest visit.
    """
    if not visits:
        return {"visits": 0, "result": None, "disposition": None, "last_visit_at": None, "final_root_id": None}
    interviews = sorted((visit for visit in visits if kind(visit.disposition)), key=lambda one: kind(one.disposition))
    decisive = interviews[0] if interviews else visits[-1]
    return {
        "visits": len(visits),
        "result": decisive.result or None,
        "disposition": decisive.disposition or None,
        "last_visit_at": visits[-1].at,
        "final_root_id": decisive.root_id if decisive.disposition else None,
    }
