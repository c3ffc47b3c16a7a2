"""Sheet: one visit as the tablet writes it - the answer sheet's XML and its audit log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_OID, uuid5

from forms import instances
from forms.definition import Form
from server.demo import paradata, respondents
from server.demo.chance import normal, share
from server.demo.field import CALL_BACK, INTERVIEW
from server.demo.personas import Persona
from server.demo.population import Population
from server.demo.respondents import Answers
from server.demo.workplan import Call

AUDIT = "audit.csv"
DEGREE = 111_320.0  # metres of one degree of latitude


@dataclass(frozen=True)
class Sheet:
    """What one call leaves on the tablet: `files` are the attachments by name."""

    instance_id: str
    xml: bytes
    files: Mapping[str, bytes]


@dataclass(frozen=True)
class Device:
    """One tablet: its form, who carries it and the id that Collect sends with every request."""

    form: Form
    persona: Persona
    device_id: str
    seed: int


def write(device: Device, population: Population, call: Call, listed: Mapping[str, str], source: str = "") -> Sheet:
    """Fill in the form for one call.

    listed  the dwelling's row in the household list on the tablet (name, label, ea, urban ...)
    source  the household whose answers are copied if the interview is invented
    """
    clock = timedelta(seconds=device.persona.clock)
    start, end = call.start + clock, call.end + clock
    answers = {**_heading(device, call, listed, start, end), **_contents(device, population, call, source)}
    answers["loc_gps"] = _position(device, population, call)
    answers = {name: value for name, value in answers.items() if value}
    ident = instance_id(device.seed, call.visit.household_id, call.visit.number)
    title = f"{call.visit.household_id} v{call.visit.number} r{answers['result']}"
    xml = instances.build(device.form, answers, instance_id=ident, instance_name=title)
    return Sheet(ident, xml, {AUDIT: paradata.audit(device.form, answers, start, end).encode()})


def instance_id(seed: int, household_id: str, visit: int) -> str:
    """The id of the sheet of one visit: the same whenever the demonstration is run with that seed."""
    return f"uuid:{uuid5(NAMESPACE_OID, f'enumera demo/{seed}/{household_id}/{visit}')}"


def _heading(device: Device, call: Call, listed: Mapping[str, str], start: datetime, end: datetime) -> Answers:
    visit = call.visit
    back = start + timedelta(days=1)
    return {
        "start": _moment(start),
        "end": _moment(end),
        "today": start.date().isoformat(),
        "deviceid": device.device_id,
        "username": device.persona.name,
        "audit": AUDIT,
        "ref_date": "2026-06-01",
        "household_id": visit.household_id,
        "ea_code": listed.get("ea", ""),
        "urban_rural": listed.get("urban", ""),
        "address": listed.get("label", ""),
        "visit_no": str(visit.number),
        "contact": visit.contact,
        "callback_at": _moment(back.replace(hour=18, minute=0)) if visit.contact == CALL_BACK else "",
    }


def _contents(device: Device, population: Population, call: Call, source: str) -> Answers:
    if call.visit.contact != INTERVIEW:
        return {"result": call.visit.contact}
    if call.visit.at_consent:
        return {"consent_given": respondents.NO, "consent_version": "1", "result": call.visit.result}
    answers = interview(population, call, device.seed, source)
    return {**answers, "result": answers["outcome"]}


def interview(population: Population, call: Call, seed: int, source: str) -> Answers:
    """The answers as written down: the household's, or what the enumerator put in their place."""
    key = call.visit.household_id
    if call.invented and source:
        return respondents.copied(respondents.truthful(population, source, seed), key, seed)
    answers = respondents.truthful(population, key, seed)
    return respondents.without_emigrants(answers) if call.hides_emigrants else answers


def _position(device: Device, population: Population, call: Call) -> str:
    """Latitude, longitude, altitude and accuracy as Collect writes them; empty where none was taken."""
    key, seed = call.visit.household_id, device.seed
    if call.visit.result != INTERVIEW or share(seed, key, "no position") < 0.03:
        return ""
    lat, lon = population.position(key)
    away, accuracy = _distance(device, call), 4 + 8 * share(seed, key, "accuracy")
    name = device.persona.name if call.invented else key
    side = 2 * share(seed, name, "side") - 1
    lat += (away * side + accuracy * normal(seed, key, "north") / 2) / DEGREE
    lon += (away * (1 - abs(side)) + accuracy * normal(seed, key, "east") / 2) / DEGREE
    return f"{lat:.7f} {lon:.7f} {3 + 20 * share(seed, key, 'altitude'):.1f} {accuracy:.1f}"


def _distance(device: Device, call: Call) -> float:
    """Metres from the dwelling: a few interviews are held elsewhere, invented ones are written at home."""
    key = call.visit.household_id
    if call.invented:
        return 4000 + 3000 * share(device.seed, device.persona.name, "home")
    if share(device.seed, key, "elsewhere") < 0.03:
        return 300 + 600 * share(device.seed, key, "how far")
    return 0.0


def _moment(moment: datetime) -> str:
    """ISO 8601 with milliseconds and offset, as JavaRosa writes it."""
    return moment.isoformat(timespec="milliseconds")
