"""Reliability marks and the view that may be published."""

import numpy as np
import pandas as pd
import pytest

from weighting import reliability


@pytest.mark.parametrize(
    ("cases", "degrees", "cv", "mark"),
    [
        (24, 9, 0.1, "*"),
        (25, 9, 0.1, "( )"),
        (49, 9, 0.1, "( )"),
        (50, 9, 0.1, ""),
        (90, 0, 0.1, "*"),
        (90, 9, 0.29, ""),
        (90, 9, 0.30, "!"),
        (30, 9, 0.38, "( )!"),
        (24, 9, 0.38, "*"),
        (90, 9, np.nan, ""),
    ],
)
def test_cells_of_few_cases_or_a_high_cv_are_marked(cases, degrees, cv, mark):
    assert reliability.mark(np.array([cases]), np.array([degrees]), np.array([cv])).tolist() == [mark]


def test_the_signs_of_several_marks_are_told_once():
    assert reliability.signs(["", "( )!", "!", "*"]) == ["( )", "!", "*"]


@pytest.mark.parametrize(
    ("cv", "letter"), [(0.0999, "A"), (0.10, "B"), (0.20, "C"), (0.30, "E"), (np.inf, "E"), (np.nan, "")]
)
def test_the_band_is_that_of_the_coefficient_of_variation(cv, letter):
    assert reliability.band(np.array([cv])).tolist() == [letter]


def test_the_published_view_hides_numbers_from_too_few_cases():
    numbers = {name: [1.5, 2.5] for name in reliability.NUMBERS}
    whole = pd.DataFrame({**numbers, "mark": ["*", "( )"], "band": ["B", "C"]})
    view = reliability.published(whole)
    numbers = list(reliability.NUMBERS)
    assert view[numbers].isna().all(axis=1).tolist() == [True, False]
    assert view["band"].tolist() == ["", "C"]
    assert whole["estimate"].tolist() == [1.5, 2.5]


def test_one_row_is_published_as_in_the_whole_view():
    numbers = dict.fromkeys(reliability.NUMBERS, 1.5)
    row = {"group": "a", **numbers, "mark": "*", "band": "B"}
    view = reliability.published(pd.DataFrame([row])).iloc[0].to_dict()
    assert {name: None if value != value else value for name, value in view.items()} == reliability.published_row(row)
    assert reliability.published_row({**row, "mark": ""}) == {**row, "mark": ""}
