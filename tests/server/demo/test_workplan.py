from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

from server.demo import field, workplan
from server.demo.field import Dwelling
from server.demo.personas import Persona, crew

UNITS = [Dwelling(f"0101101-{number:03d}", "1", "1", number % 7) for number in range(1, 41)]
FIRST = date(2026, 6, 2)


def worked(persona: Persona) -> list[list[workplan.Call]]:
    """Day by day until nothing is left."""
    made: Counter[str] = Counter()
    days = []
    while calls := workplan.calls(1, persona, FIRST + timedelta(days=len(days)), UNITS, made):
        made.update(call.visit.household_id for call in calls)
        days.append(calls)
    return days


def test_every_dwelling_is_worked_until_it_is_final():
    last = {call.visit.household_id: call.visit for day in worked(Persona("e01")) for call in day}
    assert last == {unit.household_id: field.final(1, unit) for unit in UNITS}


def test_a_day_has_no_more_calls_than_one_person_can_make():
    assert max(len(day) for day in worked(Persona("e01"))) == workplan.CALLS_A_DAY


def test_calls_follow_one_another_without_overlap():
    for day in worked(Persona("e01")):
        assert all(one.end <= other.start for one, other in pairwise(day))


def test_a_call_back_is_made_on_a_later_day():
    seen = {}
    for number, day in enumerate(worked(Persona("e01"))):
        for call in day:
            assert seen.get(call.visit.household_id, -1) < number
            seen[call.visit.household_id] = number


def test_an_inventor_is_quick_and_always_finds_somebody():
    invented = [call for day in worked(Persona("e01", fabricates=0.7)) for call in day if call.invented]
    assert len(invented) > 10
    assert all(call.minutes < 5.1 and call.visit.result == field.INTERVIEW for call in invented)


def test_neighbouring_areas_go_to_the_same_person():
    assert workplan.share_out(["c", "a", "b", "d"], ["e02", "e01"]) == {"a": "e01", "b": "e01", "c": "e02", "d": "e02"}


def test_a_crew_has_one_inventor_and_three_who_hide_emigrants():
    people = crew(5, [f"e{number:02d}" for number in range(1, 13)]).values()
    assert sum(one.fabricates > 0 for one in people) == 1
    assert sum(one.suppresses > 0 for one in people) == 3
    assert not any(one.fabricates and one.suppresses for one in people)
