"""Area: is a place in a census file coded by the same areas that people are counted in?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from forms.cspro_dictionary import Dictionary, Item, Record, Value
from forms.wording import in_language

FEWEST_PEOPLE = 30
"""An area with fewer people says nothing about its code."""


def not_coded_by_area(dictionary: Dictionary, frames: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """Warn of places, of birth or of earlier residence, that only look as if they were coded by area.

    A place can be read by area when one value of its value set, "in this country", covers a range of codes that
    are just those of an item which identifies the case (province 1 to 15). People mostly live where they were
    born or lived before: where the code is filled in, an area's own code is the commonest among its people. When
    it is so in fewer than half of the areas (with at least 30 people), the code was not filled in by area, and
    migration between areas computed from it would be an artefact.
    """
    root = frames[dictionary.level].set_index("key")
    for record in dictionary.records:
        for item in record.items:
            for area, value in _codings(dictionary, item):
                if record.name in frames:
                    rows = frames[record.name]
                    place, living = rows[item.name], rows["parent"].map(root[area.name])
                else:
                    place, living = root[item.name], root[area.name]
                yield from _judge(record, item, area, value, pd.DataFrame({"place": place, "living": living}))


def _codings(dictionary: Dictionary, item: Item) -> Iterator[tuple[Item, Value]]:
    for value in item.values:
        for area in dictionary.ids:
            if item.numeric and len(codes := _whole(value)) > 1 and codes == _all_codes(area):
                yield area, value


def _all_codes(area: Item) -> set[int]:
    return set().union(*(_whole(value) for value in area.values if not value.special))


def _whole(value: Value) -> set[int]:
    pairs = [(low, high) for low, high in value.ranges if low.isdigit() and high.isdigit()]
    return {code for low, high in pairs for code in range(int(low), int(high) + 1)}


def _judge(record: Record, item: Item, area: Item, value: Value, people: pd.DataFrame) -> Iterator[str]:
    people = people[people["place"].isin(_whole(value))]
    counts = people.groupby(["living", "place"]).size().unstack(fill_value=0)
    counts = counts[counts.sum(axis=1) >= FEWEST_PEOPLE]
    own = int((counts.idxmax(axis=1) == counts.index).sum())
    if len(counts) < 2 or own * 2 >= len(counts):
        return
    totals = people["place"].value_counts()
    code, total = f"{totals.index[0]:0{item.length}d}", len(people)
    name = in_language(item.labels, "en") or item.name
    country = in_language(value.labels, "en") or "the country"
    yield (
        f"{item.name} ({name}) is not coded by {area.name}: {totals.iloc[0]:,} of {total:,} in {country} are coded "
        f"{code}, and the own code is the commonest in {own} of {len(counts)} codes of {area.name} only; "
        f"do not publish migration between them from it ({record.name})"
    )
