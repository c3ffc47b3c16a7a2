"""Units: the drawn sample as a list, and the life of one unit."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from flask import Blueprint, current_app, g, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from server import db
from server.errors import Problem
from server.models.datasets import Dataset
from server.models.weights import ResultTable, Weighting
from server.operations import interviews, progress, response
from server.permissions import requires
from server.web import paging
from server.web.render import render

pages = Blueprint("units", __name__)


@dataclass(frozen=True)
class Weighed:
    """What a unit weighs in the newest weighting, and the codes of the tables made with it."""

    weighting: Weighting
    dataset: Dataset
    weight: float
    codes: tuple[str, ...]


FILTERS = ("region", "stratum", "psu", "enumerator", "outcome")


@pages.get("/p/<int:project_id>/units")
@requires("unit.read")
def index(project_id: int) -> Response:
    """Units of one group in one state."""
    session = db.session()
    state = request.args.get("state", "all")
    if state not in interviews.UNIT_STATES:
        raise Problem(400.8, f"state={state!r} is no list; they are {', '.join(interviews.UNIT_STATES)}.")
    if request.args.get("outcome", "I") not in response.CATEGORIES:
        raise Problem(400.8, f"outcome={request.args['outcome']!r} is none of {', '.join(response.CATEGORIES)}.")
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
        command=f"enumera server units --project {project.name} --state {state}",
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
        weighed=_weighed(session, project_id, key),
        command=f"enumera server unit {key} --project {project.name}",
    )


def _weighed(session: Session, project_id: int, key: str) -> Weighed | None:
    """The unit in the newest weighting's file of weights (two columns: key and weight); None without one."""
    newest = (
        select(Weighting, Dataset)
        .join(Dataset, Dataset.id == Weighting.dataset_id)
        .where(Dataset.project_id == project_id)
        .order_by(Weighting.id.desc())
    )
    found = session.execute(newest).first()
    if found is None:
        return None
    weighting, dataset = found
    rows = csv.reader(io.StringIO(current_app.extensions["storage"].get(weighting.digest).decode()))
    weight = next((float(text) for unit, text in rows if unit == key), None)
    if weight is None:
        return None
    codes = select(ResultTable.code).where(ResultTable.weighting_id == weighting.id).order_by(ResultTable.code)
    return Weighed(weighting, dataset, weight, tuple(session.scalars(codes)))
