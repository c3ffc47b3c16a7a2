"""Page: HTML from a template, whole or the part that htmx asks for, and the headers that every page has."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, g, make_response, render_template, request, send_from_directory, url_for

from forms.header import direction
from server.models.projects import Project
from server.models.users import User
from server.permissions import may, requires
from server.web import forgery, form_words, languages, words

STATIC = Path(__file__).parent / "static"

THEMES = ("auto", "light", "dark")

THEME_COOKIE = "theme"

POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"

NAVIGATION = (
    ("projects.today", languages.N_("Today"), "progress.watch", "today"),
    ("progress.table", languages.N_("Progress"), "progress.watch", "progress"),
    ("interviews.index", languages.N_("Interviews"), "submission.read", "interviews"),
    ("tables.index", languages.N_("Tables"), "table.read", "tables"),
    ("devices.index", languages.N_("Tablets"), "device.show", "devices"),
    ("library.index", languages.N_("Forms"), "instrument.adapt", "forms"),
)
"""Endpoint, word, permission and icon of each page in a project's navigation."""

pages = Blueprint("assets", __name__, template_folder="templates")


def init_app(app: Flask) -> None:
    """Give the templates what every page needs."""
    app.register_blueprint(pages)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(asset=asset, may=may, csrf=forgery.token, words=words, form_words=form_words)
    app.context_processor(_surroundings)


def render(page: str, /, *, part: str | None = None, status: int = 200, **context: Any) -> Response:
    """The page, or only its part when htmx asks for it.

    The answer may be kept by the browser but is asked for again each time: unchanged pages answer 304.
    """
    wanted = part if part and request.headers.get("HX-Request") else page
    response = make_response(render_template(wanted, **context), status)
    response.headers["Cache-Control"] = "private, no-cache"
    guard(response)
    if request.method == "GET" and status == 200:
        response.add_etag()
        response.make_conditional(request)
    return response


def guard(response: Response) -> None:
    """Headers against foreign scripts, frames and leaking addresses."""
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.vary.update(("Cookie", "Accept-Language", "HX-Request"))


def asset(name: str) -> str:
    """The address of a static file; it changes with the file, so that browsers may keep it for a year."""
    return url_for("assets.static_file", name=name, v=_digest(name))


@pages.get("/static/<path:name>")
@requires("open")
def static_file(name: str) -> Response:
    """A style sheet, script or picture."""
    response = send_from_directory(STATIC, name, max_age=365 * 24 * 3600 if "v" in request.args else 3600)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@cache
def _digest(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:8]


def title_of(project: Project) -> str:
    """The survey's title in the reader's language."""
    return project.settings.get(f"title_{languages.current()}") or project.title


def _navigation(project: Project | None) -> list[dict[str, str]]:
    user: User | None = g.get("user")
    if project is None:
        return []
    return [
        {"url": url_for(endpoint, project_id=project.id), "word": word, "icon": icon, "endpoint": endpoint}
        for endpoint, word, verb, icon in NAVIGATION
        if may(user, verb)
    ]


def _surroundings() -> dict[str, Any]:
    """What the layout shows around every page."""
    language = languages.current()
    theme = request.cookies.get(THEME_COOKIE, "auto")
    return {
        "language": language,
        "direction": direction(language),
        "all_languages": languages.LANGUAGES,
        "theme": theme if theme in THEMES else "auto",
        "themes": THEMES,
        "here": request.full_path.rstrip("?"),
        "user": g.get("user"),
        "navigation": _navigation,
        "title_of": title_of,
    }
