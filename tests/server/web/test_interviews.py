"""The interview page: answers in words, what identifies persons hidden until it is asked for and logged."""

import re

import pytest
from sqlalchemy import select

from server.models.events import Event
from server.models.submissions import Submission
from server.models.users import Token, User
from server.operations import accounts
from tests import factories
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


def send(app, session, xml):
    """Send a sheet from e01's tablet."""
    token = session.scalars(select(Token).join(User).where(User.name == "e01", Token.kind == "tablet")).one()
    address = f"/v1/key/{accounts.token_secret(token, factories.KEY)}/projects/{token.project_id}/submission"
    assert app.test_client().post(address, **factories.a_post(xml)).status_code == 201


def corrected(app, session, **answers):
    """A correction of the interview uuid:b with other answers."""
    send(app, session, factories.a_sheet("01-u1", "1", uuid="uuid:b2", corrects="uuid:b", minute=30, **answers))


def test_a_correction_shows_old_and_new(manager, field, app, session):
    people = [{"p_name": "Respondent0", "age": "44"}, {"p_name": "Respondent1", "age": "21"}]
    corrected(app, session, person=people)
    page = manager.get(f"/i/{field.root_id}").text
    assert "1 answer was changed" in page
    assert re.findall(r"<del><bdi>(.*?)</bdi></del>.*?<ins><bdi>(.*?)</bdi></ins>", page) == [("20", "44")]


def test_a_corrected_name_is_told_without_the_names(manager, field, app, session):
    corrected(app, session, person=[{"p_name": "Somebody", "age": "20"}, {"p_name": "Respondent1", "age": "21"}])
    page = manager.get(f"/i/{field.root_id}").text
    assert "<del><bdi>•••</bdi></del>" in page
    assert not re.search("Somebody|Respondent", page)
    assert "<ins><bdi>Somebody</bdi></ins>" in post(manager, f"/i/{field.root_id}", f"/i/{field.root_id}").text


def test_a_member_left_out_is_a_change_too(manager, field, app, session):
    corrected(app, session, persons=1)
    found = re.findall(r"<del><bdi>(.*?)</bdi></del>.*?<ins><bdi>(.*?)</bdi></ins>", manager.get("/i/uuid:b").text)
    assert found == [("•••", "–"), ("21", "–")]


def test_the_queue_leads_from_sheet_to_sheet(manager, field, app, session):
    send(app, session, factories.a_sheet("01-u3", "1", uuid="uuid:d", minute=40))
    links = {
        name: dict(re.findall(r'rel="(\w+)" data-key="\w" href="([^"]+)"', manager.get(f"/i/{name}").text))
        for name in ("uuid:b", "uuid:d", "uuid:a")
    }
    assert links == {
        "uuid:b": {"prev": "/i/uuid:d"},
        "uuid:d": {"next": "/i/uuid:b"},
        "uuid:a": {"prev": "/i/uuid:b"},
    }


def test_the_queue_has_no_other_teams_sheet(as_role, manager, field, app, session):
    other = session.scalars(select(Submission).where(Submission.root_id == "uuid:c")).one()
    other.disposition = "1.1"
    session.commit()
    assert "/i/uuid:c" in manager.get(f"/i/{field.root_id}").text
    assert "/i/uuid:c" not in as_role("supervisor").get(f"/i/{field.root_id}").text


def test_enter_in_the_reason_decides_nothing(manager, field):
    page = manager.get(f"/i/{field.root_id}").text
    form = page[page.index("/review/") :]
    assert re.search(r"<button[^>]*>", form)[0] == "<button disabled hidden>"
