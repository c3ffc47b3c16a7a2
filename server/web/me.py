"""Me: an enumerator's own page, at an address that only the tablet's code sheet has."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, g
from werkzeug.wrappers import Response

from server import db
from server.models.users import User
from server.operations import interviews, progress
from server.permissions import requires
from server.web import collect
from server.web.render import render

pages = Blueprint("me", __name__)

MOST_RETURNED = 20


@pages.url_value_preprocessor
def _remember(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Take the secret out of the address: it says who asks (`server.app`), and no log line shows it."""
    if values:
        g.tablet_secret = values.pop("secret")
        g.project_id = values["project_id"]


@pages.before_request
def _know() -> None:
    """The person with language and supervisor, where tablets do with a row of name and role."""
    g.user = db.session().get_one(User, g.user.id)
    db.session().commit()


@pages.get("/me/<secret>/p/<int:project_id>")
@requires("tablet.sync")
def show(project_id: int) -> Response:
    """How far the own work is, what came back, and what to do next; no name or address of a respondent."""
    session = db.session()
    project = progress.project(session, project_id=project_id)
    mine = {"project_id": project_id, "scope": g.user}
    on = progress.today(session, project_id=project_id)
    areas = progress.table(session, group="psu", **mine)
    days = progress.table(session, group="day", **mine)
    returned = interviews.listed(session, state="returned", offset=0, limit=MOST_RETURNED, **mine)
    address = collect.address(current_app.extensions["config"].public_url, g.tablet_secret, project_id)
    response = render(
        "me/show.html",
        survey=project,
        summary=progress.summary(session, on=on, **mine),
        today=next((row for row in days if row.key == on.isoformat()), progress.ProgressRow("")),
        areas=[row for row in areas if row.not_started or row.in_progress],
        returned=returned,
        reasons=interviews.reasons(session, project_id=project_id, root_ids=[sheet.root_id for sheet in returned]),
        code=collect.drawn(collect.packed(collect.settings(address, g.user, project))),
    )
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
