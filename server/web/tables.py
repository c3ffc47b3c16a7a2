"""Tables: the list of estimated tables, and one of them with its errors, its drawing and its ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from forms.definition import Form, Question
from forms.wording import in_language
from server import db
from server.models.datasets import Dataset
from server.models.instruments import Instrument
from server.models.projects import Project
from server.models.weights import ResultTable
from server.operations import datasets, estimates, instruments, progress, verification
from server.operations.estimates import Shown
from server.permissions import requires
from server.web import charts, downloads, languages, words
from server.web.languages import N_, gettext
from server.web.render import render
from weighting import reliability

pages = Blueprint("tables", __name__)

MARKS = {
    reliability.FEW: N_("( ) from 25 to 49 unweighted cases: use with caution."),
    reliability.UNCERTAIN: N_("! coefficient of variation of 30%% or more: too uncertain for most uses."),
    reliability.HIDDEN: N_(
        "* not published: fewer than 25 cases, a single area in each stratum, or needed to hide such a cell."
    ),
}
"""The words of `weighting.reliability.NOTES`, to be translated."""

GIVEN = N_("as given in column %(column)s")
SOURCE = N_("; source: %(source)s %(date)s")
TO_TOTALS = N_("to the totals %(margins)s by: %(variables)s")
TOLD = {
    "base": N_("1 / inclusion probability"),
    "unknown eligibility": N_("units of unknown eligibility that hand their weight to the others: %(units)s"),
    "nonresponse": N_("eligible units without interview: %(units)s; not eligible, with weight 0: %(ineligible)s"),
    "poststratify": TO_TOTALS,
    "rake": TO_TOTALS,
    "calibrate": TO_TOTALS,
    "trim": N_("weights cut: %(trimmed)s; limit: %(above)s times the median"),
}
"""What a step did; the places are its facts (`weighting.ledger`)."""

CHECKED = {"draw": N_("Draw"), "dataset": N_("Dataset"), "weights": N_("Weights"), "table": N_("Table")}
"""What was made again."""


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
class Wording:
    """Where the words of columns and codes come from: the questionnaire, and the project for columns of the frame."""

    project: Project
    form: Form | None

    def column(self, by: str) -> str:
        """What a table is broken down by; crossed variables joined by a multiplication sign."""
        return " × ".join(self._column(name) for name in by.split(":"))

    def group(self, by: str, group: str) -> str:
        """The codes of a group in words."""
        return ", ".join(self.code(*pair) for pair in zip(by.split(":"), group.split(":"), strict=False)) if by else ""

    def code(self, name: str, code: str) -> str:
        """The wording of one code, else the code itself."""
        choices = self.form.lists.get(self._list_name(name), ()) if self.form else ()
        texts = next((choice.labels for choice in choices if choice.name == code), {})
        return in_language(texts, languages.current(), "en") or words.frame_code(self.project, name, code)

    def _column(self, name: str) -> str:
        question = self._question(name)
        if name in words.COLUMNS or question is None:
            return words.column(name)
        return in_language(question.labels, languages.current(), "en") or name

    def _list_name(self, name: str) -> str:
        question = self._question(name)
        return (question.list_name or "") if question else ""

    def _question(self, name: str) -> Question | None:
        return next((one for one in self.form.questions() if one.name == name), None) if self.form else None


@pages.get("/p/<int:project_id>/tables")
@requires("table.read")
def index(project_id: int) -> Response:
    """The newest table of each code."""
    session = db.session()
    project = progress.project(session, project_id=project_id)
    return render(
        "tables/index.html",
        project=project,
        found=estimates.newest(session, project_id),
        datasets=datasets.cuts(session, project_id=project_id),
        title=_title,
        command=f"enumera server tables --project {project.name}",
    )


@pages.get("/p/<int:project_id>/tables/<code>.csv")
@requires("table.read")
def show_csv(project_id: int, code: str) -> Response:
    """The same rows as a CSV file; suppressed numbers are left empty."""
    shown = estimates.found(db.session(), project_id, code)
    accepted = [f"{name}: {text}" for name, text in shown.accepted.items()]
    lines = [line for block in _blocks(db.session(), shown) for line in _csv_lines(block, accepted)]
    return downloads.csv_file(code, ("statistic", "by", "group", "label", *reliability.NUMBERS, "mark", "note"), lines)


@pages.get("/p/<int:project_id>/tables/<code>")
@requires("table.read")
def show(project_id: int, code: str) -> Response:
    """One table."""
    session = db.session()
    project = progress.project(session, project_id=project_id)
    shown = estimates.found(session, project_id, code)
    areas = progress.table(session, project_id=project_id, group="psu", scope=None)
    blocks = _blocks(session, shown)
    lines = [line for block in blocks for line in block.lines]
    return render(
        "tables/show.html",
        project=project,
        shown=shown,
        title=_title(shown.table),
        blocks=blocks,
        wording=_wording(session, shown.dataset),
        notes=_notes(lines),
        unanswered=max((line.values["n_missing"] or 0 for line in lines), default=0),
        told=_told,
        check_words={name: gettext(text) for name, text in CHECKED.items()},
        checks=_checks(session, shown) if "verify" in request.args else None,
        areas=len(areas),
        areas_complete=sum(row.final == row.sampled for row in areas),
        command=f"enumera server table {code} --project {project.name}",
    )


def _csv_lines(block: Block, accepted: Sequence[str]) -> list[list[object]]:
    return [
        [
            *(block.statistic, line.by, line.group, line.label),
            *(line.values[name] for name in reliability.NUMBERS),
            *(line.mark, " ".join([*_notes([line]), *accepted])),
        ]
        for line in block.lines
    ]


def _notes(lines: Sequence[Line]) -> list[str]:
    """What the marks of these lines say."""
    return [gettext(MARKS[sign]) for sign in reliability.signs(line.mark for line in lines)]


def _told(step: Mapping[str, Any]) -> str:
    """What a weighting step did, in the reader's words; in the ledger's where it has no facts."""
    facts = step.get("facts") or {}
    verb = step["name"]
    if verb not in TOLD or not facts:
        return str(step["what"])
    if verb == "base" and facts["column"]:
        return gettext(GIVEN, column=languages.isolated(facts["column"]))
    shown = {name: _fact(value) for name, value in facts.items()}
    source = gettext(SOURCE, **shown) if facts.get("source") else ""
    return gettext(TOLD[verb], **shown) + source


def _fact(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(languages.isolated(words.column(name)) for name in value)
    return languages.number(value) if isinstance(value, int) else languages.isolated(value)


def _checks(session: Session, shown: Shown) -> list[verification.Check]:
    """The table, and all that it rests on, made again."""
    return verification.verify(session, project_id=shown.dataset.project_id, code=shown.table.code)


def _title(table: ResultTable) -> str:
    return in_language(table.spec["title"], languages.current(), "en")


def _blocks(session: Session, shown: Shown) -> list[Block]:
    wording = _wording(session, shown.dataset)
    statistics = list(dict.fromkeys(row["statistic"] for row in shown.table.rows))
    return [_block(shown.table, wording, statistic) for statistic in statistics]


def _block(table: ResultTable, wording: Wording, statistic: str) -> Block:
    rows = [row for row in table.rows if row["statistic"] == statistic]
    by_value = table.spec.get("value") is None and len({row["value"] for row in rows}) > 1
    lines = tuple(_line(row, table.spec.get("variable", ""), wording, by_value) for row in rows)
    return Block(statistic, lines, _drawing(lines))


def _line(row: Mapping[str, Any], variable: str, wording: Wording, by_value: bool) -> Line:
    label = wording.group(row["by"], row["group"])
    if by_value:
        label = " · ".join(filter(None, (label, wording.code(variable, str(row["value"])))))
    numbers = {name: row.get(name) for name in reliability.NUMBERS}
    return Line(row["by"], row["group"], label, row["mark"], reliability.published_row({**row, **numbers}))


def _drawing(lines: Sequence[Line]) -> Any:
    drawn = [line for line in lines if None not in (line.values["ci_low"], line.values["ci_high"])]
    if not drawn:
        return None
    intervals = [tuple(line.values[name] for name in ("estimate", "ci_low", "ci_high")) for line in drawn]
    whiskers, ticks = charts.whiskers(intervals)  # type: ignore[arg-type]
    return tuple(zip(drawn, whiskers, strict=True)), ticks


def _wording(session: Session, dataset: Dataset) -> Wording:
    query = select(Instrument).where(
        Instrument.project_id == dataset.project_id, Instrument.form_id == dataset.record.get("form", "")
    )
    instrument = session.scalars(query.order_by(Instrument.id.desc())).first()
    project = session.get_one(Project, dataset.project_id)
    return Wording(project, instruments.form_of(instrument) if instrument else None)
