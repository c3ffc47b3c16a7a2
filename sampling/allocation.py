"""Allocation: how many units each stratum gets.

A method says what the numbers should be in proportion to (`equal` ... `square_root`); `whole` turns these shares
into whole numbers that sum to n, with a minimum, and never more than a stratum has.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sampling.errors import PlanError

Numbers = NDArray[np.float64]
Counts = NDArray[np.int64]

METHODS = ("equal", "proportional", "neyman", "power", "square_root")


@dataclass(frozen=True)
class Size:
    """How many first-stage units, and how they are shared among the strata.

    psus        first-stage units in all
    allocation  equal, proportional, neyman, power or square_root
    minimum     least number for each stratum
    variable    column whose standard deviation (neyman) or coefficient of variation (power) counts
    power       the exponent of the power allocation
    """

    psus: int
    allocation: str = "proportional"
    minimum: int = 2
    variable: str | None = None
    power: float = 0.5


def equal(totals: Numbers) -> Numbers:
    """The same share for every stratum."""
    return np.ones(len(totals))


def proportional(totals: Numbers) -> Numbers:
    """n_h ~ N_h: with equal sampling within strata, every unit has the same weight (Cochran 1977, chapter 5).

    totals  units of each stratum (N_h), or the sum of their size measure
    """
    return np.asarray(totals, dtype=np.float64)


def neyman(totals: Numbers, spread: Numbers) -> Numbers:
    """n_h ~ N_h S_h, the smallest variance of a total at a given n (Neyman 1934; Cochran 1977, eq. 5.26).

    totals  units of each stratum (N_h)
    spread  standard deviation of the survey variable in each stratum (S_h)
    """
    return np.asarray(totals, dtype=np.float64) * np.asarray(spread, dtype=np.float64)


def power(importance: Numbers, cv: Numbers | None = None, *, exponent: float = 0.5) -> Numbers:
    """n_h ~ X_h^q CV_h, a compromise between good national and good regional figures (Bankier 1988).

    importance  X_h, size or importance of each stratum
    cv          coefficient of variation of the survey variable in each stratum; without it, equal ones
    exponent    q, 0 (equal precision of strata) to 1 (with X_h the stratum total: Neyman)
    """
    shares = np.array([float(value) ** exponent for value in importance])
    return shares if cv is None else shares * np.asarray(cv, dtype=np.float64)


def square_root(totals: Numbers) -> Numbers:
    """n_h ~ sqrt(N_h): the power allocation with q = 1/2 and equal coefficients of variation."""
    return np.array([math.sqrt(value) for value in totals])


def shares(
    size: Size, units: Numbers, measure: Numbers, spread: Numbers | None = None, means: Numbers | None = None
) -> Numbers:
    """What the numbers of the strata should be in proportion to, as `size.allocation` says.

    units    ultimate units of each stratum
    measure  their size measure summed, where the first stage draws by size; else the same
    spread   standard deviation of `size.variable` in each stratum, and means its mean
    """
    if size.allocation == "neyman" and spread is not None:
        return neyman(units, spread)
    if size.allocation == "power":
        cv = None
        if spread is not None and means is not None:
            cv = np.divide(spread, means, out=np.full(len(means), np.nan), where=means != 0)
        return power(measure, cv, exponent=size.power)
    return {"equal": equal, "square_root": square_root}.get(size.allocation, proportional)(measure)


def whole(shares: Numbers, n: int, *, available: Counts, minimum: int = 0) -> Counts:
    """Whole numbers in proportion to `shares`, summing to n exactly.

    shares     what the numbers should be in proportion to, one for each stratum, none negative
    available  how many units each stratum has; a stratum that would get more is taken whole (a certainty stratum)
               and the others share what is left
    minimum    least number for a stratum, or all its units if it has fewer

    Fractions are rounded by largest remainder (Hamilton's method); equal remainders go to the first stratum.
    Raises PlanError when n is less than the minima or more than all units.

    >>> whole(np.array([80.0, 10.0, 10.0]), 20, available=np.array([6, 30, 30]), minimum=2).tolist()
    [6, 7, 7]
    """
    shares, most = np.asarray(shares, dtype=np.float64), np.asarray(available, dtype=np.int64)
    least = np.minimum(minimum, most)
    if n > most.sum():
        raise PlanError(f"[size]: {n} units are wanted, but the frame has {most.sum()}; ask for fewer")
    if n < least.sum():
        raise PlanError(
            f"[size]: {n} units cannot give each of {len(most)} strata its minimum ({least.sum()} in all); "
            "ask for more units or lower the minimum"
        )
    if not np.isfinite(shares).all() or (shares < 0).any():
        raise PlanError("[size]: a stratum's share is negative or no number; check the allocation's variable")
    # Rounding to 9 places keeps the last bits of a machine's arithmetic from deciding who gets the remainder.
    exact = _within(shares, n, least, most).round(9)
    numbers = np.floor(exact).astype(np.int64)
    remainders = np.where(numbers < most, exact - numbers, -1.0)
    first = np.argsort(-remainders, kind="stable")[: n - int(numbers.sum())]
    numbers[first] += 1
    return numbers


def _within(shares: Numbers, n: int, least: Counts, most: Counts) -> Numbers:
    """Real numbers t * shares held between `least` and `most`, with t such that they sum to n."""
    exact = np.zeros(len(shares))
    free = np.arange(len(shares))
    while len(free):
        left = n - math.fsum(np.delete(exact, free))
        wanted = shares[free] if shares[free].any() else most[free].astype(np.float64)
        trial = left * (wanted / (math.fsum(wanted) or 1.0))
        held = np.clip(trial, least[free], most[free])
        over = math.fsum(held) - left
        # When the bounds lift the sum, strata at their minimum keep it; when they lower it, those at their maximum.
        bound = held > trial if over > 0 else held < trial
        if abs(over) < 1e-9 or not bound.any():
            bound = np.ones(len(free), dtype=bool)
        exact[free[bound]] = held[bound]
        free = free[~bound]
    return exact
