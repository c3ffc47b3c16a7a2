"""From a frozen cut to weights and tables."""

from __future__ import annotations

import pytest

from server.db import now
from server.errors import Problem
from server.intake import Intake, Received
from server.models.weights import ResultTable, Weighting
from server.operations import datasets, estimates, weights
from tests import factories
from weighting.errors import MarginError, WeightingError

RECIPE = """
base = "design"

[[step]]
do = "nonresponse"
within = ["stratum"]
min_cell = 1

[[step]]
do = "rake"
margins = "households"
"""

MARGINS = {"households": "variable,code,total\nurban,1,40\n"}

TABLES = """
[[table]]
id = "T1"
title = "Interviews"
level = "household"
statistic = "total"

[[table]]
id = "T2"
title.en = "Age"
level = "person"
statistic = "mean"
variable = "age"
by = ["urban"]
"""


@pytest.fixture
def dataset_id(app, session) -> int:
    """Four drawn units, three interviewed, one refused."""
    project, user = factories.a_project(session), factories.a_user(session)
    factories.an_instrument(session, project)
    factories.a_sample(session, project, **dict.fromkeys(("u1", "u2", "u3", "u4"), user.id))
    session.commit()
    intake = Intake(app.extensions["engine"])
    for number, result in enumerate(("1", "1", "1", "5"), start=1):
        xml = factories.a_sheet(f"01-u{number}", result, uuid=f"uuid:{number}", persons=number)
        intake.receive(Received(project.id, user.id, xml, now()))
    made = datasets.cut(session, project_id=project.id, name="first")["dataset_id"]
    session.commit()
    return made


def weigh(session, dataset_id, margins=MARGINS) -> int:
    return weights.apply(session, dataset_id=dataset_id, recipe=RECIPE, margins=margins)["weighting_id"]


def test_each_step_is_in_the_ledger(session, dataset_id):
    made = weights.apply(session, dataset_id=dataset_id, recipe=RECIPE, margins=MARGINS)
    assert [step["name"] for step in made["steps"]] == ["base", "nonresponse", "rake"]
    assert session.get(Weighting, made["weighting_id"]).ledger[0]["rows"] == 4


def test_weights_add_up_to_the_control_total_at_each_level(session, dataset_id):
    surveys = weights.surveys(session, weighting_id=weigh(session, dataset_id))
    assert surveys["household"].weights.sum() == pytest.approx(40)
    assert surveys["household"].weights.tolist()[3] == 0
    assert surveys["person"].weights.sum() == pytest.approx(40 / 3 * (1 + 2 + 3))


def test_tables_are_kept_with_estimate_and_error(session, dataset_id):
    weighting_id = weigh(session, dataset_id)
    assert estimates.tabulate(session, weighting_id=weighting_id, tables=TABLES) == {"codes": ["T1", "T2"]}
    ages = session.query(ResultTable).filter_by(code="T2").one()
    assert ages.spec["title"] == {"en": "Age"}
    whole = ages.rows[0]
    assert whole["estimate"] == pytest.approx((20 + 20 + 21 + 20 + 21 + 22) / 6)
    assert [row["group"] for row in ages.rows] == ["", "1"]


def test_tabulating_again_replaces_the_tables(session, dataset_id):
    weighting_id = weigh(session, dataset_id)
    for _ in range(2):
        estimates.tabulate(session, weighting_id=weighting_id, tables=TABLES)
    assert session.query(ResultTable).count() == 2


def test_margins_that_do_not_match_are_refused_and_nothing_is_kept(session, dataset_id):
    with pytest.raises(MarginError, match="urban=1"):
        weigh(session, dataset_id, {"households": "variable,code,total\nurban,2,40\n"})
    assert session.query(Weighting).count() == 0


def test_a_table_of_a_variable_that_is_not_there_is_refused(session, dataset_id):
    weighting_id = weigh(session, dataset_id)
    with pytest.raises(WeightingError, match="height"):
        estimates.tabulate(session, weighting_id=weighting_id, tables=TABLES.replace('"age"', '"height"'))


def test_an_unknown_weighting_is_not_found(session):
    with pytest.raises(Problem, match="was not found"):
        weights.surveys(session, weighting_id=1)
