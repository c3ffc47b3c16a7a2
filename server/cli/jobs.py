"""`enumera jobs`: long-running jobs."""

from __future__ import annotations

import json
from typing import Any

import click

from server.cli.application import as_json, context, in_session, say


@click.group("jobs")
def group() -> None:
    """Look at long-running jobs and carry them out.

    \b
    enumera jobs list
    enumera jobs worker
    """


@group.command("list")
@click.option("--limit", type=int, default=20, show_default=True, help="How many, newest first.")
@as_json
@in_session
def list_jobs(session: Any, limit: int, as_json: bool) -> None:
    """The newest jobs: id, kind, state and error."""
    from sqlalchemy import select

    from server.models.jobs import Job
    from server.schemas.jobs import JobOut

    found = [JobOut().dump(job) for job in session.scalars(select(Job).order_by(Job.id.desc()).limit(limit))]
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        for job in found:
            click.echo(f"{job['id']}\t{job['kind']}\t{job['state']}\t{job['error'] or ''}".rstrip())


@group.command()
@click.argument("job_id", type=int)
@as_json
def run(job_id: int, as_json: bool) -> int:
    """Carry out one waiting job here; exit code 1 when it failed."""
    from server import db, jobs
    from server.errors import not_found
    from server.models.jobs import Job

    with context():
        jobs.run(job_id)
        with db.own_session() as session:
            job = session.get(Job, job_id)
            if job is None:
                raise not_found(f"Job {job_id}")
            say({"id": job.id, "state": job.state, "result": job.result, "error": job.error}, as_json)
            return 1 if job.state == "failed" else 0


@group.command()
def worker() -> None:
    """Carry out the jobs that wait on Redis, until stopped."""
    from server.worker import main

    main()
