"""The client against a small OpenRosa server whose answers each test decides."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from email.parser import BytesParser
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from server.demo.tablet import OutOfPatience, Refused, Tablet

FORM = b"<form/>"
PLACES = b"name,label\n1,One\n"
ACCEPTED = (201, {}, b"")


class Twin:
    """An OpenRosa server: `answers` maps method and last part of the path to a function of the body."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        self.answers: dict[str, Callable[[bytes], tuple[int, dict[str, str], bytes]]] = {
            "GET formList": lambda _: xml(self.form_list()),
            "GET manifest": lambda _: xml(self.manifest()),
            "GET form.xml": lambda _: (200, {"ETag": '"1"'}, FORM),
            "GET households.csv": lambda _: (200, {}, PLACES),
            "HEAD submission": lambda _: (204, {"X-OpenRosa-Accept-Content-Length": "2000000"}, b""),
            "POST submission": lambda _: ACCEPTED,
        }
        self.form_md5, self.places_md5 = md5(FORM).hexdigest(), md5(PLACES).hexdigest()
        self.url = ""

    def form_list(self) -> str:
        return (
            '<xforms xmlns="http://openrosa.org/xforms/xformsList"><xform><formID>f</formID><name>F</name>'
            f"<version>1</version><hash>md5:{self.form_md5}</hash><downloadUrl>{self.url}/form.xml</downloadUrl>"
            f"<manifestUrl>{self.url}/manifest?v=1</manifestUrl></xform></xforms>"
        )

    def manifest(self) -> str:
        return (
            '<manifest xmlns="http://openrosa.org/xforms/xformsManifest"><mediaFile><filename>households.csv</filename>'
            f"<hash>md5:{self.places_md5}</hash><downloadUrl>{self.url}/households.csv</downloadUrl></mediaFile></manifest>"
        )

    def posts(self) -> list[list[tuple[str, bytes]]]:
        """Name and contents of each part of each POST."""
        return [parts(headers, body) for method, _, headers, body in self.asked if method == "POST"]


def xml(text: str) -> tuple[int, dict[str, str], bytes]:
    return 200, {"Content-Type": "text/xml; charset=utf-8", "X-OpenRosa-Version": "1.0"}, text.encode()


def parts(headers: dict[str, str], body: bytes) -> list[tuple[str, bytes]]:
    message = BytesParser().parsebytes(b"Content-Type: " + headers["content-type"].encode() + b"\r\n\r\n" + body)
    return [
        (str(part.get_param("name", header="content-disposition")), part.get_payload(decode=True))
        for part in message.get_payload()
    ]


@pytest.fixture
def twin() -> Iterator[Twin]:
    there = Twin()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            there.asked.append((self.command, self.path, headers, body))
            last = self.path.partition("?")[0].rpartition("/")[2]
            status, extra, data = there.answers[f"{self.command} {last}"](body)
            self.send_response(status)
            for name, value in {**extra, "Content-Length": str(len(data))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_HEAD = do_POST = answer  # noqa: N815 - the names that http.server calls

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    there.url = f"http://127.0.0.1:{server.server_port}/v1/key/secret/projects/1"
    yield there
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def tablet(twin: Twin) -> Iterator[Tablet]:
    made = Tablet(twin.url, "collect:0123456789abcdef", patience=1.0)
    yield made
    made.close()


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    place = tmp_path / "00001_abc"
    place.mkdir()
    (place / "submission.xml").write_bytes(b"<data/>")
    (place / "audit.csv").write_bytes(b"event\n")
    return place


def test_it_downloads_the_form_and_what_lies_beside_it(tablet):
    (listed,) = tablet.forms()
    assert tablet.form(listed) == FORM
    assert tablet.media(listed) == {"households.csv": PLACES}


def test_every_request_says_who_asks_and_in_which_protocol(tablet, twin, sheet):
    tablet.media(tablet.forms()[0])
    tablet.send(sheet)
    assert all("deviceID=collect%3A0123456789abcdef" in path for _, path, _, _ in twin.asked)
    assert all(headers["x-openrosa-version"] == "1.0" for _, _, headers, _ in twin.asked)


def test_a_form_with_another_md5_than_announced_is_refused(tablet, twin):
    twin.form_md5 = "0" * 32
    with pytest.raises(Refused, match="MD5"):
        tablet.form(tablet.forms()[0])


def test_a_form_list_that_is_a_login_page_is_refused(tablet, twin):
    twin.answers["GET formList"] = lambda _: (200, {"Content-Type": "text/html"}, b"<html/>")
    with pytest.raises(Refused, match="proxy"):
        tablet.forms()


def test_a_form_without_hash_is_refused(tablet, twin):
    listing = twin.form_list().replace("md5:", "sha1:")
    twin.answers["GET formList"] = lambda _: xml(listing)
    with pytest.raises(Refused, match="hash"):
        tablet.forms()


def test_an_unchanged_form_is_not_downloaded_twice(tablet, twin):
    (listed,) = tablet.forms()
    tablet.form(listed)
    twin.answers["GET form.xml"] = lambda _: (304, {}, b"")
    assert tablet.form(listed) == FORM
    assert twin.asked[-1][2]["if-none-match"] == '"1"'


def test_a_sheet_is_announced_and_posted_with_its_files(tablet, twin, sheet):
    assert tablet.send(sheet) == 1
    assert [method for method, *_ in twin.asked] == ["HEAD", "POST"]
    assert twin.posts() == [[("xml_submission_file", b"<data/>"), ("audit.csv", b"event\n")]]


def test_large_files_are_split_over_posts_of_the_size_the_server_wants(tablet, twin, sheet):
    for name in ("a.jpg", "b.jpg"):
        (sheet / name).write_bytes(bytes(1_500_000))
    assert tablet.send(sheet) == 2
    first, second = twin.posts()
    assert [name for name, _ in first] == ["xml_submission_file", "a.jpg", "audit.csv", "*isIncomplete*"]
    assert [name for name, _ in second] == ["xml_submission_file", "b.jpg"]


def test_the_same_bytes_are_sent_again_after_a_failure_of_the_server(tablet, twin, sheet):
    answers = iter([(503, {}, b""), (500, {}, b""), ACCEPTED])
    twin.answers["POST submission"] = lambda _: next(answers)
    tablet.send(sheet)
    bodies = {body for method, _, _, body in twin.asked if method == "POST"}
    assert tablet.counts["POST 503"] == tablet.counts["POST 500"] == tablet.counts["POST 201"] == 1
    assert len(bodies) == 1


def test_patience_ends(twin, sheet):
    impatient = Tablet(twin.url, "collect:1", patience=0.2)
    twin.answers["POST submission"] = lambda _: (500, {}, b"")
    with pytest.raises(OutOfPatience):
        impatient.send(sheet)
    impatient.close()


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        ((200, {}, b""), "Network login failure"),
        ((409, {}, b'<OpenRosaResponse><message nature="">closed</message></OpenRosaResponse>'), "409: closed"),
        ((404, {}, b""), "Not Found"),
    ],
)
def test_any_other_answer_than_created_is_an_error_that_the_enumerator_reads(tablet, twin, sheet, reply, message):
    twin.answers["POST submission"] = lambda _: reply
    with pytest.raises(Refused, match=message):
        tablet.send(sheet)


def test_a_head_that_answers_200_is_no_submission_endpoint(tablet, twin, sheet):
    twin.answers["HEAD submission"] = lambda _: (200, {}, b"")
    with pytest.raises(Refused, match="endpoint"):
        tablet.send(sheet)


def test_a_redirect_to_another_host_is_refused(tablet, twin, sheet):
    twin.answers["HEAD submission"] = lambda _: (204, {"Location": "http://elsewhere.test/submission"}, b"")
    with pytest.raises(Refused, match="another host"):
        tablet.send(sheet)
