"""Disclosure: which more cells of a table must be hidden, so that nobody can compute the hidden ones."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from weighting.margins import JOINT
from weighting.reliability import HIDDEN

NOUGHT = 1e-9


def protect(rows: pd.DataFrame) -> pd.Series:
    """The marks of a table's rows with complementary suppression added.

    rows  columns statistic, value, by ("" for the whole; "a:b" crosses two variables), group, n and mark
    A group's number is the whole's less those of the other groups. Within each statistic and value the hidden cells
    are the unknowns of all such sums; while one of them has a single solution, the cell with the fewest cases that
    stands in a sum with it is hidden too (cell suppression; Willenborg and de Waal 2001, ch. 6). This looks at one
    table at a time: two tables of the same rows with different breakdowns are not held against each other.
    """
    marks = rows["mark"].copy()
    for _, block in rows.groupby(["statistic", "value"], dropna=False, sort=False):
        hidden = (block["mark"] == HIDDEN).to_numpy()
        if hidden.any():
            hidden = _hide(hidden, _sums(block), block["n"].to_numpy(dtype=np.float64))
            marks[block.index[hidden]] = HIDDEN
    return marks


def recoverable(hidden: NDArray[np.bool_], sums: NDArray[np.float64]) -> NDArray[np.intp]:
    """The hidden cells that the sums determine.

    hidden  for each cell, whether its number is hidden
    sums    (equations, cells): each row, times the cells, is 0
    """
    unknown = np.flatnonzero(hidden)
    _, singular, basis = np.linalg.svd(sums[:, unknown], full_matrices=True)
    free = basis[int((singular > NOUGHT).sum()) :]
    determined: NDArray[np.intp] = unknown[np.abs(free).sum(axis=0) < NOUGHT]
    return determined


def _hide(hidden: NDArray[np.bool_], sums: NDArray[np.float64], cases: NDArray[np.float64]) -> NDArray[np.bool_]:
    hidden = hidden.copy()
    while len(sums):
        near = [(sums[sums[:, cell] != 0] != 0).any(axis=0) & ~hidden for cell in recoverable(hidden, sums)]
        shown = next((cells for cells in near if cells.any()), None)
        if shown is None:
            break
        hidden[np.where(shown, cases, np.inf).argmin()] = True
    return hidden


def _sums(block: pd.DataFrame) -> NDArray[np.float64]:
    """The sums of a table: the groups of a breakdown add up to those of each breakdown by fewer variables."""
    equations = list(_equations(block))
    return np.array(equations) if equations else np.empty((0, len(block)))


def _equations(block: pd.DataFrame) -> Iterator[NDArray[np.float64]]:
    cells = [
        dict(zip(by.split(JOINT), group.split(JOINT, by.count(JOINT)), strict=True)) if by else {}
        for by, group in zip(block["by"], block["group"], strict=True)
    ]
    breakdowns = [set(by.split(JOINT)) if by else set() for by in dict.fromkeys(block["by"])]
    for position, cell in enumerate(cells):
        for finer in (names for names in breakdowns if names > cell.keys()):
            parts = [set(other) == finer and cell.items() <= other.items() for other in cells]
            if any(parts):
                equation = np.array(parts, dtype=np.float64)
                equation[position] = -1.0
                yield equation
