"""SIGKILL: is every interview that a tablet was told is stored really stored, once, however often the server dies?

    python benchmarks/sigkill.py [--kills 20] [--seed 1] [--out benchmarks/sigkill.md]

The demo survey is set up in a temporary folder and the simulated tablets work on it over HTTP, while the server is
killed with SIGKILL at random moments and started again. At the end every sheet that was answered with 201 must be
in the database once, byte for byte, with its audit log; and the tablets must have finished.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import signal
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

from sqlalchemy import func, select, text

from forms.definition import Form
from server import db
from server.app import create_app
from server.config import Config
from server.demo import population, process, setup, simulate
from server.demo.outbox import XML
from server.demo.sheets import AUDIT
from server.demo.simulate import Enumerator
from server.models.submissions import Attachment, Content, Submission
from server.operations.submissions import unpacked


@dataclass(frozen=True)
class Report:
    """What came out; all is well when `faults` is empty."""

    kills: int
    sheets: int
    confirmed: int
    stored: int
    requests: Counter[str]
    longest_restart: float
    seconds: float
    faults: tuple[str, ...]

    def text(self) -> str:
        """In words."""
        lines = [
            f"{self.kills} times SIGKILL in {self.seconds:.0f} s; back after {self.longest_restart:.1f} s at most.",
            f"{self.sheets} sheets on tablets, {self.confirmed} confirmed with 201, {self.stored} in the database.",
            "Requests answered: " + ", ".join(f"{count} {kind}" for kind, count in sorted(self.requests.items())) + ".",
        ]
        verdict = self.faults or ("Every confirmed sheet is there once, with its bytes and its audit log.",)
        return "\n".join([*lines, *verdict]) + "\n"


class Field(Thread):
    """The team at work in the background until nobody has anything left to do."""

    def __init__(self, team: list[Enumerator], stop: Event, day_seconds: float) -> None:
        super().__init__(name="field")
        self.team, self.stop_event, self.day_seconds = team, stop, day_seconds
        self.finished = False

    def run(self) -> None:
        """Day after day."""
        day = 1
        while simulate.run_day(self.team, day, self.stop_event, self.day_seconds):
            day += 1
        self.finished = True


def run(folder: Path, *, kills: int, seed: int, areas: int | None, day_seconds: float, port: int) -> Report:
    """Set up in `folder`, work and kill, and look."""
    port = process.free_port(port)
    config = Config(data_dir=folder, public_url=f"http://127.0.0.1:{port}")
    app, chance, stop = create_app(config), random.Random(seed), Event()
    started = time.monotonic()
    with app.app_context():
        site = setup.establish(app, seed=seed, areas=areas, say=lambda *_, **__: None)
        form = Form.from_workbook(setup.questionnaire())
        team = simulate.team(site.tablets, form, population.load(), folder / "tablets", seed, stop)
        server = process.start(config, port)
        field = Field(team, stop, day_seconds)
        field.start()
        done, longest = 0, 0.0
        while done < kills and field.is_alive():
            time.sleep(chance.uniform(0.1, 1.2))
            os.killpg(server.process.pid, signal.SIGKILL)
            server.process.wait()
            done += 1
            before = time.monotonic()
            server = process.start(config, port)
            longest = max(longest, time.monotonic() - before)
        field.join()
        server.stop()
        faults = [] if done == kills else [f"the tablets finished after {done} kills; give more --day-seconds"]
        faults += [] if field.finished else ["the tablets did not finish"]
        stored, wrong = _look(team)
    sheets = sum(len(member.outbox.known()) for member in team)
    confirmed = simulate.confirmed(team)
    seconds = time.monotonic() - started
    counts = simulate.counts(team)
    return Report(done, sheets, len(confirmed), stored, counts, longest, seconds, (*faults, *wrong))


def _look(team: list[Enumerator]) -> tuple[int, list[str]]:
    """How many sheets are stored, and what is wrong with the confirmed ones."""
    faults = []
    with db.own_session() as session:
        if db.engine().dialect.name == "sqlite":
            check = session.execute(text("PRAGMA integrity_check")).scalar_one()
            faults += [] if check == "ok" else [f"the database is damaged: {check}"]
        stored = session.scalar(select(func.count()).select_from(Submission)) or 0
        for member in team:
            for place in sorted((member.outbox.folder / "sent").iterdir()):
                instance_id = f"uuid:{place.name.partition('_')[2]}"
                rows = session.execute(
                    select(Submission.id, Content.data)
                    .join(Content, Content.submission_id == Submission.id)
                    .where(Submission.instance_id == instance_id)
                ).all()
                if len(rows) != 1:
                    faults.append(f"{instance_id} is there {len(rows)} times")
                    continue
                if unpacked(rows[0].data) != (place / XML).read_bytes():
                    faults.append(f"{instance_id} has other bytes")
                digest = hashlib.sha256((place / AUDIT).read_bytes()).hexdigest()
                files = session.scalars(select(Attachment.digest).where(Attachment.submission_id == rows[0].id)).all()
                if files != [digest]:
                    faults.append(f"{instance_id} has {len(files)} attachments, not its audit log")
    return stored, faults


def main() -> None:
    """Run, print and write the report; exit code 1 when something was lost."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--areas", type=int)
    parser.add_argument("--day-seconds", type=float, default=5.0)
    parser.add_argument("--port", type=int, default=8900)
    parser.add_argument("--out", type=Path)
    options = vars(parser.parse_args())
    out = options.pop("out")
    with tempfile.TemporaryDirectory() as folder:
        report = run(Path(folder), **options)
    print(report.text())
    if out:
        out.write_text(f"# The server killed at random moments\n\n{report.text()}", encoding="utf-8")
    raise SystemExit(bool(report.faults))


if __name__ == "__main__":
    main()
