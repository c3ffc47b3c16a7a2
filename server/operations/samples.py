"""Samples: keep a draw, give its units to enumerators, and list them for a tablet."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert, or_, select
from sqlalchemy.orm import Session

from sampling import sample as samples
from sampling.design import Design
from sampling.sample import Sample as Drawn
from server.db import now
from server.errors import Problem
from server.models.projects import Project
from server.models.samples import Assignment, Sample, Unit
from server.models.users import User
from server.operations import events


def record(
    session: Session,
    *,
    project_id: int,
    name: str,
    plan_text: str,
    sample: Drawn,
    label_column: str,
    region_column: str,
    urban_column: str,
    lat: str | None = None,
    lon: str | None = None,
    by: str = "command line",
) -> Sample:
    """Keep a draw: its plan as written, its record, and one row for each drawn unit.

    The columns named are columns of the drawn units; `lat` and `lon` are in degrees. Every column of the drawn
    units is kept in Unit.facts, so that the design can be joined to the answers.
    Raises Problem 400.8 for a column that the units lack and 409.3 for units that are drawn in this project already.
    """
    _refuse_missing(sample, [label_column, region_column, urban_column, *filter(None, (lat, lon))])
    row = Sample(
        project_id=project_id,
        name=name,
        plan=plan_text,
        record=dict(sample.record),
        design=samples.describe(sample.design),
    )
    session.add(row)
    session.flush()
    facts = _plain(sample)
    _refuse_drawn_again(session, project_id, [one[sample.design.ids[-1]] for one in facts])
    columns = {"label": label_column, "region": region_column, "urban": urban_column, "lat": lat, "lon": lon}
    units = [_unit(sample.design, columns, one) for one in facts]
    session.execute(insert(Unit), [{"sample_id": row.id, "project_id": project_id, **unit} for unit in units])
    counts = {"sample_id": row.id, "units": len(units)}
    events.record(session, actor=by, verb="sample.draw", subject=name, project_id=project_id, details=counts)
    return row


def _unit(design: Design, columns: Mapping[str, str | None], facts: dict[str, Any]) -> dict[str, Any]:
    """The columns of Unit for one drawn unit; `columns` names the frame's by ours."""
    places = {name: float(facts[columns[name]]) if columns[name] else None for name in ("lat", "lon")}
    words = {name: str(facts[columns[name]])[:200] for name in ("label", "region", "urban")}
    return {
        "key": facts[design.ids[-1]],
        "psu": str(facts[design.ids[0]]),
        "stratum": str(facts[design.strata]) if design.strata else "",
        "probability": float(facts["prob"]),
        "base_weight": float(facts[design.weight]),
        "facts": facts,
        **words,
        **places,
    }


def assign(session: Session, *, project_id: int, assignments: Mapping[str, int], by: str) -> int:
    """Give units (by key) to enumerators (by id); returns how many changed hands. The history keeps each change.

    Raises Problem 400.8 for a key that is not in the sample or a person who is no enumerator; nothing changes then.
    """
    units = {
        unit.key: unit
        for unit in session.scalars(
            select(Unit).where(Unit.project_id == project_id, Unit.key.in_(assignments)).with_for_update()
        )
    }
    missing = sorted(set(assignments) - set(units))
    if missing:
        raise Problem(400.8, f"{len(missing)} unit(s) are not in the sample, the first is {missing[0]!r}.")
    takers = set(assignments.values())
    field = set(session.scalars(select(User.id).where(User.id.in_(takers), User.role == "enumerator")))
    if takers - field:
        raise Problem(400.8, f"User {min(takers - field)} is no enumerator; units are given to enumerators only.")
    changed = [(units[key], user_id) for key, user_id in assignments.items() if units[key].assigned_to_id != user_id]
    for unit, user_id in changed:
        unit.assigned_to_id = user_id
        session.add(Assignment(unit_id=unit.id, user_id=user_id, by=by, at=now()))
    session.flush()
    counts = {"units": len(changed), "enumerators": len(takers)}
    events.record(session, actor=by, verb="sample.assign", subject="units", project_id=project_id, details=counts)
    return len(changed)


def household_list(session: Session, *, user: User, project: Project) -> bytes:
    """`households.csv` for one tablet: the units of that enumerator, or of that supervisor's team, by key.

    Columns: name (the key), label, the project's `on_device` columns, status (open or done). The same units in the
    same state give the same bytes, so that their MD5 tells a tablet whether anything changed.
    """
    columns = [str(column) for column in project.settings.get("on_device", [])]
    team = select(User.id).where(User.supervisor_id == user.id)
    units = session.execute(
        select(Unit.key, Unit.label, Unit.facts, Unit.disposition)
        .where(Unit.project_id == project.id)
        .where(or_(Unit.assigned_to_id == user.id, Unit.assigned_to_id.in_(team)))
        .order_by(Unit.key)
    )
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["name", "label", *columns, "status"])
    for unit in units:
        facts = [unit.facts.get(column, "") for column in columns]
        writer.writerow([unit.key, unit.label, *facts, "done" if unit.disposition else "open"])
    return text.getvalue().encode()


def _refuse_missing(sample: Drawn, wanted: list[str]) -> None:
    known = [str(column) for column in sample.units.columns]
    for column in wanted:
        if column not in known:
            raise Problem(400.8, f"The drawn units have no column {column!r}; they have {', '.join(known)}.")


def _refuse_drawn_again(session: Session, project_id: int, keys: list[str]) -> None:
    drawn = set(session.scalars(select(Unit.key).where(Unit.project_id == project_id)))
    again = sorted(drawn & set(keys))
    if again:
        raise Problem(409.3, f"{len(again)} unit(s) are drawn in this project already, the first is {again[0]!r}.")


def _plain(sample: Drawn) -> list[dict[str, Any]]:
    """The units as plain values: what JSON holds exactly."""
    columns = {str(name): sample.units[name].tolist() for name in sample.units.columns}
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
