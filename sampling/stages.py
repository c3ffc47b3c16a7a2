"""Stages: draws within draws, from one stratum's first-stage units down to its ultimate units."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sampling import selection

GENERATOR = "numpy PCG64(SeedSequence(seed, spawn_key=sha256 of the path of ids)), random() only"


@dataclass(frozen=True)
class Stage:
    """One stage of a plan.

    unit    column that names the units drawn; the last stage draws the frame's key
    select  srs, systematic, pps_systematic or sampford
    size    column with the size measure, for the methods that draw by size
    take    units to draw in each unit of the stage before (all of them where there are fewer);
            None for the first stage, whose numbers the allocation gives
    """

    unit: str
    select: str
    size: str | None = None
    take: int | None = None


@dataclass(frozen=True)
class Twig:
    """A unit drawn at some stage of a stratum.

    rows           positions of the frame rows that lie in it
    path           the ids that lead to it, stratum first
    probabilities  of each stage so far, given the stage before
    drawn, totals  units drawn at each stage so far, and units there were to draw from
    """

    rows: NDArray[np.intp]
    path: tuple[str, ...]
    probabilities: tuple[float, ...] = ()
    drawn: tuple[int, ...] = ()
    totals: tuple[int, ...] = ()


@dataclass(frozen=True)
class Harvest:
    """What was drawn in one stratum.

    twigs  the ultimate units in draw order, each with one row
    psus   ids of the first-stage units in draw order
    joint  their second-order inclusion probabilities, shape (psus, psus)
    """

    twigs: tuple[Twig, ...]
    psus: tuple[str, ...]
    joint: NDArray[np.float64]


def stream(seed: int, path: Sequence[str]) -> np.random.Generator:
    """The random numbers of one draw: they depend on the seed and on the ids on the way to it, on nothing else.

    So a stratum that is added, or an enumeration area that is split, leaves the draws elsewhere as they were.
    """
    digest = hashlib.sha256(json.dumps(list(path), ensure_ascii=False).encode()).digest()
    words = tuple(int.from_bytes(digest[i : i + 4], "big") for i in range(0, len(digest), 4))
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=words)))


def descend(frame: pd.DataFrame, stages: Sequence[Stage], n: int, *, stratum: Twig, seed: int) -> Harvest:
    """Draw n first-stage units of a stratum and, stage by stage, the units in them.

    frame    rows of the frame in the order of its key; size columns are numbers
    stratum  the stratum as a twig: its rows in `frame` and its name
    """
    twigs, ids, drawn = _grow(frame, stages[0], n, stratum, seed)
    joint = selection.JOINT[stages[0].select](drawn.probabilities, drawn.positions)
    for stage in stages[1:]:
        twigs = [twig for parent in twigs for twig in _grow(frame, stage, stage.take, parent, seed)[0]]
    return Harvest(tuple(twigs), ids, joint)


def _grow(
    frame: pd.DataFrame, stage: Stage, take: int | None, parent: Twig, seed: int
) -> tuple[list[Twig], tuple[str, ...], selection.Drawn]:
    """Draw `take` of the units in `parent`; units are drawn from in the order of their ids."""
    labels = frame[stage.unit].to_numpy(dtype=object)[parent.rows]
    ids, first, member = np.unique(labels, return_index=True, return_inverse=True)
    n = len(ids) if take is None else min(take, len(ids))
    rng = stream(seed, parent.path)
    if stage.size is None:
        drawn = selection.EQUAL[stage.select](len(ids), n, rng)
    else:
        sizes = frame[stage.size].to_numpy(dtype=np.float64)[parent.rows][first]
        drawn = selection.BY_SIZE[stage.select](sizes, n, rng)
    order = np.argsort(member, kind="stable")
    ends = np.searchsorted(member[order], np.arange(len(ids) + 1))
    twigs = [
        replace(
            parent,
            rows=parent.rows[order[ends[unit] : ends[unit + 1]]],
            path=(*parent.path, str(ids[unit])),
            probabilities=(*parent.probabilities, float(drawn.probabilities[unit])),
            drawn=(*parent.drawn, n),
            totals=(*parent.totals, len(ids)),
        )
        for unit in drawn.positions
    ]
    return twigs, tuple(twig.path[-1] for twig in twigs), drawn
