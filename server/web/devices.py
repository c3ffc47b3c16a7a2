"""Devices: each enumerator's tablet, the code that sets it up, and taking it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flask import Blueprint, current_app, g, make_response, redirect, request, send_file, url_for
from markupsafe import Markup
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload
from werkzeug.wrappers import Response

from forms.header import display_name
from server import db
from server.errors import not_found
from server.handouts import codes, guide, wording
from server.models.projects import Project
from server.models.submissions import Submission
from server.models.users import Token, User
from server.operations import accounts, events, progress
from server.permissions import requires
from server.web import collect, languages
from server.web.languages import N_, gettext
from server.web.render import render

pages = Blueprint("devices", __name__)

SHOWN_SECONDS = 60
"""How long a code stays on the screen."""

PRINT_SECONDS = 300
"""How long the sheets to be printed stay."""


NO_MENUS = N_("Collect has no %(language)s menus; menus will be %(menus)s. The questions are not affected.")

STYLED = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
"""The handout carries its style in itself, so that it can be saved and passed on; it loads nothing."""

ANDROID = "application/vnd.android.package-archive"


@dataclass(frozen=True)
class Card:
    """One tablet's address: whose it is and when anything last came from it."""

    token: Token
    user: User
    last_upload: datetime | None


@dataclass(frozen=True)
class Sheet:
    """What a tablet is set up with: the address, and the code that holds it with Collect's settings."""

    token: Token
    address: str
    code: Markup


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
        handouts={code: display_name(code) for code in wording.texts()},
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
    response = render(
        "devices/show.html",
        part="devices/_code.html",
        project=project,
        sheet=_sheet(token, project),
        no_menus=_no_menus,
        seconds=SHOWN_SECONDS,
        command=f"enumera server token {token.user.name} --project {project.name}",
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@pages.post("/p/<int:project_id>/devices/sheets")
@requires("device.show")
def sheets(project_id: int) -> Response:
    """Every code in use, four on a page of A4, to be printed and handed out; each is written to the audit trail."""
    session = db.session()
    with session.begin():
        tokens = session.scalars(_tablets(project_id).where(Token.revoked_at.is_(None)).order_by(Token.id)).all()
        for token in tokens:
            details = {"printed": True}
            events.record(
                session,
                actor=g.user.name,
                verb="device.show",
                subject=token.user.name,
                project_id=project_id,
                details=details,
            )
    project = progress.project(session, project_id=project_id)
    response = render(
        "devices/sheets.html",
        project=project,
        sheets=[_sheet(token, project) for token in tokens],
        no_menus=_no_menus,
        seconds=PRINT_SECONDS,
        command=f"enumera server token NAME --project {project.name}",
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


@pages.get("/p/<int:project_id>/devices/handout/<language>")
@requires("device.show")
def handout(project_id: int, language: str) -> Response:
    """The page for whoever gets a tablet, to be read on a screen or, with `form=pdf`, to be printed."""
    project = progress.project(db.session(), project_id=project_id)
    if language not in wording.texts():
        raise not_found(f"The page in {language!r}")
    config = current_app.extensions["config"]
    app = guide.offline(config.public_url, config.collect_apk)
    if request.args.get("form") == "pdf":
        response = make_response(guide.as_pdf(project, language, app))
        response.headers["Content-Type"] = "application/pdf"
        response.headers["Content-Disposition"] = f'inline; filename="tablet-{language}.pdf"'
        return response
    response = make_response(guide.as_html(project, language, app))
    response.headers["Content-Security-Policy"] = STYLED
    return response


@pages.get(guide.PACKAGE)
@requires("open")
def package() -> Response:
    """The app for tablets without a store, where the server has it."""
    apk = current_app.extensions["config"].collect_apk
    if not apk or not Path(apk).is_file():
        raise not_found("The app")
    return send_file(Path(apk).resolve(), mimetype=ANDROID, as_attachment=True, download_name="collect.apk")


def _no_menus(language: str) -> str:
    """That Collect has no menus in somebody's language, in the reader's words; empty where it has."""
    if language not in codes.WITHOUT_MENUS:
        return ""
    names = languages.locale().languages
    return gettext(NO_MENUS, language=names[language], menus=names[codes.menus(language)])


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


def _sheet(token: Token, project: Project) -> Sheet:
    config = current_app.extensions["config"]
    address = collect.address(config.public_url, accounts.token_secret(token, config.secret()), project.id)
    return Sheet(token, address, collect.drawn(collect.packed(collect.settings(address, token.user, project))))
