"""Made-up samples for the tests of `weighting`: stratified, two stages, unequal weights."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sampling.design import Design, Survey
from weighting.margins import Margins

REPLACEMENT = Design(("ea",), "weight", "stratum")
TWO_STAGES = Design(("ea", "household"), "weight", "stratum", ("p1", "p2"))


def households(seed: int = 1, strata: int = 3, eas: int = 4, drawn: int = 6) -> pd.DataFrame:
    """One row for each drawn household: numbers x and y, codes region and size, 0/1 abroad."""
    rng = np.random.default_rng(seed)
    rows = strata * eas * drawn
    ea = np.repeat(np.arange(strata * eas), drawn)
    first, second = rng.uniform(0.1, 0.5, strata * eas)[ea], rng.uniform(0.1, 0.6, strata * eas)[ea]
    return pd.DataFrame(
        {
            "stratum": ea // eas,
            "ea": ea,
            "household": np.arange(rows),
            "p1": first,
            "p2": second,
            "weight": 1 / (first * second),
            "region": np.array(["north", "south"])[ea // eas % 2],
            "size": rng.choice(["1", "2", "3+"], rows),
            "x": rng.uniform(1, 5, rows),
            "y": rng.normal(10, 3, rows) + ea,
            "abroad": rng.integers(0, 2, rows),
        }
    )


def survey(data: pd.DataFrame, design: Design = REPLACEMENT) -> Survey:
    return Survey(data, design, design.weight)


def margins(drawn: str) -> Margins:
    """Margins drawn one a line: variable, code, total; without a code the total is that of a number."""
    rows = [line.split() for line in drawn.strip().splitlines()]
    lines = [f"{variable},{code[0] if code else ''},{total}" for variable, *code, total in rows]
    return Margins.parse("\n".join(["variable,code,total", *lines]))
