"""Jobs: the same whether they run here or by a worker on Redis."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from server import db, jobs
from server.app import create_app
from server.errors import Problem
from server.models.jobs import LONGEST, Job, give_up_lost
from server.operations import datasets
from tests import factories
from tests.conftest import REDIS


@pytest.fixture(params=["inline", pytest.param("queued", marks=pytest.mark.skipif(not REDIS, reason="no Redis"))])
def work(request, config):
    """Submit a job and wait for its end; gives its row."""
    config.data_dir.mkdir(parents=True)
    app = create_app(replace(config, redis_url=REDIS if request.param == "queued" else ""))
    engine = app.extensions["engine"]
    db.Base.metadata.create_all(engine)
    if request.param == "queued":
        app.extensions["jobs"].name = f"test-{secrets.token_hex(6)}"

    def done(kind, **params) -> Job:
        job_id = jobs.submit(kind, **params)
        if request.param == "queued":
            jobs.work(app.extensions["jobs"], burst=True)
        with Session(engine) as session:
            return session.get_one(Job, job_id)

    with app.app_context():
        yield done
    engine.dispose()


def a_project() -> int:
    with db.own_session() as session:
        project = factories.a_project(session)
        user = factories.a_user(session)
        factories.an_instrument(session, project)
        factories.a_sample(session, project, u1=user.id)
        return project.id


def test_a_job_gives_the_operations_result(work):
    job = work("cut_dataset", project_id=a_project(), name="first")
    assert (job.state, job.error) == ("done", None)
    assert (job.result["units"], job.result["interviews"]) == (1, 0)
    assert job.created_at <= job.started_at <= job.ended_at


def test_a_failed_job_tells_why_and_leaves_nothing(work):
    project_id = a_project()
    job = work("cut_dataset", project_id=project_id, name="first", as_of="yesterday")
    assert job.state == "failed"
    assert "is no moment" in job.error
    with db.own_session() as session:
        assert datasets.cut(session, project_id=project_id, name="first")["units"] == 1


def test_a_failure_reaches_the_log_without_its_message(work, caplog):
    work("cut_dataset", project_id=a_project(), name="first", as_of="an answer")
    assert "failed: Problem" in caplog.text
    assert "an answer" not in caplog.text


def test_an_unknown_kind_is_refused(work):
    with pytest.raises(Problem, match="is no job"):
        work("make_tea")


def test_a_job_is_carried_out_once(work):
    job = work("cut_dataset", project_id=a_project(), name="first")
    jobs.run(job.id)
    with db.own_session() as session:
        assert session.get_one(Job, job.id).state == "done"


@pytest.mark.parametrize(
    ("queued", "state", "age", "found"),
    [
        (False, "running", timedelta(0), "failed"),
        (False, "waiting", timedelta(0), "failed"),
        (False, "done", timedelta(days=1), "done"),
        (True, "running", LONGEST + timedelta(minutes=1), "failed"),
        (True, "running", LONGEST - timedelta(minutes=1), "running"),
        (True, "waiting", timedelta(days=1), "waiting"),
    ],
)
def test_jobs_of_dead_processes_are_given_up_and_no_others(session, queued, state, age, found):
    job = Job(kind="cut_dataset", params={}, state=state, started_at=db.now() - age)
    session.add(job)
    session.flush()
    session.execute(give_up_lost(queued=queued))
    session.refresh(job)
    assert job.state == found
    assert (job.error is None) == (found != "failed")
