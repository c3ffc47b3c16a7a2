"""Calibration: weights reach their totals, and errors shrink by what the totals explain."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.weighting.samples import REPLACEMENT, TWO_STAGES, households, margins, survey
from weighting import calibration, estimates
from weighting.errors import ConvergenceError, MarginError

REGIONS = "region north 700\nregion south 300"
SIZES = "size 1 200\nsize 2 300\nsize 3+ 500"


def sums(survey, variable):
    return survey.data.assign(w=survey.weights).groupby(variable)["w"].sum().tolist()


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_raked_weights_add_up_to_every_margin(seed):
    raked = calibration.rake(survey(households(seed)), margins(f"{REGIONS}\n{SIZES}"))
    assert sums(raked, "region") == pytest.approx([700, 300], rel=1e-10)
    assert sums(raked, "size") == pytest.approx([200, 300, 500], rel=1e-10)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), lower=st.floats(0.2, 0.5))
def test_bounded_weights_add_up_and_stay_inside_the_bounds(seed, lower):
    sample = survey(households(seed))
    auxiliaries = pd.DataFrame({"all": 1.0, "x": sample.data["x"]})
    totals = [0.9, 0.93] * (auxiliaries.T @ sample.weights)
    factor = calibration.calibrate(sample, auxiliaries, totals, bounds=(lower, 1.2)).weights / sample.weights
    assert (auxiliaries.T @ (sample.weights * factor)).tolist() == pytest.approx(totals.tolist())
    assert lower - 1e-12 <= factor.min() <= factor.max() <= 1.2 + 1e-12


def test_a_mean_in_every_cell_has_no_error_when_the_cells_explain_it():
    data = households().assign(x=lambda rows: np.where(rows["region"] == "north", 3.0, 8.0))
    weighted = calibration.poststratify(survey(data), margins(REGIONS))
    made = estimates.mean(weighted, "x")
    assert made["estimate"].item() == pytest.approx(4.5)
    assert made["se"].item() == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("design", [REPLACEMENT, TWO_STAGES], ids=["replacement", "two stages"])
def test_the_error_of_a_control_total_is_nought(design):
    raked = calibration.rake(survey(households(), design), margins(f"{REGIONS}\n{SIZES}"))
    made = estimates.total(raked, "size", value="2")
    assert made["estimate"].item() == pytest.approx(300)
    assert made["se"].item() < 0.5


def test_persons_feel_the_calibration_of_their_households():
    sample = survey(households())
    persons = households()[["household", "region"]].assign(one=1)
    raked = calibration.poststratify(sample, margins(REGIONS))
    made = estimates.total(raked.members(persons, "household"), "one", by=["region"])
    assert made["estimate"].tolist() == pytest.approx([700, 300])
    assert made["se"].tolist() == pytest.approx([0, 0], abs=1e-9)


def test_units_without_weight_take_no_part():
    data = households()
    data.loc[::5, "weight"] = 0.0
    data.loc[0, ["size", "region", "x"]] = None
    part = data[data["weight"] > 0]
    for calibrated in (
        lambda sample: calibration.rake(sample, margins(f"{REGIONS}\n{SIZES}")),
        lambda sample: calibration.poststratify(sample, margins(REGIONS)),
        lambda sample: calibration.calibrate(sample, sample.data[["x"]], [5000.0]),
    ):
        whole, respondents = calibrated(survey(data)), calibrated(survey(part))
        assert whole.weights[data["weight"] > 0] == pytest.approx(respondents.weights, rel=1e-12)
        one, other = (estimates.mean(each, "y", by=["region"])["se"].tolist() for each in (whole, respondents))
        assert one == pytest.approx(other, rel=1e-10)


def test_post_stratification_takes_one_margin():
    with pytest.raises(MarginError, match="region, size"):
        calibration.poststratify(survey(households()), margins(f"{REGIONS}\n{SIZES}"))


def test_margins_that_no_weights_can_meet_are_told_with_their_cells():
    data = households().assign(size=lambda rows: np.where(rows["region"] == "north", "1", "2"))
    with pytest.raises(ConvergenceError, match=r"size=1 .*size=2"):
        calibration.rake(survey(data), margins("size 1 300\nsize 2 700\nregion north 700\nregion south 300"))


def test_a_factor_above_the_limit_is_an_error():
    with pytest.raises(ConvergenceError, match=r"more than 1\.5"):
        calibration.rake(survey(households()), margins("region north 7000\nregion south 30"), max_factor=1.5)


def test_bounds_too_tight_for_the_totals_are_told():
    sample = survey(households())
    with pytest.raises(ConvergenceError, match="cannot reach: x"):
        calibration.calibrate(sample, sample.data[["x"]], [1e6], bounds=(0.5, 2))


def test_a_missing_auxiliary_is_refused():
    data = households()
    data.loc[3, "x"] = np.nan
    with pytest.raises(MarginError, match="auxiliaries are missing"):
        calibration.calibrate(survey(data), data[["x"]], [5000.0])
