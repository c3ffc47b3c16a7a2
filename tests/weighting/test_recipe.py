"""Recipe: read from TOML, carried out step by step, each step in the ledger."""

import json
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from tests.weighting.samples import TWO_STAGES, households, margins, survey
from weighting import ledger, recipe
from weighting.errors import MarginError, RecipeError
from weighting.instructions import VERBS

WHOLE = """
base = "probability"

[[step]]
do = "nonresponse"
within = ["region", "stratum"]
min_cell = 5

[[step]]
do = "rake"
margins = "census"

[[step]]
do = "trim"
above = 3.5

[[step]]
do = "rake"
margins = "census"
variables = ["region", "size"]
"""
CENSUS = "region north 700\nregion south 300\nsize 1 200\nsize 2 300\nsize 3+ 500"


def field(seed=1):
    codes = np.random.default_rng(seed).choice(["1.1", "2.11", "3.18", "4.60"], 72, p=[0.7, 0.15, 0.05, 0.1])
    return survey(households(seed).assign(disposition=codes), TWO_STAGES)


def weigh(text=WHOLE, census=CENSUS):
    return recipe.apply(recipe.parse(text), field(), {"census": margins(census)})


def test_every_step_leaves_its_weight_in_a_column_and_the_last_in_wt_final():
    data = weigh().survey.data
    columns = [name for name in data.columns if name.startswith("w")]
    assert columns == ["weight", "w_base", "w_adj_nr", "w_cal", "w_trim", "w_cal_4", "wt_final"]
    assert (data["wt_final"] == data["w_cal_4"]).all()
    assert not (data["w_cal_4"] == data["w_cal"]).all()


def test_the_ledger_is_unbroken():
    steps = weigh().ledger
    assert [step.name for step in steps] == ["base", "unknown eligibility", "nonresponse", "rake", "trim", "rake"]
    assert [step.sum_before for step in steps[1:]] == pytest.approx([step.sum_after for step in steps[:-1]])
    assert steps[-1].sum_after == pytest.approx(1000)
    assert all(step.deff_w == pytest.approx(1 + step.cv**2) for step in steps)


def test_the_ledger_is_a_table_and_json():
    steps = weigh().ledger
    assert len(ledger.frame(steps)) == 6
    written = json.loads(json.dumps([step.to_dict() for step in steps]))
    assert {cell["cell"] for cell in written[3]["cells"]} >= {"region=north", "size=3+"}


def test_the_ledger_tells_where_the_totals_come_from():
    census = margins(CENSUS)
    sourced = type(census)(census.tables, "Census of population", "2027-03-01")
    weighted = recipe.apply(recipe.parse(WHOLE), field(), {"census": sourced})
    assert "Census of population, 2027-03-01" in weighted.ledger[3].what


def test_a_step_again_after_the_trimming_reaches_the_totals_again():
    data = weigh().survey.data
    assert data.groupby("region")["wt_final"].sum().tolist() == pytest.approx([700, 300], rel=1e-10)


def test_linear_calibration_reaches_persons_as_well_as_households():
    text = 'base = "design"\n[[step]]\ndo = "calibrate"\nmargins = "census"\nlower = 0.1\nupper = 10'
    totals = "region north 700\nregion south 300\nx  3100"
    weighted = recipe.apply(recipe.parse(text), field(), {"census": margins(totals)})
    data = weighted.survey.data
    assert (data["x"] * data["wt_final"]).sum() == pytest.approx(3100)
    assert data.groupby("region")["wt_final"].sum().tolist() == pytest.approx([700, 300])


def test_trimming_stays_within_its_classes():
    text = 'base = "design"\n[[step]]\ndo = "trim"\nabove = 3.5\nwithin = ["region", "stratum"]'
    (_, step) = weigh(text).ledger
    assert step.cells["cell"].iloc[0] == "region=north, stratum=0"


def test_one_crossed_margin_can_be_post_stratified_to():
    text = 'base = "design"\n[[step]]\ndo = "poststratify"\nmargins = "census"\nvariable = "region"'
    assert weigh(text).survey.weights.sum() == pytest.approx(1000)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("base = ", "not TOML"),
        ("", "base = None is not one of probability, design"),
        ('base = "probability"\nmargin = 1', "unknown key 'margin'"),
        ('base = "design"\nstep = "rake"', "write each step as"),
        ('base = "design"\n[[step]]\nmargins = "x"', "step 1: say what to do"),
        ('base = "design"\n[[step]]\ndo = "raek"', "unknown do = 'raek' .did you mean 'rake'"),
        ('base = "design"\n[[step]]\ndo = "rake"', "give margins"),
        ('base = "design"\n[[step]]\ndo = "rake"\nmargin = "x"', "unknown key 'margin' .did you mean 'margins'"),
        ('base = "design"\n[[step]]\ndo = "trim"\nabove = "3"', "above = '3' is not a number"),
        ('base = "design"\n[[step]]\ndo = "nonresponse"\nmin_cell = 2.5', "min_cell = 2.5 is not a whole number"),
        ('base = "design"\n[[step]]\ndo = "nonresponse"\nwithin = "region"', "is not a list of column names"),
    ],
)
def test_a_recipe_that_cannot_be_read_is_told_where_and_how(text, message):
    with pytest.raises(RecipeError, match=message):
        recipe.parse(text)


def test_an_unknown_column_names_the_step_and_the_nearest_column():
    with pytest.raises(RecipeError, match=r"step 1 .nonresponse.: .*'regoin' .did you mean 'region'"):
        weigh(WHOLE.replace('"region", "stratum"', '"regoin"'))


def test_margins_that_were_not_given_are_named():
    with pytest.raises(RecipeError, match=r"step 2 .rake.: margins 'cencus' were not given .given: census"):
        weigh(WHOLE.replace('"census"', '"cencus"', 1))


def test_margins_that_do_not_match_the_data_name_the_step_and_the_cells():
    with pytest.raises(MarginError, match=r"step 2 .rake.: .*region=north: \d+ respondent.s., no total"):
        weigh(census=CENSUS.replace("north", "nord"))


def test_a_recipe_knows_which_margins_it_needs():
    assert recipe.parse(WHOLE).margins == ["census"]


@pytest.mark.parametrize("verb", VERBS)
def test_the_readme_names_every_setting_of_a_verb(verb):
    readme = (Path(recipe.__file__).parent / "README.md").read_text(encoding="utf-8")
    row = next(line for line in readme.splitlines() if line.startswith(f"| `{verb}`"))
    assert all(f"`{setting.name}`" in row for setting in fields(VERBS[verb]))


def test_the_demo_recipe_is_sound():
    path = Path(__file__).parents[2] / "server" / "demo" / "survey" / "recipe.toml"
    assert recipe.read(path).margins == ["households"]
