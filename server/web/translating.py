"""Translating: step 3 of an adaptation - how complete each language is, its texts one by one, translators' files."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from forms import integrity
from forms.errors import FormError
from forms.header import direction
from forms.ledger import Text
from server import db
from server.errors import Problem, not_found
from server.operations import progress, wordings
from server.operations.wordings import DONE
from server.permissions import requires
from server.web import outline
from server.web.adapting import place, state, uploaded
from server.web.downloads import attached
from server.web.languages import gettext
from server.web.render import render

pages = Blueprint("translating", __name__)

SHOWN = ("open", "all")

KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "po": "text/x-gettext-translation",
}


@pages.get("/p/<int:project_id>/forms/<name>/translate")
@requires("instrument.adapt")
def index(project_id: int, name: str) -> Response:
    """Each language: how much of it is there, what is to be done, and the translator's file out and in."""
    found = place(project_id, name)
    head = wordings.book(found).head
    return render(
        "translating/index.html",
        project=progress.project(db.session(), project_id=project_id),
        state=state(found),
        header=head,
        source=wordings.book(found).source,
        statuses=[one for one in wordings.status(found) if wordings.book(found).translated[one.language]],
        disputed={code: len(wordings.disputed(found, code)) for code in head.languages},
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
    key = request.form.get("key", "")
    typed = "\n".join(line.rstrip() for line in request.form.get("text", "").strip().splitlines())
    following = _next_key(wordings.texts(found, language), key)
    seen = request.form.get("seen", "")
    session = db.session()
    try:
        with session.begin():
            wordings.save(session, found, language=language, key=key, seen=seen, text=typed, actor=g.user.name)
    except (Problem, FormError) as problem:
        status = problem.status if isinstance(problem, Problem) else 400
        if status == 404:
            raise
        return _card(project_id, name, language, typed=typed, problem=str(problem), status=status)
    flash(gettext("Saved."))
    onward = {"key": following, "show": request.form.get("show", "open")}
    return redirect(url_for("translating.show", project_id=project_id, name=name, language=language, **onward), 303)


@pages.get("/p/<int:project_id>/forms/<name>/translate/<language>/file")
@requires("instrument.adapt")
def send(project_id: int, name: str, language: str) -> Response:
    """The file for a translator."""
    suffix = request.args.get("kind", "xlsx")
    data = wordings.send(place(project_id, name), language=language, suffix=suffix)
    return attached(data, f"{name}_{language}.{suffix}", KINDS[suffix])


@pages.post("/p/<int:project_id>/forms/<name>/translate")
@requires("instrument.adapt")
def take(project_id: int, name: str) -> Response:
    """Merge what a translator sent back, and say what became of each text."""
    found = place(project_id, name)
    data, suffix = uploaded(wordings.FORMATS)
    session = db.session()
    with session.begin():
        done = wordings.take(session, found, data=data, suffix=suffix, actor=g.user.name)
    return render(
        "translating/taken.html",
        project=progress.project(session, project_id=project_id),
        state=state(found),
        counts=done.counts,
        told=[one for one in done.decisions if one.outcome in ("conflict", "refused")],
        command=f"enumera forms translate {name} --import FILE",
    )


@pages.get("/p/<int:project_id>/forms/<name>/translate/<language>/conflicts")
@requires("instrument.adapt")
def conflicts(project_id: int, name: str, language: str) -> Response:
    """Texts that were changed here and by the translator: both, to choose from."""
    found = place(project_id, name)
    wordings.texts(found, language)
    return render(
        "translating/conflicts.html",
        project=progress.project(db.session(), project_id=project_id),
        state=state(found),
        header=wordings.book(found).head,
        to=language,
        conflicts=wordings.disputed(found, language),
        command=f"enumera forms translate {name} --take theirs {language} NAME",
    )


@pages.post("/p/<int:project_id>/forms/<name>/translate/<language>/conflicts")
@requires("instrument.adapt")
def settle(project_id: int, name: str, language: str) -> Response:
    """Take one of the two."""
    found = place(project_id, name)
    who, chosen = request.form.get("take", ""), request.form.get("name", "")
    session = db.session()
    with session.begin():
        wordings.settle(session, found, language=language, who=who, names=[chosen], actor=g.user.name)
    flash(gettext("Saved."))
    return redirect(url_for("translating.conflicts", project_id=project_id, name=name, language=language), 303)


def _card(
    project_id: int, name: str, language: str, typed: str | None = None, problem: str = "", status: int = 200
) -> Response:
    found = place(project_id, name)
    every = wordings.texts(found, language)
    shown = request.values.get("show", "open")
    if shown not in SHOWN:
        raise Problem(400.8, f"show={shown!r} is no list; they are {', '.join(SHOWN)}.")
    at = _chosen(every, request.values.get("key", ""), shown)
    text = every[at] if at is not None else None
    head = wordings.book(found).head
    return render(
        "translating/show.html",
        status=status,
        project=progress.project(db.session(), project_id=project_id),
        state=state(found),
        header=head,
        to=language,
        to_direction=direction(language),
        text=text,
        state_of=wordings.state_of(text) if text else DONE,
        others=_others(text, outline.texts(text.row, text.column, head)) if text else {},
        typed=typed,
        problem=problem,
        seen=wordings.version_of(text) if text else "",
        key=wordings.key_of(text) if text else "",
        chips=list(integrity.placeholders(text.original)) if text else [],
        longest=integrity.longest(text.original) if text else 0,
        done=sum(wordings.state_of(one) == DONE for one in every),
        size=len(every),
        at=at,
        before=wordings.key_of(every[at - 1]) if at else "",
        after=wordings.key_of(every[at + 1]) if at is not None and at + 1 < len(every) else "",
        show=shown,
        command=f"enumera forms translate {name} --export {language} -o FILE",
    )


def _others(text: Text, said: dict[str, str]) -> dict[str, str]:
    """What the place says in the other languages, the original first."""
    kept = {code: one for code, one in said.items() if code != text.language}
    return dict(sorted(kept.items(), key=lambda each: each[1] != text.original))


def _chosen(every: Sequence[Text], key: str, shown: str) -> int | None:
    """The place of the text that is asked for, else of the first that waits; of all, else of the first."""
    if key:
        at = next((number for number, one in enumerate(every) if wordings.key_of(one) == key), None)
        if at is None:
            raise not_found(f"Text {key!r}")
        return at
    if shown == "all":
        return 0
    return next((number for number, one in enumerate(every) if wordings.state_of(one) != DONE), None)


def _next_key(every: Sequence[Text], key: str) -> str | None:
    """The next text that waits after this one; None when none does."""
    at = next((number for number, one in enumerate(every) if wordings.key_of(one) == key), -1)
    later = (*every[at + 1 :], *every[: max(at, 0)])
    return next((wordings.key_of(one) for one in later if wordings.state_of(one) != DONE), None)
