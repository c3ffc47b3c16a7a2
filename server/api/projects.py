"""Projects, for programs."""

from __future__ import annotations

from flask import Response, jsonify

from server import db
from server.errors import not_found
from server.models.projects import Project, surveys
from server.permissions import requires
from server.schemas.projects import ProjectOut


@requires("project.list")
def index() -> Response:
    """Every project, by id."""
    return jsonify(ProjectOut(many=True).dump(db.session().scalars(surveys()).all()))


@requires("project.list")
def show(project_id: int) -> Response:
    """One project."""
    project = db.session().get(Project, project_id)
    if project is None or project.test_of is not None:
        raise not_found(f"Project {project_id}")
    return jsonify(ProjectOut().dump(project))
