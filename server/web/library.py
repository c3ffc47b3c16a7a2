"""Library: the standard forms and those of this survey, one of them question by question, and its files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Blueprint, request
from werkzeug.wrappers import Response as Answer

from forms import catalog, coverage, duration, identity, workbook
from forms.adaptation import contract
from forms.definition import Form
from forms.workbook import Workbook
from server import db
from server.errors import Problem, not_found
from server.operations import adaptations, progress
from server.permissions import requires
from server.web import adapting, outline
from server.web.downloads import attached
from server.web.render import render

pages = Blueprint("library", __name__)

FILES: Mapping[str, str] = {
    "form.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "form.xml": "application/xml",
    "paper.pdf": "application/pdf",
    "paper.html": "text/html",
    "paper.docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "codebook.html": "text/html",
    "codebook.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "codebook.xml": "application/xml",
}
"""What one can take from here, and the type of each file."""


@dataclass(frozen=True)
class Card:
    """What the library says of a form; `minutes` are those of the longest interview."""

    name: str
    title: str
    version: str
    language: str
    languages: tuple[str, ...]
    questions: int
    minutes: int
    core: tuple[int, int]
    additional: tuple[int, int]
    indicators: int
    tables: int


@pages.get("/p/<int:project_id>/forms")
@requires("instrument.adapt")
def index(project_id: int) -> Answer:
    """The survey's own forms first, then every form of the library."""
    project = progress.project(db.session(), project_id=project_id)
    own = [adapting.state(adapting.place(project_id, name)) for name in adapting.names(project_id)]
    return render(
        "library/index.html",
        project=project,
        own=own,
        cards=[card(name) for name in catalog.names()],
        command="enumera forms list",
    )


@pages.get("/p/<int:project_id>/forms/<name>")
@requires("instrument.adapt")
def show(project_id: int, name: str) -> Answer:
    """A form of the survey with what is to be done about it, or one of the library with its questions."""
    if name in adapting.names(project_id):
        return adapting.overview(project_id, name)
    book = standard(name)
    project = progress.project(db.session(), project_id=project_id)
    return render(
        "library/show.html",
        project=project,
        name=name,
        card=card(name),
        book=book,
        sections=outline.sections(book, contract.read(catalog.folder(name))),
        files=FILES,
        command=f"enumera forms show {name}",
    )


@pages.get("/p/<int:project_id>/forms/<name>/file")
@requires("instrument.adapt")
def download(project_id: int, name: str) -> Answer:
    """One of a form's files, made now; the name of form.xlsx tells from which state it was taken."""
    file = request.args.get("file", "form.xlsx")
    if file not in FILES:
        raise Problem(400.8, f"file={file!r} is no file of a form; they are {', '.join(FILES)}.")
    if name in adapting.names(project_id):
        place = adapting.place(project_id, name)
        if file == "form.xlsx":
            return attached(place.form.read_bytes(), f"{name}.{place.digest}.xlsx", FILES[file])
        book = adaptations.filled(place)
    else:
        book = standard(name)
    language = request.args.get("language") or book.header.language
    if language not in {**book.header.languages, book.header.language: ""}:
        raise Problem(400.8, f"The form has no language {language!r}.")
    kind, _, suffix = file.partition(".")
    data = _MADE[kind](book, suffix, language)
    return attached(data, f"{name}-{language}-{kind}.{suffix}", FILES[file])


@cache
def standard(name: str) -> Workbook:
    """A form of the library, read once; Problem 404.1 when it holds none of that name."""
    if name not in catalog.names():
        raise not_found(f"Form {name!r}")
    return catalog.load(name, draft=True)


@cache
def card(name: str) -> Card:
    """What the library says of a form, worked out once."""
    book = standard(name)
    form = Form.from_workbook(book)
    promised = contract.read(catalog.folder(name))
    covered = coverage.of(form)
    asked = [
        entry for section in outline.sections(book, promised) for entry in section.entries if entry.kind != "calculate"
    ]
    return Card(
        name,
        book.header.title,
        book.header.version,
        book.header.language,
        tuple(book.header.languages),
        len(asked),
        round(duration.longest(form)),
        coverage.count(covered, "core"),
        coverage.count(covered, "additional"),
        len(promised.indicators),
        len(promised.tables),
    )


def _workbook_file(book: Workbook, suffix: str, language: str) -> bytes:
    """The workbook for Excel, or what a tablet downloads."""
    if suffix == "xml":
        from forms import xform  # slow to import, and seldom needed

        return xform.compile(book).xml
    return _written(lambda path: workbook.write_xlsx(identity.marked(book), path), suffix)


def _paper(book: Workbook, suffix: str, language: str) -> bytes:
    """The questionnaire to be filled in by hand."""
    from forms import paper  # slow to import, and seldom needed

    makers: dict[str, Callable[[Workbook, str], str | bytes]] = {
        "pdf": paper.print_pdf,
        "html": paper.print_html,
        "docx": paper.print_docx,
    }
    made = makers[suffix](book, language)
    return made.encode() if isinstance(made, str) else made


def _codebook(book: Workbook, suffix: str, language: str) -> bytes:
    """What every variable means."""
    from forms import codebook, documents

    found = codebook.of(Form.from_workbook(book))
    return _written(lambda path: documents.write(path, found), suffix)


def _written(write: Callable[[Path], None], suffix: str) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"made.{suffix}"
        write(path)
        return path.read_bytes()


_MADE: Mapping[str, Callable[[Workbook, str, str], bytes]] = {
    "form": _workbook_file,
    "paper": _paper,
    "codebook": _codebook,
}
