"""Stages: the clusters of a design as nested integer codes, with what each stage needs for its variance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from sampling.design import Design, Survey
from weighting.errors import EstimationError

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]


@dataclass(frozen=True)
class Stage:
    """One stage of a design: its units, and the group (stratum, or unit of the stage before) each lies in.

    members   sparse indicator (units, rows): `members @ scores` are the unit totals
    group     for each unit, the code of its group
    sizes     for each group, the number of units drawn in it
    left_out  for each unit, 1 - its inclusion probability; 1 where drawn with replacement
    carried   for each group, the product of the inclusion probabilities of the stages before
    names     for each group, the name used in messages
    """

    members: Any
    group: Codes
    sizes: Codes
    left_out: Floats
    carried: Floats
    names: pd.Index[Any]


def nest(data: pd.DataFrame, design: Design) -> list[Stage]:
    """The stages of `design` that contribute to the variance, first stage first.

    Without probabilities only the first stage does, as drawn with replacement. A stage that follows the last
    given probability counts as drawn with replacement and ends the list.
    Raises EstimationError when a cluster column has missing values or a probability varies within its unit.
    """
    group, names = strata_codes(data, design)
    carried = np.ones(len(names))
    stages: list[Stage] = []
    for depth, column in enumerate(design.ids):
        codes, first = _codes_within(data, column, group)
        given = depth < len(design.probabilities)
        chance = _chances(data, design.probabilities[depth], codes, first) if given else np.zeros(len(first))
        unit_group = group[first]
        sizes = np.bincount(unit_group, minlength=len(names)).astype(np.intp)
        stages.append(Stage(indicator(codes, len(first)), unit_group, sizes, 1.0 - chance, carried, names))
        if not given:
            break
        group, carried = codes, carried[unit_group] * chance
        names = pd.Index(data[column].to_numpy()[first])
    return stages


def strata_codes(data: pd.DataFrame, design: Design) -> tuple[Codes, pd.Index[Any]]:
    """The stratum code of each row, and the strata's names; one stratum when the design has none."""
    if design.strata is None:
        return np.zeros(len(data), dtype=np.intp), pd.Index(["all"])
    return _factorised(data, design.strata)


def psu_codes(data: pd.DataFrame, design: Design) -> tuple[Codes, Codes]:
    """For each row the code of its PSU, and for each PSU the code of its stratum."""
    stratum, _ = strata_codes(data, design)
    codes, first = _codes_within(data, design.ids[0], stratum)
    return codes, stratum[first]


def root(survey: Survey) -> Survey:
    """The survey of drawn units that `survey` descends from (itself when it has no parent)."""
    return survey if survey.parent is None else root(survey.parent)


def root_rows(survey: Survey) -> Codes:
    """For each row of `survey`, the row of the drawn unit it belongs to."""
    if survey.parent is None or survey.link is None:
        return np.arange(len(survey.data), dtype=np.intp)
    rows: Codes = root_rows(survey.parent)[survey.link]
    return rows


def indicator(codes: Codes, count: int) -> Any:
    """Sparse 0/1 matrix (count, len(codes)); multiplying by it sums rows by code. Code -1 belongs nowhere."""
    rows = np.flatnonzero(codes >= 0)
    return sparse.csr_array((np.ones(len(rows)), (codes[rows], rows)), shape=(count, len(codes)))


def first_rows(codes: Codes, count: int) -> Codes:
    """The first row of each code from 0 to count - 1."""
    first = np.empty(count, dtype=np.intp)
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    return first


def _factorised(data: pd.DataFrame, column: str) -> tuple[Codes, pd.Index[Any]]:
    codes, names = pd.factorize(data[column])
    if (codes < 0).any():
        raise EstimationError(
            f"design column {column!r} is empty in {int((codes < 0).sum())} row(s); fill it before estimating"
        )
    return codes.astype(np.intp), pd.Index(names)


def _codes_within(data: pd.DataFrame, column: str, group: Codes) -> tuple[Codes, Codes]:
    """Codes of the clusters of `column` nested in `group`, and the first row of each cluster."""
    own, names = _factorised(data, column)
    codes, different = pd.factorize(group.astype(np.int64) * len(names) + own)
    return codes.astype(np.intp), first_rows(codes, len(different))


def _chances(data: pd.DataFrame, column: str, codes: Codes, first: Codes) -> Floats:
    """The inclusion probability of each unit, held to be one number for each unit and in (0, 1]."""
    values = data[column].to_numpy(dtype=np.float64)
    chance: Floats = values[first]
    if not ((chance > 0) & (chance <= 1 + 1e-12)).all():
        raise EstimationError(f"probabilities in {column!r} must lie in (0, 1]")
    if (np.abs(values - chance[codes]) > 1e-12).any():
        raise EstimationError(f"probability {column!r} varies within a unit of its stage")
    return chance
