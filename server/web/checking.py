"""Checking: step 4 of an adaptation - what the rules find, what the cases show, what changes do to the statistics."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from forms import cases as case_files
from forms import trials
from forms.adaptation.comparison import EDITORIAL, EXACT, Change, Comparison
from forms.errors import FormError
from server import db
from server.operations import adaptations, progress
from server.operations.adaptations import Place
from server.permissions import requires
from server.web.adapting import place, state
from server.web.languages import gettext
from server.web.render import render

pages = Blueprint("checking", __name__)

LEVELS = ("error", "warning", "info")


@pages.get("/p/<int:project_id>/forms/<name>/checks")
@requires("instrument.adapt")
def index(project_id: int, name: str) -> Response:
    """Every finding with its cell, why it is one and its cure, the gravest first."""
    found = place(project_id, name)
    findings = sorted(adaptations.findings(found), key=lambda one: LEVELS.index(one.level))
    return render(
        "checking/index.html",
        project=progress.project(db.session(), project_id=project_id),
        state=state(found),
        findings=findings,
        counts={level: sum(one.level == level for one in findings) for level in LEVELS},
        command=f"enumera forms check {name}",
    )


@pages.get("/p/<int:project_id>/forms/<name>/cases")
@requires("instrument.adapt")
def cases(project_id: int, name: str) -> Response:
    """The cases of the form; held when that is asked for, those that fail first, each with what differs."""
    found = place(project_id, name)
    run = request.args.get("run") == "yes"
    verdicts, problem = _verdicts(found) if run else ([], "")
    return render(
        "checking/cases.html",
        project=progress.project(db.session(), project_id=project_id),
        state=state(found),
        there=_count(found),
        run=run,
        verdicts=verdicts,
        failed=sum(not one.holds for one in verdicts),
        problem=problem,
        command=f"enumera forms test {name}",
    )


@pages.get("/p/<int:project_id>/forms/<name>/changes")
@requires("instrument.adapt")
def changes(project_id: int, name: str) -> Response:
    """The standard, this form, and what the difference does: to statistics, tables and data."""
    found = place(project_id, name)
    compared = adaptations.compared(found)
    breaking = request.args.get("only") == "breaking"
    return render(
        "checking/changes.html",
        project=progress.project(db.session(), project_id=project_id),
        state=state(found),
        compared=compared,
        breaking=breaking,
        shown=[change for change in compared.changes if not breaking or _breaks(change)],
        hit=_hit(compared),
        changed=[effect for effect in compared.indicators if effect.effect != EXACT],
        tables=[effect for effect in compared.tables if effect.effect != EXACT or effect.filters],
        command=f"enumera forms diff {name}",
    )


@pages.post("/p/<int:project_id>/forms/<name>/changes/accept")
@requires("instrument.adapt")
def accept(project_id: int, name: str) -> Response:
    """Write down who gives which statistics up, and why; every table that they touch says so."""
    found = place(project_id, name)
    session = db.session()
    with session.begin():
        adaptations.accept(
            session,
            found,
            statistics=request.form.getlist("statistic"),
            reason=request.form.get("reason", ""),
            who=g.user.display,
            actor=g.user.name,
        )
    flash(gettext("Written to the changes of this form."))
    return redirect(url_for("checking.changes", project_id=project_id, name=name), 303)


def _breaks(change: Change) -> bool:
    return change.kind != EDITORIAL and (change.state != EXACT or change.data != "safe")


def _hit(compared: Comparison) -> dict[str, dict[str, list[str]]]:
    """By the key of a change and by effect: the indicators and tables that are no longer exact because of it."""
    found: dict[str, dict[str, list[str]]] = {}
    for effect in (*compared.indicators, *compared.tables):
        if effect.effect != EXACT:
            for change in effect.because:
                found.setdefault(change.key, {}).setdefault(effect.effect, []).append(effect.id)
    return found


def _count(found: Place) -> int:
    return sum(len(case_files.load(file)) for file in sorted((found.folder / "cases").glob("*.csv")))


def _verdicts(found: Place) -> tuple[list[trials.Verdict], str]:
    """The verdicts, those that fail first; or why the cases cannot be held."""
    try:
        return sorted(trials.hold(str(found.folder)), key=lambda one: one.holds), ""
    except FormError as error:
        return [], str(error)
