"""Truth: what a count of the whole population gives for each row of an estimated table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from server.demo.population import Population
from weighting.codes import as_text
from weighting.tabulation import Table


def of(population: Population, table: Table, row: Mapping[str, Any]) -> float:
    """The population's value for one row that `weighting.tabulation.tabulate` made of that table.

    A plain count, without anything of the estimation: the rows the table is about, those of the group, and among
    them the total or the share that has the row's value.
    """
    people = _rows(population, table.level)
    for variable, value in table.where.items():
        people = people[people[variable] == as_text(value)]
    for variable, code in zip(_split(row["by"]), _split(row["group"]), strict=True):
        people = people[people[variable] == code]
    if not table.variable:
        return float(len(people))
    column = people[table.variable]
    if table.value is None and row["statistic"] != "proportion":
        numbers = pd.to_numeric(column)
        return float(numbers.sum() if row["statistic"] == "total" else numbers.mean())
    hits = column == as_text(row["value"] if table.value is None else table.value)
    return float(hits.sum() if row["statistic"] == "total" else hits.mean())


def _rows(population: Population, level: str) -> pd.DataFrame:
    if level == "household":
        return population.households
    places = population.households[["household_id", "region", "urban", "stratum", "ea", "province"]]
    return population.persons.merge(places, on="household_id")


def _split(names: str) -> list[str]:
    return names.split(":") if names else []
