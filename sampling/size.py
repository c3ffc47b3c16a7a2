"""Size: how many units to draw for a wanted precision.

    n_0 = z^2 S^2 / d^2                  simple random sampling from an endless population
    n   = n_0 / (1 + n_0 / N)            from N units (for a proportion S^2 = P(1-P) N / (N-1))
    drawn = n * deff / response          clusters and weights cost precision, refusals cost interviews

Source: Cochran 1977, chapter 4; the design effect: Kish 1965. Only the result is rounded, upwards.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

from sampling.errors import PlanError


@dataclass(frozen=True)
class Need:
    """How many units a precision needs.

    interviews  answers that must come in
    drawn       units to draw so that they do
    """

    interviews: int
    drawn: int


def proportion(
    share: float,
    half_width: float,
    *,
    confidence: float = 0.95,
    deff: float = 1.0,
    response: float = 1.0,
    population: int | None = None,
) -> Need:
    """Units needed for a proportion.

    share       the proportion expected, between 0 and 1; 0.5 is the safe guess
    half_width  half of the confidence interval, in the same unit
    deff        design effect; response: share of drawn units that answer, 0 to 1; population: N, for the fpc
    Raises PlanError when an argument is out of its range.

    >>> proportion(0.5, 0.05, deff=1.5, response=0.8)
    Need(interviews=577, drawn=721)
    """
    _demand(0 < share < 1, f"share = {share:g} must lie between 0 and 1")
    variance = share * (1 - share)
    if population is not None and population > 1:
        variance *= population / (population - 1)
    return _need(variance, half_width, confidence, deff, response, population)


def mean(
    spread: float,
    half_width: float,
    *,
    confidence: float = 0.95,
    deff: float = 1.0,
    response: float = 1.0,
    population: int | None = None,
) -> Need:
    """Units needed for a mean.

    spread  the standard deviation expected in the population; the other arguments as `proportion`
    """
    _demand(spread > 0, f"spread = {spread:g} must be more than 0")
    return _need(spread**2, half_width, confidence, deff, response, population)


def _need(
    variance: float, half_width: float, confidence: float, deff: float, response: float, population: int | None
) -> Need:
    _demand(half_width > 0, f"half width = {half_width:g} must be more than 0")
    _demand(0 < confidence < 1, f"confidence = {confidence:g} must lie between 0 and 1")
    _demand(deff > 0, f"deff = {deff:g} must be more than 0")
    _demand(0 < response <= 1, f"response = {response:g} must lie between 0 and 1")
    _demand(population is None or population > 0, f"population = {population} must be 1 or more")
    n = (NormalDist().inv_cdf((1 + confidence) / 2) / half_width) ** 2 * variance
    if population is not None:
        n /= 1 + n / population
    return Need(_round_up(n * deff), _round_up(n * deff / response))


def _round_up(number: float) -> int:
    """The next whole number, without counting the rounding of the arithmetic as one unit more."""
    return math.ceil(round(number, 9))


def _demand(holds: bool, message: str) -> None:
    if not holds:
        raise PlanError(f"sample size: {message}")
