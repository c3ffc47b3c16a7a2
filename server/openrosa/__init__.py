"""The tablets' side: form list, manifest, form, media and submission as ODK Collect expects them.

Every address starts with the tablet's own secret: {public_url}/v1/key/<token>/projects/<id>.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, g

from server.openrosa import downloads, formlist, manifest, submission
from server.openrosa.answers import add_headers


def register(app: Flask) -> None:
    """Add the tablets' routes."""
    tablets = Blueprint("openrosa", __name__, url_prefix="/v1/key/<secret>/projects/<int:project_id>")
    tablets.url_value_preprocessor(_remember)
    tablets.after_request(add_headers)
    for rule, endpoint, view, methods in (
        ("/formList", "formlist", formlist.show, ["GET"]),
        ("/forms/<form_id>/manifest", "manifest", manifest.show, ["GET"]),
        ("/forms/<form_id>.xml", "form", downloads.form, ["GET"]),
        ("/forms/<form_id>/attachments/<name>", "media", downloads.media, ["GET"]),
        ("/submission", "invite", submission.invite, ["HEAD", "GET"]),
        ("/submission", "take", submission.take, ["POST"]),
    ):
        tablets.add_url_rule(rule, endpoint, view, methods=methods)
    app.register_blueprint(tablets)


def _remember(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Take secret and project out of the address: views read them from `g`, and no log line shows them."""
    if values:
        g.tablet_secret = values.pop("secret")
        g.project_id = values.pop("project_id")
