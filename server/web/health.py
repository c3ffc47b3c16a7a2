"""Health: whether this server can do its work, for whoever watches it."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from server import db
from server.permissions import requires

pages = Blueprint("health", __name__)


@pages.get("/health")
@requires("open")
def health() -> Response:
    """`{"status": "ok"}`, or 503 when the database does not answer."""
    try:
        db.session().execute(text("SELECT 1"))
    except SQLAlchemyError:
        answer = jsonify(status="failing", database="does not answer")
        answer.status_code = 503
    else:
        answer = jsonify(status="ok", database="ok")
    answer.headers["Cache-Control"] = "no-store"
    return answer
