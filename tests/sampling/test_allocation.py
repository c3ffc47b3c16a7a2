"""Numbers for strata: the textbook's shares, whole, within their bounds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sampling import allocation
from sampling.errors import PlanError

# MU284 (Särndal, Swensson and Wretman 1992, appendix B): municipalities by region, S of RMT85; the reference
# shares, 60 N_h S_h / sum(N_h S_h) and 60 N_h / N, were computed in R 4.2.2.
UNITS = np.array([25, 48, 32, 38, 56, 41, 15, 29])
SPREAD = np.array(
    [1201.14472899813, 306.248970905783, 179.396434315628, 558.324795728162,
     887.985870478146, 148.149331386422, 203.939580221575, 189.310350659955]
)  # fmt: skip
NEYMAN = [13.24441177236, 6.48355503298, 2.53198489923, 9.35767243081, 21.93266516623, 2.67905036766, 1.34924279078]
PROPORTIONAL = [5.28169014085, 10.1408450704, 6.7605633803, 8.0281690141, 11.8309859155, 8.6619718310, 3.1690140845]


@st.composite
def problems(draw):
    available = draw(st.lists(st.integers(1, 60), min_size=1, max_size=9))
    shares = draw(st.lists(st.floats(0, 1e6), min_size=len(available), max_size=len(available)))
    minimum = draw(st.integers(0, 4))
    least = sum(min(minimum, most) for most in available)
    n = draw(st.integers(least, sum(available)))
    return np.array(shares), n, np.array(available), minimum


def test_neyman_and_proportional_shares_are_the_textbooks():
    shares = allocation.neyman(UNITS, SPREAD)
    assert 60 * shares[:7] / shares.sum() == pytest.approx(NEYMAN, rel=1e-9)
    shares = allocation.proportional(UNITS)
    assert 60 * shares[:7] / shares.sum() == pytest.approx(PROPORTIONAL, rel=1e-9)


def test_power_lies_between_equal_and_neyman():
    totals, cv = UNITS * 10.0, SPREAD / 10.0
    assert allocation.power(totals, cv, exponent=0) == pytest.approx(cv)
    assert allocation.power(totals, cv, exponent=1) == pytest.approx(allocation.neyman(UNITS, SPREAD))
    assert allocation.power(totals) == pytest.approx(allocation.square_root(totals))


def test_fractions_go_to_the_largest_remainders():
    numbers = allocation.whole(np.array([1.0, 2.2, 2.8]), 6, available=np.array([9, 9, 9]))
    assert numbers.tolist() == [1, 2, 3]


def test_a_stratum_too_small_for_its_share_is_taken_whole():
    numbers = allocation.whole(np.array([80.0, 10.0, 10.0]), 20, available=np.array([6, 30, 30]), minimum=2)
    assert numbers.tolist() == [6, 7, 7]


def test_a_minimum_is_taken_from_the_others():
    numbers = allocation.whole(np.array([96.0, 3.0, 1.0]), 12, available=np.array([50, 50, 50]), minimum=2)
    assert numbers.tolist() == [8, 2, 2]


@given(problems())
def test_numbers_sum_to_n_within_their_bounds(problem):
    shares, n, available, minimum = problem
    numbers = allocation.whole(shares, n, available=available, minimum=minimum)
    assert numbers.sum() == n
    assert (numbers >= np.minimum(minimum, available)).all()
    assert (numbers <= available).all()


@given(problems(), st.floats(1e-3, 1e3))
def test_only_the_proportions_of_shares_count(problem, factor):
    _, n, available, minimum = problem
    shares = available.astype(float)
    numbers = allocation.whole(shares, n, available=available, minimum=minimum)
    assert (numbers == allocation.whole(shares * factor, n, available=available, minimum=minimum)).all()


@given(problems())
def test_unbounded_numbers_are_less_than_one_from_their_share(problem):
    shares, n = problem[0] + 1, problem[1]
    exact = n * shares / shares.sum()
    numbers = allocation.whole(shares, n, available=np.full(len(shares), n))
    assert (abs(numbers - exact) < 1 + 1e-6).all()


@pytest.mark.parametrize(("n", "message"), [(7, "the frame has 6"), (3, "its minimum .4 in all")])
def test_impossible_numbers_are_refused(n, message):
    with pytest.raises(PlanError, match=message):
        allocation.whole(np.ones(2), n, available=np.array([3, 3]), minimum=2)


def test_a_share_that_is_no_number_is_refused():
    with pytest.raises(PlanError, match="variable"):
        allocation.whole(np.array([np.nan, 1.0]), 2, available=np.array([3, 3]))
