"""Progress: the drawn sample by region, stratum, area, enumerator or day."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from server import db
from server.errors import Problem
from server.operations import progress
from server.permissions import requires
from server.web import charts, downloads, paging
from server.web.render import render

pages = Blueprint("progress", __name__)

COLUMNS = (*progress.COUNTS, "share", "last_upload")


@pages.get("/p/<int:project_id>/progress")
@requires("progress.watch")
def table(project_id: int) -> Response:
    """The table, its total, and the line of all days with its table."""
    session = db.session()
    project = progress.project(session, project_id=project_id)
    group, sort = _asked()
    page = paging.asked(request.args)
    asked = {"project_id": project_id, "scope": g.user}
    by_upload = sort.removeprefix("-") == "last_upload"
    rows = _sorted(progress.table(session, group=group, heard=by_upload, **asked), sort)
    here = rows[page.window["offset"] :]
    shown = page.shown(here)
    on = progress.today(session, project_id=project_id)
    days = progress.series(session, until=on, **asked)
    total = replace(progress.total(rows), last_upload=progress.last_upload(session, **asked))
    return render(
        "progress/index.html",
        part="progress/_table.html",
        project=project,
        group=group,
        groups=progress.GROUPS,
        sort=sort,
        rows=shown if by_upload else progress.with_uploads(session, shown, group=group, **asked),
        page=page.of(here),
        total=total,
        names=progress.displays(session),
        calendar=progress.calendar(session, project_id=project_id, on=on),
        days=days,
        chart=charts.days(days, total.sampled),
        command=f"enumera server progress --project {project.name} --by {group}",
    )


@pages.get("/p/<int:project_id>/progress.csv")
@requires("progress.watch")
def table_csv(project_id: int) -> Response:
    """The same rows as a CSV file."""
    group, sort = _asked()
    session = db.session()
    progress.project(session, project_id=project_id)
    rows = progress.table(session, project_id=project_id, group=group, scope=g.user)
    lines = [[row.key, *(getattr(row, column) for column in COLUMNS)] for row in _sorted(rows, sort)]
    return downloads.csv_file(f"progress_{group}", [group, *COLUMNS], lines)


def _asked() -> tuple[str, str]:
    group, sort = request.args.get("by", "region"), request.args.get("sort", "")
    if group not in progress.GROUPS:
        raise Problem(400.8, f"by={group!r} is no grouping; they are {', '.join(progress.GROUPS)}.")
    if sort.removeprefix("-") not in ("", "key", *COLUMNS):
        raise Problem(400.8, f"sort={sort!r} is no column; they are key, {', '.join(COLUMNS)}.")
    return group, sort


def _sorted(rows: list[progress.ProgressRow], sort: str) -> list[progress.ProgressRow]:
    """In the order of a column, downwards when its name has a minus before it; empty cells come last."""
    if not sort:
        return rows
    column, down = sort.removeprefix("-"), sort.startswith("-")
    known = [row for row in rows if getattr(row, column) is not None]
    unknown = [row for row in rows if getattr(row, column) is None]
    return sorted(known, key=lambda row: getattr(row, column), reverse=down) + unknown
