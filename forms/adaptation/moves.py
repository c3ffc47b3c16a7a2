"""Move: a question or group that stands elsewhere, among those that both versions have."""

from __future__ import annotations

import bisect
from collections.abc import Sequence

from forms.adaptation.matching import Item, Matching


def of(matching: Matching) -> tuple[Item, ...]:
    """The fewest items whose move explains the new order, groups for all that is in them."""
    ordered = sorted(matching.twins, key=lambda item: matching.twins[item].index)
    kept = {ordered[place] for place in _rising([item.index for item in ordered])}
    moved = [item for item in matching.twins if item not in kept or _is_regrouped(item, matching)]
    return tuple(item for item in moved if not item.around or item.around[-1] not in moved)


def _is_regrouped(item: Item, matching: Matching) -> bool:
    """Does it stand in another group now, both groups being in both versions?"""
    before, after = item.around[-1:], matching.twins[item].around[-1:]
    inside = all(each in matching.twins for each in before) and all(each in matching.origins for each in after)
    return inside and [matching.twins[each] for each in before] != list(after)


def _rising(numbers: Sequence[int]) -> list[int]:
    """The places of a longest rising run of numbers."""
    tails: list[int] = []
    places: list[int] = []
    previous: list[int] = []
    for place, number in enumerate(numbers):
        level = bisect.bisect_left(tails, number)
        previous.append(places[level - 1] if level else -1)
        tails[level:] = [number, *tails[level + 1 :]]
        places[level:] = [place, *places[level + 1 :]]
    run = []
    place = places[-1] if places else -1
    while place >= 0:
        run.append(place)
        place = previous[place]
    return run
