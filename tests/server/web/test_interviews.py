"""The interview page: answers in words, what identifies persons hidden until it is asked for and logged."""

import pytest
from sqlalchemy import select

from server.models.events import Event
from server.models.submissions import Submission
from tests.server.web.conftest import post


def test_it_works(manager, field):
    assert manager.get(f"/i/{field.root_id}").status_code == 200


def test_answers_stand_in_words_with_their_code(manager, field):
    page = manager.get(f"/i/{field.root_id}").text
    assert "<bdi>Completed</bdi>" in page
    assert '<bdi class="code">1</bdi>' in page


def test_a_name_is_hidden_also_where_a_question_quotes_it(manager, field):
    page = manager.get(f"/i/{field.root_id}").text
    assert "Respondent0" not in page
    assert "How old is •••?" in page


def test_showing_names_is_logged_and_not_kept_by_the_browser(manager, field, session):
    answer = post(manager, f"/i/{field.root_id}", f"/i/{field.root_id}")
    assert "How old is Respondent0?" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    event = session.scalars(select(Event).where(Event.verb == "submission.read")).one()
    assert (event.actor, event.subject, event.details) == ("the_manager", field.root_id, {"identifying": True})


def test_the_distance_from_the_dwelling_is_unknown_without_a_listed_position(manager, field):
    assert "position not known" in manager.get(f"/i/{field.root_id}").text


def test_a_rejected_sheet_no_longer_counts(manager, field, session):
    sheet = session.scalars(select(Submission).where(Submission.root_id == field.root_id)).one()
    action = f"/p/{field.project_id}/review/{sheet.id}"
    answer = post(manager, f"/i/{field.root_id}", action, state="rejected", reason="not at home that day")
    assert answer.status_code == 303
    assert "not at home that day" in manager.get(f"/i/{field.root_id}").text
    assert "1 of 4 final" in " ".join(manager.get(field.today).text.split())


def test_a_rejection_needs_a_reason(manager, field, session):
    sheet = session.scalars(select(Submission).where(Submission.root_id == field.root_id)).one()
    answer = post(manager, f"/i/{field.root_id}", f"/p/{field.project_id}/review/{sheet.id}", state="rejected")
    assert answer.status_code == 400


def test_a_sheet_in_quarantine_says_why(manager, field):
    page = manager.get("/i/uuid:again").text
    assert "The unit has a completed interview already." in page
    assert "uuid:again" in manager.get(f"/p/{field.project_id}/interviews?state=quarantine").text


@pytest.mark.parametrize("address", ["/i/uuid:c", "/i/uuid:nothing"])
def test_another_teams_sheet_is_as_unknown_as_none(as_role, field, address):
    assert as_role("supervisor").get(address).status_code == 404
