"""Estimates: make the tables of a plan with the weights of a weighting."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from server.models.datasets import Dataset
from server.models.weights import ResultTable, Weighting
from server.operations import events, weights
from weighting import tabulation


def tabulate(session: Session, *, weighting_id: int, tables: str) -> dict[str, Any]:
    """Estimate the tables that tables.toml (`tables`, its text) asks for; earlier ones of the same code go.

    Returns the codes. Raises EstimationError when a table asks for what the data do not have.
    """
    wanted = tabulation.parse(tables)
    surveys = weights.surveys(session, weighting_id=weighting_id)
    codes = [table.id for table in wanted]
    session.execute(delete(ResultTable).where(ResultTable.weighting_id == weighting_id, ResultTable.code.in_(codes)))
    for table in wanted:
        rows = tabulation.tabulate(table, surveys).astype(object).to_dict("records")
        session.add(
            ResultTable(
                weighting_id=weighting_id,
                code=table.id,
                spec=weights.plain(
                    {
                        "title": dict(table.title),
                        "level": table.level,
                        "statistics": table.statistics,
                        "variable": table.variable,
                        "value": table.value,
                        "denominator": table.denominator,
                        "by": table.by,
                        "where": dict(table.where),
                    }
                ),
                rows=weights.plain(rows),
            )
        )
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
