"""The manifest and the list of units that it names."""

from __future__ import annotations

import hashlib
from xml.etree import ElementTree

from server import db
from server.models.instruments import Instrument
from server.operations import instruments, samples
from tests import factories

MANIFEST = "{http://openrosa.org/xforms/xformsManifest}"


def files(client, tablet) -> dict[str, dict[str, str]]:
    root = ElementTree.fromstring(client.get(f"{tablet}/forms/households/manifest?version=1").data)
    found = [{item.tag.removeprefix(MANIFEST): item.text for item in file} for file in root]
    return {file["filename"]: file for file in found}


def test_it_works(client, field):
    answer = client.get(f"{field.tablet}/forms/households/manifest")
    assert (answer.status_code, answer.content_type) == (200, "text/xml; charset=utf-8")
    assert list(files(client, field.tablet)) == ["households.csv"]


def test_a_tablet_gets_the_units_of_its_enumerator_only(client, field):
    data = client.get(files(client, field.tablet)["households.csv"]["downloadUrl"]).data
    assert data.decode() == "name,label,ea,status\n01-u1,House u1,ea0,open\n01-u2,House u2,ea1,open\n"


def test_a_supervisor_gets_the_units_of_the_team(client, field):
    data = client.get(files(client, field.supervisor_tablet)["households.csv"]["downloadUrl"]).data
    assert [line.split(",")[0] for line in data.decode().splitlines()[1:]] == ["01-u1", "01-u2"]


def test_the_hash_is_that_of_each_tablets_own_bytes(client, field):
    hashes = set()
    for tablet in (field.tablet, field.other_tablet):
        file = files(client, tablet)["households.csv"]
        assert file["hash"] == f"md5:{hashlib.md5(client.get(file['downloadUrl']).data).hexdigest()}"
        hashes.add(file["hash"])
    assert len(hashes) == 2


def test_an_assignment_changes_the_hash(client, field):
    before = files(client, field.tablet)["households.csv"]["hash"]
    with field.app.app_context(), db.own_session() as session:
        samples.assign(session, project_id=field.project_id, assignments={"01-u3": 2}, by="s1")
    assert files(client, field.tablet)["households.csv"]["hash"] != before


def test_an_unchanged_manifest_is_not_sent_again(client, field):
    first = client.get(f"{field.tablet}/forms/households/manifest")
    etag = {"If-None-Match": first.headers["ETag"]}
    assert client.get(f"{field.tablet}/forms/households/manifest", headers=etag).status_code == 304


def test_files_that_all_tablets_share_are_listed_and_served(client, field):
    with field.app.app_context(), db.own_session() as session:
        session.get(Instrument, 1).media = ["households.csv", "map.png"]
        instruments.attach(
            session, instrument_id=1, files={"map.png": b"\x89PNG"}, storage=field.app.extensions["storage"]
        )
    file = files(client, field.tablet)["map.png"]
    with client.get(file["downloadUrl"]) as answer:
        assert (answer.data, answer.mimetype) == (b"\x89PNG", "image/png")
    assert file["hash"] == f"md5:{hashlib.md5(answer.data).hexdigest()}"


def test_a_file_that_does_not_exist_is_told_in_openrosa_words(client, field):
    answer = client.get(f"{field.tablet}/forms/households/attachments/none.png")
    assert answer.status_code == 404
    assert b"OpenRosaResponse" in answer.data


def test_a_done_unit_is_marked_for_the_tablet(client, field):
    client.post(f"{field.tablet}/submission", **factories.a_post(factories.a_sheet("01-u1")))
    data = client.get(files(client, field.tablet)["households.csv"]["downloadUrl"]).data
    assert b"01-u1,House u1,ea0,done\n" in data
