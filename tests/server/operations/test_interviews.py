"""Interviews and units with what is known around them."""

import pytest

from server.errors import Problem
from server.operations import interviews
from tests import factories


@pytest.fixture
def field(client, session):
    """A supervisor with e01, and e02 of another team; each has visited the own unit, e01 twice."""
    project = factories.a_project(session)
    supervisor = factories.a_user(session, "s1", "supervisor")
    own = factories.a_user(session, "e01", supervisor_id=supervisor.id)
    other = factories.a_user(session, "e02")
    factories.an_instrument(session, project)
    factories.a_sample(session, project, u1=own.id, u2=other.id, u3=None)
    tablets = {user.name: factories.a_tablet(session, user, project) for user in (own, other)}
    session.commit()
    sheets = [("e01", "01-u1", "3", "uuid:a"), ("e01", "01-u1", "1", "uuid:b"), ("e02", "01-u2", "5", "uuid:c")]
    for minute, (name, unit, result, uuid) in enumerate(sheets):
        xml = factories.a_sheet(unit, result, uuid=uuid, minute=minute)
        assert client.post(f"{tablets[name]}/submission", **factories.a_post(xml)).status_code == 201
    return project, supervisor


def listed(session, project, state, scope=None):
    found = interviews.listed(session, project_id=project.id, scope=scope, state=state, offset=0, limit=50)
    return [sheet.root_id for sheet in found]


def test_the_newest_sheet_comes_first(session, field):
    project, _ = field
    assert listed(session, project, "all") == ["uuid:c", "uuid:b", "uuid:a"]


def test_only_interviews_wait_for_review(session, field):
    project, _ = field
    assert listed(session, project, "review") == ["uuid:b"]


def test_an_interview_stands_beside_the_other_visits_of_its_unit(session, field):
    found = interviews.of_root(session, root_id="uuid:b", scope=None)
    assert [visit.root_id for visit in found.visits] == ["uuid:a", "uuid:b"]
    assert found.unit.key == "01-u1"


def test_a_supervisor_finds_nothing_of_another_team(session, field):
    project, supervisor = field
    assert listed(session, project, "all", supervisor) == ["uuid:b", "uuid:a"]
    for search in (
        lambda: interviews.of_root(session, root_id="uuid:c", scope=supervisor),
        lambda: interviews.life(session, project_id=project.id, key="01-u2", scope=supervisor),
    ):
        with pytest.raises(Problem) as problem:
            search()
        assert problem.value.code == 404.1


def test_a_units_life_has_its_visits_in_their_order(session, field):
    project, _ = field
    life = interviews.life(session, project_id=project.id, key="01-u1", scope=None)
    assert [visit.root_id for visit in life.visits] == ["uuid:a", "uuid:b"]
    assert life.unit.disposition == "1.1"
    assert life.psu_size == 2  # u1 and u3 lie in the same area


@pytest.mark.parametrize(
    ("state", "keys"),
    [
        ("all", ["01-u1", "01-u2", "01-u3"]),
        ("final", ["01-u1", "01-u2"]),
        ("interviews", ["01-u1"]),
        ("unassigned", ["01-u3"]),
        ("not_started", []),
    ],
)
def test_units_are_listed_by_state(session, field, state, keys):
    project, _ = field
    found = interviews.units(session, project_id=project.id, scope=None, state=state, offset=0, limit=50)
    assert [unit.key for unit in found] == keys


def test_the_distance_is_that_along_the_surface():
    degree = interviews.distance(0, 0, 0, 1)  # one degree of the equator on the mean sphere
    assert degree == pytest.approx(111_195, abs=1)
    assert interviews.distance(10, 20, 10, 20) == 0
    assert interviews.distance(0, 0, 0, 180) == pytest.approx(20_015_115, abs=1)
