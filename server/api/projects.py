"""Projects, for programs."""

from __future__ import annotations

from flask import Response, jsonify
from sqlalchemy import select

from server import db
from server.errors import not_found
from server.models.projects import Project
from server.permissions import requires
from server.schemas.projects import ProjectOut


@requires("project.list")
def index() -> Response:
    """Every project, by id."""
    return jsonify(ProjectOut(many=True).dump(db.session().scalars(select(Project).order_by(Project.id)).all()))


@requires("project.list")
def show(project_id: int) -> Response:
    """One project."""
    project = db.session().get(Project, project_id)
    if project is None:
        raise not_found(f"Project {project_id}")
    return jsonify(ProjectOut().dump(project))
