"""Plans: what is written is what is drawn, on every machine; what cannot be drawn is refused in words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sampling import plan as plans
from sampling.errors import FrameError, PlanError
from sampling.frame import Frame
from tests.sampling import villages

PLAN = plans.parse(villages.PLAN)
SAMPLE = "6a671c033d652fde6a1c538bb7f0dfb2481cc7abaa00cfe4fac1b4c223300b3e"
ONE_STAGE = """
frame = "dwellings.csv"
key = "dwelling"
seed = 3
[size]
households = 20
[[stage]]
unit = "dwelling"
select = "systematic"
"""


def changed(old: str, new: str, text: str = villages.PLAN):
    assert old in text
    return plans.parse(text.replace(old, new))


def test_the_units_drawn_for_a_seed_never_change():
    sample = plans.draw(PLAN, villages.frame())
    assert sample.psus["ea"].tolist() == ["12", "13", "16", "23", "25", "26"]
    assert sample.units["dwelling"].tolist()[:6] == ["12-9", "12-1", "12-6", "13-2", "13-5", "13-3"]
    assert sample.record["sample"] == SAMPLE


def test_another_seed_draws_others():
    sample = plans.draw(changed("seed = 20260115", "seed = 20260116"), villages.frame())
    assert sample.record["sample"] != SAMPLE


def test_the_order_of_rows_never_decides():
    rows = villages.rows()
    shuffled = Frame(rows.sample(frac=1, random_state=2)[rows.columns[::-1]], "dwelling")
    one, other = plans.draw(PLAN, villages.frame()), plans.draw(PLAN, shuffled)
    assert one.record == other.record
    pd.testing.assert_frame_equal(one.units, other.units[one.units.columns])


def test_a_new_stratum_leaves_the_draws_in_the_others_as_they_were():
    rows = villages.rows()
    third = rows[rows["region"] == "1"].assign(region="3", **{c: "3" + rows[c].str[1:] for c in ("ea", "dwelling")})
    plan = changed("psus = 6", 'psus = 9\nallocation = "equal"')
    before = plans.draw(changed("psus = 6", 'psus = 6\nallocation = "equal"'), villages.frame()).units
    after = plans.draw(plan, Frame(pd.concat([rows, third]), "dwelling")).units
    pd.testing.assert_frame_equal(before, after[after["stratum"] != "3"])
    assert (after["stratum"] == "3").sum() == 9


def test_at_4_1_base_weights_are_one_over_the_drawn_probabilities_and_sum_to_the_frame():
    sample = plans.draw(PLAN, villages.frame())
    units = sample.units
    assert units["weight_base"].to_numpy() == pytest.approx(1 / (units["prob_1"] * units["prob_2"]), rel=1e-15)
    totals = units.groupby("stratum")["weight_base"].sum()
    assert totals.to_dict() == pytest.approx({"1": 39, "2": 36}, rel=1e-12)


def test_weights_sum_to_the_frame_with_certain_areas_and_areas_below_the_take():
    plan = plans.parse(villages.PLAN.replace("psus = 6", "psus = 10").replace("take = 3", "take = 6"))
    sample = plans.draw(plan, villages.frame())
    assert (sample.psus["prob_1"] == 1).any()
    assert (sample.psus["total_2"] < 6).any()
    assert sample.units["weight_base"].sum() == pytest.approx(75, rel=1e-12)


def test_units_are_drawn_as_often_as_the_product_of_the_stages_says():
    frame, draws = villages.frame(), 300
    drawn = [plans.draw(changed("20260115", str(seed)), frame).units for seed in range(draws)]
    counts = pd.concat(drawn)["dwelling"].value_counts().reindex(frame.units["dwelling"], fill_value=0)
    p = np.where(frame.units["region"] == "1", 9 / 39, 9 / 36)
    assert (abs(counts.to_numpy() / draws - p) <= 4 * np.sqrt(p * (1 - p) / draws)).all()


def test_one_stage_without_strata_has_the_key_as_first_stage_unit():
    sample = plans.draw(plans.parse(ONE_STAGE), villages.frame())
    assert sample.design.ids == ("dwelling",)
    assert sample.design.probabilities == ("prob_1",)
    assert (sample.units["stratum"] == "all").all()
    assert sample.units["weight_base"].tolist() == pytest.approx([75 / 20] * 20)


def test_several_columns_make_the_strata():
    rows = villages.rows().assign(urban=lambda rows: np.where(rows["ea"].str[-1] > "3", "u", "r"))
    plan = plans.parse(villages.PLAN.replace('["region"]', '["region", "urban"]').replace("psus = 6", "psus = 8"))
    sample = plans.draw(plan, Frame(rows, "dwelling"))
    assert sample.psus["stratum"].value_counts().to_dict() == {"1-r": 2, "1-u": 2, "2-r": 2, "2-u": 2}


def test_the_allocation_follows_the_measure_of_size():
    numbers = plans.allocate(changed("psus = 6", "psus = 8"), villages.frame())
    assert numbers.to_dict("list") == {
        "stratum": ["1", "2"], "units": [39, 36], "psus": [6, 6], "measure": [39.0, 36.0], "allocated": [4, 4],
    }  # fmt: skip


def test_neyman_takes_the_spread_of_a_frame_column():
    rows = villages.rows()
    rows["income"] = np.where(rows["region"] == "1", 50, 10) * (1 + rows.index % 2)
    plan = changed("psus = 6", 'psus = 8\nallocation = "neyman"\nvariable = "income"')
    assert plans.allocate(plan, Frame(rows, "dwelling"))["allocated"].tolist() == [6, 2]


def test_a_stratum_may_get_nothing_or_one_unit_and_then_is_warned_of():
    plan = changed("psus = 6", "psus = 1\nminimum = 0")
    sample = plans.draw(plan, villages.frame())
    assert sample.psus["stratum"].tolist() == ["1"]
    assert sample.joint.empty
    assert [text.split(",")[0] for text in sample.record["warnings"]] == ["stratum 1 gets 1 of 6 first-stage units"]
    assert [row["units"] for row in sample.record["strata"]] == [3, 0]


def test_verify_finds_the_same_sample_and_names_what_differs():
    record, frame = plans.draw(PLAN, villages.frame()).record, villages.frame()
    assert plans.verify(record, PLAN, frame) == ()
    rows = villages.rows()
    rows.loc[0, "dwelling"] = "11-9"
    differences = plans.verify(record, changed("take = 3", "take = 2"), Frame(rows, "dwelling"))
    assert [text.split(":")[0] for text in differences] == ["plan", "frame", "strata", "sample"]


def test_only_a_stratum_that_was_thinned_to_one_area_shows_no_variance():
    rows = villages.rows().query("region == '2' or ea == '11'")
    plan = changed("psus = 6", 'psus = 2\nminimum = 1\nallocation = "equal"')
    warned = [text for text in plans.draw(plan, Frame(rows, "dwelling")).record["warnings"] if "no variance" in text]
    assert [text.split(",")[0] for text in warned] == ["stratum 2 gets 1 of 6 first-stage units"]


def test_a_stage_with_one_bracket_is_told_of_the_second():
    text = villages.PLAN[: villages.PLAN.rindex("[[stage]]")].replace("[[stage]]", "[stage]")
    with pytest.raises(PlanError, match=r"write each stage with two brackets"):
        plans.parse(text)


def test_the_plan_hash_is_free_of_layout():
    assert plans.parse(villages.PLAN.replace("\n", "  # a comment\r\n")).digest == PLAN.digest
    assert changed("take = 3", "take = 4").digest != PLAN.digest


@pytest.mark.parametrize("column", ["region", "ea"])
def test_an_unknown_column_is_answered_with_the_columns_and_the_nearest(column):
    rows = villages.rows().rename(columns={column: f"{column}_0"})
    with pytest.raises(PlanError, match=f"'{column}' is no column of dwellings.csv; .* did you mean '{column}_0'"):
        plans.draw(PLAN, Frame(rows, "dwelling", "dwellings.csv"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("psus = 6", "psu = 6", r"\[size\]: there is no key 'psu'; .* did you mean 'psus'"),
        ("take = 3", "takes = 3", r"\[\[stage\]\] 2: there is no key 'takes'; .* did you mean 'take'"),
        ('"sampford"', '"samford"', "select = 'samford' is not one of them; .* by size: pps_systematic, sampford"),
        ("psus = 6", 'psus = 6\nallocation = "nayman"', "did you mean 'neyman'"),
        ("seed = 20260115", "", "'seed' is missing"),
        ("seed = 20260115", "seed = true", "seed = True is not a whole number"),
        ("seed = 20260115", "seed = -1", "zero or more"),
        ('["region"]', "[1]", "must be a column name"),
        ("psus = 6", "psus = 0", "psus = 0; write 1 or more"),
        ("psus = 6", "psus = 6\nhouseholds = 18", "write either psus"),
        ("psus = 6", "households = 20", "no multiple of the 3 .* write 18 or 21"),
        ("psus = 6", "psus = 99", "99 units are wanted, but the frame has 12"),
        ("psus = 6", "psus = 3", "each of 2 strata its minimum"),
        ("psus = 6", "psus = 6\npower = 0.5", "power has no effect with allocation = 'proportional'"),
        ("psus = 6", 'psus = 6\nallocation = "neyman"', "needs `variable`"),
        ('size = "dwellings"', "", "needs a size column; add it"),
        ('select = "srs"', 'select = "srs"\nsize = "dwellings"', "takes no size"),
        ("take = 3", "", r"\[\[stage\]\] 2: take is missing"),
        ('unit = "dwelling"', 'unit = "ea"', "the last stage must draw the key 'dwelling', not 'ea'"),
        ("[[stage]]", "[[stage]", "not TOML"),
        ('"sampford"', '"pps"', "select = 'pps' is not one of them; .* by size: pps_systematic, sampford"),
        ('["region"]', '["region", "region"]', "strata: a column stands there twice"),
        ('["region"]', '"region"', "strata = 'region' is not a list"),
        ("psus = 6", "psus = 6\nminimum = -1", "minimum = -1 must not be negative$"),
        ("psus = 6", 'psus = 6\nallocation = "power"\npower = 1.5', "power = 1.5 must lie in 0 to 1"),
        ("take = 3", "take = 0", "take = 0; write 1 or more"),
        ('size = "dwellings"', 'size = "dwellings"\ntake = 2', r"\[\[stage\]\] 1: take is not for the first stage"),
    ],
)
def test_a_plan_that_cannot_be_carried_out_says_where_and_what(old, new, message):
    with pytest.raises(PlanError, match=message):
        plans.draw(plans.parse(villages.PLAN.replace(old, new)), villages.frame())


def test_a_plan_that_is_not_there_is_named(tmp_path):
    with pytest.raises(PlanError, match="no such file"):
        plans.read(tmp_path / "plan.toml")


def test_a_frame_with_faults_is_not_drawn_from():
    with pytest.raises(FrameError, match="occurs more than once for 11-1;"):
        plans.draw(PLAN, Frame(pd.concat([villages.rows(), villages.rows().head(1)]), "dwelling"))


def test_a_frame_column_that_the_draw_writes_itself_is_refused():
    with pytest.raises(FrameError, match=r"column\(s\) prob itself; rename"):
        plans.draw(PLAN, Frame(villages.rows().assign(prob="1"), "dwelling"))
