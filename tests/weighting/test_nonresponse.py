"""Nonresponse: weight moves from units without an interview to those with one, class by class."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sampling.design import Design
from tests.drawing import table
from tests.weighting.samples import households, survey
from weighting import nonresponse
from weighting.errors import DispositionError, RecipeError

FIELD = """
    ea  weight  urban  stratum  disposition
    1   10      1      a        1.1
    1   10      1      a        1.1
    1   10      1      a        2.11
    2   20      1      b        1.2
    2   20      1      b        2.20
    3   30      2      c        1.1
    3   30      2      c        3.18
    3   30      2      c        4.60
"""


def field():
    return survey(table(FIELD), Design(("ea",), "weight"))


def test_respondents_take_the_weight_of_their_class():
    adjusted, _ = nonresponse.adjust(field(), within=["stratum"], min_cell=1)
    assert adjusted.weights.tolist() == pytest.approx([15, 15, 0, 40, 0, 45, 0, 0])


def test_unknown_units_hand_over_first_also_to_those_not_eligible():
    _, (unknown, answering) = nonresponse.adjust(field(), within=["stratum"], min_cell=1)
    assert (unknown.sum_before, unknown.sum_after) == (160, 160)
    assert answering.sum_after == pytest.approx(160 - 45)
    assert "1 not eligible" in answering.what


def test_every_drawn_row_stays():
    adjusted, _ = nonresponse.adjust(field(), min_cell=1)
    assert len(adjusted.data) == 8
    assert (adjusted.weights > 0).tolist() == [True, True, False, True, False, True, False, False]


def test_a_class_that_is_too_small_joins_those_that_agree_on_the_variables_before():
    _, steps = nonresponse.adjust(field(), within=["urban", "stratum"], min_cell=2, max_factor=2.5)
    cells = steps[-1].cells.set_index("cell")
    assert cells.index.tolist() == ["all"]
    assert "urban=1, stratum=b" in cells.loc["all", "merged_from"]


def test_only_the_branch_that_is_too_small_is_merged():
    doubled = pd.concat([table(FIELD), table(FIELD).query("urban == 2")], ignore_index=True)
    _, steps = nonresponse.adjust(survey(doubled, Design(("ea",), "weight")), within=["urban", "stratum"], min_cell=2)
    assert steps[-1].cells["cell"].tolist() == ["urban=1", "urban=2, stratum=c"]


def test_a_factor_above_the_limit_merges_classes_too():
    _, steps = nonresponse.adjust(field(), within=["stratum"], min_cell=1, max_factor=1.9)
    assert steps[-1].cells["cell"].tolist() == ["all"]


def test_limits_that_no_class_can_meet_are_an_error():
    with pytest.raises(RecipeError, match=r"has 7 case.*at least 40"):
        nonresponse.adjust(field(), within=["stratum"], min_cell=40)


def test_a_unit_without_a_disposition_is_an_error():
    data = table(FIELD).assign(disposition=[None, *["1.1"] * 7])
    with pytest.raises(DispositionError, match="1 unit"):
        nonresponse.adjust(survey(data, Design(("ea",), "weight")), min_cell=1)


def test_no_interview_at_all_is_an_error():
    data = table(FIELD).assign(disposition="2.11")
    with pytest.raises(RecipeError, match="no unit has an interview"):
        nonresponse.adjust(survey(data, Design(("ea",), "weight")), min_cell=1)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), min_cell=st.integers(1, 12))
def test_eligible_weight_is_kept_and_never_falls(seed, min_cell):
    codes = np.random.default_rng(seed).choice(["1.1", "1.2", "2.11", "2.24"], 72)
    sample = survey(households(seed).assign(disposition=codes))
    adjusted, _ = nonresponse.adjust(sample, within=["region", "stratum"], min_cell=min_cell)
    kept = adjusted.weights > 0
    assert adjusted.weights.sum() == pytest.approx(sample.weights.sum())
    assert (adjusted.weights[kept] >= sample.weights[kept] * (1 - 1e-12)).all()
