"""Indicators are worked out from tables as their recipes say; every expected number is worked out by hand."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms import tables
from forms.adaptation import indicators
from forms.adaptation.contract import Contract, Indicator, Recipe
from forms.errors import FormError
from forms.tables import Tables
from tests.forms.households import filled, form

PEOPLE = Tables(
    "household",
    {
        "household": pd.DataFrame({"key": ["a", "b"], "region": ["01", "02"], "w": [10.0, 2.5]}),
        "person": pd.DataFrame(
            {
                "key": ["a/1", "a/2", "a/3", "b/1", "b/2"],
                "parent": ["a", "a", "a", "b", "b"],
                "sex": pd.Series(["1", "2", "2", "1", None], dtype="str"),
                "age": pd.array([30, 41, 7, -98, 70], dtype="Int64"),
                "born": pd.Series(["3", "1", "3", "98", "1"], dtype="str"),
                "skill__1": pd.array([1, 0, None, 1, 0], dtype="Int8"),
                "skill__2": pd.array([1, 1, None, 0, 0], dtype="Int8"),
            }
        ),
    },
)


@pytest.mark.parametrize(
    ("recipe", "plain", "weighted"),
    [
        (Recipe("person", "count", of={"born": ("3",)}), 2.0, 20.0),
        (Recipe("person", "count", of={"born": ("3",)}, among={"age": ("15..",)}), 1.0, 10.0),
        (Recipe("person", "share", of={"born": ("3",)}, among={"born": ("1", "3")}), 2 / 4, 20 / 32.5),
        (Recipe("person", "share", of={"born": ("3",)}, among={"region": ("02",)}), 0.0, 0.0),
        (Recipe("person", "share", of={"born": ("3",)}, among={"region": ("03",)}), None, None),
        (Recipe("person", "mean", variable="age", among={"age": ("0..",)}), 148 / 4, (780 + 175) / 32.5),
        (Recipe("person", "median", variable="age", among={"age": ("0..",)}), 35.5, 30.0),
        (Recipe("person", "median", variable="age", among={"age": ("200..",)}), None, None),
        (Recipe("person", "total", variable="age", among={"sex": ("2",)}), 48.0, 480.0),
        (Recipe("person", "total", variable="age", among={"sex": ("9",)}), 0.0, 0.0),
        (Recipe("person", "distribution", variable="born"), {"1": 2, "3": 2, "98": 1}, {"1": 12.5, "3": 20, "98": 2.5}),
        (Recipe("person", "distribution", variable="age", among={"born": ("1",)}), {"41": 1, "70": 1}, None),
        (Recipe("person", "distribution", variable="skill"), {"1": 2, "2": 2}, {"1": 12.5, "2": 20}),
        (Recipe("person", "share", of={"skill": ("2",)}, among={"skill": ("1", "2")}), 2 / 3, 20 / 22.5),
        (Recipe("", "count", of={"region": ("01",)}), 1.0, 10.0),
    ],
)
def test_a_recipe_gives_the_number_worked_out_by_hand(
    recipe: Recipe, plain: indicators.Number, weighted: indicators.Number
) -> None:
    assert indicators.compute(recipe, PEOPLE) == plain
    if weighted is not None:
        assert indicators.compute(recipe, PEOPLE, weight="w") == pytest.approx(weighted)


def test_a_code_is_no_number_and_a_number_in_a_range_may_be_a_code() -> None:
    recipe = Recipe("person", "count", of={"born": ("2..97",)})
    assert indicators.compute(recipe, PEOPLE) == 2
    assert indicators.compute(Recipe("person", "count", of={"region": ("1",)}), PEOPLE) == 0


def test_rows_of_an_inner_repeat_know_the_answers_of_the_rows_around_them() -> None:
    interviews = [
        filled(1, rooms="3", person=[{"sex": "1", "trip": [{"to": "TJK"}, {"to": "KGZ"}]}, {"sex": "2"}]),
        filled(2, rooms="5", person=[{"sex": "2", "trip": [{"to": "TJK"}]}]),
    ]
    found = tables.flatten(form(), interviews)
    by_women = Recipe("trip", "distribution", variable="to", among={"sex": ("2",)})
    by_rooms = Recipe("trip", "count", of={"rooms": ("3..4",), "to": ("TJK",)})
    assert indicators.compute(by_women, found) == {"TJK": 1.0}
    assert indicators.compute(by_rooms, found) == 1.0


def test_without_rows_a_count_is_nothing_and_a_share_cannot_be_said() -> None:
    found = tables.flatten(form(), [])
    assert indicators.compute(Recipe("trip", "count", of={"sex": ("2",)}), found) == 0
    assert indicators.compute(Recipe("trip", "share", of={"sex": ("2",)}, among={"rooms": ("1..",)}), found) is None


def test_tables_of_another_form_are_refused() -> None:
    with pytest.raises(FormError, match="no table 'house'"):
        indicators.compute(Recipe("house", "count"), PEOPLE)
    with pytest.raises(FormError, match="no column 'income'"):
        indicators.compute(Recipe("person", "mean", variable="income"), PEOPLE)


def test_all_indicators_of_a_contract_are_computed() -> None:
    born = Indicator("I-01", "Born abroad", Recipe("person", "count", of={"born": ("3",)}))
    aged = Indicator("I-00", "Age", Recipe("person", "mean", variable="age", among={"age": ("0..",)}))
    assert indicators.compute_all(Contract((born, aged)), PEOPLE) == {"I-01": 2.0, "I-00": 37.0}


@given(st.lists(st.tuples(st.integers(0, 120), st.integers(1, 5)), min_size=1, max_size=30))
def test_a_weight_counts_a_row_as_often_as_it_says(rows: list[tuple[int, int]]) -> None:
    repeated = [age for age, times in rows for _ in range(times)]
    weighted = pd.DataFrame({"key": range(len(rows)), "age": [age for age, _ in rows], "w": [w for _, w in rows]})
    plain = pd.DataFrame({"key": range(len(repeated)), "age": repeated})
    for statistic in ("mean", "median", "total"):
        recipe = Recipe("person", statistic, variable="age")
        drawn = indicators.compute(recipe, Tables("person", {"person": weighted}), weight="w")
        assert drawn == pytest.approx(indicators.compute(recipe, Tables("person", {"person": plain})))
    assert indicators.compute(Recipe("person", "median", variable="age"), Tables("person", {"person": plain})) == (
        pytest.approx(pd.Series(repeated).median())
    )
