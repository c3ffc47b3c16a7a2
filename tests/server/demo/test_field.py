from collections import Counter

import pytest

from server.demo import field
from server.demo.field import Dwelling

SEEDS = range(3000)


def share_of(result: str, dwelling: Dwelling) -> float:
    return Counter(field.final(seed, dwelling).result for seed in SEEDS)[result] / len(SEEDS)


def test_the_same_seed_gives_the_same_visits():
    dwelling = Dwelling("0101101-001", "1", "1", 3)
    assert list(field.visits(7, dwelling)) == list(field.visits(7, dwelling))


@pytest.mark.parametrize("seed", range(50))
def test_only_the_last_visit_is_final_and_none_goes_beyond_four(seed):
    *before, last = field.visits(seed, Dwelling("0101101-001", "1", "1", 1))
    assert all(visit.result in field.OPEN for visit in before)
    assert last.result not in field.OPEN or last.number == field.MOST_VISITS


def test_a_vacant_dwelling_is_found_vacant_unless_it_is_not_found():
    results = {field.final(seed, Dwelling("0101101-001", "1", "1", 0)).result for seed in SEEDS}
    assert results == {field.VACANT, field.NOT_FOUND}


def test_refusal_is_likeliest_in_the_towns_of_the_first_region():
    town, village = Dwelling("a", "1", "1", 5), Dwelling("a", "3", "2", 5)
    assert share_of(field.REFUSED, town) > 2 * share_of(field.REFUSED, village)


def test_small_households_are_less_often_at_home():
    def missed(persons: int) -> float:
        calls = [next(field.visits(seed, Dwelling("a", "2", "1", persons))) for seed in SEEDS]
        return sum(call.contact == field.NOT_HOME for call in calls) / len(calls)

    assert missed(1) > 2 * missed(8)


def test_call_backs_are_made_in_the_evening():
    evenings = {
        visit.evening for seed in SEEDS for visit in field.visits(seed, Dwelling("a", "1", "1", 1)) if visit.number > 1
    }
    assert evenings == {True}


def test_most_households_are_interviewed_in_the_end():
    assert 0.85 < share_of(field.INTERVIEW, Dwelling("a", "2", "1", 4)) < 0.95
