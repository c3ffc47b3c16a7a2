"""The ledger: what each weighting step did, to how many rows, and what it did to the weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from weighting.stages import Floats


@dataclass(frozen=True)
class Step:
    """One step. `deff_w` = 1 + cv^2 (Kish 1965) of the new weights; `cells` tells class by class what was decided.

    `what` says it in English; `facts` holds the same for programs that say it in other words:
    base: column ("" for probabilities); unknown eligibility: units; nonresponse: units, ineligible; poststratify,
    rake, calibrate: margins, variables, source, date; trim: trimmed, above.
    """

    name: str
    what: str
    rows: int
    sum_before: float
    sum_after: float
    min_factor: float
    max_factor: float
    cv: float
    deff_w: float
    cells: pd.DataFrame = field(repr=False, compare=False)
    facts: Mapping[str, Any] = field(default_factory=dict)

    def summary(self) -> dict[str, Any]:
        """The step without its cells and facts, as plain values."""
        names = [name for name in self.__dataclass_fields__ if name not in ("cells", "facts")]
        return {name: getattr(self, name) for name in names}

    def to_dict(self) -> dict[str, Any]:
        """The whole step as values that JSON can hold."""
        return {**self.summary(), "facts": dict(self.facts), "cells": self.cells.astype(object).to_dict("records")}


def record(
    name: str, what: str, before: Floats, after: Floats, cells: pd.DataFrame | None = None, **facts: Any
) -> Step:
    """The step that turned the weights `before` into `after`; factors and cv are of rows that keep a weight."""
    kept = (after > 0) & (before > 0)
    factor = after[kept] / before[kept] if kept.any() else np.array([np.nan])
    weights = after[after > 0]
    cv = float(weights.std() / weights.mean()) if len(weights) else float("nan")
    return Step(
        name=name,
        what=what,
        rows=len(weights),
        sum_before=float(before.sum()),
        sum_after=float(after.sum()),
        min_factor=float(factor.min()),
        max_factor=float(factor.max()),
        cv=cv,
        deff_w=1 + cv**2,
        cells=pd.DataFrame() if cells is None else cells,
        facts=facts,
    )


def frame(steps: Sequence[Step]) -> pd.DataFrame:
    """The ledger as a table, one row for each step."""
    return pd.DataFrame([step.summary() for step in steps])
