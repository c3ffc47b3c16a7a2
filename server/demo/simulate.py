"""Simulation: enumerators with tablets who work through their field days, each in a thread of its own."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from threading import Event
from urllib.parse import urlsplit

from forms.definition import Form
from server.demo import sheets, workplan
from server.demo.chance import share
from server.demo.field import MOST_VISITS
from server.demo.outbox import Outbox
from server.demo.personas import Persona, crew
from server.demo.population import Population
from server.demo.sheets import Device
from server.demo.tablet import Refused, Tablet

FIRST_DAY = date(2026, 6, 2)
LIST = "households.csv"
EVENING = 0.35  # part of the day that is over when tablets begin to send


@dataclass
class Enumerator:
    """One enumerator with tablet and outbox; `listed` is the household list last downloaded."""

    device: Device
    tablet: Tablet
    outbox: Outbox
    population: Population
    listed: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def persona(self) -> Persona:
        """Who carries the tablet."""
        return self.device.persona

    def sync(self) -> None:
        """The morning: form list, manifest, form and household list. Raises Refused when the form is not there."""
        listed = {entry.form_id: entry for entry in self.tablet.forms()}
        form = self.device.form
        if form.id not in listed:
            raise Refused(f"the form list has no form {form.id!r}, only {', '.join(listed) or 'nothing'}")
        entry = listed[form.id]
        self.tablet.form(entry)
        media = self.tablet.media(entry)
        if LIST not in media:
            raise Refused(f"{form.id} comes without {LIST}: the sample has not been assigned")
        self.device = replace(self.device, form=replace(form, version=entry.version))
        rows = csv.DictReader(io.StringIO(media[LIST].decode("utf-8-sig")))
        self.listed = {row["name"]: row for row in rows}

    def work(self, day: int) -> int:
        """The day: call at dwellings and finalise a sheet for each call. Returns the number of calls."""
        seed, persona = self.device.seed, self.persona
        units = [self.population.dwelling(key) for key in self.listed]
        known = self.outbox.known()
        made = {key: self._made(key, known) for key in self.listed}
        calls = workplan.calls(seed, persona, FIRST_DAY + timedelta(days=day - 1), units, made)
        source = workplan.source(seed, persona, units)
        for call in calls:
            listed = self.listed[call.visit.household_id]
            self.outbox.put(sheets.write(self.device, self.population, call, listed, source))
        return len(calls)

    def post(self, seconds: float) -> int:
        """The evening: send what waits, spread over `seconds`. Returns the number of sheets sent."""
        waiting = self.outbox.waiting()
        for place in waiting:
            if self.tablet.stop.wait(seconds / len(waiting)):
                break
            self.tablet.send(place)
            self.outbox.mark_sent(place)
        return len(waiting)

    def _made(self, key: str, known: set[str]) -> int:
        ids = (sheets.instance_id(self.device.seed, key, number) for number in range(1, MOST_VISITS + 1))
        return sum(one.removeprefix("uuid:") in known for one in ids)


def team(
    urls: Mapping[str, str], form: Form, population: Population, folder: Path, seed: int, stop: Event
) -> list[Enumerator]:
    """One enumerator with a tablet for each app-user address.

    urls    address by enumerator code (e01 ...), as one would type it into Collect
    folder  where the outboxes are kept, one folder for each enumerator
    stop    set when everybody is to give up
    """
    members = []
    for name, persona in crew(seed, sorted(urls)).items():
        device = Device(form, persona, f"collect:{int(16**12 * share(seed, 'device', name)):016x}", seed)
        tablet = Tablet(urls[name], device.device_id, stop=stop)
        members.append(Enumerator(device, tablet, Outbox(folder / name), population))
    return members


def run_day(
    members: Sequence[Enumerator], day: int, stop: Event, seconds: float = 0.0, watch: Callable[[], None] | None = None
) -> int:
    """One field day of the whole team, at least `seconds` long; `watch` is called every half second.

    Returns the number of calls made. Raises what stopped a tablet: Refused, OutOfPatience.
    """

    def one(member: Enumerator) -> int:
        try:
            member.sync()
            calls = member.work(day)
            stop.wait(seconds * EVENING)
            member.post(seconds * (1 - EVENING))
        finally:
            member.tablet.close()
        return calls

    with ThreadPoolExecutor(max_workers=len(members), thread_name_prefix="tablet") as pool:
        try:
            days = [pool.submit(one, member) for member in members]
            while wait(days, timeout=0.5).not_done:
                if watch:
                    watch()
        except KeyboardInterrupt:
            stop.set()
            raise
        return sum(done.result() for done in days)


def counts(members: Iterable[Enumerator]) -> Counter[str]:
    """Requests of all tablets by method and status, such as `POST 201`."""
    return sum((member.tablet.counts for member in members), Counter())


def confirmed(members: Iterable[Enumerator]) -> list[str]:
    """Instance ids of every sheet that the server has answered 201 for."""
    return [instance_id for member in members for instance_id in member.outbox.sent()]


def names(urls: Sequence[str]) -> dict[str, str]:
    """Enumerator codes for addresses that come without: e01, e02 ... in the given order."""
    for url in urls:
        if urlsplit(url).scheme not in ("http", "https") or "/key/" not in url:
            raise Refused(f"{url}: not an app-user address such as https://host/v1/key/TOKEN/projects/1")
    return {f"e{number:02d}": url for number, url in enumerate(urls, 1)}
