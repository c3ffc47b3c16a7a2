"""Commands `enumera weight` and `enumera estimate`: files in, files out."""

import json

import pandas as pd
import pytest
from click.testing import CliRunner

from tests.weighting.samples import households
from weighting.cli import estimate_group, group
from weighting.errors import MarginError

DESIGN = ["--ids", "ea,household", "--strata", "stratum", "--weight", "weight", "--probabilities", "p1,p2"]
RECIPE = """
base = "probability"
[[step]]
do = "nonresponse"
min_cell = 5
[[step]]
do = "rake"
margins = "census"
"""
TABLES = """
[[table]]
id = "T1"
title.en = "Abroad"
level = "household"
statistic = "proportion"
variable = "abroad"
value = 1
[[table]]
id = "T2"
title.en = "Age"
level = "person"
statistic = "mean"
variable = "age"
by = ["region"]
"""
CENSUS = "variable,code,total\nregion,north,700\nregion,south,300\n"
MARGINS = ["--margins", "census=census.csv"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    codes = ["1.1", "1.1", "1.1", "2.11"] * 18
    households().assign(disposition=codes).to_csv("units.csv", index=False)
    households().loc[[0, 1, 1, 70], ["household"]].assign(age=[1, 2, 3, 4]).to_csv("persons.csv", index=False)
    (tmp_path / "recipe.toml").write_text(RECIPE)
    (tmp_path / "tables.toml").write_text(TABLES)
    (tmp_path / "census.csv").write_text(CENSUS)
    return tmp_path


def run(commands, *words):
    done = CliRunner().invoke(commands, [str(word) for word in words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_apply_writes_the_weighted_rows(folder):
    run(group, "apply", "recipe.toml", "units.csv", *DESIGN, *MARGINS, "-o", "out.csv")
    weighted = pd.read_csv("out.csv")
    assert weighted["wt_final"].sum() == pytest.approx(1000)
    assert len(weighted) == 72


def test_apply_prints_the_ledger_as_json(folder):
    out = run(group, "apply", "recipe.toml", "units.csv", *DESIGN, *MARGINS, "--json")
    assert [step["name"] for step in json.loads(out)] == ["base", "nonresponse", "rake"]


def test_diagnose_prints_the_outcome_rates(folder):
    assert json.loads(run(group, "diagnose", "units.csv", "--json"))["RR1"] == pytest.approx(0.75)


def test_a_table_of_households_and_persons_is_printed(folder):
    weigh = ["--recipe", "recipe.toml", *MARGINS, "--on", "household"]
    out = run(
        estimate_group, "table", "tables.toml", "units.csv", *DESIGN, *weigh, "--persons", "persons.csv", "--json"
    )
    tables = json.loads(out)
    assert 0 < tables["T1"][0]["estimate"] < 1
    assert tables["T2"][0]["mark"] == "*"
    assert tables["T2"][0]["estimate"] is None


def test_a_margin_that_does_not_fit_is_raised_for_the_command_line_to_explain(folder):
    (folder / "census.csv").write_text("variable,code,total\nregion,north,700\n")
    with pytest.raises(MarginError, match="region=south"):
        run(group, "apply", "recipe.toml", "units.csv", *DESIGN, *MARGINS)
