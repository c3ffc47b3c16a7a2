"""Reliability marks and the view that may be published."""

import numpy as np
import pandas as pd
import pytest

from weighting import reliability


@pytest.mark.parametrize(
    ("cases", "psus", "mark"), [(24, 9, "*"), (25, 9, "( )"), (49, 9, "( )"), (50, 9, ""), (90, 1, "*")]
)
def test_few_cases_are_marked(cases, psus, mark):
    assert reliability.mark(np.array([cases]), np.array([psus])).tolist() == [mark]


@pytest.mark.parametrize(
    ("cv", "letter"), [(0.0999, "A"), (0.10, "B"), (0.20, "C"), (0.30, "E"), (np.inf, "E"), (np.nan, "")]
)
def test_the_band_is_that_of_the_coefficient_of_variation(cv, letter):
    assert reliability.band(np.array([cv])).tolist() == [letter]


def test_the_published_view_hides_numbers_from_too_few_cases():
    numbers = {name: [1.5, 2.5] for name in reliability.NUMBERS}
    whole = pd.DataFrame({**numbers, "mark": ["*", "( )"], "band": ["B", "C"]})
    view = reliability.published(whole)
    assert view[reliability.NUMBERS].isna().all(axis=1).tolist() == [True, False]
    assert view["band"].tolist() == ["", "C"]
    assert whole["estimate"].tolist() == [1.5, 2.5]
