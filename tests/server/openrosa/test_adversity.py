"""What broken, odd and hostile tablets send: always an answer that Collect can show, and no sheet lost."""

from __future__ import annotations

import hashlib
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from server.intake import Intake
from server.intake.admission import Gate
from server.models.submissions import Attachment, Content, Submission
from server.openrosa.submission import LARGEST_SHEET
from server.operations.submissions import unpacked
from tests.factories import a_post, a_sheet
from tests.server.openrosa.conftest import a_field

BOUNDARY = "a-boundary"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
SHEET = 'name="xml_submission_file"; filename="sheet.xml"'

# Werkzeug leaves the files of a request that it gives up on to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def both(any_app):
    """The field on each database."""
    return a_field(any_app)


def body(*parts: tuple[str, bytes], end: str = "--\r\n") -> bytes:
    """A multipart body of (disposition, content)."""
    lines = [
        f"--{BOUNDARY}\r\nContent-Disposition: form-data; {how}\r\nContent-Type: text/xml\r\n\r\n".encode() + data
        for how, data in parts
    ]
    return b"\r\n".join([*lines, f"--{BOUNDARY}{end}".encode()])


def send(field, data: bytes, kind: str = MULTIPART, query: str = "deviceID=collect%3A1", **options) -> int:
    """The status of the answer, which is one that Collect can show, and never the server's fault."""
    client = field.app.test_client()
    answer = client.post(f"{field.tablet}/submission?{query}", data=data, content_type=kind, **options)
    assert answer.status_code < 500
    assert answer.content_type == "text/xml; charset=utf-8"
    assert answer.headers["X-OpenRosa-Version"] == "1.0"
    assert ElementTree.fromstring(answer.data).find("{http://openrosa.org/http/response}message").text
    return answer.status_code


def kept(field) -> list[bytes]:
    return [unpacked(content.data) for content in field.rows(select(Content))]


@pytest.mark.parametrize(
    "xml",
    [
        a_sheet()
        .replace(b"<?xml version='1.0' ?>", b"<?xml version='1.0' encoding='UTF-16'?>")
        .decode()
        .encode("utf-16"),
        a_sheet().replace(b"?>", b" encoding='ISO-8859-1'?>").decode().encode("latin-1"),
        b"\xef\xbb\xbf" + a_sheet(),
        a_sheet().replace(b"<data", b"<data long='" + b"x" * 1_000_000 + b"'"),
        a_sheet().replace(b"uuid:1", b"\n" + b"u" * 300 + b"\n"),
        a_sheet().replace(b"<orx:instanceID>uuid:1</orx:instanceID>", b""),
        a_sheet().replace(b'id="households"', b'id="' + b"h" * 999 + b'"'),
        a_sheet().replace(b'id="households"', b""),
        a_sheet().replace(b'version="1"', b'version="&#x202E;&#xE000;"'),
        a_sheet("01-u1" + "9" * 99, visit_no="9" * 99, end="9999-12-31T23:59:59-14:00", place="inf nan -1e999 1"),
        a_sheet(start="0001-01-01T00:00:00+14:00", result="1" * 99, deviceid="d" * 999),
        a_sheet(persons=10_000),
        b"<data/>",
    ],
    ids=lambda xml: f"{xml[:24]!r} {len(xml)}",
)
def test_whatever_is_well_formed_is_kept_byte_for_byte(both, xml):
    assert [send(both, body((SHEET, xml))) for _ in range(2)] == [201, 201]
    assert kept(both) == [xml]


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"<data",
        a_sheet().replace(b"Respondent0", b"\0"),
        a_sheet().replace(b"Respondent0", b"&#0;"),
        a_sheet().replace(b"Respondent0", b"\xff\xfe"),
        b"<!DOCTYPE d [<!ENTITY a 'aaaaaaaaaa'>" + b"".join(
            b"<!ENTITY %c '%s'>" % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
        ) + b"]><data id='households' version='&j;'>&j;</data>",
        b"<!DOCTYPE d SYSTEM 'file:///etc/passwd'><d id='households'/>",
        b"<d>" * 5000 + b"</d>" * 5000,
        b"<d>" + b"<a/>" * (LARGEST_SHEET // 4) + b"</d>",
    ],
    ids=lambda xml: f"{xml[:24]!r} {len(xml)}",
)  # fmt: skip
def test_what_is_no_sheet_is_refused(field, xml):
    assert send(field, body((SHEET, xml))) in (400, 413)
    assert kept(field) == []


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (body((SHEET, a_sheet()))[:-20], MULTIPART),
        (body((SHEET, a_sheet())), "multipart/form-data"),
        (body((SHEET, a_sheet())), "multipart/form-data; boundary=" + "b" * 9999),
        (body((SHEET, a_sheet())), "multipart/mixed; boundary=" + BOUNDARY),
        (a_sheet(), "text/xml"),
        (b"{}", "application/json"),
        (b"", ""),
        (body((SHEET, a_sheet()), (SHEET, a_sheet(uuid="uuid:2"))), MULTIPART),
        (body(*[('name="n"', b"1")] * 1001), MULTIPART),
        (body(('name="n"', b"1" * 1_000_000)), MULTIPART),
    ],
)
def test_what_brings_no_sheet_is_refused(field, data, kind):
    assert send(field, data, kind) in (400, 413)
    assert kept(field) == []


@pytest.mark.parametrize(
    ("how", "name"),
    [
        ('name="a"; filename="../../../etc/passwd"', "passwd"),
        (r'name="a"; filename="C:\\temp\\a.jpg"', "a.jpg"),
        ('name="a"; filename="a\tb\0c.jpg"', "abc.jpg"),
        ('name="a"; filename="photo\u202egpj.exe"', "photogpj.exe"),
        ("name=\"a\"; filename*=UTF-8''%E5%86%99%0D%0A%00.jpg", "写.jpg"),
        ('name="a.jpg"; filename=""', "a.jpg"),
        ('name="a"; filename="/"', "file"),
        ('name="a"; filename=".."', ".."),
        (f'name="a"; filename="{"n" * 999}.jpg"', "n" * 226 + ".jpg"),
    ],
)
def test_a_file_is_kept_under_the_last_part_of_its_name(both, how, name):
    assert send(both, body((how, b"1"), (SHEET, a_sheet()))) == 201
    assert [file.name for file in both.rows(select(Attachment))] == [name]


def test_a_hundred_and_one_files_are_kept_with_their_sheet(field):
    files = [(f'name="{n}"; filename="{n}.jpg"', str(n).encode()) for n in range(101)]
    assert send(field, body((SHEET, a_sheet()), *files)) == 201
    assert len(field.rows(select(Attachment))) == 101


def test_two_files_of_one_name_are_both_kept(field):
    how = 'name="a"; filename="a.jpg"'
    assert send(field, body((SHEET, a_sheet()), (how, b"one"), (how, b"two"))) == 201
    digests = {file.digest for file in field.rows(select(Attachment))}
    assert digests == {hashlib.sha256(data).hexdigest() for data in (b"one", b"two")}


@pytest.mark.parametrize("query", ["deviceID=%00", "deviceID=" + "d" * 999, "deviceID=%FF%FE", "deviceID=a&deviceID=b"])
def test_an_odd_device_id_loses_no_sheet(both, query):
    assert send(both, body((SHEET, a_sheet())), query=query) == 201
    assert len(kept(both)) == 1


@pytest.mark.parametrize(
    "path",
    [
        "/forms/%00/manifest",
        "/forms/%00.xml",
        "/forms/households.xml?version=%00",
        "/forms/households/attachments/%00",
        "/forms/households/attachments/..%2f..%2fsecret_key",
        "/formList?formID=%00",
        "/nothing",
        "/submission/",
    ],
)
def test_an_odd_address_is_answered_in_openrosa_words(both, path):
    answer = both.app.test_client().get(both.tablet + path)
    assert answer.status_code < 500
    assert answer.mimetype == "text/xml"


@pytest.mark.parametrize("project", ["9" * 9, "9" * 10, "9" * 5000, "-1", "1.0", "%00", ""])
def test_an_odd_project_is_answered_in_openrosa_words(field, project):
    answer = field.app.test_client().get(field.tablet.replace("/projects/1", f"/projects/{project}") + "/formList")
    assert answer.status_code in (400, 403, 404)
    assert b"OpenRosaResponse" in answer.data


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_another_method_changes_nothing(field, method):
    answer = field.app.test_client().open(f"{field.tablet}/submission", method=method, **a_post(a_sheet()))
    assert answer.status_code in (200, 405)
    assert kept(field) == []


def test_who_finds_no_place_is_asked_to_come_again_before_the_body_is_read(field):
    intake: Intake = field.app.extensions["intake"]
    intake.gate = Gate(places=1, patience=0)

    class Unread:
        def read(self, *_):
            raise AssertionError("the body was read")

    with intake.gate.place():
        unread = {"wsgi.input": Unread(), "CONTENT_LENGTH": "1000000", "CONTENT_TYPE": MULTIPART}
        answer = field.app.test_client().post(f"{field.tablet}/submission", environ_overrides=unread)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert b"OpenRosaResponse" in answer.data
    assert send(field, body((SHEET, a_sheet()))) == 201


GOOD = body((SHEET, a_sheet()), ('name="a.jpg"; filename="a.jpg"', b"photo"))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, len(GOOD)), st.integers(0, 40), st.binary(max_size=20)), max_size=4))
def test_a_mutated_request_is_refused_or_kept(field, changes):
    data = GOOD
    for at, cut, put in changes:
        data = data[:at] + put + data[at + cut :]
    before = len(field.rows(select(Submission.id)))
    status = send(field, data)
    assert status in (201, 400, 413)
    after = kept(field)
    assert len(after) >= before
    if status == 201:
        assert any(xml in data for xml in after)


def test_an_unknown_unit_cannot_hide_in_a_long_key(field):
    send(field, body((SHEET, a_sheet("01-u1" + " " * 70 + "x"))))
    assert [sheet.quarantine for sheet in field.rows(select(Submission))] == ["unknown_unit"]
