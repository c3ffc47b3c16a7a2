"""Role: in a demonstration, the same survey seen with another person's eyes, by one press."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, g, redirect, session, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from server import db
from server.errors import Problem, not_found
from server.models.projects import Project
from server.models.users import Token, User
from server.operations import accounts, events
from server.permissions import may, requires
from server.web.accounts import DEMO, remember

pages = Blueprint("roles", __name__)


@pages.post("/p/<int:project_id>/role/<role>")
@requires("open")
def change(project_id: int, role: str) -> Response:
    """Sign in as the demonstration's person of that role; 404 unless this browser came by a demonstration's link."""
    opened = db.session()
    with opened.begin():
        name = cast().get(role)
        if g.user is None or name is None or session.get(DEMO) != project_id:
            raise not_found(f"Role {role!r}")
        user = accounts.named(opened, name=name)
        if user.role != role or user.password_hash or user.disabled_at:
            raise Problem(403.51, f"{name} is no longer a person of this demonstration.")
        events.record(opened, actor=g.user.name, verb="demo.role", subject=name, project_id=project_id)
        onward = _first_page(project_id, user)
    remember(user, demo=project_id)
    return redirect(onward, 303)


def cast() -> dict[str, str]:
    """The demonstration's persons by role, for a browser that came by its link; nobody in any other."""
    project_id = session.get(DEMO)
    project = db.session().get(Project, project_id) if project_id else None
    return dict(project.settings.get("cast") or {}) if project and project.settings.get("demo") is True else {}


@pages.app_context_processor
def _bar() -> dict[str, Any]:
    """What the bar of roles at the top needs; it is not there when `cast` is empty."""
    return {"cast": cast(), "stage": session.get(DEMO)}


def _first_page(project_id: int, user: User) -> str:
    """Where that person's work begins."""
    if may(user, "dataset.cut") and not may(user, "submission.read"):
        return url_for("tables.index", project_id=project_id)
    if may(user, "progress.watch"):
        return url_for("projects.today", project_id=project_id)
    held = select(Token).where(
        Token.project_id == project_id, Token.user_id == user.id, Token.kind == "tablet", Token.revoked_at.is_(None)
    )
    token = db.session().scalars(held.order_by(Token.id)).first()
    if token is None:
        raise not_found(f"A tablet of {user.name}")
    secret = accounts.token_secret(token, current_app.extensions["config"].secret())
    return url_for("me.show", secret=secret, project_id=project_id)
