"""Jobs, for programs: how far one is."""

from __future__ import annotations

from flask import Response, jsonify

from server import db
from server.errors import not_found
from server.models.jobs import Job
from server.permissions import requires
from server.schemas.jobs import JobOut


@requires("job.read")
def show(job_id: int) -> Response:
    """One job: its state, and its result or error once it has ended."""
    job = db.session().get(Job, job_id)
    if job is None:
        raise not_found(f"Job {job_id}")
    return jsonify(JobOut().dump(job))
