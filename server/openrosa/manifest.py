"""The manifest: which files belong beside a form on this tablet, each with the MD5 of its very bytes."""

from __future__ import annotations

import hashlib

from flask import Response
from sqlalchemy import select

from server import db
from server.models.instruments import Instrument, InstrumentFile
from server.openrosa.answers import address, document, element
from server.openrosa.downloads import households, instrument_id
from server.operations.instruments import HOUSEHOLDS
from server.permissions import requires


@requires("tablet.sync")
def show(form_id: str) -> Response:
    """The files that exist, by name; the list of units is hashed as this enumerator gets it."""
    session = db.session()
    wanted = select(Instrument.id, Instrument.version, Instrument.media).where(Instrument.id == instrument_id(form_id))
    form = session.execute(wanted).one()
    files = select(InstrumentFile.name, InstrumentFile.md5).where(InstrumentFile.instrument_id == form.id)
    hashes = {row.name: row.md5 for row in session.execute(files)}
    if HOUSEHOLDS in form.media:
        hashes[HOUSEHOLDS] = hashlib.md5(households(), usedforsecurity=False).hexdigest()
    body = "".join(
        "<mediaFile>"
        + element("filename", name)
        + element("hash", f"md5:{md5}")
        + element("downloadUrl", address("forms", form_id, "attachments", name, version=form.version))
        + "</mediaFile>"
        for name, md5 in sorted(hashes.items())
    )
    return document(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<manifest xmlns="http://openrosa.org/xforms/xformsManifest">{body}</manifest>'
    )
