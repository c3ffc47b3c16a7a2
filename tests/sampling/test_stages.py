"""Draws within draws: which random numbers they use and what they carry down."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sampling.stages import Stage, Twig, descend, stream

STAGES = (Stage("ea", "sampford", "size"), Stage("block", "srs", take=2), Stage("unit", "systematic", take=3))


def three_levels() -> pd.DataFrame:
    """8 areas of 2 to 5 blocks, 4 units in each block."""
    return pd.DataFrame(
        [
            {"ea": f"e{ea}", "block": f"e{ea}b{block}", "unit": f"e{ea}b{block}u{unit}", "size": 2 + ea % 4}
            for ea in range(8)
            for block in range(2 + ea % 4)
            for unit in range(4)
        ]
    )


def harvest(seed: int = 1, frame: pd.DataFrame | None = None):
    frame = three_levels() if frame is None else frame
    return descend(frame, STAGES, 3, stratum=Twig(np.arange(len(frame)), ("north",)), seed=seed)


def test_three_stages_give_three_probabilities():
    twigs = harvest().twigs
    assert len(twigs) == 3 * 2 * 3
    for twig in twigs:
        assert twig.drawn == (3, 2, 3)
        assert twig.probabilities[1:] == (2 / twig.totals[1], 3 / 4)


def test_every_unit_lies_in_its_drawn_parents():
    for twig in harvest().twigs:
        _, area, block, unit = twig.path
        assert unit.startswith(block)
        assert block.startswith(area)


def test_an_area_that_grows_leaves_the_draws_in_the_others_as_they_were():
    frame = three_levels()
    more = frame[frame["ea"] == "e5"].assign(
        block=lambda rows: rows["block"] + "x", unit=lambda rows: rows["unit"] + "x"
    )
    before = {twig.path for twig in harvest().twigs if twig.path[1] != "e5"}
    after = {twig.path for twig in harvest(frame=pd.concat([frame, more])).twigs if twig.path[1] != "e5"}
    assert "e5" in harvest().psus
    assert before == after


def test_a_block_smaller_than_the_take_is_taken_whole():
    frame = three_levels().groupby("block").head(2)
    for twig in harvest(frame=frame).twigs:
        assert (twig.probabilities[2], twig.drawn[2], twig.totals[2]) == (1.0, 2, 2)


def test_random_numbers_depend_on_seed_and_path_alone():
    assert stream(1, ("a", "b")).random() == stream(1, ("a", "b")).random()
    starts = [stream(seed, path).random() for seed in (1, 2) for path in (("a",), ("a", "b"), ("ab",))]
    assert len(set(starts)) == len(starts)


def test_the_random_numbers_are_those_of_every_machine():
    drawn = stream(20260115, ("1-1", "0101101")).random(3).tolist()
    assert drawn == [0.09132798737598324, 0.9291866021719387, 0.28339338730243724]
