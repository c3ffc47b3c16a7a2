"""Preview: a form asked in the browser, one screen after the other, and an interview kept as a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, g, request, url_for
from werkzeug.wrappers import Response as Answer

from forms import catalog, preview, recording, webform
from forms.adaptation.project import FORM
from forms.errors import FormError
from forms.interview import filled
from forms.interview import pages as interviewed
from forms.preview import Preview
from server import db
from server.errors import Problem, not_found
from server.models.projects import Project
from server.operations import adaptations, events, progress
from server.permissions import requires
from server.web import captions, items, turns
from server.web.languages import current
from server.web.render import guard, render
from server.web.turns import CONTENTS, State, Turn

pages = Blueprint("preview", __name__)

PREVIEWED = "previewed"
"""The application's extension that names the only form which it shows: `enumera forms preview` sets it."""

TABLET_POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' data: blob:; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'self'"
)
"""ODK Web Forms brings its fonts and its WebAssembly inside its scripts, and writes its own styles."""


@dataclass(frozen=True)
class Source:
    """Where a previewed form comes from: the name or path that `preview.of` reads, and the folder that keeps cases."""

    form: str
    folder: Path | None


@dataclass(frozen=True)
class Line:
    """A line of the table of contents."""

    kind: str
    path: str
    label: str
    depth: int
    key: str
    answer: str
    is_asked: bool
    name: str
    relevant: str


@pages.get("/p/<int:project_id>/forms/<name>/preview")
@requires("instrument.adapt")
def show(project_id: int, name: str) -> Answer:
    """A new interview; `language` is a code or heading of the form's languages."""
    project, source = _project(project_id), _source(project_id, name)
    asked = State(
        language=request.args.get("language", current()),
        developer="developer" in request.args,
        as_in_cases="cases" in request.args,
    )
    form = preview.of(source.form, as_in_cases=asked.as_in_cases)
    return _page(project, name, source, form, turns.begin(form, asked))


@pages.post("/p/<int:project_id>/forms/<name>/preview")
@requires("instrument.adapt")
def step(project_id: int, name: str) -> Answer:
    """Take the answers of a screen, and go where the button says."""
    project, source = _project(project_id), _source(project_id, name)
    state = turns.unseal(request.form.get("state", ""), _key())
    form = preview.of(source.form, as_in_cases=state.as_in_cases)
    turn = turns.take(form, state, request.form)
    if request.form.get("go") != "record":
        return _page(project, name, source, form, turn)
    expected = {group: request.form.getlist(group) for group in ("asked", "not_asked", "values")}
    wanted = {**expected, "valid": not turn.problems() if "valid" in request.form else None}
    case = recording.case_of(turn.interview, request.form.get("case", "").strip(), **wanted)
    return _page(project, name, source, form, turn, **_kept(project_id, name, source, case))


@pages.get("/p/<int:project_id>/forms/<name>/preview/tablet")
@requires("instrument.adapt")
def tablet(project_id: int, name: str) -> Answer:
    """The same form in ODK Web Forms."""
    project, source = _project(project_id), _source(project_id, name)
    return _tablet_page(project, name, source)


@pages.post("/p/<int:project_id>/forms/<name>/preview/tablet")
@requires("instrument.adapt")
def record_tablet(project_id: int, name: str) -> Answer:
    """Keep what ODK Web Forms would have sent as a case."""
    project, source = _project(project_id), _source(project_id, name)
    script = preview.of(source.form).script
    sent = request.form.get("filled", "")
    valid = True if "valid" in request.form else None
    case = recording.from_instance(script, sent.encode(), request.form.get("case", "").strip(), valid=valid)
    return _tablet_page(project, name, source, filled=sent, **_kept(project_id, name, source, case))


@pages.get("/p/<int:project_id>/forms/<name>/preview/webform")
@requires("instrument.adapt")
def webform_page(project_id: int, name: str) -> Answer:
    """The frame in which ODK Web Forms asks the form: its styles and ours would spoil each other."""
    place = {"project_id": project_id, "name": name}
    response = render(
        "preview/webform.html",
        xml=url_for("preview.xform", **place),
        media=url_for("preview.media", **place, file="-")[:-1],
    )
    response.headers["Content-Security-Policy"] = TABLET_POLICY
    response.headers["Cache-Control"] = "private, no-store"
    return response


@pages.get("/p/<int:project_id>/forms/<name>/preview/form.xml")
@requires("instrument.adapt")
def xform(project_id: int, name: str) -> Response:
    """The compiled form for ODK Web Forms."""
    return _file(webform.suited(preview.of(_source(project_id, name).form).xml), "text/xml")


@pages.get("/p/<int:project_id>/forms/<name>/preview/media/<file>")
@requires("instrument.adapt")
def media(project_id: int, name: str, file: str) -> Response:
    """A list or picture that lies beside the form."""
    form = preview.of(_source(project_id, name).form)
    if file in form.files:
        return _file(form.files[file], "text/csv")
    if file not in form.media:
        raise not_found(f"File {file!r}")
    return _file(form.media[file].read_bytes(), "text/csv" if file.endswith(".csv") else "application/octet-stream")


def _project(project_id: int) -> Project:
    return progress.project(db.session(), project_id=project_id)


def _source(project_id: int, name: str) -> Source:
    """The survey's own form of that name, else the library's; Problem 404.1 when there is none."""
    if only := current_app.extensions.get(PREVIEWED):
        return Source(only, Path(only) if Path(only).is_dir() else None)
    folder = adaptations.folder_of(current_app.extensions["config"], project_id, name)
    if (folder / FORM).exists():
        return Source(str(folder), folder)
    if name not in catalog.names():
        raise not_found(f"Form {name!r}")
    return Source(name, None)


def _key() -> str:
    return str(current_app.extensions["config"].secret_key)


def _file(data: bytes, kind: str) -> Response:
    response = Response(data, mimetype=kind)
    response.headers["Cache-Control"] = "private, no-cache"
    guard(response)
    return response


def _kept(project_id: int, name: str, source: Source, case: recording.Case) -> dict[str, Any]:
    """Keep a case; what the page says of it."""
    if source.folder is None:
        raise Problem(400.8, "A form of the library is the same for all. Adapt it, and record cases of your own form.")
    file = request.form.get("file", "").strip() or recording.FILE
    try:
        recording.record(source.folder, case, file)
    except FormError as error:
        return {"failure": error}
    details = {"recorded": file}
    events.record(
        db.session(), actor=g.user.name, verb=adaptations.VERB, subject=name, project_id=project_id, details=details
    )
    db.session().commit()
    return {"recorded": f"cases/{file}.csv"}


# What the templates show


def _page(project: Project, name: str, source: Source, form: Preview, turn: Turn, **context: Any) -> Answer:
    state = turn.kept()
    return _shown(
        "preview/show.html",
        project,
        name,
        source,
        part="preview/_frame.html",
        form=form,
        turn=turn,
        state=state,
        sealed=turns.seal(state, _key()),
        languages=[(each, captions.code_of(each)) for each in turn.interview.form.texts.languages],
        form_language=captions.code_of(state.language),
        form_direction=captions.direction_of(state.language),
        **_place(turn),
        **context,
    )


def _shown(template: str, project: Project, name: str, source: Source, **context: Any) -> Answer:
    """A page of the preview, which holds answers and is kept nowhere."""
    response = render(
        template,
        project=project,
        name=name,
        may_record=source.folder is not None,
        sent=request.form,
        file=recording.FILE,
        command=f"enumera forms preview {name}",
        **context,
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _place(turn: Turn) -> Mapping[str, Any]:
    """What is shown of the place where the interview is: a screen, the contents, or the end."""
    if turn.screen:
        return _screen(turn, turn.screen)
    if turn.state.at.startswith(CONTENTS):
        return {"place": CONTENTS, **_contents(turn, turn.state.at.partition(" ")[2])}
    return {"place": turns.END, **_end(turn)}


def _screen(turn: Turn, screen: interviewed.Screen) -> Mapping[str, Any]:
    interview, row = turn.interview, turns.row_of(turn, screen)
    found = [items.of(turn, asked, request.form.get(f"s:{interview.path(asked[1])}", "")) for asked in screen.questions]
    around = [captions.said(interview, control.label, node) for control, node in screen.around]
    offered = screen.offers and screen.parent is not None
    return {
        "place": "screen",
        "items": found,
        "around": [label for label in around if label],
        "offers": captions.said(interview, screen.offers.label, screen.parent) if offered else "",
        "row": interview.path(row[1]) if row and not row[0].count else "",
        "calculated": turns.in_view(turn, dict(recording.calculated(interview))) if turn.state.developer else {},
    }


def _contents(turn: Turn, path: str) -> Mapping[str, Any]:
    interview = turn.interview
    top = interviewed.node_at(interview, path) or interview.root
    keys = {interview.path(node): screen.key for screen in turn.screens for _, node in screen.questions}
    return {"lines": [_line(turn, entry, keys) for entry in interviewed.contents(interview, top)], "inside": path}


def _line(turn: Turn, entry: interviewed.Entry, keys: Mapping[str, str]) -> Line:
    interview, control, node = turn.interview, entry.control, entry.node
    path = interview.path(node)
    value = interview.text(node) if control.is_question and node.relevant else None
    if value and control.is_choice:
        labels = {choice.code: choice.label for choice in interview.choices(node)}
        value = ", ".join(labels.get(code, code) for code in value.split())
    return Line(
        "question" if control.is_question else control.kind,
        path,
        captions.said(interview, control.label, node).striptags()[:120],
        entry.depth,
        keys.get(path, ""),
        (value or "")[:60],
        node.relevant,
        node.name,
        interview.bind(node).relevant,
    )


def _end(turn: Turn) -> Mapping[str, Any]:
    interview = turn.interview
    shown: dict[str, bool] = {}
    for control in interview.script.controls.values():
        asked = any(node.relevant for node in interview.nodes(control.place))
        name = control.place[-1]
        shown[name] = shown.get(name, False) or asked
    return {
        "problems": [_problem(turn, *each) for each in turn.problems()],
        "answered": sum(node.value is not None and node.relevant for node in recording.names(interview).values()),
        "filled": filled.write(interview).decode(),
        "asked": [name for name, is_asked in shown.items() if is_asked],
        "not_asked": [name for name, is_asked in shown.items() if not is_asked],
        "values": dict(recording.calculated(interview)),
    }


def _problem(turn: Turn, screen: interviewed.Screen, asked: interviewed.Asked, outcome: Any) -> Mapping[str, Any]:
    control, node = asked
    return {
        "key": screen.key,
        "label": captions.said(turn.interview, control.label, node),
        "result": outcome.result,
        "message": captions.plain(outcome.message or "", turn.interview.language),
    }


def _tablet_page(project: Project, name: str, source: Source, **context: Any) -> Answer:
    return _shown("preview/tablet.html", project, name, source, form=preview.of(source.form), **context)
