"""The truth is counted without the estimators; a sample of everybody must estimate it exactly."""

import pandas as pd
import pytest

from sampling.design import Design, Survey
from server.demo import truth
from server.demo.setup import SURVEY
from weighting import tabulation


@pytest.fixture(scope="module")
def everybody(people) -> dict[str, Survey]:
    units = people.households.assign(one=1.0)
    households = Survey(units, Design(("ea", "household_id"), "one", "stratum"), "one")
    places = units[["household_id", "region", "urban"]]
    return {"household": households, "person": households.members(people.persons.merge(places), "household_id")}


@pytest.mark.parametrize("table", tabulation.read(SURVEY / "tables.toml"), ids=lambda table: table.id)
def test_a_sample_of_everybody_estimates_the_truth(people, everybody, table):
    rows = tabulation.tabulate(table, everybody)
    counted = [truth.of(people, table, row) for row in rows.to_dict("records")]
    assert rows["estimate"].tolist() == pytest.approx(counted)


def test_a_table_without_variable_counts_rows(people):
    (table,) = tabulation.parse('[[table]]\nid = "N"\ntitle = "Persons"\nlevel = "person"\nstatistic = "total"')
    row = pd.Series({"statistic": "total", "by": "", "group": "", "value": None})
    assert truth.of(people, table, row) == 24271


def test_a_mean_is_that_of_the_numbers(people):
    written = '[[table]]\nid = "A"\ntitle = "Age"\nlevel = "person"\nstatistic = "mean"\nvariable = "age"'
    (table,) = tabulation.parse(written)
    row = pd.Series({"statistic": "mean", "by": "", "group": "", "value": None})
    assert truth.of(people, table, row) == pytest.approx(21.376, abs=1e-3)
