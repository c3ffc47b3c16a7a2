"""Tables: the list of estimated tables, and one of them with its errors, its drawing and its ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Blueprint
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from forms.definition import Form
from forms.wording import in_language
from server import db
from server.errors import not_found
from server.models.datasets import Dataset
from server.models.instruments import Instrument
from server.models.weights import ResultTable, Weighting
from server.operations import instruments, progress
from server.permissions import requires
from server.web import charts, downloads, languages, words
from server.web.render import render

pages = Blueprint("tables", __name__)

NUMBERS = ("estimate", "se", "ci_low", "ci_high", "cv", "deff", "df", "n")

SUPPRESSED = "*"


@dataclass(frozen=True)
class Line:
    """One row of a table: its label, and the numbers that may be published (None in suppressed cells)."""

    by: str
    group: str
    label: str
    mark: str
    values: Mapping[str, float | None]


@dataclass(frozen=True)
class Block:
    """The rows of one statistic, and their drawing (None where there is nothing to draw)."""

    statistic: str
    lines: tuple[Line, ...]
    drawing: tuple[tuple[tuple[Line, charts.Whisker], ...], tuple[charts.Tick, ...]] | None

    @property
    def share(self) -> bool:
        """Is it written as per cent?"""
        return self.statistic == "proportion"


@dataclass(frozen=True)
class Shown:
    """A table with where it comes from."""

    table: ResultTable
    weighting: Weighting
    dataset: Dataset


@pages.get("/p/<int:project_id>/tables")
@requires("table.read")
def index(project_id: int) -> Response:
    """The newest table of each code."""
    session = db.session()
    project = progress.project(session, project_id=project_id)
    return render(
        "tables/index.html",
        project=project,
        found=sorted(_newest(session, project_id).values(), key=lambda shown: shown.table.code),
        title=_title,
        command=f"enumera estimate tables {project.name}",
    )


@pages.get("/p/<int:project_id>/tables/<code>.csv")
@requires("table.read")
def show_csv(project_id: int, code: str) -> Response:
    """The same rows as a CSV file; suppressed numbers are left empty."""
    shown = _found(db.session(), project_id, code)
    lines = [line for block in _blocks(db.session(), shown) for line in _csv_lines(block)]
    return downloads.csv_file(code, ("statistic", "by", "group", "label", *NUMBERS, "mark"), lines)


@pages.get("/p/<int:project_id>/tables/<code>")
@requires("table.read")
def show(project_id: int, code: str) -> Response:
    """One table."""
    session = db.session()
    project = progress.project(session, project_id=project_id)
    shown = _found(session, project_id, code)
    areas = progress.table(session, project_id=project_id, group="psu", scope=None)
    blocks = _blocks(session, shown)
    marks = {line.mark for block in blocks for line in block.lines}
    return render(
        "tables/show.html",
        project=project,
        shown=shown,
        title=_title(shown.table),
        blocks=blocks,
        breakdown=partial(_breakdown, form=_form(session, shown.dataset)),
        marks=marks,
        areas=len(areas),
        areas_complete=sum(row.final == row.sampled for row in areas),
        command=f"enumera estimate show {project.name} {code}",
    )


def _csv_lines(block: Block) -> list[list[object]]:
    return [
        [block.statistic, line.by, line.group, line.label, *(line.values[name] for name in NUMBERS), line.mark]
        for line in block.lines
    ]


def _newest(session: Session, project_id: int) -> dict[str, Shown]:
    query = (
        select(ResultTable, Weighting, Dataset)
        .join(Weighting, Weighting.id == ResultTable.weighting_id)
        .join(Dataset, Dataset.id == Weighting.dataset_id)
        .where(Dataset.project_id == project_id)
        .order_by(ResultTable.id)
    )
    return {row[0].code: Shown(*row) for row in session.execute(query)}


def _found(session: Session, project_id: int, code: str) -> Shown:
    shown = _newest(session, project_id).get(code)
    if shown is None:
        raise not_found(f"Table {code}")
    return shown


def _title(table: ResultTable) -> str:
    return in_language(table.spec["title"], languages.current(), "en")


def _blocks(session: Session, shown: Shown) -> list[Block]:
    form = _form(session, shown.dataset)
    statistics = list(dict.fromkeys(row["statistic"] for row in shown.table.rows))
    return [_block(shown.table, form, statistic) for statistic in statistics]


def _block(table: ResultTable, form: Form | None, statistic: str) -> Block:
    rows = [row for row in table.rows if row["statistic"] == statistic]
    by_value = table.spec.get("value") is None and len({row["value"] for row in rows}) > 1
    lines = tuple(_line(row, table.spec.get("variable", ""), form, by_value) for row in rows)
    return Block(statistic, lines, _drawing(lines))


def _line(row: Mapping[str, Any], variable: str, form: Form | None, by_value: bool) -> Line:
    hidden = row.get("mark") == SUPPRESSED
    label = _group_label(row["by"], row["group"], form)
    if by_value:
        label = " · ".join(filter(None, (label, _code_label(variable, str(row["value"]), form))))
    values = {name: None if hidden else row.get(name) for name in NUMBERS}
    return Line(row["by"], row["group"], label, row.get("mark") or "", values)


def _drawing(lines: Sequence[Line]) -> Any:
    drawn = [line for line in lines if None not in (line.values["ci_low"], line.values["ci_high"])]
    if not drawn:
        return None
    intervals = [tuple(line.values[name] for name in ("estimate", "ci_low", "ci_high")) for line in drawn]
    whiskers, ticks = charts.whiskers(intervals)  # type: ignore[arg-type]
    return tuple(zip(drawn, whiskers, strict=True)), ticks


def _form(session: Session, dataset: Dataset) -> Form | None:
    """The questionnaire behind a dataset, for the words of its codes."""
    query = select(Instrument).where(
        Instrument.project_id == dataset.project_id, Instrument.form_id == dataset.record.get("form", "")
    )
    instrument = session.scalars(query.order_by(Instrument.id.desc())).first()
    return instruments.form_of(instrument) if instrument else None


def _breakdown(by: str, form: Form | None) -> str:
    """What a table is broken down by, in words."""
    return " × ".join(_column_label(name, form) for name in by.split(":"))


def _group_label(by: str, group: str, form: Form | None) -> str:
    if not by:
        return ""
    parts = zip(by.split(":"), group.split(":"), strict=False)
    return ", ".join(_code_label(name, code, form) for name, code in parts)


def _column_label(name: str, form: Form | None) -> str:
    if name in words.COLUMNS:
        return words.column(name)
    try:
        return in_language(form.question(name).labels, languages.current(), form.language) if form else name
    except KeyError:
        return name


def _code_label(name: str, code: str, form: Form | None) -> str:
    """The wording of a code of one of the form's lists, else the code."""
    try:
        choices = form.lists.get(form.question(name).list_name or "", ()) if form else ()
    except KeyError:
        return code
    found = {choice.name: choice.labels for choice in choices}.get(code)
    return (in_language(found, languages.current(), form.language) if found and form else "") or code
