"""Interviews: one answer sheet with what is known around it, the life of one unit, and the lists that lead there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, false, literal, or_, select, true, tuple_
from sqlalchemy.orm import Session, joinedload

from server.db import Moment
from server.errors import not_found
from server.models.events import Event
from server.models.instruments import Instrument
from server.models.projects import Project
from server.models.samples import Assignment, Sample, Unit, unit_by_key
from server.models.submissions import Attachment, Submission, versions_of
from server.models.users import User
from server.operations.progress import COMPLETE, PARTIAL, in_scope, sheets_in_scope, to_review
from weighting import dispositions

EARTH = 6_371_008.8
"""Mean radius in metres (IUGG)."""

STATES = ("all", "review", "approved", "returned", "rejected", "hold", "quarantine")
"""Lists of answer sheets."""

LAST_FIRST = (Submission.received_at.desc(), Submission.id.desc())
"""The order of lists of sheets; the index by arrival gives it."""

UNIT_STATES = ("all", "unassigned", "not_started", "in_progress", "final", "interviews")
"""Lists of units; the names are those of the progress table's columns."""


@dataclass(frozen=True)
class Interview:
    """The newest version of one sheet and everything that a reviewer sees beside the answers."""

    project: Project
    sheet: Submission
    versions: tuple[Submission, ...]
    instrument: Instrument | None
    unit: Unit | None
    visits: tuple[Submission, ...]
    attachments: tuple[Attachment, ...]
    events: tuple[Event, ...]

    @property
    def distance(self) -> float | None:
        """Metres from the listed dwelling to where the sheet was filled in; None when one position is unknown."""
        if self.unit is None:
            return None
        places = (self.unit.lat, self.unit.lon, self.sheet.lat, self.sheet.lon)
        known = [place for place in places if place is not None]
        return distance(*known) if len(known) == len(places) else None


@dataclass(frozen=True)
class Life:
    """One unit from the frame to its final code."""

    unit: Unit
    sample: Sample
    psu_size: int
    assignments: tuple[tuple[Assignment, User | None], ...]
    visits: tuple[Submission, ...]


def newest(session: Session, *, project_id: int, scope: User | None, limit: int) -> Sequence[Submission]:
    """The sheets that arrived last."""
    return session.scalars(_sheets(project_id, scope).order_by(*LAST_FIRST).limit(limit)).all()


def listed(
    session: Session, *, project_id: int, scope: User | None, state: str, offset: int, limit: int
) -> Sequence[Submission]:
    """Newest versions in one state, those that arrived last first."""
    conditions: dict[str, ColumnElement[bool]] = {
        "all": true(),
        "review": to_review(),
        "quarantine": Submission.quarantine != "",
    }
    wanted = conditions.get(state, Submission.review_state == state)
    query = _sheets(project_id, scope).where(wanted).order_by(*LAST_FIRST).offset(offset).limit(limit)
    return session.scalars(query).all()


def units(
    session: Session,
    *,
    project_id: int,
    scope: User | None,
    state: str,
    offset: int,
    limit: int,
    region: str | None = None,
    stratum: str | None = None,
    psu: str | None = None,
    enumerator: str | None = None,
    outcome: str | None = None,
) -> Sequence[Unit]:
    """Units in one state (`UNIT_STATES`) and one group, by key; `outcome` is a category of AAPOR's, such as NC."""
    given = {Unit.region: region, Unit.stratum: stratum, Unit.psu: psu}
    conditions = [column == value for column, value in given.items() if value is not None]
    if enumerator is not None:
        conditions.append(Unit.assigned_to_id.in_(select(User.id).where(User.name == enumerator)))
    if outcome is not None:
        conditions.append(_ended_as(outcome))
    query = (
        select(Unit)
        .options(joinedload(Unit.assigned_to))
        .where(Unit.project_id == project_id, in_scope(scope), _in_state(state), *conditions)
        .order_by(Unit.key)
    )
    return session.scalars(query.offset(offset).limit(limit)).all()


def of_root(session: Session, *, root_id: str, scope: User | None) -> Interview:
    """The interview of that root id.

    Raises Problem 404.1 when there is none, or none that the person may see.
    """
    found = session.scalar(select(Submission).where(Submission.root_id == root_id, Submission.current))
    if found is None or not _visible(session, found, scope):
        raise not_found(f"Interview {root_id}")
    project = session.get_one(Project, found.project_id)
    versions = tuple(session.scalars(versions_of(project.id, root_id)))
    files = select(Attachment).where(Attachment.submission_id.in_([one.id for one in versions]))
    unit = session.scalar(unit_by_key(project.id, found.unit_key).where(in_scope(scope)))
    trail = select(Event).where(Event.project_id == project.id, Event.subject == root_id)
    return Interview(
        project=project,
        sheet=found,
        versions=versions,
        instrument=session.get(Instrument, found.instrument_id) if found.instrument_id else None,
        unit=unit,
        visits=_visits(session, project.id, found.unit_key, scope) if unit else (found,),
        attachments=tuple(session.scalars(files.order_by(Attachment.id))),
        events=tuple(session.scalars(trail.order_by(Event.id))),
    )


def neighbours(session: Session, *, sheet: Submission, scope: User | None) -> tuple[str | None, str | None]:
    """Root ids of the sheets to review that arrived after and before this one: previous and next of the list."""
    waiting = _sheets(sheet.project_id, scope).where(to_review()).with_only_columns(Submission.root_id)
    arrived = tuple_(Submission.received_at, Submission.id)
    here = tuple_(literal(sheet.received_at, Moment), literal(sheet.id))
    later = waiting.where(arrived > here).order_by(Submission.received_at, Submission.id)
    earlier = waiting.where(arrived < here).order_by(*LAST_FIRST)
    return session.scalar(later.limit(1)), session.scalar(earlier.limit(1))


def reasons(session: Session, *, project_id: int, root_ids: Sequence[str]) -> dict[str, str]:
    """Why sheets were last returned or rejected, by root id."""
    told = select(Event).where(
        Event.project_id == project_id, Event.verb == "submission.review", Event.subject.in_(root_ids)
    )
    return {event.subject: event.details.get("reason", "") for event in session.scalars(told.order_by(Event.id))}


def life(session: Session, *, project_id: int, key: str, scope: User | None) -> Life:
    """The unit of that key with its draw, assignments and visits.

    Raises Problem 404.1 when there is none, or none that the person may see.
    """
    unit = session.scalar(
        unit_by_key(project_id, key).where(in_scope(scope)).options(joinedload(Unit.assigned_to)).limit(1)
    )
    if unit is None:
        raise not_found(f"Unit {key}")
    history = (
        select(Assignment, User)
        .outerjoin(User, User.id == Assignment.user_id)
        .where(Assignment.unit_id == unit.id)
        .order_by(Assignment.id)
    )
    drawn = select(Unit.id).where(Unit.sample_id == unit.sample_id, Unit.psu == unit.psu)
    return Life(
        unit=unit,
        sample=session.get_one(Sample, unit.sample_id),
        psu_size=len(session.scalars(drawn).all()),
        assignments=tuple((entry, user) for entry, user in session.execute(history)),
        visits=_visits(session, project_id, key, scope),
    )


def distance(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Metres between two points given in degrees, along the surface (haversine formula)."""
    north, south = math.radians(lat), math.radians(other_lat)
    half = math.sin((south - north) / 2) ** 2
    half += math.cos(north) * math.cos(south) * math.sin(math.radians(other_lon - lon) / 2) ** 2
    return 2 * EARTH * math.asin(min(1.0, math.sqrt(half)))


def happened_at(sheet: Submission) -> datetime:
    """When the visit took place; when it arrived, if the tablet did not say."""
    return sheet.started_at or sheet.ended_at or sheet.received_at


def _sheets(project_id: int, scope: User | None) -> Select[tuple[Submission]]:
    return (
        select(Submission)
        .options(joinedload(Submission.enumerator))
        .where(Submission.project_id == project_id, Submission.current, sheets_in_scope(scope, project_id))
    )


def _visits(session: Session, project_id: int, key: str, scope: User | None) -> tuple[Submission, ...]:
    found = session.scalars(_sheets(project_id, scope).where(Submission.unit_key == key))
    return tuple(sorted(found, key=lambda sheet: (happened_at(sheet), sheet.id)))


def visible(session: Session, *, submission_id: int, scope: User | None) -> Submission:
    """The sheet of that id. Raises Problem 404.1 when there is none, or none that the person may see."""
    found = session.get(Submission, submission_id)
    if found is None or not _visible(session, found, scope):
        raise not_found(f"Submission {submission_id}")
    return found


def _visible(session: Session, sheet: Submission, scope: User | None) -> bool:
    query = select(Submission.id).where(Submission.id == sheet.id, sheets_in_scope(scope, sheet.project_id))
    return session.scalar(query) is not None


def _ended_as(category: str) -> ColumnElement[bool]:
    """Units whose final code is of that category; none for a category that is none."""
    codes = [code for code, one in dispositions.CATEGORIES.items() if one == category]
    return or_(false(), *(Unit.disposition.startswith(code) for code in codes))


def _in_state(state: str) -> ColumnElement[bool]:
    open_, untouched = Unit.disposition.is_(None), Unit.visits == 0
    return {
        "all": true(),
        "unassigned": and_(open_, untouched, Unit.assigned_to_id.is_(None)),
        "not_started": and_(open_, untouched, Unit.assigned_to_id.is_not(None)),
        "in_progress": and_(open_, Unit.visits > 0),
        "final": Unit.disposition.is_not(None),
        "interviews": Unit.disposition.in_((COMPLETE, PARTIAL)),
    }[state]
