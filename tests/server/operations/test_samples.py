"""Keeping a draw, giving out its units, and the list a tablet gets."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from sampling import plan
from sampling.frame import Frame
from server.errors import Problem
from server.models.events import Event
from server.models.samples import Assignment, Unit
from server.operations import samples
from tests import factories
from tests.drawing import table

PLAN = """
frame = "frame.csv"
key = "household_id"
strata = ["region"]
seed = 1

[size]
psus = 2

[[stage]]
unit = "ea"
select = "srs"

[[stage]]
unit = "household_id"
select = "srs"
take = 1
"""


@pytest.fixture(scope="module")
def drawn():
    frame = table(
        """
        household_id | ea | region | urban | address | lat | lon
        -------------+----+--------+-------+---------+-----+----
        01-001       | a  | 01     | 1     | Road 1  | 0.1 | 0.2
        01-002       | a  | 01     | 1     | Road 2  | 0.1 | 0.3
        02-001       | b  | 01     | 2     | Road 3  | 0.1 | 0.4
        02-002       | b  | 01     | 2     | Road 4  | 0.1 | 0.5
        """
    ).astype("str")
    return plan.draw(plan.parse(PLAN), Frame(frame, "household_id", "frame.csv"))


def record(session, drawn, **over):
    project = factories.a_project(session)
    columns = {
        "label_column": "address",
        "region_column": "region",
        "urban_column": "urban",
        "lat": "lat",
        "lon": "lon",
    }
    samples.record(session, project_id=project.id, name="main", plan_text=PLAN, sample=drawn, **{**columns, **over})
    return project


def test_each_drawn_unit_is_kept_with_its_probability(session, drawn):
    record(session, drawn)
    units = session.scalars(select(Unit).order_by(Unit.key)).all()
    assert [unit.psu for unit in units] == ["a", "b"]
    assert {(unit.probability, unit.base_weight) for unit in units} == {(0.5, 2.0)}
    assert units[0].region == "01"
    assert units[0].facts["prob_2"] == 0.5


def test_a_column_that_the_units_lack_is_named(session, drawn):
    with pytest.raises(Problem, match="no column 'street'"):
        record(session, drawn, label_column="street")


def test_units_are_drawn_once_in_a_project(session, drawn):
    project = record(session, drawn)
    with pytest.raises(Problem, match="drawn in this project already"):
        samples.record(
            session,
            project_id=project.id,
            name="again",
            plan_text=PLAN,
            sample=drawn,
            label_column="address",
            region_column="region",
            urban_column="urban",
        )


def test_assignments_are_counted_and_their_history_kept(session):
    project, first, second = factories.a_project(session), factories.a_user(session), factories.a_user(session, "e02")
    factories.a_sample(session, project, u1=None, u2=first.id)
    given = {"01-u1": second.id, "01-u2": first.id}
    assert samples.assign(session, project_id=project.id, assignments=given, by="manager") == 1
    assert [(one.user_id, one.by) for one in session.scalars(select(Assignment))] == [(second.id, "manager")]
    assert session.scalars(select(Event).where(Event.verb == "sample.assign")).one().details["units"] == 1


def test_an_unknown_unit_or_a_supervisor_stops_the_whole_assignment(session):
    project, user = factories.a_project(session), factories.a_user(session)
    supervisor = factories.a_user(session, "s1", "supervisor")
    factories.a_sample(session, project, u1=None)
    for given, told in (({"01-u1": user.id, "x": user.id}, "not in the sample"), ({"01-u1": supervisor.id}, "no enum")):
        with pytest.raises(Problem, match=told):
            samples.assign(session, project_id=project.id, assignments=given, by="manager")
    assert session.scalars(select(Unit.assigned_to_id)).all() == [None]


def test_the_same_units_give_the_same_bytes(session):
    project, user = factories.a_project(session), factories.a_user(session)
    factories.a_sample(session, project, u2=user.id, u1=user.id)
    lists = {samples.household_list(session, user=user, project=project) for _ in range(2)}
    assert lists == {b"name,label,ea,status\n01-u1,House u1,ea1,open\n01-u2,House u2,ea0,open\n"}
