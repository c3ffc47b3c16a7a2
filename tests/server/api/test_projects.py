"""Projects and jobs for programs."""

from __future__ import annotations

import pytest

from server import db
from server.models.jobs import Job
from tests import factories


@pytest.fixture
def analyst(app, client):
    """A signed-in analyst."""
    with app.app_context(), db.own_session() as session:
        factories.a_project(session)
        user = factories.a_user(session, "analyst", "analyst")
        session.add(Job(kind="cut_dataset", params={"project_id": 1}, state="done", result={"dataset_id": 1}))
        session.flush()
        user_id = user.id
    with client.session_transaction() as cookie:
        cookie["user_id"] = user_id
    return client


def test_projects_are_listed(analyst):
    (project,) = analyst.get("/v1/projects").json
    assert (project["id"], project["name"], project["code"]) == (1, "A survey", "survey")


def test_a_project_that_does_not_exist_is_404_1(analyst):
    assert analyst.get("/v1/projects/9").json["code"] == 404.1


def test_a_job_tells_its_result(analyst):
    job = analyst.get("/v1/jobs/1").json
    assert (job["state"], job["result"]) == ("done", {"dataset_id": 1})


def test_an_enumerator_sees_no_jobs(app, client):
    with app.app_context(), db.own_session() as session:
        user_id = factories.a_user(session).id
    with client.session_transaction() as cookie:
        cookie["user_id"] = user_id
    assert client.get("/v1/jobs/1").status_code == 403
