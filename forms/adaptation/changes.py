"""Change: the differences between two matched versions, put together for each question, choice list and group."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from forms.adaptation import differences, moves, recodes
from forms.adaptation.comparison import (
    ADDITIVE,
    BROKEN,
    DEFINITION,
    DEGRADED,
    EDITORIAL,
    EXACT,
    LOST,
    RECODE,
    REFUSED,
    REMOVED,
    SAFE,
    SCRIPT,
    UNIVERSE,
    Change,
)  # fmt: skip
from forms.adaptation.conditions import NARROWED, SAME, WIDENED
from forms.adaptation.differences import Difference, Sides
from forms.adaptation.logic import Logic
from forms.adaptation.matching import Item, Matching
from forms.adaptation.recodes import Listed, Recode

STATES = (EXACT, DEGRADED, BROKEN, LOST)
"""What becomes of a statistic, best first."""

_DATA = (SAFE, SCRIPT, REFUSED)
_SIGNS = {ADDITIVE: "+", REMOVED: "-"}


@dataclass(frozen=True)
class Found:
    """All changes in the order of the form, and the questions before that each touches."""

    changes: tuple[Change, ...]
    touched: Mapping[Change, tuple[Item, ...]]
    logic: Logic


@dataclass(frozen=True)
class _Placed:
    """A change with its place in the form and the questions that it touches."""

    order: float
    change: Change
    items: tuple[Item, ...]


def find(matching: Matching, sides: Sides) -> Found:
    """Every change from one version to the other."""
    offers = {item: pair for item, twin in matching.twins.items() if (pair := sides.choices(item, twin))}
    judged = _judged(offers, sides)
    logic = Logic(matching, judged)
    placed = [
        *_of_questions(matching, sides, logic, judged),
        *_of_lists(offers, judged, sides, matching),
        *_of_universes(matching, logic),
        *_of_moves(matching),
        *_added(matching),
        *_removed(matching),
    ]
    placed.sort(key=lambda each: each.order)
    touched: dict[Change, tuple[Item, ...]] = {}
    for each in placed:
        touched[each.change] = touched.get(each.change, ()) + each.items
    return Found(tuple(touched), touched, logic)


def worst(states: Iterable[str]) -> str:
    """The worst of some states; exact when there are none."""
    return max(states, key=STATES.index, default=EXACT)


def _of_questions(matching: Matching, sides: Sides, logic: Logic, judged: Mapping[Item, Recode]) -> Iterator[_Placed]:
    for item, twin in matching.twins.items():
        by_kind: dict[str, list[Difference]] = defaultdict(list)
        for difference in differences.of(item, sides, logic, judged.get(item)):
            by_kind[difference.kind].append(difference)
        for kind, found in by_kind.items():
            yield _Placed(twin.index, _merged(item, twin, kind, found), (item,))


def _merged(item: Item, twin: Item, kind: str, found: Sequence[Difference]) -> Change:
    """One change of a question, out of its differences of one kind."""
    return Change(
        qid=item.qid,
        name=twin.name,
        kind=kind,
        what=" + ".join(each.what for each in found),
        state=worst(each.state for each in found),
        sign="~",
        says=" + ".join(dict.fromkeys(each.says for each in found)),
        before=" + ".join(filter(None, (each.before for each in found))),
        after=" + ".join(filter(None, (each.after for each in found))),
        place=twin.row.place(found[0].column),
        data=_worst_data(each.data for each in found),
    )


def _worst_data(verdicts: Iterable[str]) -> str:
    return max(verdicts, key=_DATA.index, default=SAFE)


def _judged(offers: Mapping[Item, tuple[Listed, Listed]], sides: Sides) -> dict[Item, Recode]:
    """What became of the choices of each question whose lists can be compared, worked out once for each list."""
    pairs = {(before.name, after.name): (before, after) for before, after in offers.values()}
    known = {names: recodes.of(*pair, sides.languages) for names, pair in pairs.items() if _comparable(*pair)}
    named = {item: (before.name, after.name) for item, (before, after) in offers.items()}
    return {item: known[names] for item, names in named.items() if names in known}


def _comparable(before: Listed, after: Listed) -> bool:
    return bool(before.rows) and bool(after.rows) and not recodes.is_doubled(before) and not recodes.is_doubled(after)


def _of_lists(
    offers: Mapping[Item, tuple[Listed, Listed]], judged: Mapping[Item, Recode], sides: Sides, matching: Matching
) -> Iterator[_Placed]:
    """What became of each choice list, once for all questions that offer it."""
    using: dict[tuple[str, str], list[Item]] = defaultdict(list)
    for item, (before, after) in offers.items():
        using[before.name, after.name].append(item)
    for items in using.values():
        before, after = offers[items[0]]
        recode = judged.get(items[0])
        found = list(_of_codes(recode, before, after)) if recode else list(_of_other_lists(before, after, sides))
        twins = [matching.twins[item] for item in items]
        by_kind: dict[str, list[Difference]] = defaultdict(list)
        for difference in found:
            by_kind[difference.kind].append(difference)
        for kind, parts in by_kind.items():
            yield _Placed(twins[0].index + 0.2, _list_change(after, twins, kind, parts), tuple(items))


def _list_change(after: Listed, twins: Sequence[Item], kind: str, parts: Sequence[Difference]) -> Change:
    row = next(iter(after.rows or ()), twins[0].row)
    return Change(
        qid=f"list.{after.name}",
        name=after.name,
        kind=kind,
        what="choices",
        state=worst(each.state for each in parts),
        sign="~",
        says=f"{'; '.join(each.says for each in parts)} ({', '.join(twin.name for twin in twins)})",
        before=" ".join(filter(None, (each.before for each in parts))),
        after=" ".join(filter(None, (each.after for each in parts))),
        place=row.place("name"),
        data=_worst_data(each.data for each in parts),
    )


def _of_codes(recode: Recode, before: Listed, after: Listed) -> Iterator[Difference]:
    sizes = f"choices {recode.before}→{recode.after}"
    if recode.reused or recode.moved:
        codes = ", ".join(dict.fromkeys([*recode.reused, *recode.moved]))
        yield Difference(DEFINITION, "choices", BROKEN, f"{codes}: the same code for another answer", data=REFUSED)
    if worded := [code for code in recode.relabelled if code not in recode.reused]:
        yield Difference(DEFINITION, "choices", BROKEN, f"wording of {', '.join(worded)}", after=" ".join(worded))
    if recode.added:
        says = f"{sizes}, no standard code for {', '.join(recode.added)}"
        yield Difference(RECODE, "choices", DEGRADED, says, after=" ".join(recode.added))
    if recode.gone:
        yield _gone(recode)
    if recode.is_recoded and not recode.added and not recode.gone and not recode.reused:
        many = len(recode.pairs) > recode.before
        given = f", mapping given {recode.after}→{recode.before}" if many else ", each code mapped"
        codes = " ".join(f"{old}={new}" for old, new in recode.pairs if old != new)
        yield Difference(RECODE, "choices", EXACT, f"{sizes}{given}", after=codes, data=SCRIPT)
    order = [old for old, _ in recode.pairs]
    if not recode.is_recoded and not recode.added and order != sorted(order, key=_places(before).__getitem__):
        yield Difference(EDITORIAL, "choices", EXACT, "order of choices")
    elif before.name != after.name and not recode.is_recoded and not recode.added and not recode.gone:
        yield Difference(EDITORIAL, "choices", EXACT, f"list {before.name} → {after.name}", before.name, after.name)


def _places(listed: Listed) -> dict[str, int]:
    return {row.get("name", ""): place for place, row in enumerate(listed.rows or ())}


def _gone(recode: Recode) -> Difference:
    """Codes that nobody can answer now; those counted under another code, and those for no answer, lose less."""
    bare = [code for code in recode.gone if code not in recode.taken]
    kept = [f"{code} counted as {recode.taken[code]}" for code in recode.gone if code in recode.taken]
    state = LOST if any(not recodes.SPECIAL.fullmatch(code) for code in bare) else DEGRADED
    says = ", ".join([*kept, *([f"{', '.join(bare)} no longer offered"] if bare else [])])
    return Difference(RECODE, "choices", state, says, before=" ".join(recode.gone), data=SCRIPT)


def _of_other_lists(before: Listed, after: Listed, sides: Sides) -> Iterator[Difference]:
    """Lists that cannot be recoded: from files that are not at hand, or with a code more than once."""
    if before.rows is None and after.rows is None and before.name == after.name:
        return
    if before.rows is None or after.rows is None:
        lacking = (before if before.rows is None else after).name
        yield Difference(RECODE, "choices", DEGRADED, f"{lacking} is not at hand to be compared")
    elif not recodes.same_rows(before, after, sides.languages):
        yield Difference(RECODE, "choices", DEGRADED, "choices differ in a list that repeats its codes")


def _of_universes(matching: Matching, logic: Logic) -> Iterator[_Placed]:
    """Who is asked, said where the condition was changed: at the question, or at a group around it."""
    asked: dict[Item, list[Item]] = defaultdict(list)
    for item in matching.twins:
        if (item.is_answered or item.type.name == "begin_repeat") and logic.universe(item) != SAME:
            asked[_source(item, matching, logic)].append(item)
    for source, items in asked.items():
        verdicts = {logic.universe(item) for item in items}
        verdict = verdicts.pop() if len(verdicts) == 1 else "changed"
        if verdict != WIDENED or source.row.get("relevant", "") != _twin_of(source, matching).row.get("relevant", ""):
            yield _universe(source, items, verdict, matching)
    for item, twin in matching.twins.items():
        old, new = (each.row.get("relevant", "") for each in (item, twin))
        if logic.judged(old, new) != SAME and item not in asked and twin not in asked and not _is_inside(item, asked):
            change = _merged(item, twin, EDITORIAL, [Difference(
                EDITORIAL, "relevant", EXACT, "relevant is put otherwise", old, new, "relevant"
            )])  # fmt: skip
            yield _Placed(twin.index, change, (item,))


def _twin_of(source: Item, matching: Matching) -> Item:
    return matching.twins.get(source, source)


def _is_inside(item: Item, asked: Mapping[Item, list[Item]]) -> bool:
    return any(item in items for items in asked.values())


def _source(item: Item, matching: Matching, logic: Logic) -> Item:
    """The row whose own condition is another one: the outermost; the question itself when there is none."""
    for twin in matching.twins[item].chain:
        origin = matching.origins.get(twin)
        old = origin.row.get("relevant", "") if origin else ""
        if logic.judged(old, twin.row.get("relevant", "")) != SAME:
            return origin or twin
    lost = [each for each in item.around if each not in matching.twins and each.row.get("relevant")]
    return lost[0] if lost else item


def _universe(source: Item, items: Sequence[Item], verdict: str, matching: Matching) -> _Placed:
    twin = matching.twins.get(source, source)
    old = source.row.get("relevant", "") if source in matching.twins or source in matching.before else ""
    new = twin.row.get("relevant", "") if twin in matching.origins or source not in matching.before else ""
    derived = old == new
    word = verdict if verdict in (WIDENED, NARROWED) else "changed"
    says = (
        f"relevant {word}, by the answers that it reads"
        if derived
        else f"relevant {word}: {_short(old)} → {_short(new)}"
    )
    change = Change(
        qid=source.qid,
        name=twin.name,
        kind=UNIVERSE,
        what="relevant",
        state=EXACT if verdict == WIDENED else DEGRADED,
        sign="~",
        says=says,
        before=old,
        after=new,
        place=twin.row.place("relevant"),
    )
    return _Placed(matching.twins.get(items[0], items[0]).index + 0.1, change, tuple(items))


def _short(condition: str) -> str:
    return condition or "everyone"


def _of_moves(matching: Matching) -> Iterator[_Placed]:
    for item in moves.of(matching):
        twin = matching.twins[item]
        behind = [each for each in matching.after if each.index < twin.index and each in matching.origins]
        says = f"moved behind {behind[-1].name}" if behind else "moved to the beginning"
        part = Difference(EDITORIAL, "order", EXACT, says)
        yield _Placed(twin.index, _merged(item, twin, EDITORIAL, [part]), (item,))


def _added(matching: Matching) -> Iterator[_Placed]:
    last = "the beginning"
    for item in matching.after:
        if item in matching.origins:
            last = matching.origins[item].qid
            continue
        says = f"{item.row.get('type', '')} added after {last}"
        place = item.row.place("name")
        yield _Placed(item.index, Change(item.qid, item.name, ADDITIVE, "row", EXACT, "+", says, place=place), ())


def _removed(matching: Matching) -> Iterator[_Placed]:
    order = -1.0
    guesses = matching.guesses
    for item in matching.before:
        if item in matching.twins:
            order = matching.twins[item].index + 0.5
            continue
        hint = f"; renamed to {guesses[item.name]}?" if item.name in guesses else ""
        kind, state = (REMOVED, LOST) if item.is_answered or item.type.name == "begin_repeat" else (EDITORIAL, EXACT)
        change = Change(item.qid, item.name, kind, "row", state, "-", f"removed{hint}", before=item.row.get("type", ""))
        yield _Placed(order, change, (item,))
