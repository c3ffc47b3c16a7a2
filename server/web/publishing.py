"""Publishing: step 5 of an adaptation - what stands against it, the draft on test tablets, and its way to the field."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, current_app, flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from server import db
from server.errors import Problem
from server.operations import adaptations, drafts, events, instruments, progress
from server.permissions import requires
from server.web import collect
from server.web.adapting import place, state
from server.web.languages import gettext
from server.web.render import render

pages = Blueprint("publishing", __name__)


@pages.get("/p/<int:project_id>/forms/<name>/publish")
@requires("instrument.publish")
def index(project_id: int, name: str) -> Response:
    """The checklist, the draft with its test interviews, and what the field has."""
    return _page(project_id, name)


@pages.post("/p/<int:project_id>/forms/<name>/publish/draft")
@requires("instrument.publish")
def draft(project_id: int, name: str) -> Response:
    """Give the form as it stands to the test tablets, if nothing stands against it."""
    found = place(project_id, name)
    session = db.session()
    with session.begin():
        release = drafts.prepared(session, project_id=project_id, form=str(found.folder), day=_today())
        drafts.make(session, project_id=project_id, release=release, actor=g.user.name)
    flash(gettext("The draft is on the test tablets."))
    return redirect(url_for("publishing.index", project_id=project_id, name=name), 303)


@pages.post("/p/<int:project_id>/forms/<name>/publish/code")
@requires("instrument.publish")
def code(project_id: int, name: str) -> Response:
    """The code of the test tablets; it is a key, so it is asked for by a post and written to the audit trail."""
    place(project_id, name)
    key = current_app.extensions["config"]
    session = db.session()
    with session.begin():
        token, secret, twin = drafts.tablet(session, project_id=project_id, secret_key=key.secret())
        address = collect.address(key.public_url, secret, twin.id)
        drawn = collect.drawn(collect.packed(collect.settings(address, token.user, twin)))
        events.record(session, actor=g.user.name, verb="device.show", subject=twin.name, project_id=project_id)
    response = _page(project_id, name, drawn=drawn, address=address)
    response.headers["Cache-Control"] = "no-store"
    return response


@pages.post("/p/<int:project_id>/forms/<name>/publish/promote")
@requires("instrument.publish")
def promote(project_id: int, name: str) -> Response:
    """Give the draft to every tablet in the field; its name is typed, so that nobody does it by a slip."""
    found = place(project_id, name)
    if request.form.get("typed", "").strip() != name:
        raise Problem(400.8, f"Type the name of the form, {name}, to publish it to the field.")
    form_id = adaptations.opened(found).form.header.id
    session = db.session()
    with session.begin():
        drafts.promote(session, project_id=project_id, form_id=form_id, actor=g.user.name)
    flash(gettext("Published. Tablets fetch it with their next update."))
    return redirect(url_for("publishing.index", project_id=project_id, name=name), 303)


@pages.post("/p/<int:project_id>/forms/<name>/publish/discard")
@requires("instrument.publish")
def discard(project_id: int, name: str) -> Response:
    """Delete the test interviews."""
    place(project_id, name)
    session = db.session()
    with session.begin():
        drafts.discard_tests(session, project_id=project_id, actor=g.user.name)
    flash(gettext("The test interviews are deleted."))
    return redirect(url_for("publishing.index", project_id=project_id, name=name), 303)


def _page(project_id: int, name: str, drawn: str = "", address: str = "") -> Response:
    found = place(project_id, name)
    session = db.session()
    form_id = adaptations.opened(found).form.header.id
    field = instruments.in_field(session, project_id=project_id, form_id=form_id)
    waiting = [one for one in drafts.current(session, project_id=project_id) if one.instrument.form_id == form_id]
    taken = tuple(one.instrument.version for one in waiting)
    published = field.definition if field else b""
    project = progress.project(session, project_id=project_id)
    return render(
        "publishing/index.html",
        project=project,
        state=state(found),
        release=adaptations.released(found, published=published, taken=taken, day=_today()),
        draft=next(iter(waiting), None),
        field=field,
        kinds=_kinds(),
        drawn=drawn,
        address=address,
        command=f"enumera server publish {name} --project {project.name}",
    )


def _kinds() -> dict[str, tuple[str, str]]:
    """What is checked before a form goes out, by the kind of what may stand against it: how it reads well and ill."""
    return {
        "check": (
            gettext("The rules find nothing that must be mended"),
            gettext("The rules find what must be mended"),
        ),
        "language": (gettext("Every language is complete"), gettext("A language is not complete")),
        "statistic": (
            gettext("Every statistic is the standard's, or accepted by a person"),
            gettext("A statistic is no longer the standard's, and nobody has accepted that"),
        ),
        "data": (
            gettext("Answers collected before go together with new ones"),
            gettext("Answers collected before do not go together with new ones"),
        ),
    }


def _today() -> dt.date:
    """The day on the office's clock: it becomes the version."""
    return dt.date.today()  # noqa: DTZ011
