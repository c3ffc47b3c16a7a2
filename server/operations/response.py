"""Response: how the drawn units answered, by AAPOR's categories, and the outcome rates that are made of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.models.samples import Unit
from server.models.users import User
from server.operations.progress import floor_of, in_scope, rates_of
from weighting.dispositions import categorise

GROUPS = ("region", "stratum", "enumerator")
"""What the table can be broken down by."""

CATEGORIES = ("I", "P", "R", "NC", "O", "UH", "UO", "NE")
"""Interview, partial, refusal, non-contact, other, unknown if household, unknown other, not eligible (AAPOR 2023)."""

RATES = ("RR1", "RR2", "RR3", "RR4", "RR5", "RR6", "COOP1", "REF1", "CON1")
"""The rates shown, by AAPOR's names."""


@dataclass(frozen=True)
class Outcome:
    """One group of units: how many ended in each category, and how many are open.

    codes    units, or the sum of their base weights, by final code
    pending  the same of units without a final code
    """

    key: str
    codes: Mapping[str, float]
    pending: float = 0.0

    @property
    def counts(self) -> dict[str, float]:
        """The same by category."""
        sizes = pd.Series(self.codes, dtype="float64")
        categories = categorise(pd.Series(list(self.codes), dtype=object))
        return sizes.groupby(categories.to_numpy()).sum().reindex(list(CATEGORIES), fill_value=0.0).to_dict()

    @property
    def final(self) -> float:
        """Units with a final code."""
        return sum(self.codes.values())

    @property
    def rates(self) -> Mapping[str, float | None]:
        """The rates of finalised units, and `e`; None where nobody is in the denominator."""
        return rates_of(self.codes)

    @property
    def floor(self) -> Mapping[str, float | None]:
        """The rates if every open unit ended without contact."""
        return floor_of(self.codes, self.pending)


def table(
    session: Session, *, project_id: int, group: str, scope: User | None, weighted: bool = False
) -> list[Outcome]:
    """One row for each region, stratum or enumerator ("" = nobody's), in key order; `weighted` by base weights."""
    column = {"region": Unit.region, "stratum": Unit.stratum, "enumerator": func.coalesce(User.name, "")}[group]
    size: Any = func.sum(Unit.base_weight) if weighted else func.count()
    query = (
        select(column, Unit.disposition, size)
        .select_from(Unit)
        .outerjoin(User, User.id == Unit.assigned_to_id)
        .where(Unit.project_id == project_id, in_scope(scope))
        .group_by(column, Unit.disposition)
    )
    found: dict[str, dict[str | None, float]] = {}
    for key, code, units in session.execute(query):
        found.setdefault(key, {})[code] = float(units)
    return [Outcome(key, codes, codes.pop(None, 0.0)) for key, codes in sorted(found.items())]  # type: ignore[arg-type]


def total(outcomes: Iterable[Outcome]) -> Outcome:
    """The sum of several groups."""
    codes: dict[str, float] = {}
    pending = 0.0
    for outcome in outcomes:
        pending += outcome.pending
        for code, size in outcome.codes.items():
            codes[code] = codes.get(code, 0.0) + size
    return Outcome("", codes, pending)


COLUMNS = ("key", *CATEGORIES, "pending", *RATES, "e", *(f"{name}_floor" for name in RATES))
"""The columns of `line`."""


def line(outcome: Outcome) -> dict[str, Any]:
    """One group's numbers by name, for files and commands."""
    found, floor = outcome.rates, outcome.floor
    rates = {name: found[name] for name in (*RATES, "e")}
    return {
        "key": outcome.key,
        **outcome.counts,
        "pending": outcome.pending,
        **rates,
        **{f"{name}_floor": floor[name] for name in RATES},
    }
