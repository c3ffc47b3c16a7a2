"""How far the sample is: identities, days, plans, rates and what a supervisor sees of them."""

from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from server import db
from server.db import now
from server.models.projects import Project
from server.models.samples import Sample, Unit
from server.models.submissions import Submission
from server.models.users import User
from server.operations import progress
from server.operations.progress import Calendar
from tests import factories

MORNING = datetime(2026, 6, 3, 6, 30, tzinfo=UTC)
serial = count()


def drawn(session: Session, units, **over) -> Project:
    """A project whose units are (enumerator's id, visits, disposition, last visit, region, psu)."""
    project = Project(name=f"p{next(serial)}", title="A survey", **over)
    session.add(project)
    session.flush()
    sample = Sample(project_id=project.id, name="main", plan="", record={}, design={})
    session.add(sample)
    session.flush()
    for number, (who, visits, disposition, last, region, psu) in enumerate(units):
        session.add(
            Unit(
                sample_id=sample.id,
                project_id=project.id,
                key=f"u{number}",
                label="A house",
                psu=psu,
                stratum=f"{region}-1",
                region=region,
                urban="1",
                probability=0.1,
                base_weight=10.0,
                assigned_to_id=who,
                visits=visits,
                disposition=disposition,
                last_visit_at=last,
            )
        )
    session.flush()
    return project


def team(session: Session) -> tuple[User, User, User]:
    supervisor = factories.a_user(session, "s1", "supervisor")
    own = factories.a_user(session, "e01", supervisor_id=supervisor.id)
    return supervisor, own, factories.a_user(session, "e02")


def table(session: Session, project: Project, group: str, scope: User | None = None):
    return progress.table(session, project_id=project.id, group=group, scope=scope)


UNITS = st.lists(
    st.tuples(
        st.sampled_from([None, 1, 2]),
        st.integers(0, 3),
        st.sampled_from([None, "1.1", "1.2", "2.11", "4.60"]),
        st.one_of(st.none(), st.datetimes(datetime(2026, 6, 1), datetime(2026, 6, 9), timezones=st.just(UTC))),
        st.sampled_from(["1", "2"]),
        st.sampled_from(["a", "b", "c"]),
    ),
    max_size=25,
)


@settings(max_examples=30, deadline=None)
@given(units=UNITS, timezone=st.sampled_from(["UTC", "Asia/Kathmandu", "America/St_Johns"]))
def test_every_row_adds_up_and_every_grouping_has_the_same_total(units, timezone):
    engine = db.connect("sqlite://")
    db.Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all([User(id=1, name="e01", display="e01", role="enumerator")])
        session.add_all([User(id=2, name="e02", display="e02", role="enumerator")])
        project = drawn(session, units, timezone=timezone)
        tables = [table(session, project, group) for group in progress.GROUPS]
        series = progress.series(session, project_id=project.id, until=date(2026, 6, 10), scope=None)
    engine.dispose()
    assert all(row.adds_up for rows in tables for row in rows)
    totals = {progress.total(rows) for rows in tables}
    assert len(totals) == 1
    assert totals.pop().sampled == len(units)
    dated = sum(1 for _, _, disposition, last, _, _ in units if disposition and last)
    assert series[-1].final == dated


def test_a_visit_belongs_to_the_day_of_the_projects_own_zone(any_app):
    with any_app.app_context(), Session(any_app.extensions["engine"]) as session:
        visits = [(None, 1, "1.1", datetime(2026, 6, 2, 18, minute, tzinfo=UTC), "1", "a") for minute in (14, 15)]
        project = drawn(session, visits, timezone="Asia/Kathmandu")  # 18:15 UTC is midnight there
        days = {row.key: row.final for row in table(session, project, "day")}
    assert days == {"2026-06-02": 1, "2026-06-03": 1}


def test_an_unassigned_unit_that_was_worked_on_counts_as_assigned(session):
    project = drawn(session, [(None, 2, "1.1", MORNING, "1", "a"), (None, 0, None, None, "1", "a")])
    (row,) = table(session, project, "region")
    assert (row.sampled, row.assigned, row.unassigned, row.final) == (2, 1, 1, 1)


def test_a_supervisor_sees_the_teams_units_only(session):
    supervisor, own, other = team(session)
    project = drawn(session, [(own.id, 0, None, None, "1", "a"), (other.id, 0, None, None, "2", "b")])
    assert [row.key for row in table(session, project, "psu", supervisor)] == ["a"]
    assert [row.key for row in table(session, project, "enumerator", supervisor)] == ["e01"]
    on = date(2026, 6, 3)
    summary = progress.summary(session, project_id=project.id, on=on, scope=supervisor)
    assert summary.units.sampled == 1
    assert [user.name for user in summary.silent] == ["e01"]


def test_the_response_rate_is_that_of_final_units_and_its_floor_counts_open_ones_as_failed(session):
    codes = ["1.1", "1.1", "1.2", "2.11", "3.18", "4.60", None, None]
    project = drawn(session, [(None, 1, code, MORNING, "1", "a") for code in codes])
    rates = progress.rates(session, project_id=project.id, scope=None)
    assert rates.rr2 == pytest.approx(3 / 5)  # (2 I + 1 P) / (2 I + 1 P + 1 R + 1 UH); the vacant one is not eligible
    assert rates.floor == pytest.approx(3 / 7)
    assert rates.pending == 2


def test_there_is_no_rate_without_final_units(session):
    project = drawn(session, [])
    assert progress.rates(session, project_id=project.id, scope=None).rr2 is None


def test_a_tablet_with_open_units_is_silent_after_a_day_without_a_sheet(session):
    _, own, other = team(session)
    project = drawn(session, [(own.id, 0, None, None, "1", "a"), (other.id, 0, None, None, "1", "a")])
    for number, (user, hours) in enumerate([(own, 25), (other, 23)]):
        session.add(
            Submission(
                project_id=project.id,
                form_id="f",
                version="1",
                instance_id=f"uuid:{number}",
                root_id=f"uuid:{number}",
                sha256="0",
                size=1,
                enumerator_id=user.id,
                received_at=now() - timedelta(hours=hours),
            )
        )
    session.flush()
    assert [user.name for user in progress.silent(session, project_id=project.id, scope=None)] == ["e01"]


def test_the_series_runs_from_the_first_planned_day_and_keeps_the_total(session):
    visits = [(None, 1, "1.1", datetime(2026, 6, day, 9, tzinfo=UTC), "1", "a") for day in (2, 4, 4)]
    project = drawn(session, visits, starts_on=date(2026, 6, 1), ends_on=date(2026, 6, 5), timezone="UTC")
    series = progress.series(session, project_id=project.id, until=date(2026, 6, 5), scope=None)
    assert [point.final for point in series] == [0, 1, 1, 3, 3]
    assert [point.planned for point in series] == pytest.approx([0.6, 1.2, 1.8, 2.4, 3.0])


def test_a_written_plan_is_followed_instead_of_an_even_pace():
    calendar = Calendar(date(2026, 6, 2), date(2026, 6, 1), date(2026, 6, 4), plan=(10, 40, 90), drawn=100)
    assert [calendar.planned(day, 100) for day in range(5)] == [0, 10, 40, 90, 90]
    assert [calendar.planned(day, 50) for day in range(5)] == [0, 5, 20, 45, 45]
    assert (calendar.day, calendar.days, calendar.ended) == (2, 4, False)


def test_before_the_first_day_nothing_is_planned_and_after_the_last_everything():
    start, end = date(2026, 6, 1), date(2026, 6, 4)
    before, after = Calendar(date(2026, 5, 20), start, end), Calendar(date(2026, 7, 1), start, end)
    assert (before.day, before.planned(before.day, 8)) == (0, 0)
    assert (after.day, after.planned(after.day, 8), after.ended) == (4, 8, True)


def test_a_demonstrations_day_is_that_of_its_newest_visit(session):
    project = drawn(session, [(None, 1, None, MORNING, "1", "a")], settings={"demo": True}, timezone="UTC")
    assert progress.today(session, project_id=project.id) == date(2026, 6, 3)
