"""Intake: each sheet once, and what follows for its unit, on every database."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import permutations
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.errors import Problem
from server.intake import File, Intake, Received, standing
from server.intake.reading import derived_id
from server.models.samples import Unit
from server.models.submissions import Attachment, Submission
from tests.factories import a_project, a_sample, a_sheet, a_user, an_instrument

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def field(any_app):
    """Intake on a database with one form and one enumerator's two units; `rows` reads it."""
    engine = any_app.extensions["engine"]
    with Session(engine) as session:
        project, user = a_project(session), a_user(session)
        an_instrument(session, project)
        a_sample(session, project, u1=user.id, u2=user.id)
        session.commit()
        project_id, user_id = project.id, user.id
    intake = Intake(engine)

    def receive(*args, files=(), xml=None, user=user_id, **kwargs):
        sheet = xml or a_sheet(*args, **kwargs)
        return intake.receive(Received(project_id, user, sheet, NOW, files=tuple(files)))

    def rows(statement):
        with Session(engine) as session:
            return list(session.scalars(statement))

    return SimpleNamespace(receive=receive, rows=rows, intake=intake, engine=engine)


def unit(field, key="01-u1"):
    return field.rows(select(Unit).where(Unit.key == key))[0]


def test_it_works(field):
    outcome = field.receive()
    assert (outcome.instance_id, outcome.known, outcome.quarantine) == ("uuid:1", False, "")


def test_twenty_at_once_are_kept_once(field):
    with ThreadPoolExecutor(20) as pool:
        outcomes = list(pool.map(lambda _: field.receive(), range(20)))
    assert len({outcome.submission_id for outcome in outcomes}) == 1
    assert Counter(outcome.known for outcome in outcomes) == {True: 19, False: 1}
    assert len(field.rows(select(Submission))) == 1


def test_different_bytes_under_one_id_at_once_are_all_kept(field):
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(lambda age: field.receive(result="3", visit_no=str(age)), range(1, 5)))
    assert Counter(outcome.quarantine for outcome in outcomes) == {"": 1, "changed_bytes": 3}
    assert len({outcome.submission_id for outcome in outcomes}) == 4


def test_files_of_simultaneous_retries_are_kept_once(field):
    files = [File("a.jpg", "a" * 64, 1), File("b.jpg", "b" * 64, 1)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: field.receive(files=files), range(8)))
    assert sorted(file.name for file in field.rows(select(Attachment))) == ["a.jpg", "b.jpg"]


@pytest.mark.parametrize("order", list(permutations(["3", "1", "5"])))
def test_an_interview_wins_over_other_visits_in_any_order(field, order):
    for number, result in enumerate(order):
        field.receive("01-u1", result, uuid=f"uuid:{number}", minute=number)
    assert (unit(field).visits, unit(field).disposition) == (3, "1.1")
    assert unit(field).final_root_id == f"uuid:{order.index('1')}"


def test_the_newest_visit_decides_without_an_interview_whatever_came_first(field):
    field.receive("01-u1", "5", uuid="uuid:late", minute=30)
    field.receive("01-u1", "3", uuid="uuid:early", minute=10)
    assert (unit(field).visits, unit(field).result, unit(field).disposition) == (2, "5", "2.11")


def test_a_second_interview_of_a_unit_is_set_aside(field):
    field.receive("01-u1", "1", uuid="uuid:1")
    assert field.receive("01-u1", "1", uuid="uuid:2").quarantine == "second_interview"
    assert (unit(field).visits, unit(field).final_root_id) == (1, "uuid:1")


def test_a_completed_interview_follows_a_partial_one(field):
    field.receive("01-u1", "2", uuid="uuid:1", minute=1)
    assert field.receive("01-u1", "1", uuid="uuid:2", minute=2).quarantine == ""
    assert (unit(field).disposition, unit(field).final_root_id) == ("1.1", "uuid:2")


def test_a_sheet_in_quarantine_leaves_its_unit_alone(field):
    with Session(field.engine) as session:
        stranger = a_user(session, "e09").id
        session.commit()
    assert field.receive(user=stranger).quarantine == "other_enumerator"
    assert (unit(field).visits, unit(field).disposition) == (0, None)


def test_one_sheet_that_fails_takes_no_other_with_it(field):
    nobody = 999_999

    def attempt(number):
        try:
            return field.receive("01-u1", "3", uuid=f"uuid:{number}", user=nobody if number == 5 else 1).quarantine
        except IntegrityError:
            return "failed"

    with Session(field.engine) as session:
        assert session.get(Unit, 1).assigned_to_id == 1
    with ThreadPoolExecutor(10) as pool:
        outcomes = Counter(pool.map(attempt, range(10)))
    expected = "failed"  # a sheet of a person who does not exist breaks a foreign key
    assert outcomes == {"": 9, expected: 1}


def test_bytes_that_are_no_xml_are_refused(field):
    with pytest.raises(Problem, match="not an XML"):
        field.receive(xml=b"\xff\xfe not xml")


def test_the_refusal_does_not_repeat_what_was_sent(field):
    with pytest.raises(Problem) as refused:
        field.receive(xml=b"<data><name>Respondent</nam></data>")
    assert "Respondent" not in refused.value.message


def test_a_position_off_the_earth_is_no_position(field):
    field.receive(place="95 10 0 0")
    assert field.rows(select(Submission.lat)) == [None]


def test_an_overlong_id_is_replaced_by_one_that_a_retry_gets_too(field):
    long = "uuid:" + "x" * 300
    assert field.receive(uuid=long).instance_id == field.receive(uuid=long).instance_id
    assert len(field.rows(select(Submission))) == 1


@given(st.text(), st.text(), st.text(), st.text())
def test_derived_ids_differ_when_form_or_bytes_do(form, sha, other_form, other_sha):
    same = (form, sha) == (other_form, other_sha) or "\n" in form + other_form
    assert same or derived_id(form, sha) != derived_id(other_form, other_sha)


@given(st.lists(st.sampled_from(["1.1", "1.2", "2.11", ""]), max_size=6))
def test_a_unit_is_interviewed_exactly_if_one_of_its_visits_is(dispositions):
    visits = [SimpleNamespace(disposition=d, result="x", root_id=str(n), at=n) for n, d in enumerate(dispositions)]
    found = standing.of(visits)
    assert bool(standing.kind(found["disposition"])) == any(standing.kind(d) for d in dispositions)
    assert found["visits"] == len(dispositions)
    assert (found["disposition"] is None) == (found["final_root_id"] is None)
