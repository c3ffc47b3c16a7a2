"""Adapting: a standard form made the survey's own: begun, its country and lists, its workbook out and in again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

from flask import Blueprint, current_app, flash, g, redirect, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from forms import catalog, packs, workbook, xlsx_cells
from forms.errors import FormError
from forms.sheets import Row
from forms.workbook import Workbook
from forms.xlsx_cells import Edit
from server import db
from server.config import Config
from server.errors import Problem, not_found
from server.operations import adaptations, progress
from server.operations.adaptations import Place
from server.permissions import requires
from server.web.languages import gettext
from server.web.render import render

pages = Blueprint("adapting", __name__)

SHOWN_FIRST = ("country_name", "own_country_code", "census_date", "census_year", "survey_name")
"""Parameters that every office sets; the others lie below."""


@dataclass(frozen=True)
class State:
    """How far an adaptation is: `errors` must be mended, `warnings` looked at; `version` is that of its form."""

    place: Place
    title: str
    version: str
    standard: str
    languages: tuple[str, ...]
    questions: int
    errors: int
    warnings: int


@pages.get("/p/<int:project_id>/forms/<name>/adapt")
@requires("instrument.adapt")
def ask(project_id: int, name: str) -> Response:
    """What has to be said before a standard becomes the survey's own."""
    return _begin_page(project_id, name, {}, "")


@pages.post("/p/<int:project_id>/forms/<name>/adapt")
@requires("instrument.adapt")
def begin(project_id: int, name: str) -> Response:
    """Take the standard as a start; what cannot be is said on the same page, nothing typed is lost."""
    book = library_form(name)
    values = {key: text.strip() for key, text in request.form.items() if text.strip()}
    session = db.session()
    try:
        with session.begin():
            place = adaptations.begin(
                session,
                config(),
                project_id=project_id,
                standard=name,
                name=values.get("name", ""),
                languages=_languages(book),
                parameters={key[2:]: text for key, text in values.items() if key.startswith("p_")},
                pack=values.get("pack", ""),
                actor=g.user.name,
            )
    except (Problem, FormError) as problem:
        status = problem.status if isinstance(problem, Problem) else 400
        return _begin_page(project_id, name, values, str(problem), status)
    return redirect(url_for("adapting.lists", project_id=project_id, name=place.name), 303)


@pages.get("/p/<int:project_id>/forms/<name>/lists")
@requires("instrument.adapt")
def lists(project_id: int, name: str) -> Response:
    """Step 1: what the country sets in the form, and its own lists."""
    found = place(project_id, name)
    form = adaptations.opened(found).form
    rows = _parameters(found)
    return render(
        "adapting/lists.html",
        project=progress.project(db.session(), project_id=project_id),
        state=state(found),
        main=[row for row in rows if row["key"].partition("::")[0] in SHOWN_FIRST],
        rest=[row for row in rows if row["key"].partition("::")[0] not in SHOWN_FIRST],
        lists={one: rows for one, rows in form.lists.items() if one},
        own=sorted(path.stem for path in (found.folder / "lists").glob("*.csv")),
        command=f"enumera forms lists set {name} LIST --from FILE",
    )


@pages.post("/p/<int:project_id>/forms/<name>/parameters")
@requires("instrument.adapt")
def set_parameters(project_id: int, name: str) -> Response:
    """Write the country's values into the form."""
    found = place(project_id, name)
    edits = [
        Edit("_form", row.line, "text", request.form[f"p_{row['key']}"].strip())
        for row in _parameters(found)
        if request.form.get(f"p_{row['key']}", "").strip() not in ("", row.get("text", ""))
    ]
    if edits:
        session = db.session()
        with session.begin():
            adaptations.change(
                session,
                found,
                edit=lambda data: xlsx_cells.change(data, edits),
                actor=g.user.name,
                what={"parameters": len(edits)},
            )
    flash(gettext("Saved."))
    return redirect(url_for("adapting.lists", project_id=project_id, name=name), 303)


@pages.post("/p/<int:project_id>/forms/<name>/lists")
@requires("instrument.adapt")
def set_list(project_id: int, name: str) -> Response:
    """Put the office's own list in place of one of the form; what that changed is shown."""
    found = place(project_id, name)
    list_name = request.form.get("list", "")
    data, suffix = uploaded(("csv", "xlsx"))
    session = db.session()
    with session.begin():
        report = adaptations.set_list(session, found, name=list_name, data=data, suffix=suffix, actor=g.user.name)
    return render(
        "adapting/list_set.html",
        project=progress.project(db.session(), project_id=project_id),
        state=state(found),
        report=report,
        command=f"enumera forms lists set {name} {list_name} --from FILE",
    )


@pages.post("/p/<int:project_id>/forms/<name>/upload")
@requires("instrument.adapt")
def upload(project_id: int, name: str) -> Response:
    """Take the workbook back from Excel, if it reads, and if nobody changed the form meanwhile."""
    found = place(project_id, name)
    data, _ = uploaded(("xlsx",))
    seen = _taken_from(request.files["file"].filename or "", name) or request.form.get("seen", "")
    session = db.session()
    try:
        with session.begin():
            adaptations.upload_form(
                session,
                found,
                data=data,
                seen=seen,
                actor=g.user.name,
                late=request.form.get("replace") == "yes",
            )
    except Problem as problem:
        if problem.status != 409:
            raise
        return overview(project_id, name, late=problem.message, status=409)
    flash(gettext("The workbook is in place."))
    return redirect(url_for("library.show", project_id=project_id, name=name), 303)


def overview(project_id: int, name: str, late: str = "", status: int = 200) -> Response:
    """One adaptation: how far it is, its five steps, its workbook out and in, its files."""
    found = place(project_id, name)
    return render(
        "adapting/overview.html",
        status=status,
        project=progress.project(db.session(), project_id=project_id),
        state=state(found),
        header=adaptations.opened(found).form.header,
        earlier=adaptations.earlier(found),
        late=late,
        command=f"enumera forms check {name}",
    )


def state(found: Place) -> State:
    """How far an adaptation is."""
    opened = adaptations.opened(found)
    levels = [finding.level for finding in adaptations.findings(found)]
    head = adaptations.filled(found).header
    return State(
        found,
        head.title,
        head.version,
        opened.standard_name,
        tuple(head.languages),
        sum(1 for row in opened.form.survey if "label" in {column.partition("::")[0] for column in row}),
        levels.count("error"),
        levels.count("warning"),
    )


def config() -> Config:
    """This server's settings."""
    found: Config = current_app.extensions["config"]
    return found


def names(project_id: int) -> tuple[str, ...]:
    """The survey's own forms."""
    return adaptations.names(config(), project_id)


def place(project_id: int, name: str) -> Place:
    """Where an adaptation of the survey lies; Problem 404.1 when there is none of that name."""
    return adaptations.find(config(), project_id, name)


def uploaded(suffixes: tuple[str, ...]) -> tuple[bytes, str]:
    """The file that came with the form, and its suffix. Raises Problem 400.8 when none came, or one of another kind."""
    file: FileStorage | None = request.files.get("file")
    if file is None or not file.filename:
        raise Problem(400.8, "No file came. Choose one, then press the button.")
    suffix = PurePath(file.filename).suffix.lower()
    if suffix[1:] not in suffixes:
        raise Problem(
            400.8, f"A file {suffix or 'without a suffix'} cannot be taken. Send one of: {', '.join(suffixes)}."
        )
    return file.read(), suffix


def library_form(name: str) -> Workbook:
    """A form of the library as its authors wrote it; Problem 404.1 when it holds none of that name."""
    if name not in catalog.names():
        raise not_found(f"Form {name!r}")
    return workbook.read_source(catalog.folder(name))


def _begin_page(project_id: int, name: str, values: dict[str, str], problem: str, status: int = 200) -> Response:
    book = library_form(name)
    folder = catalog.folder(name)
    return render(
        "adapting/begin.html",
        status=status,
        project=progress.project(db.session(), project_id=project_id),
        name=name,
        book=book,
        packs=[packs.read(folder, one) for one in packs.names(folder)],
        parameters=book.header.parameters,
        first=SHOWN_FIRST,
        values=values,
        chosen=request.form.getlist("language"),
        problem=problem,
        command=f"enumera forms adapt {name} -o FOLDER",
    )


def _languages(book: Workbook) -> list[str]:
    """The languages that were chosen, the one asked first at the head, further ones at the end."""
    chosen = [code for code in book.header.languages if code in request.form.getlist("language")]
    further = request.form.get("further", "").replace(",", " ").split()
    first = request.form.get("first", "")
    found = list(dict.fromkeys([*chosen, *further]))
    return sorted(found, key=lambda code: code != first)


def _parameters(found: Place) -> list[Row]:
    """The lines of the sheet `_form` that hold parameters."""
    rows = adaptations.sheets(found).get("_form", ())
    return [row for row in rows if row.get("section") == "parameters" and row.get("key")]


def _taken_from(filename: str, name: str) -> str:
    """The state that a downloaded workbook was taken from, as its name says: `tjk.3f2a9c1b77aa.xlsx`; "" without."""
    parts = PurePath(filename).name.split(".")
    return parts[1][:12] if len(parts) == 3 and parts[0] == name else ""
