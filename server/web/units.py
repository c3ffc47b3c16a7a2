"""Units: the drawn sample as a list, and the life of one unit."""

from __future__ import annotations

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from server import db
from server.errors import Problem
from server.operations import interviews, progress
from server.permissions import requires
from server.web import paging
from server.web.render import render

pages = Blueprint("units", __name__)

FILTERS = ("region", "stratum", "psu", "enumerator")


@pages.get("/p/<int:project_id>/units")
@requires("unit.read")
def index(project_id: int) -> Response:
    """Units of one group in one state."""
    session = db.session()
    state = request.args.get("state", "all")
    if state not in interviews.UNIT_STATES:
        raise Problem(400.8, f"state={state!r} is no list; they are {', '.join(interviews.UNIT_STATES)}.")
    project = progress.project(session, project_id=project_id)
    chosen = {name: request.args[name] for name in FILTERS if name in request.args}
    page = paging.asked(request.args)
    found = interviews.units(session, project_id=project_id, scope=g.user, state=state, **page.window, **chosen)
    return render(
        "units/index.html",
        part="units/_rows.html",
        project=project,
        state=state,
        states=interviews.UNIT_STATES,
        chosen=chosen,
        units=page.shown(found),
        page=page.of(found),
        command=f"enumera server units {project.name} --state {state}",
    )


@pages.get("/p/<int:project_id>/units/<path:key>")
@requires("unit.read")
def show(project_id: int, key: str) -> Response:
    """From the frame over the draw, assignments and visits to the final code."""
    session = db.session()
    project = progress.project(session, project_id=project_id)
    return render(
        "units/show.html",
        project=project,
        life=interviews.life(session, project_id=project_id, key=key, scope=g.user),
        happened_at=interviews.happened_at,
        command=f"enumera server unit {project.name} {key}",
    )
