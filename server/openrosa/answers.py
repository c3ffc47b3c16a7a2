"""Answers: what a tablet reads, in the XML and with the headers that the OpenRosa standard fixes."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from urllib.parse import quote
from xml.sax.saxutils import escape

from flask import Response, current_app, g, request
from werkzeug.http import http_date

from server.errors import Problem

FULL = "full submission upload was successful!"
"""The exact words that Collect shows as its own translated "Success"."""

RETRY_AFTER = 60
"""Seconds after which a tablet may come again when the server was busy."""


def message(text: str, status: int, nature: str) -> Response:
    """An OpenRosaResponse: the one answer whose text Collect shows to the enumerator."""
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<OpenRosaResponse xmlns="http://openrosa.org/http/response" items="0">'
        f'<message nature="{nature}">{escape(text)}</message></OpenRosaResponse>'
    )
    return add_headers(Response(body, status, content_type="text/xml; charset=utf-8"))


def failure(problem: Problem) -> Response:
    """A problem as a tablet shows it."""
    response = message(problem.message, problem.status, "error")
    if problem.status == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def document(body: str, content_type: str = "text/xml; charset=utf-8") -> Response:
    """A list or manifest; a tablet that has it already is told so (304)."""
    return unchanged(Response(body, content_type=content_type), body.encode())


def unchanged(response: Response, data: bytes) -> Response:
    """Let the tablet keep what it has when these are the bytes it got before."""
    response.set_etag(hashlib.md5(data, usedforsecurity=False).hexdigest())
    response.headers["Cache-Control"] = "private, no-cache"
    return response.make_conditional(request)


def add_headers(response: Response) -> Response:
    """The headers that every OpenRosa answer has."""
    response.headers["X-OpenRosa-Version"] = "1.0"
    response.headers["Date"] = http_date(datetime.now(UTC))
    limit = current_app.extensions["config"].accept_content_length
    response.headers["X-OpenRosa-Accept-Content-Length"] = str(limit)
    return response


def address(*parts: str, version: str = "") -> str:
    """An absolute address below this tablet's own; never taken from the request's Host header."""
    root = current_app.extensions["config"].public_url.rstrip("/")
    path = "/".join(quote(part, safe="") for part in parts)
    query = f"?version={quote(version, safe='')}" if version else ""
    return f"{root}/v1/key/{g.tablet_secret}/projects/{g.project_id}/{path}{query}"


def element(name: str, text: str) -> str:
    """`<name>text</name>`."""
    return f"<{name}>{escape(text)}</{name}>"
