"""Base weights."""

import pytest

from tests.weighting.samples import REPLACEMENT, TWO_STAGES, households, survey
from weighting import base
from weighting.errors import RecipeError


def test_the_base_weight_is_one_over_the_probabilities_of_all_stages():
    data = households()
    weighted = base.weigh(survey(data, TWO_STAGES))
    assert weighted.weight == "w_base"
    assert weighted.weights == pytest.approx(1 / (data["p1"] * data["p2"]))


def test_a_design_without_probabilities_is_told_what_to_write():
    with pytest.raises(RecipeError, match="base = 'design'"):
        base.weigh(survey(households(), REPLACEMENT))


def test_weights_of_another_draw_are_refused():
    data = households()
    data.loc[5, "weight"] *= 1.01
    with pytest.raises(RecipeError, match=r"in 1 row.*do not belong together"):
        base.weigh(survey(data, TWO_STAGES))
