"""Reviewing sheets and letting them out of quarantine."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from server.db import now
from server.errors import Problem
from server.intake import Intake, Received
from server.models.events import Event
from server.models.samples import Unit
from server.models.submissions import Submission
from server.operations import instruments, submissions
from tests import factories


@pytest.fixture
def send(app, session):
    project, user, other = factories.a_project(session), factories.a_user(session), factories.a_user(session, "e02")
    factories.an_instrument(session, project)
    factories.a_sample(session, project, u1=user.id, u2=user.id)
    session.commit()

    def receive(*args, by=user, **kwargs) -> int:
        envelope = Received(project.id, by.id, factories.a_sheet(*args, **kwargs), now())
        return Intake(app.extensions["engine"]).receive(envelope).submission_id

    receive.other = other
    return receive


def the_unit(session):
    session.expire_all()
    return session.scalar(select(Unit).where(Unit.key == "01-u1"))


def test_a_rejected_interview_frees_its_unit_and_counts_again_when_set_back(session, send):
    sheet = send()
    submissions.review(session, submission_id=sheet, state="rejected", by="s1", reason="never visited")
    assert (the_unit(session).visits, the_unit(session).disposition) == (0, None)
    submissions.review(session, submission_id=sheet, state="approved", by="s1")
    assert (the_unit(session).visits, the_unit(session).disposition) == (1, "1.1")


def test_a_review_is_in_the_audit_trail(session, send):
    submissions.review(session, submission_id=send(), state="approved", by="s1")
    event = session.scalar(select(Event).where(Event.verb == "submission.review"))
    assert (event.actor, event.subject, event.details["to"]) == ("s1", "uuid:1", "approved")


@pytest.mark.parametrize(("state", "told"), [("fine", "no review state"), ("returned", "Say why")])
def test_a_review_that_cannot_be_is_refused(session, send, state, told):
    with pytest.raises(Problem, match=told):
        submissions.review(session, submission_id=send(), state=state, by="s1")


def test_a_replaced_version_is_not_reviewed(session, send):
    first = send()
    send(uuid="uuid:2", corrects="uuid:1")
    with pytest.raises(Problem, match="newest version"):
        submissions.review(session, submission_id=first, state="approved", by="s1")


def test_a_released_sheet_counts(session, send):
    sheet = send(by=send.other)
    assert the_unit(session).visits == 0
    submissions.release(session, submission_id=sheet, by="s1", reason="helped out")
    assert (the_unit(session).visits, the_unit(session).final_root_id) == (1, "uuid:1")


def test_a_released_correction_takes_the_place_of_what_it_corrects(session, send):
    first = send("01-u1", "3")
    second = send("01-u1", "1", uuid="uuid:2", corrects="uuid:1", by=send.other)
    submissions.release(session, submission_id=second, by="s1", reason="same tablet")
    session.expire_all()
    assert [session.get(Submission, one).current for one in (first, second)] == [False, True]
    assert (the_unit(session).visits, the_unit(session).final_root_id) == (1, "uuid:1")


def test_a_sheet_that_cannot_be_read_is_not_released(session, send):
    with pytest.raises(Problem, match="Publish the form version"):
        submissions.release(session, submission_id=send(version="9"), by="s1", reason="")


def test_a_sheet_that_came_before_its_form_version_counts_once_that_is_published(session, send):
    sheet = send(version="9")
    instruments.publish(session, project_id=1, workbook=factories.a_form("9"))
    submissions.release(session, submission_id=sheet, by="s1", reason="published late")
    assert (the_unit(session).visits, the_unit(session).disposition) == (1, "1.1")


def test_the_answers_are_read_with_the_version_they_were_given_in(session, send):
    sheet = session.get(Submission, send())
    assert submissions.instance(session, submission=sheet).answers["result"] == "1"


def test_an_unknown_sheet_is_not_found(session):
    with pytest.raises(Problem, match="was not found"):
        submissions.xml(session, submission_id=1)
