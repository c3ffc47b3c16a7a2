"""Downloads: the form itself and the files beside it, byte for byte what their hashes promise."""

from __future__ import annotations

import mimetypes

from flask import Response, current_app, g, request, send_file
from sqlalchemy import select

from server import db
from server.errors import not_found
from server.models.instruments import Instrument, InstrumentFile
from server.models.projects import Project
from server.openrosa.answers import unchanged
from server.operations import samples
from server.operations.instruments import HOUSEHOLDS
from server.permissions import requires


@requires("tablet.sync")
def form(form_id: str) -> Response:
    """The compiled form."""
    row = db.session().execute(select(Instrument.xform).where(Instrument.id == instrument_id(form_id))).one()
    return unchanged(Response(row.xform, content_type="application/xml; charset=utf-8"), row.xform)


@requires("tablet.sync")
def media(form_id: str, name: str) -> Response:
    """A file of the form, or this enumerator's list of units."""
    if name == HOUSEHOLDS:
        data = households()
        return unchanged(Response(data, content_type="text/csv; charset=utf-8"), data)
    files = select(InstrumentFile).where(
        InstrumentFile.instrument_id == instrument_id(form_id), InstrumentFile.name == name
    )
    file = db.session().scalar(files)
    if file is None:
        raise not_found(f"The file {name!r} of form {form_id!r}")
    path = current_app.extensions["storage"].path(file.digest)
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    response = send_file(path, mimetype=kind, etag=file.md5, conditional=True)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def households() -> bytes:
    """This enumerator's list of units."""
    project = db.session().get(Project, g.project_id)
    if project is None:
        raise not_found(f"Project {g.project_id}")
    return samples.household_list(db.session(), user=g.user, project=project)


def instrument_id(form_id: str) -> int:
    """The version that the address names, or the newest open one; Problem 404.1 when tablets may not have it."""
    wanted = select(Instrument.id).where(
        Instrument.project_id == g.project_id, Instrument.form_id == form_id, Instrument.state != "closed"
    )
    version = request.args.get("version")
    if version is None:
        wanted = wanted.where(Instrument.state == "open")
    else:
        wanted = wanted.where(Instrument.version == version)
    found = db.session().scalar(wanted.order_by(Instrument.id.desc()).limit(1))
    if found is None:
        raise not_found(f"Form {form_id!r}")
    return found
