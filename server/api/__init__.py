"""The programs' side: JSON under /v1, with ODK Central's paths and codes where the case is the same."""

from __future__ import annotations

from flask import Blueprint, Flask

from server.api import jobs, projects


def register(app: Flask) -> None:
    """Add the programs' routes."""
    programs = Blueprint("api", __name__, url_prefix="/v1")
    programs.add_url_rule("/projects", "projects", projects.index)
    programs.add_url_rule("/projects/<int:project_id>", "project", projects.show)
    programs.add_url_rule("/jobs/<int:job_id>", "job", jobs.show)
    app.register_blueprint(programs)
