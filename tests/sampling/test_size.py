"""How many: Cochran's formulas, with the numbers of R `PracTools` 1.7.5 (nPropMoe, nCont)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sampling import size
from sampling.errors import PlanError


@pytest.mark.parametrize(
    ("half_width", "population", "interviews"),
    [(0.03, None, 1068), (0.05, None, 385), (0.05, 1000, 278)],  # 1067.07, 384.15, 277.73
)
def test_a_proportion_needs_what_the_textbook_says(half_width, population, interviews):
    assert size.proportion(0.5, half_width, population=population).interviews == interviews


def test_a_mean_needs_what_the_textbook_says():
    assert size.mean(2, 0.05).interviews == 6147  # 6146.33


def test_design_effect_and_response_multiply_before_rounding():
    assert size.proportion(0.5, 0.05, deff=1.5, response=0.8) == size.Need(interviews=577, drawn=721)


@given(st.floats(0.01, 0.99), st.floats(0.001, 0.5), st.integers(2, 10**6))
def test_a_population_never_needs_more_than_itself(share, half_width, population):
    assert size.proportion(share, half_width, population=population).interviews <= population


@pytest.mark.parametrize(
    "wrong", [{"response": 0}, {"response": 1.2}, {"deff": 0}, {"confidence": 1}, {"population": 0}]
)
def test_arguments_out_of_range_are_named(wrong):
    with pytest.raises(PlanError, match=next(iter(wrong))):
        size.proportion(0.5, 0.05, **wrong)
