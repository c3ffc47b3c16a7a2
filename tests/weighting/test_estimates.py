"""Estimates: what is counted, over which rows, and how it is labelled."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sampling.design import Design
from tests.drawing import table
from tests.weighting.samples import households, survey
from weighting import estimates
from weighting.errors import EstimationError

DRAWN = """
    ea | weight | sex | country | age
    ---+--------+-----+---------+----
    1  | 10     | 1   | 21      | 30
    1  | 10     | 2   | .       | 40
    2  | 20     | 1   | 22      | .
    2  | 0      | 2   | 21      | 50
    3  | 5      | 2   | 21      | 20
    3  | 5      | .   | 40      | 60
"""
DESIGN = Design(("ea",), "weight")


def drawn():
    return survey(table(DRAWN), DESIGN)


def test_a_total_without_a_variable_counts_rows():
    made = estimates.total(drawn())
    assert (made["estimate"].item(), made["n"].item()) == (50, 5)


def test_missing_answers_are_left_out_variable_by_variable():
    made = estimates.mean(drawn(), ["age", "weight"]).set_index("variable")
    assert made.loc["age", "estimate"] == pytest.approx((300 + 400 + 100 + 300) / 30)
    assert made["n"].tolist() == [4, 5]


def test_rows_without_the_by_code_are_in_no_domain():
    made = estimates.total(drawn(), by=["sex"])
    assert made[["sex", "estimate", "n"]].astype(int).to_numpy().tolist() == [[1, 30, 2], [2, 15, 2]]


def test_a_domain_is_listed_only_when_somebody_is_in_it():
    sex = pd.Categorical(["male", "female", "male", "female", "female", None], ["other", "male", "female"])
    made = estimates.total(survey(table(DRAWN).assign(sex=sex), DESIGN), by=["sex"])
    assert made["sex"].tolist() == ["male", "female"]


def test_a_proportion_of_every_value_adds_up_to_one():
    made = estimates.proportion(drawn(), "country")
    assert made["value"].tolist() == [21, 22, 40]
    assert made["estimate"].tolist() == pytest.approx([15 / 40, 20 / 40, 5 / 40])


@pytest.mark.parametrize("codes", ["int64", "float64", "str", "category"])
def test_a_code_is_the_same_as_number_and_as_text(codes):
    data = households().astype({"abroad": codes})
    asked = [estimates.total(survey(data), "abroad", value=value)["estimate"].item() for value in (1, "1")]
    assert asked == [estimates.total(survey(households()), "abroad")["estimate"].item()] * 2


def test_where_takes_one_code_or_several():
    some = estimates.total(drawn(), where={"country": [21, 40], "sex": 2})
    assert (some["estimate"].item(), some["n"].item()) == (5, 1)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_domain_totals_add_up_to_the_total(seed):
    sample = survey(households(seed))
    parts = estimates.total(sample, ["x", "y"], by=["region", "size"]).groupby("variable")["estimate"].sum()
    assert parts.to_numpy() == pytest.approx(estimates.total(sample, ["x", "y"])["estimate"].to_numpy())


def test_a_domain_keeps_the_design_of_all():
    data = households()
    made = estimates.total(survey(data), "x", by=["region"])
    indicator = survey(data.assign(x=data["x"] * (data["region"] == "south")))
    assert made["se"].iloc[1] == pytest.approx(estimates.total(indicator, "x")["se"].item())


def test_degrees_of_freedom_are_psus_less_strata_of_the_domain():
    made = estimates.mean(survey(households()), "x", by=["stratum"])
    assert made["df"].tolist() == [3, 3, 3]
    assert estimates.mean(survey(households()), "x")["df"].item() == 9


def test_the_interval_of_a_proportion_stays_inside_nought_and_one():
    data = households().assign(rare=lambda rows: (rows["household"] == 7).astype(int))
    made = estimates.proportion(survey(data), "rare")
    assert ((made["ci_low"] > 0) & (made["ci_high"] < 1)).all()


def test_a_proportion_of_nobody_has_the_exact_upper_limit():
    made = estimates.proportion(survey(households().assign(none=0)), "none", value=1)
    assert (made["estimate"].item(), made["ci_low"].item()) == (0, 0)
    assert made["ci_high"].item() == pytest.approx(1 - 0.025 ** (1 / 72))


def test_nobody_at_all_gives_no_mean_and_no_warning():
    made = estimates.mean(survey(households()), "x", where={"region": "west"})
    assert made[["estimate", "se", "ci_low", "cv", "deff"]].isna().all(axis=None)
    assert made["n"].item() == 0
    assert made["mark"].item() == "*"
    assert estimates.mean(survey(households()), "x", by=["size"], where={"region": "west"}).empty


def test_a_household_lends_its_persons_its_region():
    persons = pd.DataFrame({"household": [0, 0, 30, 71], "age": [1, 2, 3, 4]})
    linked = survey(households()).members(persons, "household")
    made = estimates.total(linked, by=["region"], where={"stratum": [0, 1]})
    assert made["n"].tolist() == [2, 1]


def test_an_unknown_column_is_told_with_the_nearest():
    with pytest.raises(EstimationError, match=r"no column 'regoin' .did you mean 'region'"):
        estimates.mean(survey(households()), "x", by=["regoin"])


def test_text_is_counted_not_averaged():
    with pytest.raises(EstimationError, match="'size' is not numeric"):
        estimates.mean(survey(households()), "size")


def test_the_ratio_of_a_variable_to_itself_is_one_without_error():
    made = estimates.ratio(survey(households()), "x", "x")
    assert made["estimate"].item() == pytest.approx(1)
    assert made["se"].item() == pytest.approx(0, abs=1e-12)
    assert np.isnan(made["deff"].item()) or made["deff"].item() >= 0
