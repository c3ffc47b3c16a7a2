"""The form list as Collect reads it."""

from __future__ import annotations

import hashlib
from xml.etree import ElementTree

from server import db
from server.operations import instruments
from tests import factories

LIST = "{http://openrosa.org/xforms/xformsList}"


def entries(answer) -> list[dict[str, str]]:
    return [{item.tag.removeprefix(LIST): item.text for item in xform} for xform in ElementTree.fromstring(answer.data)]


def republish(field, version):
    with field.app.app_context(), db.own_session() as session:
        return instruments.publish(session, project_id=field.project_id, workbook=factories.a_form(version)).id


def test_it_works(client, field):
    answer = client.get(f"{field.tablet}/formList?deviceID=collect%3A1")
    assert answer.status_code == 200
    assert answer.content_type == "text/xml; charset=utf-8"
    assert answer.headers["X-OpenRosa-Version"] == "1.0"
    assert "Date" in answer.headers
    assert [(entry["formID"], entry["version"]) for entry in entries(answer)] == [("households", "1")]


def test_addresses_are_absolute_and_ignore_the_host_header(client, field):
    answer = client.get(f"{field.tablet}/formList", headers={"Host": "elsewhere.test"})
    assert entries(answer)[0]["downloadUrl"].startswith(f"http://tablet.test{field.tablet}/forms/households.xml")


def test_the_hash_is_that_of_the_very_bytes_of_the_form(client, field):
    entry = entries(client.get(f"{field.tablet}/formList"))[0]
    form = client.get(entry["downloadUrl"])
    assert entry["hash"] == f"md5:{hashlib.md5(form.data).hexdigest()}"


def test_an_unchanged_list_is_not_sent_again(client, field):
    first = client.get(f"{field.tablet}/formList")
    again = client.get(f"{field.tablet}/formList", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["X-OpenRosa-Version"] == "1.0"


def test_a_new_version_takes_the_place_of_the_old_one(client, field):
    before = client.get(f"{field.tablet}/formList").headers["ETag"]
    republish(field, "2")
    after = client.get(f"{field.tablet}/formList", headers={"If-None-Match": before})
    assert [entry["version"] for entry in entries(after)] == ["2"]


def test_every_open_version_is_listed_on_demand(client, field):
    republish(field, "2")
    answer = client.get(f"{field.tablet}/formList?listAllVersions=true")
    assert [entry["version"] for entry in entries(answer)] == ["2", "1"]


def test_each_version_listed_is_the_one_that_is_downloaded(client, field):
    republish(field, "2")
    for entry in entries(client.get(f"{field.tablet}/formList?listAllVersions=true")):
        form = client.get(entry["downloadUrl"])
        assert hashlib.md5(form.data).hexdigest() == entry["hash"].removeprefix("md5:")


def test_a_closing_form_is_not_listed_but_still_downloaded_by_who_has_its_address(client, field):
    entry = entries(client.get(f"{field.tablet}/formList"))[0]
    with field.app.app_context(), db.own_session() as session:
        instruments.set_state(session, instrument_id=1, state="closing", actor="s1")
    assert entries(client.get(f"{field.tablet}/formList")) == []
    assert client.get(entry["downloadUrl"]).status_code == 200


def test_one_form_can_be_asked_for(client, field):
    assert entries(client.get(f"{field.tablet}/formList?formID=another")) == []


def test_an_unknown_secret_is_refused_in_words_that_collect_shows(client, field):
    answer = client.get("/v1/key/wrong/projects/1/formList")
    assert answer.status_code == 403
    assert answer.content_type == "text/xml; charset=utf-8"
    assert b"Ask your supervisor" in answer.data


def test_the_address_of_another_project_is_refused(client, field):
    assert client.get(field.tablet.replace("/projects/1", "/projects/2") + "/formList").status_code == 403
