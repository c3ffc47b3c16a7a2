"""Questions: step 2 of an adaptation - the list, one question to a page, and the choices of a list."""

from __future__ import annotations

import re
from collections import defaultdict

from flask import Blueprint, flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from forms import identity
from forms.definition import row_type
from forms.header import Header
from forms.sheets import Row
from server import db
from server.errors import Problem, not_found
from server.operations import adaptations, progress, questions
from server.operations.adaptations import Place
from server.permissions import requires
from server.web import outline
from server.web.adapting import place, state
from server.web.languages import gettext
from server.web.render import render

pages = Blueprint("questions", __name__)

WORDING = ("label", "hint", "constraint_message", "required_message")
"""What is said in every language, in the order of the page."""

LOGIC = ("relevant", "constraint", "calculation", "choice_filter", "default")
"""What machines read."""

ADDABLE = ("select_one", "select_multiple", "integer", "decimal", "text", "date", "note")
"""Types of questions that can be added here; any other is a row in Excel."""

NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")

MOST_CHOICES = 60
"""Lists longer than this are edited as a file."""


@pages.get("/p/<int:project_id>/forms/<name>/questions")
@requires("instrument.adapt")
def index(project_id: int, name: str) -> Response:
    """Every question, section by section."""
    found = place(project_id, name)
    opened = adaptations.opened(found)
    return render(
        "questions/index.html",
        project=progress.project(db.session(), project_id=project_id),
        state=state(found),
        book=opened.form,
        sections=outline.sections(opened.form, opened.contract),
        command=f"enumera forms show {name}",
    )


@pages.get("/p/<int:project_id>/forms/<name>/questions/<qid>")
@requires("instrument.adapt")
def show(project_id: int, name: str, qid: str) -> Response:
    """One question with everything that can be changed about it."""
    found = place(project_id, name)
    return _page(found, qid, dict(questions.find(found, qid)))


@pages.post("/p/<int:project_id>/forms/<name>/questions/<qid>")
@requires("instrument.adapt")
def save(project_id: int, name: str, qid: str) -> Response:
    """Write it; whoever comes too late finds both versions on the page."""
    found = place(project_id, name)
    cells = _cells(adaptations.opened(found).form.header)
    session = db.session()
    try:
        with session.begin():
            questions.save(session, found, qid=qid, seen=_seen(), cells=cells, actor=g.user.name)
    except Problem as problem:
        if problem.status != 409:
            raise
        return _page(found, qid, cells, problem.message, 409)
    flash(gettext("Saved."))
    return redirect(url_for("questions.show", project_id=project_id, name=name, qid=qid), 303)


@pages.post("/p/<int:project_id>/forms/<name>/questions/<qid>/move")
@requires("instrument.adapt")
def move(project_id: int, name: str, qid: str) -> Response:
    """One place up or down."""
    found = place(project_id, name)
    up = request.form.get("to") == "up"
    session = db.session()
    with session.begin():
        questions.move(session, found, qid=qid, up=up, seen=_seen(), actor=g.user.name)
    flash(gettext("Moved."))
    return redirect(url_for("questions.show", project_id=project_id, name=name, qid=qid), 303)


@pages.post("/p/<int:project_id>/forms/<name>/questions/<qid>/drop")
@requires("instrument.adapt")
def drop(project_id: int, name: str, qid: str) -> Response:
    """Take it out; the comparison with the standard then says what that costs."""
    found = place(project_id, name)
    session = db.session()
    with session.begin():
        questions.drop(session, found, qid=qid, seen=_seen(), actor=g.user.name)
    flash(gettext("The question is out. See what that does to the statistics."))
    return redirect(url_for("checking.changes", project_id=project_id, name=name), 303)


@pages.get("/p/<int:project_id>/forms/<name>/questions/<qid>/add")
@requires("instrument.adapt")
def ask(project_id: int, name: str, qid: str) -> Response:
    """What has to be said of a new question that follows this one."""
    return _add_page(place(project_id, name), qid)


@pages.post("/p/<int:project_id>/forms/<name>/questions/<qid>/add")
@requires("instrument.adapt")
def add(project_id: int, name: str, qid: str) -> Response:
    """Put it there; nothing typed is lost when it cannot be."""
    found = place(project_id, name)
    kind, list_name = request.form.get("kind", ""), request.form.get("list", "")
    if kind not in ADDABLE:
        raise Problem(400.8, f"{kind!r} is no type that can be added here; they are {', '.join(ADDABLE)}.")
    cells = _cells(adaptations.opened(found).form.header) | {"name": request.form.get("name", "").strip()}
    cells["type"] = f"{kind} {list_name}" if kind.startswith("select_") else kind
    session = db.session()
    try:
        if not NAME.fullmatch(cells["name"]):
            raise Problem(400.8, "The name of a question is written in small Latin letters, digits and _.")
        with session.begin():
            kept = {column: text for column, text in cells.items() if text}
            made = questions.add(session, found, after=qid, cells=kept, actor=g.user.name)
    except Problem as problem:
        return _add_page(found, qid, problem.message, problem.status)
    flash(gettext("The question is in the form."))
    return redirect(url_for("questions.show", project_id=project_id, name=name, qid=made), 303)


@pages.get("/p/<int:project_id>/forms/<name>/choices/<list_name>")
@requires("instrument.adapt")
def choices(project_id: int, name: str, list_name: str) -> Response:
    """The choices of one list."""
    return _choices_page(place(project_id, name), list_name)


@pages.post("/p/<int:project_id>/forms/<name>/choices/<list_name>")
@requires("instrument.adapt")
def save_choices(project_id: int, name: str, list_name: str) -> Response:
    """Write them: wording, the standard's code for each, codes taken out, one more at the end."""
    found = place(project_id, name)
    cells: dict[int, dict[str, str]] = defaultdict(dict)
    added: dict[str, str] = {}
    for key, text in request.form.items():
        line, _, column = key.partition(":")
        if line.isdigit() and len(line) < 8 and column:
            cells[int(line)][column] = text.strip()
        elif line == "new" and text.strip():
            added[column] = text.strip()
    dropped = [int(one) for one in request.form.getlist("drop") if one.isdigit() and len(one) < 8]
    session = db.session()
    try:
        with session.begin():
            questions.save_choices(
                session,
                found,
                name=list_name,
                seen=_seen(),
                cells=cells,
                dropped=dropped,
                added=added if added.get("name") else {},
                actor=g.user.name,
            )
    except Problem as problem:
        if problem.status != 409:
            raise
        return _choices_page(found, list_name, problem.message, 409)
    flash(gettext("Saved."))
    return redirect(url_for("questions.choices", project_id=project_id, name=name, list_name=list_name), 303)


def _page(found: Place, qid: str, cells: dict[str, str], late: str = "", status: int = 200) -> Response:
    row = questions.find(found, qid)
    form = adaptations.opened(found).form
    asked = row_type(row.get("type", ""))
    list_name = asked.list_name or ""
    lines = [identity.of(one) for one in form.survey]
    at = lines.index(qid)
    return render(
        "questions/show.html",
        status=status,
        project=progress.project(db.session(), project_id=found.project_id),
        state=state(found),
        header=form.header,
        qid=qid,
        row=row,
        cells=cells,
        now=row if late else None,
        kind=asked.name,
        list_name=list_name if list_name in form.lists else "",
        choices=form.lists.get(list_name, ())[:MOST_CHOICES],
        texts_of=outline.texts,
        wording=_wording(form.header),
        logic=LOGIC,
        seen=questions.version_of([row]),
        late=late,
        before=_neighbour(form.survey, at, -1),
        after=_neighbour(form.survey, at, 1),
        command=f"enumera forms show {found.name}",
    )


def _add_page(found: Place, qid: str, problem: str = "", status: int = 200) -> Response:
    form = adaptations.opened(found).form
    return render(
        "questions/add.html",
        status=status,
        project=progress.project(db.session(), project_id=found.project_id),
        state=state(found),
        header=form.header,
        qid=qid,
        row=questions.find(found, qid),
        kinds=ADDABLE,
        lists=sorted(one for one in form.lists if one),
        wording=_wording(form.header)[: 2 * len(form.header.headings or "x")],
        values=request.form,
        problem=problem,
        command=f"enumera forms show {found.name}",
    )


def _choices_page(found: Place, list_name: str, late: str = "", status: int = 200) -> Response:
    form = adaptations.opened(found).form
    if list_name not in form.lists:
        raise not_found(f"List {list_name!r}")
    rows = questions.choices(found, list_name)
    codes = form.header.headings or {form.header.language: ""}
    return render(
        "questions/choices.html",
        status=status,
        project=progress.project(db.session(), project_id=found.project_id),
        state=state(found),
        header=form.header,
        list_name=list_name,
        rows=rows if len(rows) <= MOST_CHOICES else (),
        size=len(form.lists[list_name]),
        labels={code: outline.column_of("label", code, form.header) for code in codes},
        seen=questions.version_of(rows),
        late=late,
        command=f"enumera forms lists set {found.name} {list_name} --from FILE",
    )


def _wording(header: Header) -> list[tuple[str, str, str]]:
    """Heading, column and language of every text of a question, label first in all languages."""
    codes = header.headings or {header.language: ""}
    return [(column, outline.column_of(column, code, header), code) for column in WORDING for code in codes]


def _cells(header: Header) -> dict[str, str]:
    """What was typed, by column; nothing that the page does not offer."""
    offered = [*(column for _, column, _ in _wording(header)), *LOGIC, "required"]
    lines = {column: request.form[column] for column in offered if column in request.form}
    return {column: "\n".join(line.rstrip() for line in text.strip().splitlines()) for column, text in lines.items()}


def _seen() -> str:
    return request.form.get("seen", "")


def _neighbour(rows: tuple[Row, ...], at: int, step: int) -> str:
    """The id of the next row with a name in that direction; "" at the end."""
    at += step
    while 0 <= at < len(rows):
        if rows[at].get("name"):
            return identity.of(rows[at])
        at += step
    return ""
