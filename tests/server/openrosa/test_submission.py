"""Answer sheets coming in."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import select

from server import db
from server.models.events import Event
from server.models.samples import Unit
from server.models.submissions import Attachment, Submission
from server.operations import instruments, submissions
from tests.factories import a_post, a_sheet


def send(client, tablet, *args, files=None, **kwargs):
    return client.post(f"{tablet}/submission?deviceID=collect%3A1", **a_post(a_sheet(*args, **kwargs), **(files or {})))


def the(field, statement):
    (row,) = field.rows(statement)
    return row


def test_head_invites_with_the_size_that_tablets_should_stay_under(client, field):
    answer = client.head(f"{field.tablet}/submission?deviceID=collect%3A1")
    assert (answer.status_code, answer.data) == (204, b"")
    assert answer.headers["X-OpenRosa-Accept-Content-Length"] == "2097152"
    assert answer.headers["X-OpenRosa-Version"] == "1.0"


def test_a_sheet_is_taken_with_the_words_that_collect_knows(client, field):
    answer = send(client, field.tablet)
    assert answer.status_code == 201
    assert b"full submission upload was successful!" in answer.data
    assert answer.content_type == "text/xml; charset=utf-8"


def test_what_pages_filter_on_is_read_from_the_sheet(client, field):
    send(client, field.tablet, "01-u1", "5")
    sheet = the(field, select(Submission))
    assert (sheet.unit_key, sheet.result, sheet.disposition, sheet.visit) == ("01-u1", "5", "2.11", 1)
    assert (sheet.lat, sheet.lon, sheet.device_id) == (0.5, 1.5, "collect:1")
    assert sheet.ended_at.isoformat() == "2026-11-24T10:00:00+00:00"


def test_the_original_is_kept_byte_for_byte(client, field):
    xml = a_sheet()
    client.post(f"{field.tablet}/submission", **a_post(xml))
    with field.app.app_context(), db.own_session() as session:
        assert submissions.xml(session, submission_id=1) == xml


def test_a_sheet_sent_twice_is_kept_once(client, field):
    assert [send(client, field.tablet).status_code for _ in range(2)] == [201, 201]
    assert the(field, select(Submission)).root_id == "uuid:1"
    assert the(field, select(Unit).where(Unit.key == "01-u1")).visits == 1


def test_a_retry_adds_the_files_that_were_missing(client, field):
    send(client, field.tablet, files={"a_jpg": b"one"})
    send(client, field.tablet, files={"a_jpg": b"one", "b_jpg": b"two"})
    kept = field.rows(select(Attachment).order_by(Attachment.name))
    assert [(file.name, file.size) for file in kept] == [("a.jpg", 3), ("b.jpg", 3)]


def test_another_file_of_the_same_name_is_kept_beside_the_first(client, field):
    send(client, field.tablet, files={"a_jpg": b"one"})
    send(client, field.tablet, files={"a_jpg": b"two"})
    names = [file.name for file in field.rows(select(Attachment).order_by(Attachment.id))]
    assert names[0] == "a.jpg"
    assert names[1].startswith("a~")
    assert names[1].endswith(".jpg")


def test_the_parts_of_a_split_sheet_are_one_sheet(client, field):
    part = a_post(a_sheet(), a_jpg=b"one")
    part["data"]["*isIncomplete*"] = "yes"
    assert client.post(f"{field.tablet}/submission", **part).status_code == 201
    send(client, field.tablet, files={"b_jpg": b"two"})
    assert len(field.rows(select(Submission))) == 1
    assert len(field.rows(select(Attachment))) == 2


@pytest.mark.parametrize(
    ("sheet", "reason"),
    [
        ({"unit": "99-x"}, "unknown_unit"),
        ({"unit": "01-u3"}, "other_enumerator"),
        ({"version": "7"}, "unknown_version"),
        ({"corrects": "uuid:never"}, "original_missing"),
    ],
)
def test_a_sheet_that_cannot_count_is_kept_in_quarantine(client, field, sheet, reason):
    answer = send(client, field.tablet, **sheet)
    assert answer.status_code == 201
    assert b"Tell your supervisor" in answer.data
    assert the(field, select(Submission)).quarantine == reason
    assert the(field, select(Event).where(Event.verb == "submission.quarantine")).details["reason"] == reason


def test_a_sheet_of_an_unknown_form_is_kept_in_quarantine(client, field):
    xml = a_sheet().replace(b'id="households"', b'id="another"')
    assert client.post(f"{field.tablet}/submission", **a_post(xml)).status_code == 201
    assert the(field, select(Submission)).quarantine == "unknown_form"


def test_a_sheet_of_a_closed_form_is_kept_in_quarantine(client, field):
    with field.app.app_context(), db.own_session() as session:
        instruments.set_state(session, instrument_id=1, state="closed", actor="s1")
    assert send(client, field.tablet).status_code == 201
    assert the(field, select(Submission)).quarantine == "closed_form"


def test_a_supervisor_may_send_for_the_team(client, field):
    send(client, field.supervisor_tablet)
    assert the(field, select(Submission)).quarantine == ""


def test_other_bytes_under_a_known_id_are_kept_beside_the_first(client, field):
    send(client, field.tablet, "01-u1", "3")
    assert send(client, field.tablet, "01-u1", "1").status_code == 201
    first, second = field.rows(select(Submission).order_by(Submission.id))
    assert (first.instance_id, first.quarantine) == ("uuid:1", "")
    assert (second.deprecated_id, second.quarantine) == ("uuid:1", "changed_bytes")
    assert the(field, select(Unit).where(Unit.key == "01-u1")).result == "3"


def test_a_sheet_without_an_id_gets_one_that_a_retry_gets_too(client, field):
    xml = a_sheet().replace(b"<orx:instanceID>uuid:1</orx:instanceID>", b"")
    for _ in range(2):
        assert client.post(f"{field.tablet}/submission", **a_post(xml)).status_code == 201
    sheet = the(field, select(Submission))
    assert sheet.instance_id.startswith("sha256:")
    assert sheet.unit_key == "01-u1"


def test_an_id_of_255_characters_is_kept_whole(client, field):
    long = "uuid:" + "x" * 250
    send(client, field.tablet, uuid=long)
    assert the(field, select(Submission)).instance_id == long


def test_a_correction_takes_the_place_of_the_sheet_it_corrects(client, field):
    send(client, field.tablet, "01-u1", "3")
    send(client, field.tablet, "01-u1", "1", uuid="uuid:2", corrects="uuid:1")
    first, second = field.rows(select(Submission).order_by(Submission.id))
    assert (first.current, second.current) == (False, True)
    assert (second.root_id, second.review_state) == ("uuid:1", "edited")
    unit = the(field, select(Unit).where(Unit.key == "01-u1"))
    assert (unit.visits, unit.disposition, unit.final_root_id) == (1, "1.1", "uuid:1")


def test_a_correction_of_a_corrected_version_is_set_aside(client, field):
    send(client, field.tablet, "01-u1", "3")
    send(client, field.tablet, "01-u1", "1", uuid="uuid:2", corrects="uuid:1")
    send(client, field.tablet, "01-u1", "5", uuid="uuid:3", corrects="uuid:1")
    third = field.rows(select(Submission).order_by(Submission.id))[2]
    assert third.quarantine == "outdated_edit"
    assert the(field, select(Unit).where(Unit.key == "01-u1")).result == "1"


def test_a_correction_that_moves_to_another_unit_frees_the_first(client, field):
    send(client, field.tablet, "01-u1", "1")
    send(client, field.tablet, "01-u2", "1", uuid="uuid:2", corrects="uuid:1")
    units = field.rows(select(Unit).order_by(Unit.key))
    assert [unit.disposition for unit in units] == [None, "1.1", None]


def test_what_is_no_xml_is_refused_and_kept_as_evidence(client, field):
    answer = client.post(f"{field.tablet}/submission", **a_post(b"<data><broken"))
    assert answer.status_code == 400
    assert b"OpenRosaResponse" in answer.data
    assert field.rows(select(Submission)) == []
    evidence = the(field, select(Event).where(Event.verb == "submission.refuse"))
    assert field.app.extensions["storage"].get(evidence.subject) == b"<data><broken"


def test_a_document_type_is_refused(client, field):
    bomb = b'<!DOCTYPE d [<!ENTITY a "aaaa">]><d id="households">&a;</d>'
    assert client.post(f"{field.tablet}/submission", **a_post(bomb)).status_code == 400


def test_a_post_without_a_sheet_is_refused_in_openrosa_words(client, field):
    answer = client.post(f"{field.tablet}/submission", data={"a": (io.BytesIO(b""), "a.jpg")})
    assert answer.status_code == 400
    assert b"xml_submission_file" in answer.data


def test_a_wrong_secret_is_refused_before_anything_is_kept(client, field):
    answer = client.post("/v1/key/wrong/projects/1/submission", **a_post(a_sheet()))
    assert answer.status_code == 403
    assert field.rows(select(Submission)) == []


def test_no_answer_reaches_the_logs(client, field, caplog):
    caplog.set_level("DEBUG")
    send(client, field.tablet)
    client.post(f"{field.tablet}/submission", **a_post(a_sheet().replace(b"</person>", b"", 1)))
    assert "Respondent" not in caplog.text
    assert field.tablet not in caplog.text
