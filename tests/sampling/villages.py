"""Villages: a small made-up frame, 2 regions x 6 enumeration areas of 4 to 9 dwellings."""

from __future__ import annotations

import pandas as pd

from sampling.frame import Frame

DWELLINGS = {"1": (4, 9, 5, 6, 7, 8), "2": (5, 5, 6, 9, 4, 7)}

PLAN = """
frame = "dwellings.csv"
key = "dwelling"
strata = ["region"]
seed = 20260115

[size]
psus = 6

[[stage]]
unit = "ea"
select = "sampford"
size = "dwellings"

[[stage]]
unit = "dwelling"
select = "srs"
take = 3
"""


def rows() -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"dwelling": f"{region}{ea}-{number}", "ea": f"{region}{ea}", "region": region, "dwellings": size}
            for region, sizes in DWELLINGS.items()
            for ea, size in enumerate(sizes, 1)
            for number in range(1, size + 1)
        ]
    )


def frame() -> Frame:
    return Frame(rows(), "dwelling", "dwellings.csv")
