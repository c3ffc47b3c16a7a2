"""Weighting classes: cells in which some rows take over the weight of others, merged where they are too small."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from weighting.codes import texts
from weighting.errors import RecipeError
from weighting.naming import require_columns
from weighting.stages import Floats

ALL = "all"


@dataclass(frozen=True)
class Redistribution:
    """What each row's weight is multiplied by (0 for rows that hand their weight over), and the cells behind it."""

    factor: Floats
    cells: pd.DataFrame


def redistribute(
    data: pd.DataFrame,
    weights: Floats,
    givers: NDArray[np.bool_],
    takers: NDArray[np.bool_],
    within: Sequence[str],
    min_cell: int = 1,
    max_factor: float = np.inf,
) -> Redistribution:
    """Hand the weight of `givers` to `takers` of the same class: factor = sum(all) / sum(takers).

    within      class variables, coarsest first. A class with fewer than `min_cell` takers, or a factor above
                `max_factor`, is merged with all others that agree on the variables before the last; then on those
                before the last but one, and so on to one class of all rows.
    Returns     factor 1 for rows in neither group; a row of `cells` for each class: its name, what it was merged
                from, cases, takers, sum of weights, factor.
    Raises RecipeError when one class of all rows does not meet the limits either.
    """
    require_columns(data, within, RecipeError)
    rows = givers | takers
    names = [name(data[rows], within[:depth]) for depth in range(len(within) + 1)]
    own = weights[rows]
    taking = takers[rows]
    depth = np.full(int(rows.sum()), len(within))
    for level in range(len(within), -1, -1):
        failing = _failing(names[level], depth == level, own, taking, min_cell, max_factor)
        if not len(failing):
            continue
        if level == 0:
            raise RecipeError(_too_small(own, taking, min_cell, max_factor))
        parents = set(names[level - 1][np.isin(names[level], failing) & (depth == level)])
        depth[np.isin(names[level - 1], list(parents)) & (depth >= level)] = level - 1
    label = np.array([names[level][row] for row, level in enumerate(depth)], dtype=object)
    cells = _describe(label, names[-1], own, taking)
    factor = np.where(givers & ~takers, 0.0, 1.0)
    factor[np.flatnonzero(rows)[taking]] = cells["factor"].reindex(label[taking]).to_numpy()
    return Redistribution(factor, cells.reset_index())


def name(data: pd.DataFrame, within: Sequence[str]) -> NDArray[np.object_]:
    """The name of each row's class, such as "urban=1, stratum=3"; "all" when there are no class variables."""
    if not within:
        return np.full(len(data), ALL, dtype=object)
    parts = [f"{column}=" + texts(data[column]) for column in within]
    whole = parts[0]
    for part in parts[1:]:
        whole = whole + ", " + part
    return np.asarray(whole, dtype=object)


def _failing(
    names: NDArray[np.object_],
    here: NDArray[np.bool_],
    weights: Floats,
    taking: NDArray[np.bool_],
    min_cell: int,
    max_factor: float,
) -> NDArray[np.object_]:
    cells = _describe(names[here], names[here], weights[here], taking[here])
    bad = (cells["takers"] < min_cell) | ~(cells["factor"] <= max_factor) | (cells["takers"] == 0)
    return cells.index[bad].to_numpy(dtype=object)


def _describe(
    label: NDArray[np.object_], finest: NDArray[np.object_], weights: Floats, taking: NDArray[np.bool_]
) -> pd.DataFrame:
    rows = pd.DataFrame(
        {"cell": label, "finest": finest, "weight": weights, "taken": weights * taking, "taker": taking}
    )
    cells = rows.groupby("cell", sort=True).agg(
        cases=("weight", "size"),
        takers=("taker", "sum"),
        weight=("weight", "sum"),
        taken=("taken", "sum"),
        merged_from=("finest", lambda names: "; ".join(sorted(set(names)))),
    )
    factor = np.divide(cells["weight"], cells["taken"], out=np.full(len(cells), np.inf), where=cells["taken"] > 0)
    cells["factor"] = factor
    cells["merged_from"] = cells["merged_from"].where(cells["merged_from"] != cells.index, "")
    return cells.drop(columns="taken")


def _too_small(weights: Floats, taking: NDArray[np.bool_], min_cell: int, max_factor: float) -> str:
    total = float(weights[taking].sum())
    factor = weights.sum() / total if total else np.inf
    return (
        f"even one class of all rows has {int(taking.sum())} case(s) to take the weight and a factor of {factor:.3g}; "
        f"the recipe wants at least {min_cell} and at most {max_factor:g}: change min_cell or max_factor"
    )
