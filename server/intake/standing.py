"""Standing: how far a drawn unit is, worked out from its counted sheets alone, so that it can always be made again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from server.intake.statements import STAND, VISITS


def kind(disposition: str | None) -> str:
    """1 for a completed interview, 2 for a partial one (AAPOR 1.1 and 1.2), empty for everything else."""
    return disposition[2] if disposition and disposition[:3] in ("1.1", "1.2") else ""


def refresh(connection: Connection, *, project_id: int, unit_id: int, unit_key: str) -> None:
    """Write visits, result, disposition, last visit and final interview of a unit anew."""
    visits = connection.execute(VISITS, {"project": project_id, "key": unit_key}).all()
    connection.execute(STAND, {"unit": unit_id, **of(visits)})


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
