"""A server process as tablets meet it: over HTTP, many at once, with files of any size."""

from __future__ import annotations

import os
import re
import selectors
import socket
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from sqlalchemy import select
from sqlalchemy.orm import Session

from server import db
from server.app import create_app
from server.models.jobs import Job
from server.models.submissions import Attachment, Submission
from tests import factories

MEBIBYTE = 1024 * 1024


def prepare(config):
    """The tables, a form, a unit and its tablet's path; what the server will find."""
    config.data_dir.mkdir(parents=True, exist_ok=True)
    app = create_app(config)
    engine = app.extensions["engine"]
    db.upgrade(engine)
    with app.app_context(), Session(engine) as session:
        project = factories.a_project(session)
        user = factories.a_user(session)
        factories.an_instrument(session, project)
        factories.a_sample(session, project, u1=user.id)
        tablet = factories.a_tablet(session, user, project)
        session.commit()
    return engine, tablet


def post(url, xml, **files):
    parts = {"xml_submission_file": ("sheet.xml", xml, "text/xml"), **files}
    return requests.post(f"{url}/submission", files=parts, timeout=60)


def rows(engine, statement):
    with Session(engine) as session:
        return list(session.scalars(statement))


def peak_memory(process) -> int:
    """Bytes of the largest of the server's processes, at its peak."""
    peaks = []
    for pid in [process.pid, *map(int, Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split())]:
        status = Path(f"/proc/{pid}/status").read_text()
        peaks.append(int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024)
    return max(peaks)


def test_twenty_tablets_sending_the_same_sheet_at_once_store_it_once(config, database_url, serve):
    config = replace(config, database_url=database_url, threads=20)
    engine, tablet = prepare(config)
    url = serve(config).url + tablet
    xml = factories.a_sheet()
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: post(url, xml).status_code, range(20)))
    assert Counter(answers) == {201: 20}
    assert len(rows(engine, select(Submission))) == 1
    engine.dispose()


def test_two_interviews_of_one_unit_at_once_count_once(config, database_url, serve):
    config = replace(config, database_url=database_url, threads=20)
    engine, tablet = prepare(config)
    url = serve(config).url + tablet
    sheets = [factories.a_sheet(uuid=f"uuid:{number}") for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        assert {answer.status_code for answer in pool.map(lambda xml: post(url, xml), sheets)} == {201}
    kept = Counter(sheet.quarantine for sheet in rows(engine, select(Submission)))
    assert kept == {"": 1, "second_interview": 7}
    engine.dispose()


def test_a_file_of_50_megabytes_is_kept_without_filling_the_memory(config, serve):
    engine, tablet = prepare(config)
    running = serve(config)
    assert post(running.url + tablet, factories.a_sheet()).status_code == 201
    before = peak_memory(running.process)
    answer = post(running.url + tablet, factories.a_sheet(), film=("film.mp4", bytes(50 * MEBIBYTE), "video/mp4"))
    assert answer.status_code == 201
    assert [file.size for file in rows(engine, select(Attachment))] == [50 * MEBIBYTE]
    assert peak_memory(running.process) - before < 20 * MEBIBYTE
    engine.dispose()


def test_what_is_too_large_is_refused_in_openrosa_words(config, serve):
    engine, tablet = prepare(config)
    url = serve(replace(config, max_content_length=MEBIBYTE)).url + tablet
    answer = post(url, factories.a_sheet(), film=("film.mp4", bytes(2 * MEBIBYTE), "video/mp4"))
    assert answer.status_code == 413
    assert "OpenRosaResponse" in answer.text
    engine.dispose()


def test_the_date_is_given_once(config, serve):
    engine, tablet = prepare(config)
    answer = requests.head(f"{serve(config).url}{tablet}/submission", timeout=10)
    assert answer.status_code == 204
    assert "," not in answer.headers["Date"][4:]
    engine.dispose()


def test_a_sheet_is_there_after_the_server_was_killed(config, serve):
    engine, tablet = prepare(config)
    running = serve(config)
    assert post(running.url + tablet, factories.a_sheet()).status_code == 201
    running.process.kill()
    assert [sheet.instance_id for sheet in rows(engine, select(Submission))] == ["uuid:1"]
    engine.dispose()


def test_a_job_that_died_with_the_server_has_failed_when_it_starts_again(config, serve):
    engine, _ = prepare(config)
    with Session(engine) as session:
        session.add(Job(kind="cut_dataset", params={}, state="running", started_at=db.now()))
        session.commit()
    serve(config)
    assert [job.state for job in rows(engine, select(Job))] == ["failed"]
    engine.dispose()


@pytest.mark.parametrize("path", ["/v1/key/wrong/projects/1/formList", "/v1/projects", "/p/1/today"])
def test_each_audience_is_refused_in_its_own_words(config, serve, path):
    engine, _ = prepare(config)
    answer = requests.get(serve(config).url + path, timeout=10)
    words = {"/v1/key": "OpenRosaResponse", "/v1/pro": '"code":401.2', "/p/1/to": "<html"}
    assert words[path[:7]] in answer.text
    engine.dispose()


def test_a_busy_port_is_not_shared_with_another_server(config, serve):
    engine, _ = prepare(config)
    port = serve(config).url.rpartition(":")[2]
    command = [sys.executable, "-m", "server.cli", "server", "run", "--port", port]
    environment = os.environ | {"ENUMERA_DATA_DIR": str(config.data_dir), "ENUMERA_SECRET_KEY": config.secret_key}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 4
    assert "give another --port" in done.stderr
    engine.dispose()


def raw(url, head: str, data: bytes, *, breaks: bool) -> bytes:
    """What the server answers to these very bytes on a connection of their own, which may break after them."""
    where = urlsplit(url)
    with socket.create_connection((where.hostname, where.port), timeout=10) as connection:
        start = f"POST {where.path}/submission HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{head}\r\n\r\n"
        connection.sendall(start.encode() + data)
        if breaks:
            connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_broken_requests_are_answered_or_ended_and_lose_no_sheet(config, serve):
    engine, tablet = prepare(config)
    url = serve(config).url + tablet
    kind = "Content-Type: multipart/form-data; boundary=b"
    part = b'--b\r\nContent-Disposition: form-data; name="xml_submission_file"; filename="s.xml"\r\n\r\n'
    whole = part + factories.a_sheet() + b"\r\n--b--\r\n"
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(whole), whole)
    for head, data, answered in [
        (f"{kind}\r\nContent-Length: {len(whole)}", whole[:-99], b""),
        (f"{kind}\r\nContent-Length: {len(whole) + 999}", whole, b""),
        (f"{kind}\r\nContent-Length: {len(whole) - 99}", whole, b" 400 "),
        (f"{kind}\r\nContent-Length: -1", whole, b" 400 "),
        (f"{kind}\r\nTransfer-Encoding: chunked", b"zz\r\n" + whole, b""),
        (f"{kind}\r\nTransfer-Encoding: chunked", chunked, b" 201 "),
        (f"{kind}\r\nContent-Length: {len(whole)}", whole, b" 201 "),
    ]:
        answer = raw(url, head, data, breaks=not answered)
        assert answered in answer[:20]
        assert b" 50" not in answer[:20]
    assert len(rows(engine, select(Submission))) == 1
    engine.dispose()


def test_tablets_on_a_bad_link_leave_the_server_to_the_others(config, serve):
    engine, tablet = prepare(config)
    config = replace(config, threads=4)
    where = urlsplit(serve(config).url + tablet)
    head = "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 9999"
    slow = [socket.create_connection((where.hostname, where.port)) for _ in range(5)]
    for connection in slow:
        connection.sendall(f"POST {where.path}/submission HTTP/1.1\r\nHost: a\r\n{head}\r\n\r\n--b".encode())
    with selectors.DefaultSelector() as answered:
        for connection in slow:
            answered.register(connection, selectors.EVENT_READ)
        ready, _ = answered.select(timeout=20)[0]
    assert ready.fileobj.recv(20).startswith(b"HTTP/1.1 503")
    assert requests.get(f"http://{where.netloc}/health", timeout=10).ok
    for connection in slow:
        connection.close()
    assert post(where.geturl(), factories.a_sheet()).status_code == 201
    engine.dispose()
