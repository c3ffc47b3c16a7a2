"""Dispositions and the outcome rates of AAPOR."""

import numpy as np
import pandas as pd
import pytest

from weighting import dispositions
from weighting.errors import DispositionError

# 40 complete, 10 partial, 15 refused, 10 not met, 5 other, 4 + 6 unknown, 10 not eligible
FIELD = pd.Series(
    np.repeat(["1.1", "1.2", "2.11", "2.24", "2.33", "3.18", "3.20", "4.60"], [40, 10, 15, 10, 5, 4, 6, 10])
)
E = 80 / 90
BY_HAND = {
    "RR1": 40 / 90,
    "RR2": 50 / 90,
    "RR3": 40 / (80 + E * 10),
    "RR4": 50 / (80 + E * 10),
    "RR5": 40 / 80,
    "RR6": 50 / 80,
    "COOP1": 40 / 70,
    "COOP2": 50 / 70,
    "COOP3": 40 / 65,
    "COOP4": 50 / 65,
    "REF1": 15 / 90,
    "REF2": 15 / (80 + E * 10),
    "REF3": 15 / 80,
    "CON1": 70 / 90,
    "CON2": 70 / (80 + E * 10),
    "CON3": 70 / 80,
    "e": E,
}


@pytest.mark.parametrize(
    ("code", "category"),
    [
        ("1.1", "I"),
        (1.1, "I"),
        ("1.2", "P"),
        ("2.10", "R"),
        ("2.112", "R"),
        ("2.12", "R"),
        ("2.20", "NC"),
        ("2.25", "NC"),
        ("2.331", "O"),
        ("2.36", "O"),
        ("3.10", "UH"),
        ("3.18", "UH"),
        ("3.21", "UO"),
        ("3.90", "UO"),
        ("4.10", "NE"),
        ("4.53", "NE"),
        ("4.80", "NE"),
    ],
)
def test_a_code_belongs_to_the_category_it_begins_with(code, category):
    assert dispositions.categorise(pd.Series([code])).tolist() == [category]


@pytest.mark.parametrize("code", [None, "", "9", "2", "2.9", "complete", 42, "41"])
def test_what_is_no_final_disposition_is_refused(code):
    with pytest.raises(DispositionError, match="1 unit"):
        dispositions.categorise(pd.Series(["1.1", code]))


@pytest.mark.parametrize("rate", BY_HAND)
def test_rates_are_those_made_by_hand(rate):
    assert dispositions.rates(FIELD)[rate] == pytest.approx(BY_HAND[rate])


def test_equal_weights_change_no_rate():
    pd.testing.assert_series_equal(dispositions.rates(FIELD, np.full(100, 7.5)), dispositions.rates(FIELD))


def test_weights_count_units_by_the_population_they_stand_for():
    rates = dispositions.rates(pd.Series(["1.1", "2.11"]), np.array([30.0, 10.0]))
    assert rates["RR1"] == pytest.approx(0.75)


def test_a_rate_over_nobody_is_missing():
    assert np.isnan(dispositions.rates(pd.Series(["4.60"]))["RR5"])


def test_four_statuses_decide_who_hands_weight_to_whom():
    assert dispositions.classify(pd.Series(["1.2", "2.30", "3.90", "4.61"])).tolist() == [
        dispositions.RESPONDENT,
        dispositions.NONRESPONDENT,
        dispositions.UNKNOWN,
        dispositions.INELIGIBLE,
    ]
