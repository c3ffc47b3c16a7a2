"""Instruments: publish a form to the field, and read a published one again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.adaptation.compare import compare_versions
from forms.adaptation.comparison import REFUSED
from forms.workbook import Workbook, from_json, to_json
from forms.xform import XForm
from forms.xform import compile as compile_workbook
from server.errors import Problem, not_found
from server.intake.definitions import form_of
from server.models.instruments import Instrument, InstrumentFile, newest, of_version
from server.models.projects import Project
from server.operations import events
from server.storage import Storage

__all__ = ["HOUSEHOLDS", "accepted", "attach", "form_of", "in_field", "publish", "set_state", "workbook_of"]

HOUSEHOLDS = "households.csv"
"""The one file that differs from tablet to tablet: its enumerator's units."""


def publish(session: Session, *, project_id: int, workbook: Workbook, actor: str = "command line") -> Instrument:
    """Compile a workbook and give it to the project's tablets; sheets of older versions are accepted all the same.

    Files that the form asks for go with it: its long lists, and what lies in `media` of its folder. Raises
    CompileError when pyxform refuses the sheets, Problem 409.6 when this version is published already with other
    contents, and 400.17 when data collected with the version in the field could not stand beside data of this one.
    The same version with the same contents is returned as it is.
    """
    definition = to_json(workbook).encode()
    digest = hashlib.sha256(definition).hexdigest()
    xform = compile_workbook(workbook)
    there = session.scalar(of_version(project_id, xform.form_id, xform.version))
    if there is not None:
        if there.digest == digest:
            return there
        raise Problem(
            409.6,
            f"Version {xform.version} of {xform.form_id} is published with other contents. "
            "Raise the version in form.toml.",
        )
    _refuse_unjoinable(session, project_id, workbook)
    instrument = Instrument(
        project_id=project_id,
        form_id=xform.form_id,
        version=xform.version,
        title=workbook.header.title,
        digest=digest,
        definition=definition,
        xform=xform.xml,
        xform_md5=xform.md5,
        media=list(xform.media),
        accepted=dict(workbook.header.accepted),
    )
    session.add(instrument)
    session.flush()
    if files := {**_beside(workbook.folder, xform), **xform.files}:
        attach(session, instrument_id=instrument.id, files=files, storage=current_app.extensions["storage"])
    events.record(
        session,
        actor=actor,
        verb="instrument.publish",
        subject=f"{xform.form_id} {xform.version}",
        project_id=project_id,
    )
    return instrument


def _refuse_unjoinable(session: Session, project_id: int, workbook: Workbook) -> None:
    """Refuse a version whose data could not stand beside those of the version in the field; tests are never joined."""
    before = in_field(session, project_id=project_id, form_id=workbook.header.id)
    if before is None or session.get_one(Project, project_id).test_of is not None:
        return
    refused = [one for one in compare_versions(workbook_of(before), workbook).changes if one.data == REFUSED]
    if refused:
        first = refused[0]
        raise Problem(
            400.17,
            f"Answers would stand beside others of another meaning (changes: {len(refused)}). The first: {first.name}: "
            f"{first.says}. Undo that; what has to be asked differently gets a question, or a code, of a new name.",
            {"changes": [{"name": one.name, "what": one.what, "says": one.says} for one in refused]},
        )


def in_field(session: Session, *, project_id: int, form_id: str) -> Instrument | None:
    """The newest published version of a form, whatever its state."""
    return session.scalars(newest(project_id, form_id)).first()


def accepted(session: Session, *, project_id: int) -> dict[str, str]:
    """The statistics of the forms in the field that are not the standard's any more, and by whose word."""
    columns = select(Instrument.form_id, Instrument.accepted).where(Instrument.project_id == project_id)
    newest_of = {row.form_id: row.accepted for row in session.execute(columns.order_by(Instrument.id))}
    return {name: text for found in newest_of.values() for name, text in found.items()}


def workbook_of(instrument: Instrument) -> Workbook:
    """The questionnaire as it was published, row by row."""
    return from_json(instrument.definition.decode())


def _beside(folder: Path | None, xform: XForm) -> dict[str, bytes]:
    """The files that the form asks for and that lie in its folder; the units of each tablet come from the sample."""
    if folder is None:
        return {}
    paths = {name: folder / "media" / name for name in xform.media if name != HOUSEHOLDS}
    return {name: path.read_bytes() for name, path in paths.items() if path.is_file()}


def attach(session: Session, *, instrument_id: int, files: Mapping[str, bytes], storage: Storage) -> int:
    """Keep the media files of an instrument, by name; they are the same for every tablet. Returns how many.

    Raises Problem 400.8 for a file that the form does not ask for.
    """
    instrument = session.get(Instrument, instrument_id)
    if instrument is None:
        raise not_found(f"Instrument {instrument_id}")
    for name, data in files.items():
        if name not in instrument.media:
            asked = ", ".join(instrument.media) or "none"
            raise Problem(400.8, f"The form does not ask for a file {name!r}; it asks for: {asked}.")
        md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
        session.add(InstrumentFile(instrument_id=instrument_id, name=name, digest=storage.put(data), md5=md5))
    session.flush()
    return len(files)


def set_state(session: Session, *, instrument_id: int, state: str, actor: str) -> Instrument:
    """Take an instrument out of the form list (`closing`: still accepted; `closed`: quarantined) or reopen it."""
    instrument = session.get(Instrument, instrument_id)
    if instrument is None:
        raise not_found(f"Instrument {instrument_id}")
    if state not in ("open", "closing", "closed"):
        raise Problem(400.8, f"{state!r} is no state of a form; they are open, closing, closed.", {"field": "state"})
    instrument.state = state
    events.record(
        session,
        actor=actor,
        verb="instrument.publish",
        subject=f"{instrument.form_id} {instrument.version}",
        project_id=instrument.project_id,
        details={"state": state},
    )
    return instrument
