"""Translating: step 3 of an adaptation - how complete each language is, and its texts one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from forms import integrity
from server import db
from server.errors import Problem, not_found
from server.operations import adaptations, progress, wordings
from server.operations.wordings import DAMAGED, DONE, MISSING, STALE, Text
from server.permissions import requires
from server.web.adapting import place, state
from server.web.languages import direction, gettext
from server.web.render import render

pages = Blueprint("translating", __name__)

SHOWN = ("open", "all")

LONGER = 1.5
"""How many times the length of its original a text may have before it is called long."""


@pages.get("/p/<int:project_id>/forms/<name>/translate")
@requires("instrument.adapt")
def index(project_id: int, name: str) -> Response:
    """Each language: how much of it is there, and what is to be done."""
    found = place(project_id, name)
    header = adaptations.opened(found).form.header
    others = [code for code in header.headings if code != header.language]
    return render(
        "translating/index.html",
        project=progress.project(db.session(), project_id=project_id),
        state=state(found),
        header=header,
        counts={code: Counter(one.state for one in wordings.texts(found, code)) for code in others},
        command=f"enumera forms translate {name} --status",
    )


@pages.get("/p/<int:project_id>/forms/<name>/translate/<language>")
@requires("instrument.adapt")
def show(project_id: int, name: str, language: str) -> Response:
    """One text with its original; what waits for a translator comes first."""
    return _card(project_id, name, language)


@pages.post("/p/<int:project_id>/forms/<name>/translate/<language>")
@requires("instrument.adapt")
def save(project_id: int, name: str, language: str) -> Response:
    """Write it and go on to the next."""
    found = place(project_id, name)
    key, text = request.form.get("key", ""), request.form.get("text", "").strip()
    following = _next_key(wordings.texts(found, language), key)
    session = db.session()
    try:
        with session.begin():
            wordings.save(
                session,
                found,
                language=language,
                key=key,
                seen=request.form.get("seen", ""),
                text="\n".join(line.rstrip() for line in text.splitlines()),
                actor=g.user.name,
            )
    except Problem as problem:
        if problem.status not in (400, 409):
            raise
        return _card(project_id, name, language, typed=text, problem=problem)
    flash(gettext("Saved."))
    shown = request.form.get("show", "open")
    onward = url_for("translating.show", project_id=project_id, name=name, language=language, key=following, show=shown)
    return redirect(onward, 303)


def _card(
    project_id: int, name: str, language: str, typed: str | None = None, problem: Problem | None = None
) -> Response:
    found = place(project_id, name)
    every = wordings.texts(found, language)
    shown = request.values.get("show", "open")
    if shown not in SHOWN:
        raise Problem(400.8, f"show={shown!r} is no list; they are {', '.join(SHOWN)}.")
    key = request.values.get("key", "")
    text = _chosen(every, key, shown)
    counts = Counter(one.state for one in every)
    header = adaptations.opened(found).form.header
    at = every.index(text) if text else 0
    return render(
        "translating/show.html",
        status=problem.status if problem else 200,
        project=progress.project(db.session(), project_id=project_id),
        state=state(found),
        header=header,
        to=language,
        to_direction=direction(language),
        text=text,
        typed=typed,
        problem=problem,
        seen=wordings.version_of(text) if text else "",
        chips=integrity.placeholders(text.original) if text else (),
        longest=max(20, int(len(text.original) * LONGER)) if text else 0,
        counts=counts,
        size=len(every),
        at=at,
        before=every[at - 1].key if text and at else "",
        after=every[at + 1].key if text and at + 1 < len(every) else "",
        show=shown,
        command=f"enumera forms translate {name} {language}",
    )


def _chosen(every: Sequence[Text], key: str, shown: str) -> Text | None:
    """The text that is asked for, else the first that waits; of all, else the first."""
    by_key: Mapping[str, Text] = {one.key: one for one in every}
    if key in by_key:
        return by_key[key]
    if key:
        raise not_found(f"Text {key!r}")
    waiting = (one for one in every if one.state in (MISSING, STALE, DAMAGED))
    first = next(waiting, None)
    return first or (every[0] if every and shown == "all" else None)


def _next_key(every: Sequence[Text], key: str) -> str | None:
    """The next text that waits after this one; None when none does."""
    at = next((number for number, one in enumerate(every) if one.key == key), -1)
    later = (*every[at + 1 :], *every[: max(at, 0)])
    return next((one.key for one in later if one.state != DONE), None)
