"""Trimming."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.weighting.samples import households, survey
from weighting import trimming
from weighting.errors import RecipeError


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), above=st.floats(2.5, 8))
def test_no_weight_exceeds_the_cap_and_each_class_keeps_its_sum(seed, above):
    weights = np.random.default_rng(seed).uniform(1, 2, 72)
    weights[[3, 30]] = 30
    sample = survey(households(seed).assign(weight=weights))
    trimmed, (step,) = trimming.trim(sample, above, within=["region"])
    rows = sample.data.assign(before=sample.weights, after=trimmed.weights)
    caps = above * rows.groupby("region")["before"].transform("median")
    assert (rows["after"] <= caps * (1 + 1e-12)).all()
    before, after = (rows.groupby("region")[name].sum().tolist() for name in ("before", "after"))
    assert after == pytest.approx(before)
    assert step.cells["trimmed"].sum() == (rows["before"] > caps).sum()


def test_what_is_cut_goes_to_the_others_in_proportion():
    sample = survey(households(strata=1, eas=1, drawn=5).assign(weight=[10.0, 10, 20, 0, 80]))
    trimmed, _ = trimming.trim(sample, above=4.0)
    assert trimmed.weights.tolist() == pytest.approx([15, 15, 30, 0, 60])


def test_a_weight_pushed_over_the_cap_is_cut_in_turn():
    sample = survey(households(strata=1, eas=1, drawn=5).assign(weight=[10.0, 10, 10, 29, 50]))
    trimmed, _ = trimming.trim(sample, above=3.0)
    assert trimmed.weights.tolist() == pytest.approx([49 / 3, 49 / 3, 49 / 3, 30, 30])


@pytest.mark.parametrize(("above", "message"), [(1.0, "greater than 1"), (1.01, "cannot keep its sum")])
def test_a_cap_that_cannot_hold_the_sum_is_refused(above, message):
    sample = survey(households(strata=1, eas=1, drawn=5).assign(weight=np.array([1.0, 1, 1, 1, 80])))
    with pytest.raises(RecipeError, match=message):
        trimming.trim(sample, above)
