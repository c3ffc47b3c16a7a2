"""Design and Survey: the columns that say how rows were drawn, and the rows with them (R: `svydesign`)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sampling.errors import DesignError


@dataclass(frozen=True)
class Design:
    """Column names that describe a draw, one entry for each stage where several are given.

    ids            cluster columns from the first stage to the last, such as ("ea", "household_id")
    weight         base weight, 1 / inclusion probability
    strata         first-stage strata column, or None
    probabilities  conditional inclusion probability at each stage; with them the variance is that of sampling
                   without replacement at every stage (Brewer's approximation for unequal probabilities,
                   exact for equal ones; R: `svydesign(fpc=~p1+p2, pps="brewer")`). Without them the first stage
                   counts as drawn with replacement.
    lonely         what to do with a stratum that has one drawn PSU: fail, remove, certainty, adjust, average
    """

    ids: tuple[str, ...]
    weight: str
    strata: str | None = None
    probabilities: tuple[str, ...] = ()
    lonely: str = "fail"

    def __post_init__(self) -> None:
        if not self.ids:
            raise DesignError("a design needs at least one cluster column in `ids`")
        if self.probabilities and len(self.probabilities) > len(self.ids):
            raise DesignError("a design has more probability columns than stages")

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column the design needs in the data."""
        strata = (self.strata,) if self.strata else ()
        return (*strata, *self.ids, *self.probabilities, self.weight)


class Adjustment(Protocol):
    """A calibration that rows went through; it takes what it explains out of the linearised scores."""

    def residuals(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Scores (n rows, p statistics; weight times influence value) less their fitted part."""
        ...


@dataclass(frozen=True)
class Survey:
    """Rows drawn by a design, with the weight in force.

    Every drawn row stays: units without an interview have weight 0, so that the design is complete.
    `adjustments` are the calibrations behind `weight`, in order. A survey of members (persons of drawn
    households) has `parent`, the survey of the drawn units, and `link`, for each row its position there.
    """

    data: pd.DataFrame
    design: Design
    weight: str
    adjustments: tuple[Adjustment, ...] = ()
    parent: Survey | None = None
    link: NDArray[np.intp] | None = None

    def __post_init__(self) -> None:
        wanted = (self.weight,) if self.parent is not None else (*self.design.columns, self.weight)
        missing = [column for column in wanted if column not in self.data.columns]
        if missing:
            raise DesignError(f"the data lack the design's column(s) {', '.join(missing)}")

    @property
    def weights(self) -> NDArray[np.float64]:
        """The weight in force, one for each row."""
        return self.data[self.weight].to_numpy(dtype=np.float64)

    def reweighted(self, weight: str, values: NDArray[np.float64], *adjustments: Adjustment) -> Survey:
        """A new survey with `values` as the weight in force, kept in the column `weight`."""
        data = _with_column(self.data, weight, values)
        return replace(self, data=data, weight=weight, adjustments=(*self.adjustments, *adjustments))

    def members(self, rows: pd.DataFrame, on: str) -> Survey:
        """The members of the drawn units (persons of households), each with its unit's weight.

        rows  one row for each member, with the column `on` that the unit's rows have too.
        Raises DesignError when a member's unit was not drawn or `on` is not unique among units.
        """
        units = pd.Index(self.data[on])
        if not units.is_unique:
            raise DesignError(f"column {on!r} is not unique among the drawn units")
        link = units.get_indexer(pd.Index(rows[on]))
        if (link < 0).any():
            raise DesignError(f"{int((link < 0).sum())} member row(s) have a {on!r} that was not drawn")
        data = _with_column(rows, self.weight, self.weights[link])
        return Survey(data, self.design, self.weight, parent=self, link=link)


def _with_column(data: pd.DataFrame, name: str, values: NDArray[np.float64]) -> pd.DataFrame:
    """A copy of the data with one column more; a plain copy first, as pandas is slow on wide files read from CSV."""
    return data.copy().assign(**{name: values})
