"""The variance over stages: textbook formulas, and what must not change it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sampling.design import Design
from tests.drawing import table
from tests.weighting.samples import REPLACEMENT, TWO_STAGES, households, survey
from weighting import estimates
from weighting.errors import EstimationError


def figures(survey, **options):
    made = estimates.mean(survey, ["x", "y"], by=["region"], **options)
    return made[["estimate", "se", "deff"]].to_numpy()


def test_simple_random_sampling_has_the_textbook_error():
    y = np.array([3.0, 5, 6, 7, 9, 12])
    data = households(strata=1, eas=1).assign(y=y, household=range(6), p=6 / 40, weight=40 / 6)
    made = estimates.mean(survey(data, Design(("household",), "weight", None, ("p",))), "y")
    assert made["estimate"].item() == pytest.approx(y.mean())
    assert made["se"].item() == pytest.approx(np.sqrt((1 - 6 / 40) * y.var(ddof=1) / 6))
    assert made["deff"].item() == pytest.approx(1)


def test_stratified_sampling_adds_the_strata():
    data = households().assign(id=range(72))
    made = estimates.total(survey(data, Design(("id",), "weight", "stratum")), "y")
    scores = data["weight"] * data["y"]
    textbook = sum(24 * scores[data["stratum"] == h].var(ddof=1) for h in range(3))
    assert made["se"].item() == pytest.approx(np.sqrt(textbook))


def test_two_stages_add_what_each_ea_does_not_know():
    # one stratum, two of four EAs, then two of four and two of eight households
    data = table("""
        ea  household  p1   p2    y
        1   1          0.5  0.5   1
        1   2          0.5  0.5   3
        2   1          0.5  0.25  2
        2   2          0.5  0.25  6
    """).assign(weight=lambda rows: 1 / (rows["p1"] * rows["p2"]))
    made = estimates.total(survey(data, Design(("ea", "household"), "weight", None, ("p1", "p2"))), "y")
    between = 2 * (1 - 0.5) * ((16 - 40) ** 2 + (64 - 40) ** 2)
    within_first = 0.5 * 2 * (1 - 0.5) * ((4 - 8) ** 2 + (12 - 8) ** 2)
    within_second = 0.5 * 2 * (1 - 0.25) * ((16 - 32) ** 2 + (48 - 32) ** 2)
    assert made["se"].item() ** 2 == pytest.approx(between + within_first + within_second)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), factor=st.floats(0.001, 1000))
def test_the_scale_of_the_weights_changes_no_mean_and_no_error(seed, factor):
    data = households(seed)
    scaled = data.assign(weight=data["weight"] * factor)
    assert figures(survey(scaled))[:, :2] == pytest.approx(figures(survey(data))[:, :2], rel=1e-10)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
@pytest.mark.parametrize("design", [REPLACEMENT, TWO_STAGES], ids=["replacement", "two stages"])
def test_the_order_of_rows_changes_nothing(design, seed):
    data = households(seed)
    mixed = data.sample(frac=1, random_state=seed)
    assert figures(survey(mixed, design)) == pytest.approx(figures(survey(data, design)), rel=1e-10)


def test_persons_have_the_error_of_their_households_clusters():
    data = households()
    persons = data.loc[data.index.repeat(1 + data["household"] % 4), ["household", "x"]].reset_index(drop=True)
    persons["age"] = np.arange(len(persons)) % 70
    linked = survey(data, TWO_STAGES).members(persons, "household")
    flat = survey(persons.drop(columns="x").merge(data, on="household"), TWO_STAGES)
    for by in ([], ["region"]):
        columns = ["estimate", "se", "deff", "df", "n"]
        one, other = (estimates.ratio(each, "age", "x", by=by)[columns].to_numpy() for each in (linked, flat))
        assert one == pytest.approx(other, rel=1e-12)


def test_a_unit_without_an_interview_keeps_its_ea_in_the_design():
    data = households()
    data.loc[data["ea"] == 2, "weight"] = 0.0
    silent, gone = survey(data), survey(data[data["ea"] != 2])
    assert estimates.total(silent, "y")["estimate"].item() == estimates.total(gone, "y")["estimate"].item()
    assert estimates.total(silent, "y")["se"].item() > estimates.total(gone, "y")["se"].item()


def test_a_single_ea_in_a_stratum_is_refused_by_name():
    data = households()
    lonely = data[(data["stratum"] != 1) | (data["ea"] == 4)].assign(
        stratum=lambda rows: "s" + rows["stratum"].astype(str)
    )
    with pytest.raises(EstimationError, match=r"only one unit was drawn in 1 group.* s1;"):
        estimates.mean(survey(lonely), "y")


def test_an_adjusted_single_ea_is_centred_at_the_mean_of_all_eas():
    data = table("""
        stratum  ea  weight  y
        a        1   1       2
        b        2   1       4
        b        3   1       9
    """)
    made = estimates.total(survey(data, Design(("ea",), "weight", "stratum", lonely="adjust")), "y")
    assert made["se"].item() ** 2 == pytest.approx((2 - 5) ** 2 + 2 * 2 * 2.5**2)


def test_a_single_ea_taken_with_certainty_is_no_trouble():
    data = households().assign(p1=1.0, p2=0.2, weight=5.0)
    alone = data[data["ea"].isin([0, 4, 8])]
    made = estimates.mean(survey(alone, TWO_STAGES), "y")
    assert made["se"].item() > 0


def test_many_columns_are_worked_through_in_blocks(monkeypatch):
    whole = figures(survey(households(), TWO_STAGES))
    monkeypatch.setattr("weighting.variance.CELLS_AT_ONCE", 100)
    assert figures(survey(households(), TWO_STAGES)) == pytest.approx(whole, rel=1e-14)


@pytest.mark.parametrize(
    ("column", "values", "message"),
    [
        ("ea", [None, *range(1, 72)], "'ea' is empty in 1 row"),
        ("p1", [0.0] * 72, "'p1' must lie in"),
        ("p1", [0.5, 0.4] * 36, "'p1' varies within a unit"),
    ],
)
def test_a_design_column_that_cannot_be_is_named(column, values, message):
    data = households().assign(**{column: values})
    with pytest.raises(EstimationError, match=message):
        estimates.mean(survey(data, TWO_STAGES), "y")
