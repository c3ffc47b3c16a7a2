import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from server.demo import areas


def dwellings(*districts: tuple[str, str, int]) -> pd.DataFrame:
    """So many dwellings for each (urban, district, number)."""
    rows = [
        {"PROVINCE": "01", "UR": urban, "DISTRICT": district, "VILLAGE": "001", "EA": "001", "BUILDING": f"{one:03d}"}
        for urban, district, number in districts
        for one in range(number)
    ]
    return pd.DataFrame(rows).assign(HU="001", HH="1")


def sizes(*districts: tuple[str, str, int]) -> dict[str, int]:
    return areas.cut(dwellings(*districts)).value_counts().sort_index().to_dict()


def test_a_district_of_the_right_size_is_one_area():
    assert sizes(("1", "01", 20)) == {"0101101": 20}


def test_a_small_district_joins_the_next_of_the_same_kind():
    assert sizes(("1", "01", 5), ("2", "01", 15), ("1", "02", 10)) == {"0101101": 15, "0101201": 15}


def test_a_small_district_at_the_end_joins_the_one_before():
    assert sizes(("1", "01", 15), ("1", "02", 4)) == {"0101101": 19}


def test_a_large_district_is_split_evenly():
    assert sizes(("1", "01", 100)) == {"0101101": 33, "0101102": 34, "0101103": 33}


@settings(max_examples=30)
@given(st.lists(st.integers(1, 120), min_size=1, max_size=8))
def test_every_area_has_between_twelve_and_forty_five_dwellings(numbers):
    made = sizes(*[("1", f"{place:02d}", number) for place, number in enumerate(numbers, 1)])
    assert sum(made.values()) == sum(numbers)
    assert max(made.values()) <= areas.LARGEST
    assert min(made.values()) >= min(areas.SMALLEST, sum(numbers))
