"""Accounts: signing in and out, one-time links, and the reader's choice of language and theme."""

from __future__ import annotations

from flask import Blueprint, current_app, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from server import db
from server.errors import Problem, not_found
from server.models.projects import Project
from server.models.users import User
from server.operations import accounts
from server.permissions import may, requires
from server.web.attempts import Attempts
from server.web.languages import COOKIE, LANGUAGES
from server.web.render import THEME_COOKIE, THEMES, render

pages = Blueprint("accounts", __name__)

YEAR = 365 * 24 * 3600

DEMO = "demo"
"""In the browser's session: the demonstration by whose link it came, so that it may change roles (`roles`)."""


@pages.get("/login")
@requires("open")
def login() -> Response:
    """The form to sign in with."""
    return render("accounts/login.html", next=_local(request.args.get("next")))


@pages.post("/login")
@requires("open")
def sign_in() -> Response:
    """Check name and password; on failure show the form again with the name kept."""
    name = request.form.get("name", "").strip()
    onward = _local(request.form.get("next"))
    attempts: Attempts = current_app.extensions.setdefault("attempts", Attempts())
    keys = (f"name {name}", f"address {request.remote_addr}")
    try:
        attempts.check(*keys)
        user = accounts.check_password(db.session(), name=name, password=request.form.get("password", ""))
    except Problem as problem:
        if problem.status == 401:
            attempts.failed(*keys)
        return render("accounts/login.html", status=problem.status, name=name, next=onward, problem=problem)
    attempts.succeeded(*keys)
    remember(user)
    return redirect(onward or url_for("projects.index"))


@pages.post("/logout")
@requires("open")
def logout() -> Response:
    """Forget who is here."""
    session.clear()
    return redirect(url_for("accounts.login"))


@pages.get("/l/<once>")
@requires("open")
def link(once: str) -> Response:
    """A page with one button. The link is spent by pressing it, not by looking: chat programs and mail scanners
    fetch every address they see, and would use up a link that signs in on GET."""
    return render("accounts/link.html", once=once)


@pages.post("/l/<once>")
@requires("open")
def use_link(once: str) -> Response:
    """Sign in with the link's secret, once."""
    with db.session().begin():
        key = current_app.extensions["config"].secret_key
        token = accounts.redeem(db.session(), secret=once, kind="link", secret_key=key)
        user = token.user
        settings = db.session().get_one(Project, token.project_id).settings
    played = settings.get("demo") is True and user.name in (settings.get("cast") or {}).values()
    remember(user, demo=token.project_id if played else None)
    if not may(user, "progress.watch"):
        return redirect(url_for("projects.index"))
    return redirect(url_for("projects.today", project_id=token.project_id))


@pages.get("/lang/<code>")
@requires("open")
def choose_language(code: str) -> Response:
    """Remember the language and go back to the page that was open."""
    if code not in LANGUAGES:
        raise not_found(f"Language {code!r}")
    return _back_with(COOKIE, code)


@pages.get("/theme/<name>")
@requires("open")
def choose_theme(name: str) -> Response:
    """Remember the colour theme and go back to the page that was open."""
    if name not in THEMES:
        raise not_found(f"Theme {name!r}")
    return _back_with(THEME_COOKIE, name)


def _back_with(cookie: str, value: str) -> Response:
    answer = redirect(_local(request.args.get("next")) or url_for("projects.index"))
    answer.set_cookie(cookie, value, max_age=YEAR, samesite="Lax", secure=request.is_secure, path="/")
    return answer


def _local(address: str | None) -> str:
    """The address if it lies on this server, else nothing: a link must not lead a reader elsewhere."""
    if not address or not address.startswith("/") or address.startswith(("//", "/\\")):
        return ""
    return address


def remember(user: User, demo: int | None = None) -> None:
    """Sign this browser in as `user`; `demo` is the demonstration in which it may change roles."""
    session.clear()
    if demo is not None:
        session[DEMO] = demo
    session["user_id"] = user.id
    session.permanent = True
    g.user = user
