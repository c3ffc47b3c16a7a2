"""Workplan: which calls one enumerator makes on one day, and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from server.demo.chance import happens, normal, share
from server.demo.field import INTERVIEW, OPEN, Dwelling, Visit, visits
from server.demo.personas import Persona

CALLS_A_DAY = 8
MORNING, EVENING = time(8, 30), time(17, 30)
WALK = timedelta(minutes=9)


@dataclass(frozen=True)
class Call:
    """One visit with its time and what the enumerator makes of it.

    `invented` says that nobody went there; `hides_emigrants` that members abroad are left out on purpose.
    """

    visit: Visit
    dwelling: Dwelling
    start: datetime
    minutes: float
    invented: bool = False
    hides_emigrants: bool = False

    @property
    def end(self) -> datetime:
        """When the form was finalised."""
        return self.start + timedelta(minutes=self.minutes)


def calls(
    seed: int, persona: Persona, on: date, units: Sequence[Dwelling], made: Mapping[str, int], limit: int = CALLS_A_DAY
) -> list[Call]:
    """The calls of one day: new dwellings in the order of the list by day, call-backs in the evening.

    units  the dwellings on the tablet
    made   how many calls each has had; dwellings that are final are left alone
    """
    due = [unit for unit in units if _is_open(seed, persona, unit, made.get(unit.household_id, 0))]
    again = [unit for unit in due if made.get(unit.household_id)][:limit]
    new = [unit for unit in due if not made.get(unit.household_id)][: limit - len(again)]
    plan = []
    for clock, dwellings in ((MORNING, new), (EVENING, again)):
        at = datetime.combine(on, clock, UTC) + timedelta(minutes=20 * share(seed, persona.name, on, clock))
        for unit in dwellings:
            call = _call(seed, persona, unit, made.get(unit.household_id, 0) + 1, at)
            plan.append(call)
            at = call.end + (WALK * (0.5 + share(seed, unit.household_id, "walk")) if not call.invented else WALK / 9)
    return plan


def _is_open(seed: int, persona: Persona, unit: Dwelling, made: int) -> bool:
    if made == 0:
        return True
    if invents(seed, persona, unit):
        return False
    history = list(visits(seed, unit))
    return made < len(history) and history[made - 1].result in OPEN


def invents(seed: int, persona: Persona, unit: Dwelling) -> bool:
    """Does this enumerator make up the interview of this (occupied) dwelling without going there?"""
    return unit.persons > 0 and happens(persona.fabricates, seed, unit.household_id, "invented")


def hides_emigrants(seed: int, persona: Persona, household_id: str) -> bool:
    """Does this enumerator leave out the members abroad of this household?"""
    return happens(persona.suppresses, seed, household_id, "hides emigrants")


def source(seed: int, persona: Persona, units: Sequence[Dwelling]) -> str:
    """The household on the tablet whose answers the invented interviews are copied from; "" if there is none."""
    visited = [unit.household_id for unit in units if unit.persons and not invents(seed, persona, unit)]
    return min(visited, key=lambda key: share(seed, "source", key), default="")


def _call(seed: int, persona: Persona, unit: Dwelling, number: int, at: datetime) -> Call:
    if invents(seed, persona, unit):
        visit = Visit(unit.household_id, 1, evening=False, contact=INTERVIEW)
        return Call(visit, unit, at, 3 + 2 * share(seed, unit.household_id, "minutes"), invented=True)
    visit = list(visits(seed, unit))[number - 1]
    noise = max(0.6, 1 + 0.2 * normal(seed, unit.household_id, number, "minutes"))
    minutes = (7 + 2.4 * unit.persons) * persona.pace if visit.result == INTERVIEW else 2.0
    hides = hides_emigrants(seed, persona, unit.household_id)
    return Call(visit, unit, at, minutes * noise, hides_emigrants=hides)


def share_out(areas: Sequence[str], names: Sequence[str]) -> dict[str, str]:
    """Which enumerator works in which area: neighbouring areas go to the same person, numbers as even as can be."""
    ordered, people = sorted(areas), sorted(names)
    return {area: people[position * len(people) // len(ordered)] for position, area in enumerate(ordered)}
