"""Base weights: the inverse of the probability that a row was drawn."""

from __future__ import annotations

import numpy as np

from sampling.design import Survey
from weighting.errors import RecipeError

AGREEMENT = 1e-6  # greatest relative distance from the weight the design itself carries


def weigh(survey: Survey, name: str = "w_base") -> Survey:
    """A survey with weight 1 / (product of the stages' inclusion probabilities), kept in the column `name`.

    Raises RecipeError when the design gives no probability for some stage, when one is not in (0, 1], or when the
    result differs from the design's own weight column, which is then not the weight of this draw.
    """
    design = survey.design
    if len(design.probabilities) != len(design.ids):
        raise RecipeError(
            f"base = 'probability' needs one probability column for each stage ({', '.join(design.ids)}); the design "
            f"has {len(design.probabilities)}; use base = 'design' to start from {design.weight!r}"
        )
    chances = survey.data[list(design.probabilities)].to_numpy(dtype=np.float64)
    if not ((chances > 0) & (chances <= 1)).all():
        raise RecipeError(f"inclusion probabilities in {', '.join(design.probabilities)} must lie in (0, 1]")
    weights = 1.0 / chances.prod(axis=1)
    given = survey.data[design.weight].to_numpy(dtype=np.float64)
    differing = int((np.abs(given / weights - 1) > AGREEMENT).sum())
    if differing:
        raise RecipeError(
            f"in {differing} row(s) {design.weight!r} is not 1 / ({' x '.join(design.probabilities)}); "
            "the data and the draw record do not belong together"
        )
    return survey.reweighted(name, weights)
