"""Tablets: the code that sets Collect up, and taking it back."""

import json
import re
import zlib
from base64 import b64decode

import pytest
from sqlalchemy import select

from server.models.events import Event
from server.models.projects import Project
from server.models.users import User
from server.web import collect
from tests.server.web.conftest import post


def first_code(manager, field):
    page = f"/p/{field.project_id}/devices"
    action = re.search(rf'action="({page}/\d+)"', manager.get(page).text)[1]
    return page, action


def test_it_works(manager, field):
    page = manager.get(f"/p/{field.project_id}/devices")
    assert page.status_code == 200
    assert "/v1/key/" not in page.text


def test_a_code_is_shown_on_demand_logged_and_not_kept(manager, field, session):
    answer = post(manager, *first_code(manager, field))
    assert "http://tablet.test/v1/key/" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    event = session.scalars(select(Event).where(Event.verb == "device.show")).one()
    assert (event.actor, event.subject, event.details) == ("the_manager", "e01", {})


def test_the_shown_address_is_one_that_the_tablet_can_use(manager, app, field):
    page = post(manager, *first_code(manager, field)).text
    path = re.search(r"http://tablet\.test(/v1/key/[^<]+)", page)[1]
    assert app.test_client().get(f"{path}/formList").status_code == 200


def test_htmx_gets_the_code_without_the_page_around_it(manager, field):
    page, action = first_code(manager, field)
    from tests.server.web.conftest import token_in

    answer = manager.post(action, data={"csrf": token_in(manager.get(page).text)}, headers={"HX-Request": "true"})
    assert "<svg" in answer.text
    assert "<html" not in answer.text


def test_a_revoked_code_opens_nothing(manager, app, field):
    page, action = first_code(manager, field)
    path = re.search(r"http://tablet\.test(/v1/key/[^<]+)", post(manager, page, action).text)[1]
    assert post(manager, page, f"{action}/revoke").status_code == 303
    assert app.test_client().get(f"{path}/formList").status_code == 403
    assert "revoked" in manager.get(page).text


def test_the_code_holds_collects_settings_in_its_own_packing():
    user = User(name="e01", display="E", role="enumerator", language="ar")
    project = Project(name="p", title="A survey", settings={"title_ar": "مسح"})
    packed = collect.packed(collect.settings("http://tablet.test/v1/key/s/projects/1", user, project))
    settings = json.loads(zlib.decompress(b64decode(packed)))
    assert set(settings) == {"general", "admin", "project"}
    assert settings["general"]["server_url"] == "http://tablet.test/v1/key/s/projects/1"
    assert settings["general"]["metadata_username"] == "e01"
    assert settings["general"]["app_language"] == "ar"
    assert settings["project"]["name"] == "مسح"


@pytest.mark.parametrize("role", ["supervisor", "analyst", "auditor"])
def test_only_those_who_hand_tablets_out_see_codes(as_role, field, role):
    assert as_role(role).get(f"/p/{field.project_id}/devices").status_code == 403


def test_a_shown_code_is_hidden_again_after_a_minute(manager, field):
    page = post(manager, *first_code(manager, field)).text
    assert f'http-equiv="refresh" content="60; url=/p/{field.project_id}/devices"' in page
    assert 'hx-trigger="load delay:60s"' in page


def test_all_codes_in_use_are_printed_and_each_is_logged(manager, field, session):
    page = f"/p/{field.project_id}/devices"
    post(manager, page, f"{first_code(manager, field)[1]}/revoke")
    answer = post(manager, page, f"{page}/sheets")
    assert re.findall(r"<h2><bdi>(\w+)</bdi>", answer.text) == ["e02"]
    assert answer.text.count('class="qr"') == answer.text.count("/v1/key/") == 1
    assert answer.headers["Cache-Control"] == "no-store"
    event = session.scalars(select(Event).where(Event.verb == "device.show")).one()
    assert (event.actor, event.subject, event.details) == ("the_manager", "e02", {"printed": True})


def test_sheets_are_asked_for_by_a_post(manager, field):
    assert manager.get(f"/p/{field.project_id}/devices/sheets").status_code == 405
