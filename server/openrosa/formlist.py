"""The form list: which forms this tablet should have."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Response, g, request
from sqlalchemy import select

from server import db
from server.models.instruments import Instrument
from server.openrosa.answers import address, document, element
from server.permissions import requires


@requires("tablet.sync")
def show() -> Response:
    """The newest open version of each form, or every open one with `listAllVersions`; `formID` picks one form."""
    columns = select(
        Instrument.form_id, Instrument.version, Instrument.title, Instrument.xform_md5, Instrument.media
    ).where(Instrument.project_id == g.project_id, Instrument.state == "open")
    if form_id := request.args.get("formID"):
        columns = columns.where(Instrument.form_id == form_id)
    newest_first = columns.order_by(Instrument.form_id, Instrument.id.desc())
    rows: Iterable[Any] = db.session().execute(newest_first).all()
    if request.args.get("listAllVersions") != "true":
        newest: dict[str, Any] = {}
        for row in rows:
            newest.setdefault(row.form_id, row)
        rows = newest.values()
    body = "".join(_entry(row) for row in rows)
    return document(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<xforms xmlns="http://openrosa.org/xforms/xformsList">{body}</xforms>'
    )


def _entry(row: Any) -> str:
    fields = [
        element("formID", row.form_id),
        element("name", row.title or row.form_id),
        element("version", row.version),
        element("hash", f"md5:{row.xform_md5}"),
        element("downloadUrl", address("forms", f"{row.form_id}.xml", version=row.version)),
    ]
    if row.media:
        fields.append(element("manifestUrl", address("forms", row.form_id, "manifest", version=row.version)))
    return f"<xform>{''.join(fields)}</xform>"
