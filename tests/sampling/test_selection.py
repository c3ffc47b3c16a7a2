"""Selection: stated probabilities are the true ones, first and second order.

Reference numbers: R package `sampling` 2.9 (inclusionprobabilities, UPsampfordpi2, UPsystematicpi2,
UPsystematic), R 4.2.2.
"""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sampling import selection
from sampling.errors import SamplingError
from sampling.stages import stream

SIZES = np.array([12.0, 7, 30, 18, 5, 9, 22, 3, 15, 10])  # n = 4: 0.366 ... 0.305, largest 0.916
CERTAIN = np.array([1.0, 2, 3, 4, 5, 100, 200, 10])
P1 = np.array([0.2, 0.7, 0.8, 0.5, 0.4, 0.4])
SAMPFORD_P1 = [
    [0.2, 0.108181818181818, 0.136363636363636, 0.0627272727272727, 0.0463636363636364, 0.0463636363636364],
    [0.108181818181818, 0.7, 0.532954545454545, 0.299090909090909, 0.229886363636364, 0.229886363636364],
    [0.136363636363636, 0.532954545454545, 0.8, 0.363409090909091, 0.283636363636364, 0.283636363636364],
    [0.0627272727272727, 0.299090909090909, 0.363409090909091, 0.5, 0.137386363636364, 0.137386363636364],
    [0.0463636363636364, 0.229886363636364, 0.283636363636364, 0.137386363636364, 0.4, 0.102727272727273],
    [0.0463636363636364, 0.229886363636364, 0.283636363636364, 0.137386363636364, 0.102727272727273, 0.4],
]
SYSTEMATIC_P1 = [
    [0.2, 0.0, 0.2, 0.2, 0.0, 0.0],
    [0.0, 0.7, 0.5, 0.2, 0.4, 0.3],
    [0.2, 0.5, 0.8, 0.3, 0.4, 0.2],
    [0.2, 0.2, 0.3, 0.5, 0.0, 0.3],
    [0.0, 0.4, 0.4, 0.0, 0.4, 0.0],
    [0.0, 0.3, 0.2, 0.3, 0.0, 0.4],
]
METHODS = {
    "srs": lambda rng: selection.srs(10, 4, rng),
    "systematic": lambda rng: selection.systematic(10, 4, rng),
    "pps_systematic": lambda rng: selection.pps_systematic(SIZES, 4, rng),
    "sampford": lambda rng: selection.sampford(SIZES, 4, rng),
    "sampford with certain units": lambda rng: selection.sampford(CERTAIN, 4, rng),
    "pps_systematic with certain units": lambda rng: selection.pps_systematic(CERTAIN, 4, rng),
}
sizes_and_n = st.lists(st.floats(0.1, 1e4), min_size=1, max_size=12).flatmap(
    lambda sizes: st.tuples(st.just(np.array(sizes)), st.integers(1, len(sizes)))
)


def whole_matrix(method: str, probabilities: np.ndarray) -> np.ndarray:
    """The joint probabilities of all units, put together from those of the drawn ones."""
    units, n = len(probabilities), round(float(probabilities.sum()))
    joint = np.full((units, units), np.nan)
    for drawn in combinations(range(units), n):
        joint[np.ix_(drawn, drawn)] = selection.JOINT[method](probabilities, np.array(drawn))
    return joint


def test_inclusion_probabilities_take_large_units_for_certain():
    expected = [0.08, 0.16, 0.24, 0.32, 0.4, 1, 1, 0.8]
    assert selection.inclusion_probabilities(CERTAIN, 4) == pytest.approx(expected, rel=1e-14)


def test_inclusion_probabilities_of_empty_units_are_zero():
    expected = [0, 0.4, 0.6, 0, 1, 1]
    assert selection.inclusion_probabilities(np.array([0.0, 2, 3, 0, 5, 8]), 3) == pytest.approx(expected)


@given(sizes_and_n)
def test_inclusion_probabilities_sum_to_n(problem):
    sizes, n = problem
    probabilities = selection.inclusion_probabilities(sizes, n)
    assert probabilities.sum() == pytest.approx(n)
    assert probabilities.max() <= 1


@given(sizes_and_n, st.integers(0, 2**32))
@pytest.mark.parametrize("method", ["pps_systematic", "sampford"])
def test_every_draw_has_n_different_units(method, problem, seed):
    sizes, n = problem
    drawn = selection.BY_SIZE[method](sizes, n, stream(seed, ()))
    assert len(set(drawn.positions.tolist())) == n


@pytest.mark.parametrize("method", METHODS)
def test_units_are_drawn_as_often_as_stated(method):
    rng, draws = stream(7, (method,)), 2000
    counts = np.zeros(len(METHODS[method](rng).probabilities))
    for _ in range(draws):
        drawn = METHODS[method](rng)
        counts[drawn.positions] += 1
    p = drawn.probabilities
    assert (abs(counts / draws - p) <= 4 * np.sqrt(p * (1 - p) / draws)).all()


@pytest.mark.parametrize("method", ["srs", "systematic", "pps_systematic", "sampford"])
def test_pairs_are_drawn_as_often_as_stated(method):
    rng, draws = stream(11, (method,)), 2000
    counts = np.zeros((10, 10))
    for _ in range(draws):
        drawn = METHODS[method](rng)
        counts[np.ix_(drawn.positions, drawn.positions)] += 1
    p = whole_matrix(method, drawn.probabilities)
    p[np.isnan(p)] = 0
    assert (abs(counts / draws - p) <= 4 * np.sqrt(p * (1 - p) / draws) + 1e-12).all()


@pytest.mark.parametrize(("method", "expected"), [("sampford", SAMPFORD_P1), ("systematic", SYSTEMATIC_P1)])
def test_joint_probabilities_equal_those_of_r(method, expected):
    assert whole_matrix(method, P1) == pytest.approx(np.array(expected), rel=1e-12, abs=1e-14)


def test_sampford_joint_probabilities_equal_the_sum_over_all_samples():
    p, n = selection.inclusion_probabilities(SIZES, 4), 4
    samples = np.array([[unit in drawn for unit in range(10)] for drawn in combinations(range(10), n)])
    chance = np.prod(np.where(samples, p / (1 - p), 1), axis=1) * (samples * (1 - p)).sum(axis=1)
    expected = np.einsum("s,si,sj->ij", chance / chance.sum(), samples, samples)
    assert whole_matrix("sampford", p) == pytest.approx(expected, rel=1e-12)


def test_systematic_joint_probabilities_equal_the_sum_over_all_starts():
    p = selection.inclusion_probabilities(SIZES, 4)
    steps = np.unique(np.concatenate([[0.0, 1.0], np.cumsum(p) % 1]).round(12))
    expected = np.zeros((10, 10))
    for low, high in pairwise(steps):
        drawn = selection.walk(p, (low + high) / 2)
        expected[np.ix_(drawn, drawn)] += high - low
    stated = whole_matrix("pps_systematic", p)
    assert stated == pytest.approx(expected, abs=1e-11)


@pytest.mark.parametrize("method", ["srs", "systematic", "pps_systematic", "sampford"])
def test_joint_probabilities_of_a_unit_sum_to_n_times_its_own(method):
    p = np.full(7, 3 / 7) if method in selection.EQUAL else selection.inclusion_probabilities(SIZES[:7], 3)
    joint = whole_matrix(method, p)
    assert joint.sum(axis=1) == pytest.approx(3 * p, rel=1e-12)


def test_certain_units_are_independent_of_the_others():
    p = selection.inclusion_probabilities(CERTAIN, 4)
    for method in ("sampford", "pps_systematic"):
        joint = selection.JOINT[method](p, np.array([2, 5, 6, 7]))
        assert joint[1] == pytest.approx([0.24, 1, 1, 0.8])


def test_sampford_stays_exact_where_probabilities_are_near_one():
    sizes = np.concatenate([np.full(40, 30.0), np.full(60, 1.0)])
    p = selection.inclusion_probabilities(sizes, 40)
    joint = selection.joint_sampford(p, np.arange(40))
    twins = joint[0, 1]  # all 40 large units are alike, and so are the 60 small ones
    mixed = selection.joint_sampford(p, np.arange(1, 41))[0, 39]
    assert p[0] + 39 * twins + 60 * mixed == pytest.approx(40 * p[0], rel=1e-12)


def test_systematic_walk_equals_that_of_r():
    p = selection.inclusion_probabilities(SIZES, 4)
    drawn = {u: (selection.walk(p, u) + 1).tolist() for u in (0.05, 0.25, 0.5, 0.75, 0.95)}
    assert drawn == {
        0.05: [1, 3, 5, 7],
        0.25: [1, 3, 6, 9],
        0.5: [2, 4, 7, 9],
        0.75: [3, 4, 7, 10],
        0.95: [3, 4, 7, 10],
    }


def test_a_large_stratum_is_drawn_too():
    sizes = 1.0 + np.arange(3000) % 97
    drawn = selection.sampford(sizes, 300, stream(1, ()))
    assert len(drawn.positions) == 300
    assert drawn.probabilities.max() < 1


@pytest.mark.parametrize(
    ("sizes", "n", "message"),
    [([1.0, -1.0], 1, "negative"), ([1.0, float("nan")], 1, "no number"), ([1.0, 0.0], 2, "1 units of positive size")],
)
def test_sizes_that_cannot_be_drawn_by_are_refused(sizes, n, message):
    with pytest.raises(SamplingError, match=message):
        selection.sampford(np.array(sizes), n, stream(1, ()))


def test_more_units_than_there_are_cannot_be_drawn():
    with pytest.raises(SamplingError, match="5 units cannot be drawn from 4"):
        selection.srs(4, 5, stream(1, ()))


def test_rounding_pushes_no_hit_beyond_the_last_unit():
    probabilities = np.full(10, 0.1)
    assert np.cumsum(probabilities)[-1] < 1
    assert selection.walk(probabilities, 1.0).tolist() == [9]
