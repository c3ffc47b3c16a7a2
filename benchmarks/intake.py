"""Intake: what does it cost to take an answer sheet, and to tell a tablet that nothing changed?

    python benchmarks/intake.py [--sheets 1500] [--clients 8] [--rounds 3] [--out benchmarks/intake.md]

A real server over real HTTP, every sheet of another dwelling, durable commits. In turn with it runs a bare Flask
view under the same web server that reads the multipart request and answers 201, so that the ratio of the two does
not depend on the machine. ENUMERA_TEST_DATABASE_URL adds PostgreSQL. CPU is the server's own, from /proc.
"""

from __future__ import annotations

import argparse
import http.client
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from flask import Flask, request
from sqlalchemy import create_engine, insert, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from forms import instances, workbook
from forms.definition import Form
from forms.workbook import Workbook
from server import db
from server.app import create_app
from server.config import Config
from server.demo import process
from server.models.samples import Sample, Unit
from server.operations import accounts, instruments, projects

ROOT = Path(__file__).parent.parent
QUESTIONS, ROWS, QUESTIONS_OF_A_ROW = 60, 5, 25
BOUNDARY = "a-boundary"
WARM = 200
"""Requests before the first that is measured."""

HEAD = """# What taking an answer sheet costs

{clients} clients on the same machine send sheets of {size:,} bytes, each of another dwelling, over HTTP; medians of
{rounds} rounds of {count:,} (`python benchmarks/intake.py`). CPU is the server's own.
The last column holds on a busy machine, too; the others do not.

| | requests/s | CPU ms each | times the bare view |
|---|--:|--:|--:|
"""
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Site:
    """A server to measure: the process it runs in, its tablet's address, and requests that store a sheet each."""

    pid: int
    url: str
    bodies: Iterator[bytes]


@dataclass(frozen=True)
class Cost:
    """Of one round: requests in a second, and the server's CPU for each in milliseconds."""

    rate: float
    cpu: float


def questionnaire() -> Workbook:
    """A form of 60 questions and a roster of 25."""
    rows = ["| survey | | | |", "| | type | name | label |", "| | text | dwelling | Dwelling |"]
    rows += [f"| | integer | household_q{n:02d} | Question {n} |" for n in range(QUESTIONS - 2)]
    rows += ["| | integer | result | Result |", "| | begin_repeat | person | Person |"]
    rows += [f"| | integer | person_question_{n:02d} | Question {n} |" for n in range(QUESTIONS_OF_A_ROW)]
    rows += [
        "| | end_repeat | | |",
        "| settings | | |",
        "| | form_title | form_id | version |",
        "| | Bench | bench | 1 |",
    ]
    book = workbook.from_markdown("\n".join(rows))
    return replace(book, header=replace(book.header, sample_key="dwelling", result="result", dispositions={"1": "1.1"}))


def sheets(count: int) -> list[bytes]:
    """The bodies of as many requests, each with a sheet of another dwelling."""
    form = Form.from_workbook(questionnaire())
    row = {f"person_question_{n:02d}": str(100 + n) for n in range(QUESTIONS_OF_A_ROW)}
    answers = {f"household_q{n:02d}": str(1000 + n) for n in range(QUESTIONS - 2)}
    answers |= {"result": "1", "person": [row] * ROWS}
    xmls = (
        instances.build(form, answers | {"dwelling": f"d{n}"}, instance_id=f"uuid:{secrets.token_hex(16)}")
        for n in range(count)
    )
    head = 'Content-Disposition: form-data; name="xml_submission_file"; filename="sheet.xml"\r\nContent-Type: text/xml'
    return [f"--{BOUNDARY}\r\n{head}\r\n\r\n{xml.decode()}\r\n--{BOUNDARY}--\r\n".encode() for xml in xmls]


def bare() -> Flask:
    """The least that can be called taking a sheet: nothing is read but the request, nothing is kept."""
    app = Flask("bare", static_folder=None)

    @app.post("/submission")
    def take() -> tuple[str, int]:
        request.files["xml_submission_file"].stream.read()
        return "", 201

    @app.get("/health")
    def health() -> str:
        return ""

    return app


@contextmanager
def bare_server(folder: Path, bodies: Iterator[bytes]) -> Iterator[Site]:
    """The bare view under the web server that ours runs under."""
    port = process.free_port(8950)
    code = "import sys; sys.path.insert(0, '.'); from benchmarks.intake import serve_bare; serve_bare(int(sys.argv[1]))"
    with (folder / "bare.log").open("wb") as log:
        server = subprocess.Popen([sys.executable, "-c", code, str(port)], cwd=ROOT, stdout=log, stderr=log)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(url)
        yield Site(server.pid, url, bodies)
    finally:
        server.terminate()
        server.wait()


def serve_bare(port: int) -> None:
    """Serve `bare` with the settings of `enumera server run`."""
    from granian.constants import Interfaces
    from granian.server import Server

    threads = Config().threads
    target = "benchmarks.intake:bare"
    Server(target, port=port, interface=Interfaces.WSGI, workers=1, blocking_threads=threads, factory=True).serve()


@contextmanager
def our_server(folder: Path, database_url: str, bodies: Sequence[bytes]) -> Iterator[Site]:
    """Our server, with the form, one dwelling for each body, and a tablet."""
    port = process.free_port(8960)
    folder.mkdir()
    config = Config(data_dir=folder, database_url=database_url, public_url=f"http://127.0.0.1:{port}")
    app = create_app(config)
    engine = app.extensions["engine"]
    db.upgrade(engine)
    with app.app_context(), Session(engine) as session:
        project = projects.open_project(
            session, name="b", title="b", starts_on=None, ends_on=None, timezone="UTC", settings={}
        )
        user = accounts.create_user(session, name="e01", role="enumerator", display="e01")
        instruments.publish(session, project_id=project.id, workbook=questionnaire())
        _draw(session, project.id, user.id, len(bodies))
        ids = {"user_id": user.id, "project_id": project.id}
        _, secret = accounts.issue_token(session, **ids, kind="tablet", secret_key=config.secret())
        url = f"{config.public_url}/v1/key/{secret}/projects/{project.id}"
        session.commit()
    engine.dispose()
    server = process.start(config, port)
    try:
        yield Site(server.process.pid, url, iter(bodies))
    finally:
        server.stop()


def _draw(session: Session, project_id: int, user_id: int, count: int) -> None:
    sample = Sample(project_id=project_id, name="bench", plan="", record={}, design={})
    session.add(sample)
    session.flush()
    same = {"sample_id": sample.id, "project_id": project_id, "assigned_to_id": user_id, "facts": {}}
    same |= {"psu": "1", "stratum": "1", "region": "1", "urban": "1", "probability": 0.1, "base_weight": 10.0}
    session.execute(insert(Unit), [{**same, "key": f"d{n}", "label": f"Dwelling {n}"} for n in range(count)])


@contextmanager
def schema() -> Iterator[str]:
    """The address of an empty PostgreSQL schema; "" where the environment names no database."""
    base = os.environ.get("ENUMERA_TEST_DATABASE_URL", "")
    if not base:
        yield ""
        return
    name = f"bench_{secrets.token_hex(6)}"
    owner = create_engine(base, isolation_level="AUTOCOMMIT")
    with owner.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
    options = {"options": f"-csearch_path={name}"}
    yield make_url(base).update_query_dict(options).render_as_string(hide_password=False)
    with owner.connect() as connection:
        connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
    owner.dispose()


def send(site: Site, count: int, clients: int) -> Cost:
    """Send as many sheets over as many connections at once."""
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    bodies = islice(site.bodies, count)
    return _measure(site, "POST", "/submission", [(body, headers) for body in bodies], clients, 201)


def ask_again(site: Site, count: int) -> Cost:
    """Ask for the form list as a tablet does that has it already."""
    connection = http.client.HTTPConnection(urlsplit(site.url).netloc)
    connection.request("GET", f"{urlsplit(site.url).path}/formList")
    etag = connection.getresponse().headers["ETag"]
    connection.close()
    return _measure(site, "GET", "/formList", [(None, {"If-None-Match": etag})] * count, 1, 304)


def _measure(site: Site, method: str, path: str, requests: Sequence, clients: int, status: int) -> Cost:
    where = urlsplit(site.url)

    def work(mine: Sequence) -> None:
        connection = http.client.HTTPConnection(where.netloc)
        for body, headers in mine:
            connection.request(method, f"{where.path}{path}", body, headers)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == status, answer.status
        connection.close()

    before, started = _cpu(site.pid), time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(work, [requests[n::clients] for n in range(clients)]))
    seconds = time.perf_counter() - started
    return Cost(len(requests) / seconds, (_cpu(site.pid) - before) / len(requests) * 1000)


def _cpu(pid: int) -> float:
    """Seconds of CPU that a process and its children have used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    tasks = Path(f"/proc/{pid}/task").iterdir()
    children = [child for task in tasks for child in (task / "children").read_text().split()]
    return (int(fields[11]) + int(fields[12])) / TICK + sum(_cpu(int(child)) for child in children)


def _wait(url: str) -> None:
    for _ in range(100):
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)
        try:
            connection.request("GET", "/health")
            connection.getresponse()
            return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise SystemExit("the bare server did not start")


def run(folder: Path, count: int, clients: int, rounds: int) -> str:
    """Measure in turn and say what came out, as Markdown."""
    bodies = sheets(count * rounds + WARM)
    lines: list[str] = []
    with schema() as postgresql, bare_server(folder, cycle(bodies)) as plain:
        for name, database_url in {"SQLite": "", "PostgreSQL": postgresql}.items():
            if database_url or name == "SQLite":
                with our_server(folder / name, database_url, bodies) as ours:
                    lines += _compare(name, plain, ours, count, clients, rounds)
    return HEAD.format(count=count, clients=clients, rounds=rounds, size=len(bodies[0])) + "\n".join(lines) + "\n"


def _compare(name: str, plain: Site, ours: Site, count: int, clients: int, rounds: int) -> Iterator[str]:
    """Rows of the table: the bare view, our intake and our unchanged form list, measured by turns."""
    send(plain, WARM, clients)
    send(ours, WARM, clients)
    found = [(send(plain, count, clients), send(ours, count, clients), ask_again(ours, count)) for _ in range(rounds)]
    labels = ("bare view, reads the request", f"{name}: sheet stored", f"{name}: form list unchanged (304)")
    least = median(cost[0].cpu for cost in found)
    for label, costs in zip(labels, zip(*found, strict=True), strict=True):
        rate, cpu = median(cost.rate for cost in costs), median(cost.cpu for cost in costs)
        yield f"| {label} | {rate:,.0f} | {cpu:.2f} | {cpu / least:.1f} |"


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sheets", type=int, default=1500)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report = run(Path(folder), asked.sheets, asked.clients, asked.rounds)
    print(report)
    if asked.out:
        asked.out.write_text(report, encoding="utf-8")


if __name__ == "__main__":
    main()
