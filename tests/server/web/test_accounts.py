"""Signing in, links that work once, language and theme."""

import pytest
from sqlalchemy import select

from server.models.users import User
from server.operations import accounts
from tests import factories
from tests.server.web.conftest import post, token_in


def test_it_works(client):
    assert client.get("/login").status_code == 200


def test_whoever_is_unknown_is_asked_to_sign_in_and_brought_back(client, field, with_password):
    answer = client.get(f"{field.today}?x=1")
    assert answer.headers["Location"] == f"/login?next={field.today}?x%3D1"
    answer = post(client, answer.headers["Location"], "/login", name="n1", password="long enough", next=field.today)
    assert answer.headers["Location"] == field.today
    assert client.get(field.today).status_code == 200


@pytest.mark.parametrize("elsewhere", ["//evil.test", "https://evil.test", "/\\evil.test", "evil"])
def test_signing_in_leads_nowhere_else(client, with_password, elsewhere):
    answer = post(client, "/login", "/login", name="n1", password="long enough", next=elsewhere)
    assert answer.headers["Location"] == "/"


def test_a_wrong_password_is_told_without_saying_what_was_wrong(client, with_password):
    wrong = post(client, "/login", "/login", name="n1", password="wrong")
    unknown = post(client, "/login", "/login", name="nobody", password="wrong")
    assert wrong.status_code == unknown.status_code == 401
    assert "Name and password do not belong together." in wrong.text
    assert 'value="n1"' in wrong.text


def test_after_five_failures_even_the_right_password_has_to_wait(client, with_password):
    for _ in range(5):
        post(client, "/login", "/login", name="n1", password="wrong")
    assert post(client, "/login", "/login", name="n1", password="long enough").status_code == 429


def test_looking_at_a_link_does_not_spend_it(client, session, field):
    user = session.scalars(select(User).where(User.name == "the_manager")).one()
    _, secret = accounts.issue_token(
        session, user_id=user.id, project_id=field.project_id, kind="link", secret_key=factories.KEY
    )
    session.commit()
    for _ in range(2):
        page = client.get(f"/l/{secret}")
    assert client.head(f"/l/{secret}").status_code == 200
    token = token_in(page.text)
    used = client.post(f"/l/{secret}", data={"csrf": token})
    assert used.headers["Location"] == field.today
    assert client.get(field.today).status_code == 200
    assert post(client, f"/l/{secret}", f"/l/{secret}").status_code == 403


def test_signing_out_forgets_the_person(manager, field):
    assert post(manager, field.today, "/logout").status_code == 302
    assert manager.get(field.today).status_code == 302


def test_the_language_is_kept_and_the_address_stays(manager, field):
    answer = manager.get(f"/lang/ar?next={field.today}")
    assert answer.headers["Location"] == field.today
    assert '<html lang="ar" dir="rtl"' in manager.get(field.today).text


def test_the_persons_own_language_comes_before_the_browsers(as_role, field, session):
    session.scalars(select(User).where(User.name == "the_manager")).one().language = "ru"
    session.commit()
    browser = as_role("manager")
    assert '<html lang="ru"' in browser.get(field.today, headers={"Accept-Language": "ar"}).text


def test_the_browsers_language_is_used_for_strangers(client):
    assert '<html lang="ar"' in client.get("/login", headers={"Accept-Language": "ar,en;q=0.5"}).text
    assert '<html lang="en"' in client.get("/login", headers={"Accept-Language": "xx"}).text


def test_the_theme_is_kept(client):
    client.get("/theme/dark?next=/login")
    assert 'data-theme="dark"' in client.get("/login").text


@pytest.mark.parametrize("address", ["/lang/xx", "/theme/pink"])
def test_an_unknown_choice_is_not_found(client, address):
    assert client.get(address).status_code == 404


def test_a_form_without_the_pages_token_is_refused(client, with_password):
    answer = client.post("/login", data={"name": "n1", "password": "long enough", "csrf": "guessed"})
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers or "user_id" not in answer.headers["Set-Cookie"]
