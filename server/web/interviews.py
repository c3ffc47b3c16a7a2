"""Interviews: the lists of answer sheets, and one of them with its answers and history."""

from __future__ import annotations

from itertools import pairwise

from flask import Blueprint, g, redirect, request, url_for
from werkzeug.wrappers import Response

from forms.definition import Form
from forms.errors import InstanceError
from forms.instances import Instance
from forms.reading import Section
from server import db
from server.errors import Problem
from server.models.submissions import Submission
from server.operations import events, instruments, interviews, progress, submissions
from server.permissions import may, requires
from server.web import answers, languages, paging
from server.web.render import render

pages = Blueprint("interviews", __name__)

KEYS = {"approved": "a", "returned": "r", "rejected": "x", "hold": "h"}
"""What a reviewer can decide, and the key that does it."""

DECISIONS = tuple(KEYS)


@pages.get("/p/<int:project_id>/interviews")
@requires("submission.read")
def index(project_id: int) -> Response:
    """Answer sheets in one state, the newest first."""
    session = db.session()
    state = request.args.get("state", "all")
    if state not in interviews.STATES:
        raise Problem(400.8, f"state={state!r} is no list; they are {', '.join(interviews.STATES)}.")
    project = progress.project(session, project_id=project_id)
    page = paging.asked(request.args)
    found = interviews.listed(session, project_id=project_id, scope=g.user, state=state, **page.window)
    return render(
        "interviews/index.html",
        part="interviews/_rows.html",
        project=project,
        state=state,
        states=interviews.STATES,
        sheets=page.shown(found),
        page=page.of(found),
        command=f"enumera server sheets --project {project.name} --state {state}",
    )


@pages.get("/i/<path:root_id>")
@requires("submission.read")
def show(root_id: str) -> Response:
    """One interview; what identifies a person stays hidden."""
    return _page(root_id, identifying=False)


@pages.post("/i/<path:root_id>")
@requires("submission.read")
def reveal(root_id: str) -> Response:
    """The same with what identifies persons; who looked is written to the audit trail."""
    session = db.session()
    with session.begin():
        found = interviews.of_root(session, root_id=root_id, scope=g.user)
        events.record(
            session,
            actor=g.user.name,
            verb="submission.read",
            subject=root_id,
            project_id=found.project.id,
            details={"identifying": True},
        )
    return _page(root_id, identifying=True)


@pages.post("/p/<int:project_id>/review/<int:submission_id>")
@requires("submission.review")
def review(project_id: int, submission_id: int) -> Response:
    """Approve, return, reject or hold a sheet, with the reason."""
    state = request.form.get("state", "")
    if state not in DECISIONS:
        raise Problem(400.8, f"state={state!r} is no decision; they are {', '.join(DECISIONS)}.")
    session = db.session()
    with session.begin():
        interviews.visible(session, submission_id=submission_id, scope=g.user)
        sheet = submissions.review(
            session,
            submission_id=submission_id,
            state=state,
            by=g.user.name,
            reason=request.form.get("reason", "").strip(),
        )
        root_id = sheet.root_id
    return redirect(url_for("interviews.show", root_id=root_id), 303)


def _page(root_id: str, *, identifying: bool) -> Response:
    session = db.session()
    found = interviews.of_root(session, root_id=root_id, scope=g.user)
    form = instruments.form_of(found.instrument) if found.instrument else None
    previous, following = interviews.neighbours(session, sheet=found.sheet, scope=g.user)
    response = render(
        "interviews/show.html",
        project=found.project,
        interview=found,
        sections=_sections(found, form, identifying),
        secrets=bool(form and answers.identifying_questions(form)),
        identifying=identifying,
        concealed=answers.CONCEALED,
        keys=KEYS,
        decisions=DECISIONS if may(g.user, "submission.review") else (),
        changes=_changes(found, form, identifying),
        previous=previous,
        following=following,
        happened_at=interviews.happened_at,
        command=f"enumera server sheet {root_id}",
    )
    if identifying:
        response.headers["Cache-Control"] = "no-store"
    return response


def _sections(found: interviews.Interview, form: Form | None, identifying: bool) -> tuple[Section, ...]:
    """The answers in words; none for a sheet of an unknown form or one that cannot be read."""
    instance = _instance(found.sheet) if form else None
    if form is None or instance is None:
        return ()
    return answers.sections(form, instance, languages.current(), identifying=identifying)


def _changes(
    found: interviews.Interview, form: Form | None, identifying: bool
) -> dict[int, tuple[answers.Change, ...]]:
    """What each version changed of the one before it, by its id; a version that cannot be read has no entry."""
    if form is None or len(found.versions) < 2:
        return {}
    read = [(version.id, _instance(version)) for version in found.versions]
    return {
        number: answers.changes(form, before, after, languages.current(), identifying=identifying)
        for (_, before), (number, after) in pairwise(read)
        if before and after
    }


def _instance(sheet: Submission) -> Instance | None:
    try:
        return submissions.instance(db.session(), submission=sheet)
    except (InstanceError, Problem):
        return None
