"""Jobs: long verbs, carried out in this process or by a worker; the row in the database is the truth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from flask import Flask, current_app
from sqlalchemy import update

from server import db
from server.errors import Problem
from server.models.jobs import LONGEST, Job, give_up_lost
from server.operations import datasets, estimates, weights

HANDLERS: dict[str, Callable[..., dict[str, Any]]] = {
    "cut_dataset": datasets.cut,
    "apply_recipe": weights.apply,
    "tabulate": estimates.tabulate,
}
"""Every long verb of this system. A handler is an operation whose parameters are ids and plain values."""


class Runner(Protocol):
    """Where jobs are carried out."""

    def start(self, job_id: int) -> None:
        """Have the job carried out, now or soon."""
        ...


class Inline:
    """In this process, before `submit` returns."""

    def start(self, job_id: int) -> None:
        """Carry it out."""
        run(job_id)


class Queued:
    """By a worker that listens on Redis; the queue carries the id only."""

    def __init__(self, redis_url: str, name: str = "enumera") -> None:
        self.redis_url = redis_url
        self.name = name

    def start(self, job_id: int) -> None:
        """Put the id on the queue."""
        self.queue().enqueue(run, job_id, job_timeout=int(LONGEST.total_seconds()))

    def queue(self) -> Any:
        """The queue on Redis, as JSON: a worker never unpickles what Redis holds."""
        from redis import Redis
        from rq import Queue
        from rq.serializers import JSONSerializer

        return Queue(self.name, connection=Redis.from_url(self.redis_url), serializer=JSONSerializer)


def init_app(app: Flask, redis_url: str) -> None:
    """Give the application its runner: a queue where Redis is configured, this process otherwise."""
    app.extensions["jobs"] = Queued(redis_url) if redis_url else Inline()


def submit(kind: str, **params: Any) -> int:
    """Ask for a long verb; returns the job's id. The caller has no uncommitted changes of its own.

    Raises Problem 400.8 when there is no such verb.
    """
    if kind not in HANDLERS:
        raise Problem(400.8, f"{kind!r} is no job; the jobs are {', '.join(sorted(HANDLERS))}.", {"field": "kind"})
    with db.own_session() as session:
        job = Job(kind=kind, params=params)
        session.add(job)
        session.flush()
        job_id = job.id
    current_app.extensions["jobs"].start(job_id)
    return job_id


def run(job_id: int) -> None:
    """Carry a waiting job out, once, and write down how it ended."""
    begun = _begin(job_id)
    if begun is None:
        return
    kind, params = begun
    try:
        with db.own_session() as session:
            result = HANDLERS[kind](session, **params)
    except Exception as error:  # noqa: BLE001 - the one broad except: whoever asked must see the failure
        _end(job_id, state="failed", error=f"{type(error).__name__}: {error}")
        current_app.logger.error("job %s (%s) failed: %s", job_id, kind, type(error).__name__)
    else:
        _end(job_id, state="done", result=result)


def work(runner: Queued, *, burst: bool = False) -> None:
    """Carry out what waits on the queue until told to stop, or with `burst` until nothing waits.

    Jobs that a dead worker left behind are marked as failed first.
    """
    from rq import SimpleWorker
    from rq.serializers import JSONSerializer

    with db.own_session() as session:
        session.execute(give_up_lost(queued=True))
    queue = runner.queue()
    SimpleWorker([queue], connection=queue.connection, serializer=JSONSerializer).work(burst=burst)


def _begin(job_id: int) -> tuple[str, dict[str, Any]] | None:
    """Take the job: one statement, so that of two runners one gets it."""
    take = update(Job).where(Job.id == job_id, Job.state == "waiting")
    with db.own_session() as session:
        row = session.execute(
            take.values(state="running", started_at=db.now()).returning(Job.kind, Job.params)
        ).one_or_none()
    return None if row is None else (row.kind, row.params)


def _end(job_id: int, *, state: str, result: dict[str, Any] | None = None, error: str | None = None) -> None:
    with db.own_session() as session:
        session.execute(
            update(Job).where(Job.id == job_id).values(state=state, result=result, error=error, ended_at=db.now())
        )
