"""Results: the demo's cut, weights and tables, and the estimates set beside the census truth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from sqlalchemy import select

from forms.definition import Form
from sampling.design import Survey
from server import db, jobs
from server.demo import population, truth
from server.demo.setup import SURVEY, labels, questionnaire
from server.errors import Problem
from server.models.datasets import Dataset
from server.models.jobs import Job
from server.operations import weights
from weighting import recipe as recipes
from weighting import tabulation
from weighting.codes import as_text
from weighting.dispositions import RESPONDENT, classify
from weighting.margins import Margins

MARGINS = "households"
SHOWN = ("T1", "T2")


@dataclass(frozen=True)
class Made:
    """What one evening's analysis gave; without a weighting, `why` says what was missing."""

    dataset_id: int
    interviews: int
    weighting_id: int | None = None
    why: str = ""


@dataclass(frozen=True)
class Line:
    """One estimate beside the census: shares between 0 and 1, totals in households or persons."""

    table: str
    title: str
    statistic: str
    by: str
    group: str
    estimate: float
    low: float
    high: float
    truth: float

    @property
    def inside(self) -> bool:
        """Does the interval hold the truth?"""
        return self.low <= self.truth <= self.high


def make(project_id: int, name: str, *, weigh: bool) -> Made:
    """Cut a dataset of that name and, if wanted, weigh it and make the tables: each of these a job of the server."""
    dataset_id, interviews = _cut(project_id, name)
    if not weigh:
        return Made(dataset_id, interviews, why="weights wait until half of the dwellings are final")
    recipe = (SURVEY / "recipe.toml").read_text(encoding="utf-8")
    margins = {MARGINS: population.margins(population.load())}
    weighed = _job("apply_recipe", dataset_id=dataset_id, recipe=recipe, margins=margins)
    if weighed.result is None:
        return Made(dataset_id, interviews, why=weighed.error or "")
    weighting_id = weighed.result["weighting_id"]
    tabled = _job("tabulate", weighting_id=weighting_id, tables=(SURVEY / "tables.toml").read_text(encoding="utf-8"))
    return Made(dataset_id, interviews, weighting_id, tabled.error or "")


def _cut(project_id: int, name: str) -> tuple[int, int]:
    """Id and interviews of the dataset of that name; an interrupted evening may have cut it already."""
    wanted = select(Dataset).where(Dataset.project_id == project_id, Dataset.name == name)
    with db.own_session() as session:
        there = session.scalar(wanted)
    if there is not None:
        return there.id, there.record["interviews"]
    job = _job("cut_dataset", project_id=project_id, name=name)
    if job.result is None:
        raise Problem(500.1, f"The dataset {name!r} could not be cut: {job.error}")
    return job.result["dataset_id"], job.result["interviews"]


def compare(weighting_id: int, without: Sequence[str] = ()) -> list[Line]:
    """The tables' estimates beside the truth.

    without  enumerators whose interviews count as not held: their dwellings become nonrespondents, and the rest
             is weighed again by the same recipe; no lines when the margins have codes that nobody is left for
    """
    with db.own_session() as session:
        surveys = weights.surveys(session, weighting_id=weighting_id)
    margins = Margins.parse(population.margins(population.load()))
    if without:
        surveys = _set_aside(surveys, without, margins)
    if not surveys:
        return []
    people = population.load()
    tables = [table for table in tabulation.read(SURVEY / "tables.toml") if table.id in SHOWN]
    return [
        _line(people, table, row) for table in tables for row in tabulation.tabulate(table, surveys).to_dict("records")
    ]


def _set_aside(surveys: Mapping[str, Survey], names: Iterable[str], margins: Margins) -> dict[str, Survey]:
    """The surveys weighed again without the interviews of these enumerators; none when too few would be left."""
    households, persons = surveys["household"], surveys["person"]
    data = households.data
    dropped = data["enumerator"].isin(list(names)) & (classify(data["disposition"]) == RESPONDENT)
    kept = data.assign(disposition=data["disposition"].where(~dropped, "2.36"), key=data["key"].where(~dropped, ""))
    left = kept[kept["key"] != ""]
    if any(not set(table.index) <= set(left[name].map(as_text)) for name, table in margins.tables.items()):
        return {}
    unweighted = replace(households, data=kept, weight=households.design.weight, adjustments=())
    again = recipes.apply(recipes.read(SURVEY / "recipe.toml"), unweighted, {MARGINS: margins}).survey
    rows = persons.data[persons.data["parent"].isin(left["key"])].drop(columns=persons.weight)
    return {"household": again, "person": again.members(rows, again.design.ids[-1])}


def _line(people: population.Population, table: tabulation.Table, row: Mapping[str, Any]) -> Line:
    return Line(
        table.id,
        table.title["en"],
        row["statistic"],
        row["by"],
        row["group"],
        float(row["estimate"]),
        float(row["ci_low"]),
        float(row["ci_high"]),
        truth.of(people, table, row),
    )


def _job(kind: str, **params: Any) -> Job:
    """Carry out a job in this process and return its row."""
    job_id = jobs.submit(kind, **params)
    with db.own_session() as session:
        return session.get_one(Job, job_id)


def columns(lines: Sequence[Line]) -> list[str]:
    """A table as lines of text: what, estimate, interval, census truth, and whether the interval holds it."""
    rows = [("", "estimate", "95 % interval", "census truth", "inside?"), *map(_cells, lines)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        )
        for row in rows
    ]


@cache
def words() -> dict[tuple[str, str], str]:
    """What a group is called, by variable and code: the frame's codes, then the form's."""
    form = Form.from_workbook(questionnaire())
    asked = {
        (question.name, choice.name): choice.labels[form.language]
        for question in form.questions()
        for choice in form.lists.get(question.list_name or "", ())
    }
    framed = {(name, code): texts["en"] for name, codes in labels().items() for code, texts in codes.items()}
    return {**asked, **framed}


def _cells(line: Line) -> tuple[str, ...]:
    kind = "share" if line.statistic == "proportion" else "number"
    what = f"{line.title}, {kind}" if not line.by else f"  {words().get((line.by, line.group), line.group)}"
    inside = "yes" if line.inside else "no"
    return what, _number(line, line.estimate), _interval(line), _number(line, line.truth), inside


def _number(line: Line, value: float) -> str:
    return f"{100 * value:.1f} %" if line.statistic == "proportion" else f"{value:,.0f}"


def _interval(line: Line) -> str:
    if line.statistic == "proportion":
        return f"{100 * line.low:.1f} - {100 * line.high:.1f} %"
    return f"{line.low:,.0f} - {line.high:,.0f}"
