"""The application: one Flask app put together from its parts."""

from __future__ import annotations

import logging
import secrets
import time
import traceback
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Flask, Response, current_app, g, request, session
from sqlalchemy import exc
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.routing import IntegerConverter

from forms.errors import FormError
from sampling.errors import SamplingError
from server import api, db, intake, jobs, openrosa, web
from server.api import answers as programs
from server.config import Config
from server.errors import Problem
from server.models.users import User
from server.openrosa import answers as tablets
from server.operations import accounts
from server.storage import Folder
from server.web import problems
from weighting.errors import WeightingError

SIGNED_IN = timedelta(hours=12)
"""How long a browser stays signed in."""

DATABASE_FAILS = (exc.OperationalError, exc.TimeoutError)
"""SQLAlchemy's errors when the database is locked, gone or has no connection to spare: it may be back in a minute."""

log = logging.getLogger("enumera.requests")


def create_app(config: Config) -> Flask:
    """The application with these settings; nothing is read from the environment, nothing is shared between two."""
    app = _Application("server", static_folder=None)
    app.url_map.converters["int"] = _Id
    config = replace(config, secret_key=config.secret())  # one key as long as this application lives
    app.config.update(
        SECRET_KEY=config.secret_key,
        MAX_CONTENT_LENGTH=config.max_content_length,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.secure_cookies,
        PERMANENT_SESSION_LIFETIME=SIGNED_IN,
    )
    engine = db.connect(config.database)
    app.extensions["config"] = config
    app.extensions["storage"] = Folder(config.data_dir / "objects")
    db.init_app(app, engine)
    intake.init_app(app, engine, config.threads)
    jobs.init_app(app, config.redis_url)

    app.before_request(_begin)
    app.before_request(_identify)
    app.after_request(_secure)
    app.after_request(_log)
    for failure in (Problem, HTTPException, FormError, SamplingError, WeightingError, exc.DataError, *DATABASE_FAILS):
        app.register_error_handler(failure, _answer)

    openrosa.register(app)
    api.register(app)
    web.register(app)
    return app


class _Id(IntegerConverter):
    """A number in an address: no longer than an id can be in a database."""

    regex = r"\d{1,9}"


class _Application(Flask):
    """Flask, but for what it logs: no address (it may hold a secret) and no message (it may hold an answer)."""

    def log_exception(self, exc_info: Any) -> None:
        """The kind of error and where it happened."""
        kind, _, trace = exc_info
        frames = "".join(traceback.format_tb(trace))
        self.logger.error("request %s %s: %s\n%s", g.get("request_id"), request.endpoint, kind.__name__, frames)


def _begin() -> None:
    g.started = time.perf_counter()
    g.request_id = secrets.token_hex(6)
    g.user = None


def _identify() -> None:
    """Who asks: the owner of the tablet's secret in the address, or whoever signed in with this browser."""
    if secret := g.get("tablet_secret"):
        key = current_app.extensions["config"].secret_key
        with db.engine().connect() as connection:
            bearer = accounts.bearer(connection, secret=secret, secret_key=key)
        if bearer.project_id != g.project_id:
            raise Problem(403.51, "This address belongs to another project. Scan the code sheet again.")
        g.user = bearer
    elif request.blueprint != "assets" and (user_id := session.get("user_id")):
        user = db.session().get(User, user_id)
        g.user = user if user and user.disabled_at is None else None
    if "session" in g:
        db.session().commit()  # ends the reading, so that a view can begin its own transaction


def _answer(error: Exception) -> Any:
    """One failure in the form that its reader understands: OpenRosa XML, a page, or Central's JSON."""
    problem = _problem(error)
    if request.path.startswith("/v1/key/"):
        return tablets.failure(problem)
    if problems.for_people():
        return problems.page(problem)
    return programs.failure(problem)


def _problem(error: Exception) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, InternalServerError):
        return Problem(500.1, f"The server failed. Tell your administrator this number: {g.get('request_id')}.")
    if isinstance(error, HTTPException):
        if error.code == 413:
            return Problem(413.5, "This is larger than the server takes. Send fewer or smaller pictures at once.")
        return problems.of_http(error)
    if isinstance(error, DATABASE_FAILS):
        current_app.log_exception((type(error), error, error.__traceback__))
        return Problem(503.52, "The database does not answer. Nothing is lost: try again in a minute.")
    if isinstance(error, exc.DataError):
        return Problem(400.8, "The request holds a character or a number that the database has no place for.")
    return Problem(400.8, str(error))


def _secure(response: Response) -> Response:
    for name, value in {
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "X-Request-Id": g.get("request_id", ""),
    }.items():
        response.headers.setdefault(name, value)
    return response


def _log(response: Response) -> Response:
    """Ids, counts and times only."""
    log.info(
        "%s %s %s %s user=%s %d bytes %.1f ms",
        g.get("request_id"),
        request.method,
        request.endpoint,
        response.status_code,
        g.user.id if g.get("user") else "-",
        response.content_length or 0,
        (time.perf_counter() - g.get("started", time.perf_counter())) * 1000,
    )
    return response
