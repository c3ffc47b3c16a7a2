"""Weights, calibration and estimates equal R `survey` on stratified two-stage samples (numbers: weighting.R)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sampling.design import Design, Survey
from weighting import base, calibration, estimates
from weighting.margins import Margins

HERE = Path(__file__).parent
NUMBERS = pd.read_csv(HERE / "weighting_numbers.csv")
UNITS = pd.read_csv(HERE / "weighting_units.csv", dtype={"psu": str}).assign(
    q2=lambda units: units["p2"], responding=lambda units: units["weight_nr"]
)
LONELY = pd.read_csv(HERE / "weighting_lonely.csv", dtype={"psu": str})
POPULATION = 4200

TWO_STAGES = ("psu", "unit")
DESIGNS = {
    "replacement": Design(("psu",), "weight", "stratum"),
    "brewer": Design(TWO_STAGES, "weight", "stratum", ("p1", "p2")),
    "srs": Design(TWO_STAGES, "weight_srs", "stratum", ("q1", "q2")),
    "unstratified": Design(("psu",), "weight"),
    "responding": Design(("psu",), "weight_nr", "stratum"),
    "responding_brewer": Design(TWO_STAGES, "weight_nr", "stratum", ("p1", "p2")),
}
CALIBRATIONS = {
    "poststratified": lambda survey: calibration.poststratify(survey, margins("region")),
    "raked": lambda survey: calibration.rake(survey, margins("region", "urban", "size")),
    "regression": lambda survey: calibration.calibrate(survey, *auxiliaries(survey.data)),
    "twice": lambda survey: calibration.rake(
        calibration.poststratify(survey, margins("stratum")), margins("region", "size")
    ),
}
SHARES = {
    "region": {"A": 0.25, "B": 0.45, "C": 0.30},
    "urban": {1: 0.52, 2: 0.48},
    "size": {"1": 0.22, "2": 0.23, "3-4": 0.33, "5+": 0.22},
    "stratum": {1: 0.1, 2: 0.15, 3: 0.2, 4: 0.25, 5: 0.2, 6: 0.1},
}
SOME = {"size": "3-4", "region": ["A", "B"]}

WHATS = {
    "total": lambda s: estimates.total(s, "x"),
    "total with missing": lambda s: estimates.total(s, "y"),
    "mean": lambda s: estimates.mean(s, "x"),
    "mean with missing": lambda s: estimates.mean(s, "y"),
    "ratio": lambda s: estimates.ratio(s, "yes", "x"),
    "proportions": lambda s: estimates.proportion(s, "size"),
    "mean by region": lambda s: estimates.mean(s, "x", by=["region"]),
    "total by urban and region": lambda s: estimates.total(s, "yes", by=["region", "urban"]),
    "ratio by region": lambda s: estimates.ratio(s, "yes", "x", by=["region"]),
    "mean of some": lambda s: estimates.mean(s, "x", where=SOME),
    "total of some": lambda s: estimates.total(s, "x", where=SOME),
    "interval": lambda s: estimates.proportion(s, "yes", value=1),
    "interval of a rare thing": lambda s: estimates.proportion(s, "rare", value=1),
    "interval of the mean": lambda s: estimates.mean(s, "x"),
}
COLUMNS = {"est": ["estimate"], "se": ["se"], "deff": ["deff"], "ci": ["ci_low", "ci_high"]}
# R finds the logit interval through a model that it stops fitting at 1e-8.
TOLERANCE = {"interval": 1e-7, "interval of a rare thing": 1e-7}


def margins(*variables: str) -> Margins:
    rows = [(name, str(code), share * POPULATION) for name in variables for code, share in SHARES[name].items()]
    return Margins.of(pd.DataFrame(rows, columns=["variable", "code", "total"]))


def auxiliaries(data: pd.DataFrame) -> tuple[pd.DataFrame, list[float]]:
    columns = {"all": 1.0, "B": data["region"] == "B", "C": data["region"] == "C", "x": data["x"]}
    totals = [1, SHARES["region"]["B"], SHARES["region"]["C"], 1.03 * 22]
    return pd.DataFrame(columns, index=data.index).astype(float), [POPULATION * total for total in totals]


@cache
def survey(name: str) -> Survey:
    design, _, how = name.partition(" ")
    drawn = Survey(UNITS, DESIGNS[design], DESIGNS[design].weight)
    return CALIBRATIONS[how](drawn) if how else drawn


def reference(case: str, what: str) -> np.ndarray:
    rows = NUMBERS[(NUMBERS["case"] == case) & (NUMBERS["what"] == what)]
    return rows["value"].to_numpy(dtype=float)


CASES = [case for case in NUMBERS["case"].unique() if case.split("/")[1] in WHATS and "lonely" not in case]


@pytest.mark.parametrize("case", CASES)
def test_estimates_and_their_errors_equal_those_of_r(case):
    name, what = case.split("/")
    made = WHATS[what](survey(name))
    for column in NUMBERS.loc[NUMBERS["case"] == case, "what"].unique():
        mine = made[COLUMNS[column]].to_numpy(dtype=float).ravel()
        # The error of a total that was calibrated on is nought, and what is left of it is rounding.
        nought = 1e-11 * made["estimate"].abs().max() if column == "se" else 1e-11
        wanted = pytest.approx(reference(case, column), rel=TOLERANCE.get(what, 1e-10), abs=nought)
        assert mine == wanted, column


@pytest.mark.parametrize("name", [case.split("/")[0] for case in NUMBERS["case"].unique() if "degrees" in case])
def test_degrees_of_freedom_are_those_of_the_domain(name):
    made = [
        estimates.mean(survey(name), "x"),
        estimates.mean(survey(name), "x", where={"region": "A"}),
        estimates.mean(survey(name), "x", where={"rare": 1}),
    ]
    assert [frame["df"].item() for frame in made] == reference(f"{name}/degrees of freedom", "est").tolist()


@pytest.mark.parametrize("name", ["brewer", "srs"])
def test_base_weights_equal_those_of_r(name):
    weighted = base.weigh(survey(name))
    assert weighted.weights == pytest.approx(reference(f"weights/{name}", "est"), rel=1e-12)


@pytest.mark.parametrize("how", CALIBRATIONS)
@pytest.mark.parametrize("design", ["replacement", "brewer", "srs", "responding"])
def test_calibrated_weights_equal_those_of_r(design, how):
    weights = survey(f"{design} {how}").weights
    wanted = reference(f"weights/{design} {how}", "est")
    assert weights[weights > 0] == pytest.approx(wanted[wanted > 0], rel=1e-9)


@pytest.mark.parametrize("case", [case for case in NUMBERS["case"].unique() if case.startswith("lonely")])
def test_a_stratum_with_one_psu_counts_as_in_r(case):
    _, design, how, what = case.split("/")
    given = DESIGNS[design]
    drawn = Survey(LONELY, Design(given.ids, given.weight, given.strata, given.probabilities, how), given.weight)
    made = WHATS[what](drawn)
    assert made["estimate"].to_numpy() == pytest.approx(reference(case, "est"), rel=1e-9)
    assert made["se"].to_numpy() == pytest.approx(reference(case, "se"), rel=1e-9)
