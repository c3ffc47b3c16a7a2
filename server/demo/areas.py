"""Areas: enumeration areas cut from a list of dwellings in geographic order."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pandas as pd

SMALLEST, LARGEST = 12, 45

GEOGRAPHIC = ["VILLAGE", "EA", "BUILDING", "HU", "HH"]


def cut(dwellings: pd.DataFrame) -> pd.Series:
    """The enumeration area of each dwelling, a code of seven digits.

    The census file is a subsample whose own enumeration areas hold about one household each, so areas are cut
    anew: within province, urban or rural, and district, in geographic order. A district with fewer than 12
    dwellings joins the next one of the same province and kind; more than 45 dwellings are split evenly. The
    code is province (2), district of the first dwelling (2), urban or rural (1) and a serial number (2).
    """
    ordered = dwellings.sort_values(["PROVINCE", "UR", "DISTRICT", *GEOGRAPHIC])
    codes = pd.Series("", index=ordered.index, dtype="object")
    serials: dict[str, int] = {}
    for _, part in ordered.groupby(["PROVINCE", "UR"], sort=True):
        districts = [list(rows.index) for _, rows in part.groupby("DISTRICT", sort=True)]
        for rows in _split(_join(districts)):
            first = ordered.loc[rows[0]]
            stem = f"{first['PROVINCE']}{first['DISTRICT']}{first['UR']}"
            serials[stem] = serials.get(stem, 0) + 1
            codes.loc[rows] = f"{stem}{serials[stem]:02d}"
    return codes.reindex(dwellings.index)


def _join(districts: Sequence[list[int]]) -> list[list[int]]:
    """Districts too small for an area join the next; what is left at the end joins the last."""
    joined: list[list[int]] = []
    waiting: list[int] = []
    for rows in districts:
        waiting = waiting + rows
        if len(waiting) >= SMALLEST:
            joined.append(waiting)
            waiting = []
    if waiting and joined:
        joined[-1] = joined[-1] + waiting
    elif waiting:
        joined.append(waiting)
    return joined


def _split(groups: Sequence[list[int]]) -> list[list[int]]:
    """Groups too large are cut into as few parts of even size as possible."""
    areas = []
    for rows in groups:
        parts = -(-len(rows) // LARGEST)
        bounds = [round(number * len(rows) / parts) for number in range(parts + 1)]
        areas += [rows[low:high] for low, high in pairwise(bounds)]
    return areas
