"""Problem pages: what went wrong, in the reader's language, with the way on."""

from __future__ import annotations

from flask import redirect, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from server.errors import Problem
from server.web.render import render

MACHINES = ("/v1/", "/health", "/static/")
"""How addresses begin that answer programs and tablets; their failures are told elsewhere."""


def for_people() -> bool:
    """Does this request come from a reader of pages?"""
    return not request.path.startswith(MACHINES)


def page(problem: Problem) -> Response:
    """The error page; whoever has not signed in is asked to, and brought back afterwards."""
    if problem.status == 401 and request.method == "GET" and request.endpoint != "accounts.login":
        return redirect(url_for("accounts.login", next=request.full_path.rstrip("?")))
    return render("problem.html", status=problem.status, problem=problem)


def of_http(error: HTTPException) -> Problem:
    """Flask's own refusals (no such address, wrong method, too large) as Problems."""
    status = error.code or 500
    return Problem(404.1 if status == 404 else float(status), error.description or error.name)
