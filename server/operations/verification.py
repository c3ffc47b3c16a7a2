"""Verification: is what is stored what the draw, the frozen dataset, the recipe and the margins give once more?"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd
from flask import current_app
from sqlalchemy.orm import Session

from sampling import plan as plans
from sampling import sample as samples
from sampling.design import Survey
from sampling.errors import SamplingError
from sampling.frame import Frame
from server.errors import Problem
from server.models.datasets import Dataset
from server.models.samples import Sample
from server.models.weights import ResultTable, Weighting
from server.operations import datasets, estimates, weights
from weighting import tabulation
from weighting.errors import WeightingError

AGREEMENT = 1e-9
"""Greatest relative distance of two numbers that count as the same: processors differ in the last digits."""

KEYS = ("statistic", "by", "group", "variable", "value")


@dataclass(frozen=True)
class Check:
    """One thing that was made again.

    what         draw, dataset, weights or table, and its name
    digest       SHA-256 of what is stored
    differences  where it differs, in words; none when it is the same
    """

    what: str
    name: str
    digest: str
    differences: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Is it what is stored?"""
        return not self.differences


def verify(
    session: Session, *, project_id: int, code: str | None = None, frame_of: Callable[[str], Frame] | None = None
) -> list[Check]:
    """Make the newest tables (or the one of that code) again, with all that they rest on, and compare.

    frame_of  gives the sampling frame for the name of its key: with it the sample is drawn again; without, the units
              are held against the hash of the draw's record
    Returns a check of each draw, dataset, weighting and table, in that order; what cannot be made again differs.
    Raises Problem 404.1 when there is no such table.
    """
    shown = [estimates.found(session, project_id, code)] if code else estimates.newest(session, project_id)
    datasets_ = {one.dataset.id: one.dataset for one in shown}
    weightings = {one.weighting.id: one.weighting for one in shown}
    drawn = {one.sample_id: session.get(Sample, one.sample_id) for one in datasets_.values() if one.sample_id}
    checks = [_check("draw", one.name, partial(_draw, session, one, frame_of)) for one in drawn.values() if one]
    checks += [_check("dataset", one.name, partial(_dataset, one)) for one in datasets_.values()]
    for weighting in weightings.values():
        tables = [one.table for one in shown if one.weighting.id == weighting.id]
        checks += _weighted(session, weighting, tables)
    return checks


def _check(what: str, name: str, compare: Callable[[], tuple[str, Iterable[str]]]) -> Check:
    """Carry a comparison out; what cannot be made again is a difference."""
    try:
        digest, differences = compare()
    except (Problem, WeightingError, SamplingError) as error:
        return Check(what, name, "", (f"cannot be made again: {error}",))
    return Check(what, name, digest, tuple(differences))


def _draw(session: Session, sample: Sample, frame_of: Callable[[str], Frame] | None) -> tuple[str, list[str]]:
    record: Mapping[str, Any] = sample.record
    if "sample" not in record:
        return "", ["no record of the draw was kept"]
    units = datasets.drawn(session, sample)
    now = samples.digest(units, sample.design["ids"][-1])
    differences = [] if now == record["sample"] else ["units: not those of the draw's record"]
    if frame_of is not None:
        plan = plans.parse(sample.plan)
        differences += plans.verify(record, plan, frame_of(plan.key))
    return record["sample"], differences


def _dataset(dataset: Dataset) -> tuple[str, list[str]]:
    now = hashlib.sha256(current_app.extensions["storage"].get(dataset.digest)).hexdigest()
    return dataset.digest, [] if now == dataset.digest else [f"the frozen file has the hash {now}"]


def _weighted(session: Session, weighting: Weighting, tables: list[ResultTable]) -> list[Check]:
    """The weights, and with them the tables."""
    made: dict[str, Survey] = {}

    def weigh() -> tuple[str, list[str]]:
        made.update(weights.surveys(session, weighting_id=weighting.id))
        return weighting.digest, _weight_differences(weighting, next(iter(made.values())))

    checks = [_check("weights", str(weighting.id), weigh)]
    return checks + [_check("table", table.code, partial(_table, table, made)) for table in tables]


def _weight_differences(weighting: Weighting, household: Survey) -> list[str]:
    stored = pd.read_csv(io.BytesIO(current_app.extensions["storage"].get(weighting.digest)), dtype={0: "str"})
    key = household.design.ids[-1]
    before = dict(zip(stored[key], stored[stored.columns[-1]], strict=True))
    after = dict(zip(household.data[key], household.weights.tolist(), strict=True))
    return [
        f"{unit}: stored {before.get(unit)}, now {after.get(unit)}"
        for unit in sorted({*before, *after})
        if not _same(before.get(unit), after.get(unit))
    ]


def _table(table: ResultTable, surveys: Mapping[str, Survey]) -> tuple[str, list[str]]:
    if not surveys:
        raise Problem(409.54, "its weights cannot be made again")
    made = estimates.rows_of(tabulation.tabulate(estimates.spec_of(table), surveys))
    before, after = ({tuple(str(row[key]) for key in KEYS): row for row in rows} for rows in (table.rows, made))
    differences = [f"{_named(key)}: {'now' if key in after else 'stored'} only" for key in before.keys() ^ after.keys()]
    for key in before.keys() & after.keys():
        old, new = before[key], after[key]
        differences += [
            f"{_named(key)} {name}: stored {value}, now {new.get(name)}"
            for name, value in old.items()
            if not _same(value, new.get(name))
        ]
    return estimates.digest(table), sorted(differences)


def _named(key: tuple[str, ...]) -> str:
    statistic, by, group, _, value = key
    return " ".join(filter(None, (statistic, f"{by}={group}" if by else "", value if value != "None" else "")))


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return one == other or abs(one - other) <= AGREEMENT * max(abs(one), abs(other))
    return bool(one == other)
