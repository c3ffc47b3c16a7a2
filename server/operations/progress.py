"""Progress: how far the drawn sample is; every page and report takes these numbers from here."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, and_, case, extract, func, literal_column, or_, select, true
from sqlalchemy.orm import Session

from server.db import now
from server.errors import not_found
from server.models.projects import Project
from server.models.samples import Unit
from server.models.submissions import Submission
from server.models.users import User
from weighting import dispositions

GROUPS = ("region", "stratum", "psu", "enumerator", "day")
"""What the progress table can be grouped by."""

COLUMNS: Mapping[str, Any] = {
    "region": Unit.region,
    "stratum": Unit.stratum,
    "psu": Unit.psu,
    "enumerator": func.coalesce(User.name, ""),
}
"""What each group but `day` stands for in the database."""

FEW = 100
"""Up to so many groups are looked up one by one."""

COMPLETE, PARTIAL, NOT_CONTACTED = "1.1", "1.2", "2.20"

SECOND_INTERVIEW = "second_interview"
"""Why the sheet of a unit that has a completed interview already is kept apart."""

_QUARTER = 900  # seconds; every time zone's offset is a multiple of it


@dataclass(frozen=True)
class ProgressRow:
    """Units of one group. A unit that was worked on counts as assigned even if it was taken back since."""

    key: str
    sampled: int = 0
    assigned: int = 0
    unassigned: int = 0
    not_started: int = 0
    in_progress: int = 0
    final: int = 0
    interviews: int = 0
    last_upload: datetime | None = None

    @property
    def share(self) -> float:
        """Final units as a share of the sampled ones."""
        return self.final / self.sampled if self.sampled else 0.0

    @property
    def adds_up(self) -> bool:
        """Do the identities hold: sampled = assigned + unassigned, assigned = not started + in progress + final?"""
        worked = self.not_started + self.in_progress + self.final
        return self.sampled == self.assigned + self.unassigned and self.assigned == worked


@dataclass(frozen=True)
class Rates:
    """AAPOR's response rate RR2, of finalised units, and `floor`, as if every open unit failed; None without units."""

    rr2: float | None
    floor: float | None
    pending: int


@dataclass(frozen=True)
class Calendar:
    """Where the fieldwork stands: `day` of `days` (0 before the first, never above `days`).

    `plan` holds the project's cumulative targets by day; `drawn` units they are meant for.
    """

    on: date
    starts_on: date | None
    ends_on: date | None
    plan: tuple[int, ...] = ()
    drawn: int = 0

    @property
    def days(self) -> int:
        """Planned length in days; 0 without both dates."""
        return (self.ends_on - self.starts_on).days + 1 if self.starts_on and self.ends_on else 0

    @property
    def day(self) -> int:
        """The number of the day `on`, from 1."""
        return self.day_of(self.on)

    @property
    def ended(self) -> bool:
        """Is the last planned day over?"""
        return bool(self.ends_on and self.on > self.ends_on)

    def day_of(self, when: date) -> int:
        """The number of any day, kept within the planned ones."""
        return max(0, min((when - self.starts_on).days + 1, self.days)) if self.starts_on and self.days else 0

    def planned(self, day: int, sampled: int) -> float:
        """Of `sampled` units, how many should be final at the end of that day.

        The plan's target, for a part of the sample its share of it; an even pace without a plan.
        """
        if self.plan and day and self.drawn:
            target = min(self.plan[min(day, len(self.plan)) - 1], self.drawn)
            return target * sampled / self.drawn
        return sampled * day / self.days if self.days else 0.0


@dataclass(frozen=True)
class Summary:
    """The numbers of one day. `doubled` counts second interviews of a unit, `quarantined` the other sheets apart."""

    calendar: Calendar
    units: ProgressRow
    rates: Rates
    to_review: int
    quarantined: int
    silent: tuple[User, ...]
    untouched_psus: int
    doubled: int
    last_upload: datetime | None

    @property
    def planned(self) -> float:
        """Units that should be final by the end of the day."""
        return self.calendar.planned(self.calendar.day, self.units.sampled)

    @property
    def ahead(self) -> float:
        """Share of the sample by which the final units are ahead of the plan (negative: behind)."""
        return (self.units.final - self.planned) / self.units.sampled if self.units.sampled else 0.0


@dataclass(frozen=True)
class DayTotal:
    """Units that were final at the end of one day, and how many the plan wanted by then."""

    on: date
    day: int
    final: int
    planned: float


def in_scope(scope: User | None) -> ColumnElement[bool]:
    """Which units a user may see: a supervisor the team's, an enumerator the own, everybody else all."""
    team = team_of(scope)
    return true() if team is None else Unit.assigned_to_id.in_(team)


def sheets_in_scope(scope: User | None, project_id: int) -> ColumnElement[bool]:
    """Which answer sheets a user may see: those of units in scope, and those that the team sent."""
    team = team_of(scope)
    if team is None:
        return true()
    own = select(Unit.key).where(Unit.project_id == project_id, Unit.assigned_to_id.in_(team))
    return or_(Submission.unit_key.in_(own), Submission.enumerator_id.in_(team))


def team_of(scope: User | None) -> Any:
    """The ids of the enumerators a user answers for, as a subquery or list; None when nobody is left out."""
    if scope is None or scope.role not in ("supervisor", "enumerator"):
        return None
    return select(User.id).where(User.supervisor_id == scope.id) if scope.role == "supervisor" else [scope.id]


def to_review() -> ColumnElement[bool]:
    """Interviews that nobody has decided on; visits without one need no review."""
    undecided = Submission.review_state.in_(("received", "edited"))
    return and_(undecided, Submission.quarantine == "", Submission.disposition.in_((COMPLETE, PARTIAL)))


def project(session: Session, *, project_id: int) -> Project:
    """The survey of that id. Raises Problem 404.1 when there is none; nobody watches the twin for tests."""
    found = session.get(Project, project_id)
    if found is None or found.test_of is not None:
        raise not_found(f"Project {project_id}")
    return found


def today(session: Session, *, project_id: int) -> date:
    """The field day: the date in the project's time zone; in a demonstration, the day of its newest visit."""
    found = project(session, project_id=project_id)
    moment = now()
    if found.settings.get("demo"):
        newest = select(func.max(Unit.last_visit_at)).where(Unit.project_id == project_id)
        moment = session.scalar(newest) or moment
    return moment.astimezone(ZoneInfo(found.timezone)).date()


def calendar(session: Session, *, project_id: int, on: date) -> Calendar:
    """The project's fieldwork days as seen on one of them."""
    found = project(session, project_id=project_id)
    drawn = session.scalar(select(func.count()).where(Unit.project_id == project_id)) or 0
    return Calendar(on, found.starts_on, found.ends_on, tuple(found.settings.get("plan") or ()), drawn)


def table(
    session: Session, *, project_id: int, group: str, scope: User | None, heard: bool = True
) -> list[ProgressRow]:
    """One row for each region, stratum, PSU, enumerator or day of the last visit ("" = none), in key order.

    Without `heard` the last uploads are left out, which takes half the time (`with_uploads` adds them to some rows).
    """
    if group == "day":
        return _by_day(session, project_id, scope)
    rows = sorted(_counted_by(session, project_id, COLUMNS[group], scope), key=lambda row: row.key)
    return with_uploads(session, rows, project_id=project_id, group=group, scope=scope) if heard else rows


def with_uploads(
    session: Session, rows: Sequence[ProgressRow], *, project_id: int, group: str, scope: User | None
) -> list[ProgressRow]:
    """The rows with the moments when anything last came for one of their units; rows of days have none."""
    if group == "day":
        return list(rows)
    column = COLUMNS[group]
    few = column.in_([row.key for row in rows]) if len(rows) <= FEW else true()
    query = (
        select(column, func.max(Submission.received_at))
        .select_from(Unit)
        .join(Submission, and_(Submission.project_id == project_id, Submission.unit_key == Unit.key))
        .outerjoin(User, User.id == Unit.assigned_to_id)
        .where(Unit.project_id == project_id, in_scope(scope), few)
        .group_by(column)
    )
    uploads = dict(session.execute(query).all())
    return [replace(row, last_upload=uploads.get(row.key)) for row in rows]


def last_upload(session: Session, *, project_id: int, scope: User | None) -> datetime | None:
    """When the newest sheet arrived."""
    newest = select(func.max(Submission.received_at)).where(Submission.project_id == project_id)
    return session.scalar(newest.where(sheets_in_scope(scope, project_id)))


def total(rows: Iterable[ProgressRow]) -> ProgressRow:
    """The sum of several groups' rows."""
    rows = list(rows)
    uploads = [row.last_upload for row in rows if row.last_upload]
    sums = {name: sum(getattr(row, name) for row in rows) for name in COUNTS}
    return ProgressRow("", **sums, last_upload=max(uploads, default=None))


COUNTS = ("sampled", "assigned", "unassigned", "not_started", "in_progress", "final", "interviews")
"""The counts of a progress row, in the order in which they add up."""


def summary(session: Session, *, project_id: int, on: date, scope: User | None) -> Summary:
    """The numbers of the Today page for one field day."""
    units = total(_counted_by(session, project_id, Unit.project_id, scope))
    sheets = [Submission.project_id == project_id, Submission.current, sheets_in_scope(scope, project_id)]
    waiting, twice, apart, newest = session.execute(
        select(
            func.count(case((to_review(), 1))),
            func.count(case((Submission.quarantine == SECOND_INTERVIEW, 1))),
            func.count(case((Submission.quarantine.not_in(("", SECOND_INTERVIEW)), 1))),
            func.max(Submission.received_at),
        ).where(*sheets)
    ).one()
    return Summary(
        calendar=calendar(session, project_id=project_id, on=on),
        units=replace(units, last_upload=newest),
        rates=rates(session, project_id=project_id, scope=scope),
        to_review=waiting,
        quarantined=apart,
        doubled=twice,
        silent=silent(session, project_id=project_id, scope=scope),
        untouched_psus=_untouched_psus(session, project_id, scope),
        last_upload=newest,
    )


def rates(session: Session, *, project_id: int, scope: User | None) -> Rates:
    """Response rates from the units' final codes, unweighted."""
    query = (
        select(Unit.disposition, func.count())
        .where(Unit.project_id == project_id, in_scope(scope))
        .group_by(Unit.disposition)
    )
    counts = dict(session.execute(query).all())
    pending = counts.pop(None, 0)
    return Rates(rates_of(counts)["RR2"], floor_of(counts, pending)["RR2"], pending)


def rates_of(counts: Mapping[str, float]) -> dict[str, float | None]:
    """AAPOR's rates by name, from units (or sums of weights) by final code; None without units in a denominator.

    They are those that the weighting uses (weighting.dispositions.rates).
    """
    codes, units = pd.Series(list(counts), dtype=object), np.array(list(counts.values()), dtype=np.float64)
    found = dispositions.rates(codes, units).to_dict()
    return {name: None if math.isnan(rate) else float(rate) for name, rate in found.items()}


def floor_of(counts: Mapping[str, float], pending: float) -> dict[str, float | None]:
    """The same rates if all that is `pending` ended without contact."""
    return rates_of({**counts, NOT_CONTACTED: counts.get(NOT_CONTACTED, 0) + pending})


def series(session: Session, *, project_id: int, until: date, scope: User | None) -> list[DayTotal]:
    """Final units at the end of each day, from the first planned one (or the first visit) to `until`."""
    found = calendar(session, project_id=project_id, on=until)
    finals = {row.key: row.final for row in _by_day(session, project_id, scope) if row.key and row.final}
    sampled = session.scalar(select(func.count()).where(Unit.project_id == project_id, in_scope(scope))) or 0
    days = [date.fromisoformat(key) for key in finals]
    first = min([*days, found.starts_on or until, until])
    running, points = 0, []
    for offset in range((until - first).days + 1):
        when = first + timedelta(days=offset)
        running += finals.get(when.isoformat(), 0)
        day = found.day_of(when)
        points.append(DayTotal(when, day, running, found.planned(day, sampled)))
    return points


def silent(session: Session, *, project_id: int, scope: User | None, hours: int = 24) -> tuple[User, ...]:
    """Enumerators with open units whose tablet has sent nothing for that long."""
    heard = select(Submission.enumerator_id).where(
        Submission.project_id == project_id,
        Submission.received_at > now() - timedelta(hours=hours),
        Submission.enumerator_id.is_not(None),
    )
    busy = select(Unit.assigned_to_id).where(
        Unit.project_id == project_id, Unit.disposition.is_(None), Unit.assigned_to_id.is_not(None), in_scope(scope)
    )
    query = select(User).where(User.id.in_(busy), User.id.not_in(heard)).order_by(User.name)
    return tuple(session.scalars(query))


def _untouched_psus(session: Session, project_id: int, scope: User | None) -> int:
    """Areas that somebody was given and nobody has visited."""
    worked = case((or_(Unit.visits > 0, Unit.disposition.is_not(None)), 1))
    areas = (
        select(Unit.psu)
        .where(Unit.project_id == project_id, in_scope(scope))
        .group_by(Unit.psu)
        .having(func.count(Unit.assigned_to_id) > 0, func.count(worked) == 0)
    )
    return session.scalar(select(func.count()).select_from(areas.subquery())) or 0


def _counted_by(session: Session, project_id: int, column: Any, scope: User | None) -> list[ProgressRow]:
    final = Unit.disposition.is_not(None)
    worked = or_(Unit.assigned_to_id.is_not(None), Unit.visits > 0, final)
    open_ = and_(worked, Unit.disposition.is_(None))
    states = {
        "assigned": worked,
        "unassigned": and_(Unit.assigned_to_id.is_(None), Unit.visits == 0, Unit.disposition.is_(None)),
        "not_started": and_(open_, Unit.visits == 0),
        "in_progress": and_(open_, Unit.visits > 0),
        "final": final,
        "interviews": Unit.disposition.in_((COMPLETE, PARTIAL)),
    }
    counts = [func.count(case((state, 1))).label(name) for name, state in states.items()]
    query = (
        select(column.label("key"), func.count().label("sampled"), *counts)
        .select_from(Unit)
        .outerjoin(User, User.id == Unit.assigned_to_id)
        .where(Unit.project_id == project_id, in_scope(scope))
        .group_by(column)
    )
    return [ProgressRow(**row._mapping) for row in session.execute(query)]


def _by_day(session: Session, project_id: int, scope: User | None) -> list[ProgressRow]:
    """Rows by the local day of the last visit. The database counts by quarter of an hour, which every zone has."""
    zone = ZoneInfo(project(session, project_id=project_id).timezone)
    second = func.coalesce(extract("epoch", Unit.last_visit_at), literal_column(str(-_QUARTER)))
    quarter = second // literal_column(str(_QUARTER))
    days: dict[str, list[ProgressRow]] = {}
    for row in _counted_by(session, project_id, quarter, scope):
        day = "" if int(row.key) < 0 else _day_of_quarter(int(row.key), zone)
        days.setdefault(day, []).append(row)
    return [replace(total(rows), key=day) for day, rows in sorted(days.items())]


def _day_of_quarter(quarter: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(quarter * _QUARTER, zone).date().isoformat()


def displays(session: Session) -> dict[str, str]:
    """What each person is called, by sign-in name."""
    return dict(session.execute(select(User.name, User.display)).all())
