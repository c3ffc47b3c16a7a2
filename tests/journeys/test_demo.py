"""The first ten minutes of a newcomer: one command, and a weighted table beside the census truth."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest
from sqlalchemy import create_engine, text

from benchmarks import sigkill
from sampling import frame as frames
from sampling import plan as plans
from sampling.design import Design, Survey
from server.app import create_app
from server.config import Config
from server.demo import fieldwork, process, setup
from weighting import recipe, tabulation
from weighting.margins import Margins

AREAS = 24
SETTINGS = ("--areas", str(AREAS), "--seed", "7", "--json")


def enumera(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-m", "server.cli", "demo", *arguments]
    environment = {"PYTHONPATH": str(root), "PATH": "/usr/bin:/bin"}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=280, check=False)


def events(run: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """What the command told, by kind; the last of each kind."""
    return {told["event"]: told for told in map(json.loads, run.stdout.splitlines())}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def run(folder) -> subprocess.CompletedProcess[str]:
    with socket.socket() as taken:  # a busy port: the command takes the next free one
        port = process.free_port(21000)
        taken.bind(("127.0.0.1", port))
        taken.listen()
        return enumera("--once", "--reveal", "--port", str(port), *SETTINGS, cwd=folder)


@pytest.fixture(scope="module")
def told(run) -> dict[str, Any]:
    assert run.returncode == 0, run.stderr
    return events(run)


@pytest.fixture
def stored(folder, told):
    engine = create_engine(f"sqlite:///{folder / 'enumera-demo' / 'enumera.sqlite'}")
    with engine.connect() as connection:
        yield lambda query: connection.execute(text(query)).all()
    engine.dispose()


def test_it_draws_from_the_census_and_ends_by_itself(told):
    assert (told["frame"]["areas"], told["frame"]["dwellings"]) == (217, 4872)
    assert told["sample"]["dwellings"] == 12 * AREAS == told["people"]["assigned"]


def test_the_limits_of_the_census_file_are_said(run):
    said = [json.loads(line) for line in run.stdout.splitlines()]
    assert any("P07_BIRTH" in one["warning"] for one in said if one["event"] == "warning")
    assert any("between provinces is not published" in one["caution"] for one in said if one["event"] == "caution")


def test_a_busy_port_is_left_alone(told):
    assert told["server"]["url"] == f"http://127.0.0.1:{told['port']['port']}"


def test_every_sheet_came_through_the_tablets_door(told, stored):
    counts = told["requests"]["counts"]
    (sheets,) = stored("select count(*) from submissions")[0]
    assert sheets > 12 * AREAS
    assert counts["POST 201"] == counts["HEAD 204"] == sheets
    assert stored("select count(*) from attachments where name = 'audit.csv'") == [(sheets,)]


def test_nothing_is_kept_apart(told, stored):
    assert stored("select quarantine, count(*) from submissions where quarantine <> '' group by quarantine") == []


def test_nearly_every_dwelling_is_final(told):
    assert told["day"]["final"] >= 0.95 * told["day"]["sampled"]


def test_four_enumerators_are_not_honest(run):
    revealed = [json.loads(line) for line in run.stdout.splitlines() if '"reveal"' in line]
    assert sorted(one["fabricates"] > 0 for one in revealed) == [False, False, False, True]


def test_the_tables_stand_beside_the_truth(told):
    lines = told["tables"]["collected"]
    truth = {(line["table"], line["statistic"]): line["truth"] for line in lines if not line["by"]}
    assert truth[("T1", "total")] == 1097
    assert truth[("T2", "total")] == 921
    assert all(line["low"] <= line["estimate"] <= line["high"] for line in lines)


def test_most_intervals_hold_the_truth_once_the_four_are_set_aside(told):
    lines = told["tables"]["without_the_four"]
    assert sum(line["inside"] for line in lines) >= 0.8 * len(lines)


def test_a_sample_too_small_to_spare_four_enumerators_says_so(tmp_path):
    run = enumera("--once", "--areas", "16", "--port", str(process.free_port(21500)), cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    assert "too few interviews are left for weights" in run.stdout


def test_the_csv_files_open_in_pandas(folder, told):
    with zipfile.ZipFile(folder / "enumera-demo" / "popstan.csv.zip") as archive:
        persons = pd.read_csv(archive.open("person.csv"), dtype="str")
        households = pd.read_csv(archive.open("household.csv"), dtype="str")
    assert set(persons["parent"]) == set(households["key"])
    assert persons["wt_final"].astype(float).gt(0).all()
    assert abs(households["wt_final"].astype(float).sum() - 4456) < 1e-6
    assert "p_name" not in persons
    assert "address" not in households


def test_the_stata_files_carry_their_labels(folder, told, tmp_path):
    with zipfile.ZipFile(folder / "enumera-demo" / "popstan.dta.zip") as archive:
        archive.extract("person.dta", tmp_path)
    data, about = pyreadstat.read_dta(tmp_path / "person.dta")
    assert len(data) == about.number_rows > 0
    assert "sex" in about.variable_value_labels
    assert about.column_names_to_labels["wt_final"].startswith("Weight")


def test_the_documents_draw_the_same_sample_again(folder, told):
    survey = folder / "enumera-demo" / "survey"
    plan = plans.read(survey / "plan.toml")
    sample = plans.draw(plan, frames.read(survey / plan.frame, plan.key))
    assert sample.record["frame"] == told["frame"]["digest"]
    assert sample.record["sample"] == told["sample"]["digest"]


def test_the_documents_make_the_same_tables_in_a_dozen_lines(folder, told):
    survey = folder / "enumera-demo" / "survey"
    units = pd.read_csv(survey / "units.csv", dtype={"disposition": "str", "hh_size": "str"})
    design = Design(("ea", "household_id"), "weight_base", "stratum", ("prob_1", "prob_2"))
    margins = {"households": Margins.read(survey / "census.csv")}
    households = recipe.apply(recipe.read(survey / "recipe.toml"), Survey(units, design, "weight_base"), margins).survey
    persons = households.members(pd.read_csv(survey / "persons.csv"), on="household_id")
    tables = tabulation.read(survey / "tables.toml")[:2]
    made = [tabulation.tabulate(table, {"household": households, "person": persons}) for table in tables]
    estimates = pd.concat(made)["estimate"].tolist()
    assert estimates == pytest.approx([line["estimate"] for line in told["tables"]["collected"]], rel=1e-9)


def test_draw_weights_and_tables_made_again_are_identical(folder, told):
    home = folder / "enumera-demo"
    command = ["server", "verify", "--project", "popstan", "--frame", str(home / "survey" / "frame.csv"), "--json"]
    environment = {"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": "/usr/bin:/bin", "ENUMERA_DATA_DIR": str(home)}
    done = subprocess.run(
        [sys.executable, "-m", "server.cli", *command], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    checks = [(check["what"], check["same"]) for check in json.loads(done.stdout)]
    assert checks == [(what, True) for what in ("draw", "dataset", "weights", "table", "table", "table")]


def test_a_second_start_offers_to_resume(folder, told):
    again = enumera("--once", *SETTINGS, cwd=folder)
    assert again.returncode == 4
    assert "enumera demo --resume" in again.stderr
    assert "enumera demo --fresh" in again.stderr


def test_a_resumed_demonstration_gives_the_same_tables(folder, told):
    again = enumera("--once", "--resume", "--port", "21100", *SETTINGS, cwd=folder)
    assert again.returncode == 0, again.stderr
    assert events(again)["tables"] == told["tables"]


def test_no_answer_of_a_respondent_is_in_the_servers_log(folder, told, stored):
    log = (folder / "enumera-demo" / "server.log").read_text()
    keys = [key for (key,) in stored("select unit_key from submissions")]
    assert "POST" in log
    assert not any(key in log for key in keys)


def test_two_kills_of_the_server_lose_nothing(tmp_path):
    report = sigkill.run(tmp_path / "data", kills=2, seed=3, areas=AREAS, day_seconds=1.5, port=20080)
    assert report.faults == ()
    assert report.kills == 2
    assert report.confirmed == report.sheets == report.stored > 12 * AREAS


def test_tablets_that_start_anew_send_the_same_bytes_which_are_kept_once(folder, told, stored, tmp_path):
    before = stored("select count(*) from submissions")
    home = folder / "enumera-demo"
    port = process.free_port(21200)
    config = Config(data_dir=home, public_url=f"http://127.0.0.1:{port}")
    app = create_app(config)
    with app.app_context():
        urls = list(setup.read(app).tablets.values())
    server = process.start(config, port)
    try:
        fieldwork.run(
            urls=urls, seed=7, days=20, day_seconds=0, patience=20, folder=tmp_path, say=lambda *_, **__: None
        )
    finally:
        server.stop()
        app.extensions["engine"].dispose()
    sent = [place for place in tmp_path.glob("*/sent/*") if place.is_dir()]
    assert [(len(sent),)] == before == stored("select count(*) from submissions")
    assert stored("select count(*) from submissions where quarantine <> ''") == [(0,)]
