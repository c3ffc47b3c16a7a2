"""An export: what is in it and what is not, and that its scripts open it."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile

import pandas as pd
import pyreadstat
import pytest
from sqlalchemy import select

from server.db import now
from server.errors import Problem
from server.intake import Intake, Received
from server.models.events import Event
from server.models.samples import Unit
from server.operations import datasets, exports, instruments, weights
from tests import factories
from tests.server.operations.test_weights import MARGINS, RECIPE
from tests.server.web.conftest import with_names_kept


@pytest.fixture
def dataset_id(app, session) -> int:
    """Four drawn units with addresses, three interviewed, one refused; the form marks the member's name."""
    labels = {"urban": {"1": {"en": "Urban", "ru": "Город"}}}
    project = factories.a_project(session, settings={"labels": labels})
    user = factories.a_user(session)
    instruments.publish(session, project_id=project.id, workbook=with_names_kept(factories.a_form()))
    factories.a_sample(session, project, **dict.fromkeys(("u1", "u2", "u3", "u4"), user.id))
    for unit in session.scalars(select(Unit)):
        unit.facts = {**unit.facts, "address": f"Road {unit.key}"}
    session.commit()
    intake = Intake(app.extensions["engine"])
    for number, result in enumerate(("1", "1", "1", "5"), start=1):
        xml = factories.a_sheet(f"01-u{number}", result, uuid=f"uuid:{number}", persons=number)
        intake.receive(Received(project.id, user.id, xml, now()))
    made = datasets.cut(session, project_id=project.id, name="first")["dataset_id"]
    session.commit()
    return made


@pytest.fixture
def weighting_id(session, dataset_id) -> int:
    return weights.apply(session, dataset_id=dataset_id, recipe=RECIPE, margins=MARGINS)["weighting_id"]


def make(session, dataset_id, form="csv", **over) -> zipfile.ZipFile:
    made = exports.make(session, dataset_id=dataset_id, form=form, by="a1", **over)
    return zipfile.ZipFile(io.BytesIO(made.data))


def frame(archive: zipfile.ZipFile, name: str) -> pd.DataFrame:
    return pd.read_csv(archive.open(f"{name}.csv"), dtype={"dataset": "str", "disposition": "str"})


def test_it_works(session, dataset_id, weighting_id):
    names = set(make(session, dataset_id).namelist())
    assert {"household.csv", "person.csv", "units.csv", "visits.csv", "codebook.csv", "codes.csv"} <= names
    assert {"load.R", "load.py", "README.txt", "recipe.toml", "margins_households.csv"} <= names


def test_every_drawn_unit_is_there_with_its_design_and_its_end(session, dataset_id, weighting_id):
    units = frame(make(session, dataset_id), "units").set_index("household_id")
    assert units["disposition"].tolist() == ["1.1", "1.1", "1.1", "2.11"]
    assert units["wt_final"].gt(0).tolist() == [True, True, True, False]
    assert {"stratum", "ea", "w_base", "w_adj_nr", "w_cal", "weighting", "dataset"} <= set(units)


def test_each_row_carries_the_weight_of_its_unit(session, dataset_id, weighting_id):
    archive = make(session, dataset_id)
    units, persons = frame(archive, "units").set_index("household_id"), frame(archive, "person")
    assert persons["wt_final"].tolist() == units["wt_final"].reindex(persons["household_id"]).tolist()
    assert persons["weighting"].unique().tolist() == [weighting_id]


def test_what_identifies_is_left_out_and_named(session, dataset_id, weighting_id):
    archive = make(session, dataset_id)
    assert "p_name" not in frame(archive, "person")
    assert "address" not in frame(archive, "units")
    assert b"Respondent" not in b"".join(archive.read(name) for name in archive.namelist())
    readme = archive.read("README.txt").decode()
    assert "person.p_name" in readme
    assert "units.address" in readme


def test_what_identifies_is_there_for_who_asks_for_it_and_that_is_recorded(session, dataset_id, weighting_id):
    archive = make(session, dataset_id, identifying=True)
    assert frame(archive, "person")["p_name"].str.startswith("Respondent").all()
    assert frame(archive, "units")["address"].tolist()[0] == "Road 01-u1"
    assert "IDENTIFY PERSONS" in archive.read("README.txt").decode()
    event = session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert (event.actor, event.verb, event.details["identifying"]) == ("a1", "dataset.identify", True)


@pytest.mark.parametrize("form", exports.SUFFIXES)
def test_the_same_dataset_gives_the_same_bytes(session, dataset_id, weighting_id, form):
    first, second = (exports.make(session, dataset_id=dataset_id, form=form, by="a1") for _ in range(2))
    assert first == second


def test_a_dataset_without_weights_has_base_weights_and_says_so(session, dataset_id):
    archive = make(session, dataset_id)
    units = frame(archive, "units")
    assert units["w_base"].tolist() == [10.0] * 4
    assert "wt_final" not in units
    assert "has not been weighed" in archive.read("README.txt").decode()


def test_the_readme_names_the_dataset_and_how_its_weights_were_made(session, dataset_id, weighting_id):
    readme = make(session, dataset_id).read("README.txt").decode()
    digest = datasets.find(session, dataset_id=dataset_id).digest
    assert digest in readme
    assert "rake: rake to households (urban)" in readme
    assert "1.1: 3, 2.11: 1" in readme


def test_the_python_script_opens_the_tables(session, dataset_id, weighting_id, tmp_path):
    make(session, dataset_id).extractall(tmp_path)
    done = subprocess.run(
        [sys.executable, "-W", "error", "load.py"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[0] == "household: 3 rows, sum of wt_final 40.0"
    assert "person: 6 rows, sum of wt_final 80.0" in done.stdout


@pytest.mark.parametrize(("language", "wording"), [("en", "Urban"), ("ru", "Город")])
def test_stata_files_are_labelled_in_the_readers_language(
    session, dataset_id, weighting_id, tmp_path, language, wording
):
    make(session, dataset_id, "dta", language=language).extractall(tmp_path)
    data, about = pyreadstat.read_dta(tmp_path / "household.dta")
    assert data["wt_final"].sum() == pytest.approx(40)
    assert about.variable_value_labels["urban"] == {1: wording}
    assert about.column_names_to_labels["wt_final"] == exports.LABELS["wt_final"][language]


def test_the_stata_script_declares_the_design_of_every_table(session, dataset_id, weighting_id):
    script = make(session, dataset_id, "dta").read("load.do").decode()
    for table in ("household", "person"):
        assert f"use {table}.dta, clear" in script
    assert script.count("svyset ea [pweight = w_svy], strata(stratum)") == 2


def test_stata_can_merge_the_units_into_each_table(session, dataset_id, weighting_id, tmp_path):
    make(session, dataset_id, "dta").extractall(tmp_path)
    units = pyreadstat.read_dta(tmp_path / "units.dta")[1].readstat_variable_types
    for table in ("household", "person"):
        types = pyreadstat.read_dta(tmp_path / f"{table}.dta")[1].readstat_variable_types
        shared = set(types) & set(units)
        assert "household_id" in shared
        assert [name for name in shared if (types[name] == "string") != (units[name] == "string")] == []


def test_every_column_stands_in_the_codebook(session, dataset_id, weighting_id):
    archive = make(session, dataset_id)
    book = pd.read_csv(archive.open("codebook.csv"))
    told = set(zip(book["table"], book["name"], strict=True))
    written = {(table, name) for table in ("household", "person", "units", "visits") for name in frame(archive, table)}
    assert written == told


def test_an_unknown_format_is_refused(session, dataset_id):
    with pytest.raises(Problem, match="is no format"):
        exports.make(session, dataset_id=dataset_id, form="doc", by="a1")


def test_a_weighting_of_another_dataset_is_not_found(session, dataset_id, weighting_id):
    with pytest.raises(Problem, match="Weighting 99"):
        exports.make(session, dataset_id=dataset_id, form="csv", weighting_id=99, by="a1")
