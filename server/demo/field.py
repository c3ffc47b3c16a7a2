"""Field: what happens when an enumerator knocks at a drawn dwelling - pure functions of a seed.

Non-contact is likelier for small households, in towns and by day; refusal is likeliest in the towns of region 1.
Nothing here depends on whether anybody lives abroad or was born abroad, other than through household size and
place, so that weighting by place and size can repair the honest part of the field. What enumerators do wrong
(`personas`) is kept apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from server.demo.chance import happens

INTERVIEW, NOT_HOME, ABSENT, REFUSED, VACANT, NOT_FOUND, CALL_BACK, NO_RESPONDENT = (
    "1",
    "3",
    "4",
    "5",
    "6",
    "8",
    "9",
    "10",
)
OPEN = (NOT_HOME, CALL_BACK)
MOST_VISITS = 4

REFUSAL = {("1", "1"): 0.085, ("1", "2"): 0.045, ("2", "1"): 0.055, ("4", "1"): 0.05}
OTHER_REFUSAL = 0.025
NOT_HOME_BY_SIZE = ((1, 0.30), (2, 0.22), (4, 0.15), (6, 0.12), (99, 0.10))
EVENING = 0.4


@dataclass(frozen=True)
class Dwelling:
    """What an enumerator's luck at one drawn dwelling depends on; `persons` is 0 where nobody lives."""

    household_id: str
    region: str
    urban: str
    persons: int


@dataclass(frozen=True)
class Visit:
    """One call at one dwelling. `contact` is the questionnaire's code; a refusal may come after the door opened."""

    household_id: str
    number: int
    evening: bool
    contact: str
    at_consent: bool = False

    @property
    def result(self) -> str:
        """The code of the question `result`."""
        return REFUSED if self.at_consent else self.contact


def visits(seed: int, dwelling: Dwelling) -> Iterator[Visit]:
    """The calls at one dwelling until it is final or four calls were made; call-backs are made in the evening."""
    for number in range(1, MOST_VISITS + 1):
        evening = number > 1
        call = _call(seed, dwelling, number, evening)
        yield call
        if call.result not in OPEN:
            return


def final(seed: int, dwelling: Dwelling) -> Visit:
    """The last call at a dwelling."""
    *_, last = visits(seed, dwelling)
    return last


def _call(seed: int, dwelling: Dwelling, number: int, evening: bool) -> Visit:
    key = dwelling.household_id
    contact = _standing(seed, dwelling) if number == 1 else ""
    if not contact and happens(_not_home(seed, dwelling, evening), seed, key, "home", number):
        contact = NOT_HOME
    if not contact and number == 1 and happens(0.03, seed, key, "call back"):
        contact = CALL_BACK
    if contact:
        return Visit(key, number, evening, contact)
    refusal = REFUSAL.get((dwelling.region, dwelling.urban), OTHER_REFUSAL)
    if happens(refusal, seed, key, "refusal"):
        at_consent = happens(0.3, seed, key, "at consent")
        return Visit(key, number, evening, INTERVIEW if at_consent else REFUSED, at_consent)
    competent = NO_RESPONDENT if happens(0.01, seed, key, "competent") else INTERVIEW
    return Visit(key, number, evening, competent)


def _standing(seed: int, dwelling: Dwelling) -> str:
    """What no further call would change."""
    if happens(0.006, seed, dwelling.household_id, "found"):
        return NOT_FOUND
    if not dwelling.persons:
        return VACANT
    return ABSENT if happens(0.008, seed, dwelling.household_id, "absent") else ""


def _not_home(seed: int, dwelling: Dwelling, evening: bool) -> float:
    if happens(0.015, seed, dwelling.household_id, "hardly ever home"):
        return 0.85
    by_size = next(chance for largest, chance in NOT_HOME_BY_SIZE if dwelling.persons <= largest)
    return by_size * (1.15 if dwelling.urban == "1" else 0.85) * (EVENING if evening else 1.0)
