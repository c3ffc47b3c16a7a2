"""Dataset: the page of a frozen cut - what is in it, what was left out, how the units ended - and its files."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from flask import Blueprint, Response, g, request

from server import db
from server.errors import Problem, forbidden
from server.models.datasets import Dataset
from server.operations import datasets, events, exports, progress, response
from server.permissions import may, requires
from server.web import languages
from server.web.render import guard, render

pages = Blueprint("datasets", __name__)

RATES = ("RR1", "RR2", "RR3", "RR4", "RR5", "RR6", "e")


@pages.get("/p/<int:project_id>/datasets/<int:dataset_id>")
@requires("table.read")
def show(project_id: int, dataset_id: int) -> Response:
    """One dataset, with AAPOR's dispositions and response rates as they were at its cut."""
    session = db.session()
    project = progress.project(session, project_id=project_id)
    dataset = _found(project_id, dataset_id)
    units, base = _outcomes(dataset)
    return render(
        "tables/dataset.html",
        project=project,
        dataset=dataset,
        units=units,
        base=base,
        rates=RATES,
        command=f"enumera server dataset {dataset.id}",
    )


@pages.post("/p/<int:project_id>/datasets/<int:dataset_id>/export")
@requires("dataset.export")
def export(project_id: int, dataset_id: int) -> Response:
    """Its files in one format. With what identifies persons only for a role that may; each request is recorded."""
    session = db.session()
    _found(project_id, dataset_id)
    identifying = request.form.get("identifying") == "yes"
    session.commit()
    if identifying and not may(g.user, "dataset.identify"):
        with session.begin():
            name = datasets.find(session, dataset_id=dataset_id).name
            told = {"refused": True}
            events.record(
                session,
                actor=g.user.name,
                verb="dataset.identify",
                subject=name,
                project_id=project_id,
                details=told,
            )
        raise forbidden("dataset.identify")
    with session.begin():
        made = exports.make(
            session,
            dataset_id=dataset_id,
            form=request.form.get("format", ""),
            language=languages.current(),
            identifying=identifying,
            by=g.user.name,
        )
    answer = Response(made.data, mimetype="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
    answer.headers["Cache-Control"] = "no-store"
    guard(answer)
    return answer


def _found(project_id: int, dataset_id: int) -> Dataset:
    dataset = datasets.find(db.session(), dataset_id=dataset_id)
    if dataset.project_id != project_id:
        raise Problem(404.1, f"Dataset {dataset_id} was not found, or you have no right to see it.")
    return dataset


def _outcomes(dataset: Dataset) -> tuple[response.Outcome, response.Outcome]:
    """The final codes of the drawn units: how many units, and the sums of their base weights."""
    frozen = datasets.load(db.session(), dataset_id=dataset.id)
    codes = frozen.units["disposition"]
    weights = frozen.units[frozen.design.weight]
    return _outcome(codes.value_counts()), _outcome(weights.groupby(codes).sum())


def _outcome(sizes: pd.Series) -> response.Outcome:
    codes: Mapping[str, float] = {str(code): float(size) for code, size in sizes.sort_index().items()}
    return response.Outcome("", codes)
