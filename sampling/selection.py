"""Selection: which units are drawn, and with what first- and second-order inclusion probability.

Every method takes the units in their order, draws n of them without replacement and uses nothing of the generator
but `rng.random()`: doubles from a fixed bit stream, added, multiplied and compared. So a seed gives the same units
with any release of numpy and on any machine.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sampling.errors import SamplingError

Positions = NDArray[np.intp]
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Drawn:
    """What a method drew.

    positions      of the drawn units among all N, in the order of the draw, shape (n,)
    probabilities  inclusion probability of every unit, drawn or not, shape (N,)
    """

    positions: Positions
    probabilities: Numbers


def inclusion_probabilities(sizes: Numbers, n: int) -> Numbers:
    """n x_k / sum(x), with the units that would exceed 1 taken for certain and the rest shared anew.

    sizes  size measure of each unit, none negative, shape (N,); size 0 has probability 0
    n      units to draw

    Source: Särndal, Swensson and Wretman 1992, section 3.6; R `sampling::inclusionprobabilities`.
    Raises SamplingError when sizes are negative or no numbers, or fewer than n are positive.

    >>> inclusion_probabilities(np.array([1.0, 2, 3, 4, 5, 100, 200, 10]), 4).tolist()
    [0.08, 0.16, 0.24, 0.32, 0.4, 1.0, 1.0, 0.8]
    """
    sizes = np.asarray(sizes, dtype=np.float64)
    if not np.isfinite(sizes).all() or (sizes < 0).any():
        raise SamplingError("a size is negative or no number; sizes must be zero or more")
    if not 0 <= n <= int((sizes > 0).sum()):
        raise SamplingError(f"{n} units cannot be drawn from {int((sizes > 0).sum())} units of positive size")
    probabilities = np.zeros(len(sizes))
    open_ = sizes > 0
    while n:
        # fsum is correctly rounded: the same sum on every machine.
        probabilities[open_] = n * sizes[open_] / math.fsum(sizes[open_])
        certain = open_ & (probabilities >= 1)
        if not certain.any():
            break
        probabilities[certain] = 1.0
        open_ &= ~certain
        n -= int(certain.sum())
        probabilities[open_] = 0.0
    return probabilities


def srs(units: int, n: int, rng: np.random.Generator) -> Drawn:
    """Simple random sampling without replacement: the n smallest of N random numbers (Tillé 2006, chapter 4).

    The order of the draw is random too, so that its first part is itself a simple random sample.
    """
    _demand_count(units, n)
    order = np.argsort(rng.random(units), kind="stable")
    return Drawn(order[:n], np.full(units, n / units))


def systematic(units: int, n: int, rng: np.random.Generator) -> Drawn:
    """Every N/n-th unit from a random start, the interval not rounded (Cochran 1977, chapter 8).

    With the fractional interval every unit has probability n/N, also when N is no multiple of n.
    """
    _demand_count(units, n)
    probabilities = np.full(units, n / units)
    return Drawn(walk(probabilities, 1.0 - rng.random()), probabilities)


def pps_systematic(sizes: Numbers, n: int, rng: np.random.Generator) -> Drawn:
    """Systematic sampling with probability proportional to size, in the order given (Madow 1949)."""
    probabilities = inclusion_probabilities(sizes, n)
    return Drawn(walk(probabilities, 1.0 - rng.random()), probabilities)


def sampford(sizes: Numbers, n: int, rng: np.random.Generator) -> Drawn:
    """Sampling with probability exactly proportional to size by Sampford's design.

    The probability of a sample s is proportional to prod(pi_k / (1 - pi_k), k in s) * sum(1 - pi_k, k in s)
    (Sampford 1967). Sampford's own procedure draws with replacement until all n units differ, which for large n
    never ends; here the same design is drawn in one walk along the list (`_sampford_tables`). All joint
    probabilities are positive, so that the Yates-Grundy variance can be estimated (`joint_sampford`).
    """
    probabilities = inclusion_probabilities(sizes, n)
    certain = np.flatnonzero(probabilities == 1)
    unsure = np.flatnonzero((probabilities > 0) & (probabilities < 1))
    chosen = unsure[_sampford_walk(probabilities[unsure], n - len(certain), rng)]
    return Drawn(np.sort(np.concatenate([certain, chosen])), probabilities)


def joint_srs(probabilities: Numbers, positions: Positions) -> Numbers:
    """Second-order inclusion probabilities of an SRS: n(n-1) / (N(N-1)); the diagonal is n/N.

    probabilities  of all N units, shape (N,)
    positions      of the n drawn units
    Returns an n x n matrix in the order of `positions`.

    >>> joint_srs(np.full(10, 0.4), np.array([2, 5, 6, 9]))[0].round(4).tolist()
    [0.4, 0.1333, 0.1333, 0.1333]
    """
    units, n = len(probabilities), len(positions)
    pair = n * (n - 1) / (units * (units - 1)) if units > 1 else 0.0
    joint = np.full((n, n), pair)
    np.fill_diagonal(joint, n / units)
    return joint


def joint_systematic(probabilities: Numbers, positions: Positions) -> Numbers:
    """Second-order inclusion probabilities of a systematic sample, equal or by size, in its fixed order.

    Unit k is drawn when the start u lies on an arc of length pi_k on a circle of length 1; two units are drawn
    together when it lies on both arcs (Madow 1949). Many pairs have probability 0: no unbiased variance exists.
    Arguments and result as `joint_srs`.
    """
    ends = np.cumsum(np.where(probabilities < 1, probabilities, 0.0))
    length = probabilities[positions]
    start = np.where(length < 1, (ends[positions] - length) % 1.0, 0.0)
    joint = np.zeros((len(positions), len(positions)))
    for turn in (-1.0, 0.0, 1.0):
        right = np.minimum.outer(start + length, start + length + turn)
        left = np.maximum.outer(start, start + turn)
        joint += np.maximum(0.0, right - left)
    np.fill_diagonal(joint, length)
    # Arcs that only touch overlap by the rounding of their ends.
    return np.where(joint < 1e-12, 0.0, joint)


def joint_sampford(probabilities: Numbers, positions: Positions) -> Numbers:
    """Second-order inclusion probabilities of Sampford's design (Sampford 1967).

    With C the number of units that independent trials with the probabilities pi_k would draw, and C_ij the same
    without i and j, his formula reads

        pi_ij = pi_i pi_j E[(n - C_ij - pi_i - pi_j); C_ij <= n - 2] / E[(n - C); C <= n - 1]

    Both distributions are built by adding positive terms only, so nothing cancels. Arguments and result as
    `joint_srs`; certain units have pi_ij = pi_j.
    """
    drawn = probabilities[positions]
    joint = np.outer(drawn, drawn)
    unsure = np.flatnonzero(drawn < 1)
    if len(unsure) > 1:
        joint[np.ix_(unsure, unsure)] = _joint_sampford_unsure(probabilities, positions[unsure])
    np.fill_diagonal(joint, drawn)
    return joint


EQUAL: dict[str, Callable[[int, int, np.random.Generator], Drawn]] = {"srs": srs, "systematic": systematic}
BY_SIZE: dict[str, Callable[[Numbers, int, np.random.Generator], Drawn]] = {
    "pps_systematic": pps_systematic,
    "sampford": sampford,
}
JOINT: dict[str, Callable[[Numbers, Positions], Numbers]] = {
    "srs": joint_srs,
    "systematic": joint_systematic,
    "pps_systematic": joint_systematic,
    "sampford": joint_sampford,
}


def _demand_count(units: int, n: int) -> None:
    if not 0 <= n <= units or units == 0:
        raise SamplingError(f"{n} units cannot be drawn from {units}")


def walk(probabilities: Numbers, start: float) -> Positions:
    """Units whose stretch of the cumulated probabilities holds start, start + 1, ...; start in (0, 1].

    Unit k has the stretch (C_k-1, C_k]. Certain units stand beside the line: rounding must not skip them.
    """
    certain = np.flatnonzero(probabilities >= 1)
    unsure = np.flatnonzero((probabilities > 0) & (probabilities < 1))
    ends = np.cumsum(probabilities[unsure])
    n = round(float(ends[-1])) if len(ends) else 0
    if n:
        ends[-1] = n
    hits = np.searchsorted(ends, start + np.arange(n), side="left")
    return np.sort(np.concatenate([certain, unsure[hits]]))


def _sampford_tables(probabilities: Numbers, n: int) -> tuple[Numbers, Numbers]:
    """Weights of the ways to complete a sample from unit k on, each of shape (N + 1, n + 1).

    plain[k, c]    c more units by independent trials with the probabilities
    special[k, c]  the same, where one of the c is Sampford's first unit and brings the factor 1 - pi
    """
    units = len(probabilities)
    plain, special = np.zeros((units + 1, n + 1)), np.zeros((units + 1, n + 1))
    plain[units, 0] = 1.0
    for k in range(units - 1, -1, -1):
        p = probabilities[k]
        plain[k] = (1 - p) * plain[k + 1]
        plain[k, 1:] += p * plain[k + 1, :-1]
        special[k] = (1 - p) * special[k + 1]
        special[k, 1:] += p * special[k + 1, :-1] + p * (1 - p) * plain[k + 1, :-1]
    return plain, special


def _sampford_walk(probabilities: Numbers, n: int, rng: np.random.Generator) -> Positions:
    """One sample of Sampford's design, deciding unit after unit given the decisions before."""
    plain, special = _sampford_tables(probabilities, n)
    chances = rng.random(len(probabilities))
    chosen: list[int] = []
    ways = special
    for k, p in enumerate(probabilities):
        left = n - len(chosen)
        if left == 0:
            break
        spot = chances[k] * ways[k, left] - (1 - p) * ways[k + 1, left]
        if spot < 0:
            continue
        chosen.append(k)
        if ways is special and spot < p * (1 - p) * plain[k + 1, left - 1]:
            ways = plain
    return np.array(chosen, dtype=np.intp)


def _joint_sampford_unsure(probabilities: Numbers, positions: Positions) -> Numbers:
    n = len(positions)
    drawn = probabilities[positions]
    others = np.ones(len(probabilities), dtype=bool)
    others[positions] = False
    nobody = np.zeros(n)
    nobody[0] = 1.0
    base = _add_trials(nobody, probabilities[others & (probabilities > 0) & (probabilities < 1)])
    scale = float((n - np.arange(n)) @ _add_trials(base, drawn))
    joint = np.zeros((n, n))
    for i in range(n):
        rest = np.delete(np.arange(n), i)
        without = _leave_one_out(base, drawn[rest])
        gap = n - np.arange(n - 1)[None, :] - drawn[i] - drawn[rest][:, None]
        joint[i, rest] = drawn[i] * drawn[rest] * (gap * without[:, :-1]).sum(axis=1) / scale
    return joint


def _add_trials(counts: Numbers, probabilities: Numbers) -> Numbers:
    """The distribution of a count, cut off at its length, after further independent trials."""
    for p in probabilities:
        added = (1 - p) * counts
        added[1:] += p * counts[:-1]
        counts = added
    return counts


def _leave_one_out(base: Numbers, probabilities: Numbers) -> Numbers:
    """Row j: the distribution of the count after all trials but the j-th (halving, no division)."""
    if len(probabilities) == 1:
        return base[None, :]
    half = len(probabilities) // 2
    left, right = probabilities[:half], probabilities[half:]
    return np.vstack([_leave_one_out(_add_trials(base, right), left), _leave_one_out(_add_trials(base, left), right)])
