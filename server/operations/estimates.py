"""Estimates: make the tables of a plan with the weights of a weighting, and find them again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.errors import not_found
from server.models.datasets import Dataset
from server.models.weights import ResultTable, Weighting
from server.operations import events, weights
from weighting import tabulation


@dataclass(frozen=True)
class Shown:
    """A table with where it comes from."""

    table: ResultTable
    weighting: Weighting
    dataset: Dataset

    @property
    def accepted(self) -> dict[str, str]:
        """The statistics that are not those of the standard any more: what became of each, why, by whose word."""
        accepted: dict[str, str] = self.dataset.record.get("accepted", {})
        return accepted


def tabulate(session: Session, *, weighting_id: int, tables: str) -> dict[str, Any]:
    """Estimate the tables that tables.toml (`tables`, its text) asks for; earlier ones of the same code go.

    Returns the codes. Raises EstimationError when a table asks for what the data do not have.
    """
    wanted = tabulation.parse(tables)
    surveys = weights.surveys(session, weighting_id=weighting_id)
    codes = [table.id for table in wanted]
    session.execute(delete(ResultTable).where(ResultTable.weighting_id == weighting_id, ResultTable.code.in_(codes)))
    for table in wanted:
        spec = weights.plain({name: value for name, value in asdict(table).items() if name != "id"})
        rows = rows_of(tabulation.tabulate(table, surveys))
        session.add(ResultTable(weighting_id=weighting_id, code=table.id, spec=spec, rows=rows))
    dataset = session.get_one(Dataset, session.get_one(Weighting, weighting_id).dataset_id)
    events.record(
        session,
        actor="jobs",
        verb="table.estimate",
        subject=dataset.name,
        project_id=dataset.project_id,
        details={"weighting_id": weighting_id, "tables": codes},
    )
    return {"codes": codes}


def newest(session: Session, project_id: int) -> list[Shown]:
    """The newest table of each code, by code."""
    query = (
        select(ResultTable, Weighting, Dataset)
        .join(Weighting, Weighting.id == ResultTable.weighting_id)
        .join(Dataset, Dataset.id == Weighting.dataset_id)
        .where(Dataset.project_id == project_id)
        .order_by(ResultTable.id)
    )
    latest = {row[0].code: Shown(*row) for row in session.execute(query)}
    return [latest[code] for code in sorted(latest)]


def found(session: Session, project_id: int, code: str) -> Shown:
    """The newest table of that code. Raises Problem 404.1 when there is none."""
    shown = next((shown for shown in newest(session, project_id) if shown.table.code == code), None)
    if shown is None:
        raise not_found(f"Table {code}")
    return shown


def spec_of(table: ResultTable) -> tabulation.Table:
    """The table as its plan wrote it."""
    listed = ("statistics", "by", "missing")
    written = {name: tuple(value) if name in listed else value for name, value in table.spec.items()}
    return tabulation.Table(id=table.code, **written)


def rows_of(made: pd.DataFrame) -> list[dict[str, Any]]:
    """A made table's rows as they are stored."""
    rows: list[dict[str, Any]] = weights.plain(made.astype(object).to_dict("records"))
    return rows


def digest(table: ResultTable) -> str:
    """SHA-256 of a table's rows."""
    return hashlib.sha256(json.dumps(table.rows, sort_keys=True).encode()).hexdigest()
