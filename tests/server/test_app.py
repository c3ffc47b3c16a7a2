"""The application: who is asked for, what failures look like, what is logged."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import request

from server import db
from server.app import create_app
from server.operations import accounts
from tests import factories
from tests.factories import KEY


@pytest.fixture
def people(app):
    """A manager with a password and a one-time link."""
    with app.app_context(), db.own_session() as session:
        project = factories.a_project(session)
        user = factories.a_user(session, "manager", "manager", password="long enough")
        ids = {"user_id": user.id, "project_id": project.id}
        return accounts.issue_token(session, **ids, kind="link", secret_key=KEY)[1]


def sign_in(client, secret):
    page = client.get(f"/l/{secret}").text
    csrf = re.search(r'name="csrf" value="([^"]+)"', page)[1]
    return client.post(f"/l/{secret}", data={"csrf": csrf})


def test_two_applications_share_nothing(config, app):
    assert create_app(config).extensions["engine"] is not app.extensions["engine"]


def test_a_link_signs_in_and_the_session_is_kept(client, people):
    assert sign_in(client, people).status_code == 302
    assert client.get("/v1/projects").status_code == 200


def test_a_disabled_person_is_signed_out(app, client, people):
    sign_in(client, people)
    with app.app_context(), db.own_session() as session:
        accounts.named(session, name="manager").disabled_at = db.now()
    assert client.get("/v1/projects").status_code == 401


def test_a_new_key_ends_the_tablets_addresses(app, config):
    with app.app_context(), db.own_session() as session:
        tablet = factories.a_tablet(session, factories.a_user(session), factories.a_project(session))
    assert app.test_client().get(f"{tablet}/formList").status_code == 200
    rotated = create_app(replace(config, secret_key="another-key"))
    assert rotated.test_client().get(f"{tablet}/formList").status_code == 403
    rotated.extensions["engine"].dispose()


def test_programs_are_refused_in_centrals_json(client):
    answer = client.get("/v1/projects")
    assert (answer.status_code, answer.json["code"]) == (401, 401.2)


def test_an_address_that_does_not_exist_is_told_to_programs_as_404_1(client):
    answer = client.get("/v1/nothing")
    assert (answer.status_code, answer.json["code"]) == (404, 404.1)


def test_every_answer_forbids_frames_and_sniffing(client):
    for path in ("/login", "/v1/projects", "/v1/key/x/projects/1/formList", "/health"):
        headers = client.get(path).headers
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Request-Id"]


def test_a_failure_of_the_server_tells_a_number_and_nothing_else(app, caplog):
    app.add_url_rule("/v1/fails", "fails", lambda: str(int(request.args["age"])))
    answer = app.test_client().get("/v1/fails?age=an+answer")
    assert answer.status_code == 500
    assert answer.headers["X-Request-Id"] in answer.json["message"]
    assert "ValueError" in caplog.text
    assert "an answer" not in caplog.text


def test_logs_name_the_endpoint_and_no_secret(client, caplog):
    caplog.set_level("INFO", logger="enumera")
    client.get("/v1/key/a-secret/projects/1/formList")
    assert "openrosa.formlist 403" in caplog.text
    assert "a-secret" not in caplog.text


def test_session_cookies_stay_with_the_site(client, people):
    answer = sign_in(client, people)
    cookie = next(value for value in answer.headers.getlist("Set-Cookie") if value.startswith("session="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
