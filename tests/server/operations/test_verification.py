"""What is stored is made again: the same, or where it differs."""

from __future__ import annotations

import pandas as pd
import pytest

from sampling import plan as plans
from sampling.frame import Frame
from server.errors import Problem
from server.models.datasets import Dataset
from server.models.weights import ResultTable, Weighting
from server.operations import datasets, estimates, samples, verification, weights
from tests import factories
from tests.server.operations.test_weights import RECIPE, TABLES
from tests.server.test_cli import PLAN

TWO_OF_THREE = PLAN.replace("psus = 2", "psus = 4").replace("take = 1", "take = 2")


def a_frame(road: str = "Road") -> Frame:
    """Two regions of two areas with three dwellings each; two of the three are drawn."""
    places = [(region, area, number) for region in "12" for area in "ab" for number in "123"]
    columns = {
        "household_id": [f"{region}{area}-00{number}" for region, area, number in places],
        "ea": [region + area for region, area, _ in places],
        "region": [region for region, *_ in places],
        "urban": ["1"] * len(places),
        "address": [f"{road} {number}" for *_, number in places],
    }
    return Frame(pd.DataFrame(columns), "household_id")


@pytest.fixture
def project_id(session) -> int:
    """A drawn sample, cut, weighed and tabulated: nobody was interviewed but for the units' base weights."""
    project = factories.a_project(session)
    factories.an_instrument(session, project)
    drawn = plans.draw(plans.parse(TWO_OF_THREE), a_frame())
    roles = {"label_column": "address", "region_column": "region", "urban_column": "urban"}
    samples.record(session, project_id=project.id, name="main", plan_text=TWO_OF_THREE, sample=drawn, **roles)
    dataset_id = datasets.cut(session, project_id=project.id, name="first")["dataset_id"]
    made = weights.apply(session, dataset_id=dataset_id, recipe='base = "probability"\n', margins={})
    estimates.tabulate(session, weighting_id=made["weighting_id"], tables=TABLES.split('[[table]]\nid = "T2"')[0])
    session.commit()
    return project.id


def differing(checks) -> list[str]:
    return [check.what for check in checks if not check.same]


def test_everything_made_again_is_the_same(session, project_id):
    checks = verification.verify(session, project_id=project_id, frame_of=lambda key: a_frame())
    assert [(check.what, check.name, check.same) for check in checks] == [
        ("draw", "main", True),
        ("dataset", "first", True),
        ("weights", "1", True),
        ("table", "T1", True),
    ]


def test_a_changed_cell_is_told(session, project_id):
    table = session.get(ResultTable, 1)
    table.rows = [{**table.rows[0], "estimate": table.rows[0]["estimate"] + 1}]
    (check,) = verification.verify(session, project_id=project_id)[-1:]
    assert check.differences == ("total estimate: stored 13.0, now 12.0",)


def test_a_difference_in_the_last_digits_is_none(session, project_id):
    table = session.get(ResultTable, 1)
    table.rows = [{**table.rows[0], "estimate": table.rows[0]["estimate"] * (1 + 1e-13)}]
    assert differing(verification.verify(session, project_id=project_id)) == []


def test_changed_weights_are_told_unit_by_unit(app, session, project_id):
    weighting = session.get(Weighting, 1)
    text = app.extensions["storage"].get(weighting.digest).decode().replace("1.5", "2.5", 1)
    weighting.digest = app.extensions["storage"].put(text.encode())
    (check,) = (one for one in verification.verify(session, project_id=project_id) if one.what == "weights")
    assert check.differences[0].endswith("stored 2.5, now 1.5")
    assert len(check.differences) == 1


def test_another_frame_is_told(session, project_id):
    checks = verification.verify(session, project_id=project_id, frame_of=lambda key: a_frame("Street"))
    assert differing(checks) == ["draw"]


def test_a_recipe_that_no_longer_works_is_a_difference_in_all_that_rests_on_it(session, project_id):
    session.get(Weighting, 1).recipe = RECIPE
    assert differing(verification.verify(session, project_id=project_id)) == ["weights", "table"]


def test_a_lost_dataset_is_a_difference(session, project_id):
    session.get(Dataset, 1).digest = "ab" * 32
    assert differing(verification.verify(session, project_id=project_id)) == ["dataset", "weights", "table"]


def test_an_unknown_table_is_not_found(session, project_id):
    with pytest.raises(Problem, match="Table T9"):
        verification.verify(session, project_id=project_id, code="T9")
