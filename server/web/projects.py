"""Projects: the list of surveys, and what one of them needs today."""

from __future__ import annotations

from flask import Blueprint, g
from werkzeug.wrappers import Response

from server import db
from server.models.projects import surveys
from server.operations import instruments, interviews, progress
from server.permissions import may, requires
from server.web import charts
from server.web.render import render

pages = Blueprint("projects", __name__)

DAYS_SHOWN = 14


@pages.get("/")
@requires("project.list")
def index() -> Response:
    """Every survey with its sentence."""
    projects = db.session().scalars(surveys()).all()
    return render("projects/index.html", cards=[(project, _summary(project.id)) for project in projects])


@pages.get("/p/<int:project_id>/today")
@requires("progress.watch")
def today(project_id: int) -> Response:
    """One sentence, four numbers, what to do next, two weeks in a line, the newest arrivals."""
    session = db.session()
    project = progress.project(session, project_id=project_id)
    summary = _summary(project_id)
    days = progress.series(session, project_id=project_id, until=summary.calendar.on, scope=g.user)
    arrivals = []
    if may(g.user, "submission.read"):
        arrivals = interviews.newest(session, project_id=project_id, scope=g.user, limit=6)
    return render(
        "projects/today.html",
        part="projects/_today.html",
        project=project,
        summary=summary,
        days=days[-DAYS_SHOWN:],
        chart=charts.days(days, summary.units.sampled, DAYS_SHOWN),
        arrivals=arrivals,
        accepted=instruments.accepted(session, project_id=project_id),
        command=f"enumera server today --project {project.name}",
    )


def _summary(project_id: int) -> progress.Summary:
    session = db.session()
    on = progress.today(session, project_id=project_id)
    return progress.summary(session, project_id=project_id, on=on, scope=g.user)
