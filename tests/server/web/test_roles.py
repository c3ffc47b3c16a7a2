"""Looking at a demonstration as somebody else: by its link only, and in a demonstration only."""

import pytest
from sqlalchemy import select

from server.models.events import Event
from server.models.projects import Project
from server.models.users import User
from server.operations import accounts
from tests import factories
from tests.server.web.conftest import token_in

CAST = {"manager": "the_manager", "analyst": "the_analyst", "enumerator": "e01", "admin": "the_admin"}


@pytest.fixture
def demo(session, field) -> Project:
    """The small survey, as a demonstration with a cast."""
    project = session.get_one(Project, field.project_id)
    project.settings = {**project.settings, "demo": True, "cast": CAST}
    session.commit()
    return project


def by_link(client, session, project, name="the_manager"):
    """The browser after it has used a link that signs in."""
    user = session.scalars(select(User).where(User.name == name)).one()
    _, secret = accounts.issue_token(
        session, user_id=user.id, project_id=project.id, kind="link", secret_key=factories.KEY
    )
    session.commit()
    client.post(f"/l/{secret}", data={"csrf": token_in(client.get(f"/l/{secret}").text)})
    return client


def change(browser, page: str, role: str, project_id: int = 1):
    return browser.post(f"/p/{project_id}/role/{role}", data={"csrf": token_in(browser.get(page).text)})


def test_one_press_changes_the_person(client, session, demo, field):
    browser = by_link(client, session, demo)
    answer = change(browser, field.today, "analyst")
    assert answer.headers["Location"] == f"/p/{demo.id}/tables"
    assert browser.get(f"/p/{demo.id}/interviews").status_code == 403
    assert change(browser, field.today, "manager").headers["Location"] == field.today
    assert browser.get(f"/p/{demo.id}/interviews").status_code == 200
    verbs = session.scalars(select(Event).where(Event.verb == "demo.role").order_by(Event.id)).all()
    assert [(event.actor, event.subject) for event in verbs] == [
        ("the_manager", "the_analyst"),
        ("the_analyst", "the_manager"),
    ]


def test_the_enumerator_sees_the_own_page_and_finds_the_way_back(client, session, demo, field):
    browser = by_link(client, session, demo)
    own = change(browser, field.today, "enumerator").headers["Location"]
    assert own.startswith("/me/")
    assert browser.get(own).status_code == 200
    assert change(browser, own, "admin").status_code == 303


def test_whoever_signed_in_otherwise_cannot_change(manager, demo, field):
    assert "/role/" not in manager.get(field.today).text
    assert change(manager, field.today, "admin").status_code == 404


@pytest.mark.parametrize("settings", [{"demo": False, "cast": CAST}, {"demo": True}, {"demo": "yes", "cast": CAST}])
def test_in_other_surveys_a_link_gives_no_choice(client, session, demo, field, settings):
    demo.settings = settings
    session.commit()
    browser = by_link(client, session, demo)
    assert "/role/" not in browser.get(field.today).text
    assert change(browser, field.today, "admin").status_code == 404


def test_a_survey_that_is_no_demonstration_any_more_gives_none_either(client, session, demo, field):
    browser = by_link(client, session, demo)
    demo.settings = {**demo.settings, "demo": False}
    session.commit()
    assert change(browser, field.today, "admin").status_code == 404


def test_who_is_not_in_the_cast_may_not_choose(client, session, demo, field):
    browser = by_link(client, session, demo, "the_auditor")
    assert change(browser, field.today, "admin").status_code == 404


def test_somebody_with_a_password_is_never_played(client, session, demo, field):
    accounts.named(session, name="the_admin").password_hash = "a hash"
    session.commit()
    assert change(by_link(client, session, demo), field.today, "admin").status_code == 403


def test_the_choice_holds_for_its_own_survey_only(client, session, demo, field):
    browser = by_link(client, session, demo)
    other = factories.a_project(session, "other", settings={"demo": True, "cast": CAST})
    session.commit()
    assert change(browser, field.today, "admin", other.id).status_code == 404


def test_a_role_that_nobody_plays_is_not_found(client, session, demo, field):
    assert change(by_link(client, session, demo), field.today, "auditor").status_code == 404


def test_looking_at_the_address_changes_nothing(client, session, demo, field):
    assert by_link(client, session, demo).get(f"/p/{demo.id}/role/admin").status_code == 405


def test_the_choice_needs_the_pages_token(client, session, demo, field):
    browser = by_link(client, session, demo)
    assert browser.post(f"/p/{demo.id}/role/admin", data={"csrf": "guessed"}).status_code == 403
