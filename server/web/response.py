"""Response: what became of the drawn units, and AAPOR's outcome rates with their formulas."""

from __future__ import annotations

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from server import db
from server.errors import Problem
from server.operations import progress, response
from server.permissions import requires
from server.web import downloads
from server.web.render import render

pages = Blueprint("response", __name__)

FORMULAS = {
    "RR1": "I / (I + P + R + NC + O + UH + UO)",
    "RR2": "(I + P) / (I + P + R + NC + O + UH + UO)",
    "RR3": "I / (I + P + R + NC + O + e × (UH + UO))",
    "RR4": "(I + P) / (I + P + R + NC + O + e × (UH + UO))",
    "RR5": "I / (I + P + R + NC + O)",
    "RR6": "(I + P) / (I + P + R + NC + O)",
    "COOP1": "I / (I + P + R + O)",
    "REF1": "R / (I + P + R + NC + O + UH + UO)",
    "CON1": "(I + P + R + O) / (I + P + R + NC + O + UH + UO)",
    "e": "(I + P + R + NC + O) / (I + P + R + NC + O + NE)",
}
"""How each rate is made (AAPOR 2023, Standard Definitions, 10th edition)."""

SIZES = ("units", "weights")


@pages.get("/p/<int:project_id>/response")
@requires("progress.watch")
def table(project_id: int) -> Response:
    """The final codes, the rates of finalised units and at their worst, and the rates group by group."""
    session = db.session()
    project = progress.project(session, project_id=project_id)
    group, size = _asked()
    both = {
        name: response.table(session, project_id=project_id, group=group, scope=g.user, weighted=name == "weights")
        for name in SIZES
    }
    return render(
        "response/index.html",
        project=project,
        group=group,
        groups=response.GROUPS,
        size=size,
        sizes=SIZES,
        rows=both[size],
        units=response.total(both["units"]),
        weights=response.total(both["weights"]),
        names=progress.displays(session),
        categories=response.CATEGORIES,
        rates=response.RATES,
        formulas=FORMULAS,
        command=f"enumera server response --project {project.name} --by {group}"
        + (" --weighted" if size == "weights" else ""),
    )


@pages.get("/p/<int:project_id>/response.csv")
@requires("progress.watch")
def table_csv(project_id: int) -> Response:
    """The groups as a CSV file, with a last line for all of them."""
    session = db.session()
    progress.project(session, project_id=project_id)
    group, size = _asked()
    rows = response.table(session, project_id=project_id, group=group, scope=g.user, weighted=size == "weights")
    lines = [list(response.line(row).values()) for row in (*rows, response.total(rows))]
    return downloads.csv_file(f"response_{group}_{size}", [group, *response.COLUMNS[1:]], lines)


def _asked() -> tuple[str, str]:
    group, size = request.args.get("by", "region"), request.args.get("size", "units")
    if group not in response.GROUPS:
        raise Problem(400.8, f"by={group!r} is no grouping; they are {', '.join(response.GROUPS)}.")
    if size not in SIZES:
        raise Problem(400.8, f"size={size!r} is neither of {', '.join(SIZES)}.")
    return group, size
