"""Statements: the SQL of the hot path, built once; building it anew for each sheet costs more than running it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from server.models.events import Event
from server.models.instruments import Instrument
from server.models.samples import Unit
from server.models.submissions import Attachment, Content, Submission
from server.models.users import User

_sheets, _units, _users = Submission.__table__.c, Unit.__table__.c, User.__table__.c
_instruments, _files = Instrument.__table__.c, Attachment.__table__.c

VERSIONS = select(_instruments.id, _instruments.version, _instruments.state, _instruments.digest).where(
    _instruments.project_id == bindparam("project"), _instruments.form_id == bindparam("form")
)
"""Every published version of a form."""

SHEET = select(
    _sheets.id,
    _sheets.sha256,
    _sheets.root_id,
    _sheets.current,
    _sheets.form_id,
    _sheets.unit_key,
    _sheets.quarantine,
).where(_sheets.project_id == bindparam("project"), _sheets.instance_id == bindparam("instance"))
"""The sheet of an instance id."""

UNITS = (
    select(
        _units.id,
        _units.key,
        _units.assigned_to_id,
        _units.disposition,
        _units.final_root_id,
        _users.supervisor_id,
    )
    .select_from(Unit.__table__.outerjoin(User.__table__, _units.assigned_to_id == _users.id))
    .where(_units.project_id == bindparam("project"))
    .where(or_(_units.key == bindparam("key"), _units.key == bindparam("other")))
    .order_by(_units.id)
    .with_for_update(of=Unit.__table__)
)
"""One or two units and who they are assigned to, held until the transaction ends."""

_at = func.coalesce(_sheets.ended_at, _sheets.received_at).label("at")

VISITS = (
    select(_sheets.root_id, _sheets.result, _sheets.disposition, _at)
    .where(
        _sheets.project_id == bindparam("project"),
        _sheets.unit_key == bindparam("key"),
        _sheets.current,
        _sheets.quarantine == "",
        _sheets.review_state != "rejected",
    )
    .order_by(_at, _sheets.id)
)
"""The counted visits of a unit, oldest first."""

STAND = update(Unit.__table__).where(_units.id == bindparam("unit"))
"""Write the standing of a unit; its columns are the other parameters."""

SUPERSEDE = (
    update(Submission.__table__)
    .where(
        _sheets.project_id == bindparam("project"),
        _sheets.root_id == bindparam("root"),
        _sheets.id != bindparam("newest"),
    )
    .values(current=False)
)
"""Older versions of an interview are no longer current."""

FILES = select(_files.name, _files.digest).where(_files.submission_id == bindparam("submission"))
"""The files of a sheet."""

CONTENT = Content.__table__.insert()
EVENT = Event.__table__.insert()


def _unless_there(table: Any, keys: list[str]) -> dict[str, Any]:
    """INSERT that does nothing when a row with these keys is there, in the words of each database."""
    return {
        name: dialect.insert(table).on_conflict_do_nothing(index_elements=keys)
        for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
    }


NEW_SHEET = {
    name: statement.returning(_sheets.id)
    for name, statement in _unless_there(Submission.__table__, ["project_id", "instance_id"]).items()
}
NEW_FILE = _unless_there(Attachment.__table__, ["submission_id", "name"])
