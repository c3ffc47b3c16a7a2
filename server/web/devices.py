"""Devices: each enumerator's tablet, the code that sets it up, and taking it back."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime

import segno
from flask import Blueprint, current_app, g, redirect, url_for
from markupsafe import Markup
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload
from werkzeug.wrappers import Response

from server import db
from server.errors import not_found
from server.models.submissions import Submission
from server.models.users import Token, User
from server.operations import accounts, events, progress
from server.permissions import requires
from server.web import collect
from server.web.render import render

pages = Blueprint("devices", __name__)


@dataclass(frozen=True)
class Card:
    """One tablet's address: whose it is and when anything last came from it."""

    token: Token
    user: User
    last_upload: datetime | None


@pages.get("/p/<int:project_id>/devices")
@requires("device.show")
def index(project_id: int) -> Response:
    """A card for each enumerator, without the secret."""
    session = db.session()
    project = progress.project(session, project_id=project_id)
    return render(
        "devices/index.html",
        project=project,
        cards=_cards(session, project_id),
        command=f"enumera server token NAME --project {project.name}",
    )


@pages.post("/p/<int:project_id>/devices/<int:token_id>")
@requires("device.show")
def show(project_id: int, token_id: int) -> Response:
    """One code, large; it is a key, so it is asked for by a post and written to the audit trail."""
    session = db.session()
    with session.begin():
        token = _token(session, project_id, token_id)
        events.record(session, actor=g.user.name, verb="device.show", subject=token.user.name, project_id=project_id)
    project = progress.project(session, project_id=project_id)
    config = current_app.extensions["config"]
    secret = accounts.token_secret(token, config.secret())
    address = collect.address(config.public_url, secret, project_id)
    settings = collect.settings(address, token.user, project)
    response = render(
        "devices/show.html",
        part="devices/_code.html",
        project=project,
        token=token,
        address=address,
        code=_drawn(collect.packed(settings)),
        command=f"enumera server token {token.user.name} --project {project.name}",
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@pages.post("/p/<int:project_id>/devices/<int:token_id>/revoke")
@requires("device.revoke")
def revoke(project_id: int, token_id: int) -> Response:
    """Take a tablet's address back: its next request is refused."""
    session = db.session()
    with session.begin():
        token = _token(session, project_id, token_id)
        accounts.revoke(session, token_id=token.id)
        events.record(session, actor=g.user.name, verb="device.revoke", subject=token.user.name, project_id=project_id)
    return redirect(url_for("devices.index", project_id=project_id), 303)


def _cards(session: Session, project_id: int) -> list[Card]:
    heard = (
        select(Submission.enumerator_id, func.max(Submission.received_at))
        .where(Submission.project_id == project_id)
        .group_by(Submission.enumerator_id)
    )
    newest = dict(session.execute(heard).all())
    tokens = session.scalars(_tablets(project_id).order_by(Token.id)).all()
    cards = [Card(token, token.user, newest.get(token.user_id)) for token in tokens]
    return sorted(cards, key=lambda card: (card.token.revoked_at is not None, card.user.name, card.token.id))


def _token(session: Session, project_id: int, token_id: int) -> Token:
    token = session.scalar(_tablets(project_id).where(Token.id == token_id))
    if token is None:
        raise not_found(f"Tablet {token_id}")
    return token


def _tablets(project_id: int) -> Select[tuple[Token]]:
    return select(Token).where(Token.project_id == project_id, Token.kind == "tablet").options(joinedload(Token.user))


def _drawn(text: str) -> Markup:
    """The code as SVG; segno writes only paths, nothing of the text."""
    drawing = io.BytesIO()
    segno.make(text, error="l", micro=False).save(
        drawing,
        kind="svg",
        xmldecl=False,
        svgns=True,
        border=4,
        dark="#000",
        light="#fff",
        omitsize=True,
        svgclass="qr",
    )
    return Markup(drawing.getvalue().decode())  # noqa: S704 - made here, from modules black and white
