"""Indicator: a number of a contract, worked out from the tables of a form.

numbers = compute_all(contract.read(folder), tables.flatten(form, instances))   # {"I-01": 0.0379, ...}
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd

from forms.adaptation.contract import Condition, Contract, Recipe
from forms.errors import FormError
from forms.tables import Tables

Number = float | dict[str, float] | None
"""A count, share, mean or median; a distribution by code; None where there is nobody to be measured."""


def compute(recipe: Recipe, tables: Tables, weight: str = "") -> Number:
    """The number that a recipe makes of the tables of a form.

    `weight` names the column of weights, in the recipe's table or in one that it hangs from; without it each row
    counts once. A share divides the rows that meet `of` and `among` by those that meet `among`; total, mean, median and
    distribution leave out rows without an answer. The median is the smallest value that at least half of the weight
    does not exceed, the middle of two where that is exactly half.

    Raises FormError when the tables lack the recipe's table or one of its columns.
    """
    frame = _joined(recipe, tables, weight)
    weights = frame[weight].astype("float64").to_numpy() if weight else np.ones(len(frame))
    among = _meets(frame, recipe.among)
    meant = among & _meets(frame, recipe.of)
    if recipe.statistic == "count":
        return float(weights[meant].sum())
    if recipe.statistic == "share":
        everyone = float(weights[among].sum())
        return float(weights[meant].sum()) / everyone if everyone else None
    if recipe.statistic == "distribution":
        return _distribution(frame, recipe.variable, meant, weights)
    values = pd.to_numeric(frame[recipe.variable]).astype("Float64").to_numpy(dtype="float64", na_value=math.nan)
    answered = meant & ~np.isnan(values)
    if recipe.statistic == "total":
        return float((values[answered] * weights[answered]).sum())
    middle = _median if recipe.statistic == "median" else _mean
    return middle(values[answered], weights[answered]) if weights[answered].sum() else None


def compute_all(contract: Contract, tables: Tables, weight: str = "") -> dict[str, Number]:
    """The numbers of a contract's indicators by their id; the arguments are those of `compute`."""
    return {indicator.id: compute(indicator.recipe, tables, weight) for indicator in contract.indicators}


def _joined(recipe: Recipe, tables: Tables, weight: str) -> pd.DataFrame:
    """The rows of a recipe's table with the columns that it needs, those of the tables around it filled in."""
    name = recipe.table or tables.root
    if name not in tables.frames:
        raise FormError(f"tables: no table {name!r}; give those of the form that the contract is of")
    frame = tables.frames[name]
    wanted = [*recipe.needs, *([weight] if weight else [])]
    found: dict[str, pd.Series] = {}
    for rows in _and_above(frame, tables):
        for each in wanted:
            found |= {column: rows[column] for column in _columns(rows, each)}
        wanted = [each for each in wanted if not _columns(rows, each)]
        if not wanted:
            return pd.DataFrame(found, index=frame.index)
    raise FormError(f"table {name!r}: no column {wanted[0]!r}; give the tables of the form that the contract is of")


def _and_above(rows: pd.DataFrame, tables: Tables) -> Iterator[pd.DataFrame]:
    """The rows, then for each of them the one that it hangs from, up to the interview."""
    yield rows
    if rows.empty:
        yield from (frame.head(0) for frame in tables.frames.values())
        return
    while "parent" in rows:
        parents = rows["parent"]
        around = next(frame for frame in tables.frames.values() if frame["key"].isin(parents.head(1)).any())
        rows = around.set_index("key", drop=False).reindex(parents).set_axis(rows.index)
        yield rows


def _columns(frame: pd.DataFrame, name: str) -> list[str]:
    """The column of a question, or those of a question that takes several answers."""
    if name in frame:
        return [name]
    return [str(column) for column in frame if str(column).startswith(f"{name}__")]


def _meets(frame: pd.DataFrame, condition: Condition) -> np.ndarray:
    met = np.ones(len(frame), dtype=bool)
    for name, codes in condition.items():
        columns = _columns(frame, name)
        if columns == [name]:
            met &= _is_among(frame[name], codes)
        else:
            chosen = [_is_among(frame[column], ("1",)) for column in columns if column[len(name) + 2 :] in codes]
            met &= np.any(chosen, axis=0) if chosen else False
    return met


def _is_among(column: pd.Series, codes: tuple[str, ...]) -> np.ndarray:
    """Which rows hold one of the codes, or a number in one of the ranges."""
    found: np.ndarray = _texts(column).isin([code for code in codes if ".." not in code]).to_numpy(dtype=bool)
    ranges = [code.partition("..") for code in codes if ".." in code]
    if ranges:
        numbers = pd.to_numeric(column, errors="coerce").astype("Float64").to_numpy(dtype="float64", na_value=math.nan)
        for low, _, high in ranges:
            found = found | (numbers >= float(low or -math.inf)) & (numbers <= float(high or math.inf))
    return found


def _texts(column: pd.Series) -> pd.Series:
    """Answers as their codes."""
    return column.astype("str") if column.dtype != object else column.map(str)


def _distribution(frame: pd.DataFrame, name: str, meant: np.ndarray, weights: np.ndarray) -> dict[str, float]:
    """The rows by code; a question that takes several answers counts a row once for each."""
    columns = _columns(frame, name)
    if columns != [name]:
        chosen = {column: meant & _is_among(frame[column], ("1",)) for column in columns}
        return {column[len(name) + 2 :]: float(weights[those].sum()) for column, those in chosen.items() if any(those)}
    answered = meant & frame[name].notna().to_numpy()
    sums = pd.Series(weights[answered]).groupby(_texts(frame[name])[answered].to_numpy()).sum()
    return {str(code): float(total) for code, total in sums.items()}


def _mean(values: np.ndarray, weights: np.ndarray) -> float:
    return float(np.average(values, weights=weights))


def _median(values: np.ndarray, weights: np.ndarray) -> float:
    order = np.argsort(values, kind="stable")
    ordered, below = values[order], np.cumsum(weights[order])
    half = below[-1] / 2
    at = int(np.searchsorted(below, half))
    following = min(at + 1, len(ordered) - 1)
    return float((ordered[at] + ordered[following]) / 2 if below[at] == half else ordered[at])
