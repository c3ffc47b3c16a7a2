"""Difference: what one question says, asks or computes otherwise than its twin in the version before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from forms.adaptation import recodes, wordings
from forms.adaptation.comparison import (
    BROKEN,
    DEFINITION,
    DEGRADED,
    EDITORIAL,
    EXACT,
    LOST,
    RECODE,
    REFUSED,
    SAFE,
    SCRIPT,
    UNIVERSE,
)  # fmt: skip
from forms.adaptation.conditions import NARROWED, SAME, WIDENED
from forms.adaptation.logic import SHIFTED, Logic, filter_columns
from forms.adaptation.matching import Item, texts
from forms.adaptation.recodes import Listed, Recode
from forms.definition import Texts
from forms.sheets import MEDIA, Row
from forms.workbook import Workbook

_ONE_OF = {"select_one_from_file": "select_one", "select_multiple_from_file": "select_multiple"}
_VALUES = ("calculation", "default", "read_only", "repeat_count", "trigger", "bind::type")
_ASIDE = ("hint", "guidance_hint", "constraint_message", "required_message")
_LOOKS = ("appearance", "parameters", *MEDIA)
_TRUE, _FALSE = ("yes", "true", "true()"), ("", "no", "false", "false()")


@dataclass(frozen=True)
class Difference:
    """One difference in one column of a question, with its kind and what becomes of the answers."""

    kind: str
    what: str
    state: str
    says: str
    before: str = ""
    after: str = ""
    column: str = "name"
    data: str = SAFE


@dataclass(frozen=True)
class Sides:
    """Both versions, and the languages in which another wording makes another question."""

    before: Workbook
    after: Workbook
    languages: tuple[str, ...]

    @cached_property
    def _lists(self) -> tuple[Mapping[str, tuple[Row, ...]], Mapping[str, tuple[Row, ...]]]:
        return self.before.lists, self.after.lists

    def choices(self, item: Item, twin: Item) -> tuple[Listed, Listed] | None:
        """The choices that a question offers in both versions; None when it offers none in one of them."""
        one = _listed(item, self.before, self._lists[0])
        other = _listed(twin, self.after, self._lists[1])
        return (one, other) if one and other else None

    def wording(self, item: Item, twin: Item, column: str) -> tuple[Texts, Texts]:
        """The texts of both versions by language."""
        return texts(item.row, column, self.before.header), texts(twin.row, column, self.after.header)

    def shared_wording(self, item: Item, twin: Item, column: str) -> tuple[Texts, Texts]:
        """The texts of both versions in the languages that both speak."""
        heads = (self.before.header, self.after.header)
        one, other = ({*head.languages} or {head.language} for head in heads)
        before, after = self.wording(item, twin, column)
        shared = one & other
        return (
            {code: text for code, text in before.items() if code in shared},
            {code: text for code, text in after.items() if code in shared},
        )


def of(item: Item, sides: Sides, logic: Logic, recode: Recode | None) -> Iterator[Difference]:
    """All differences of a question, group or repeat from its twin, but for who is asked and its choice list."""
    twin = logic.matching.twins[item]
    if item.name != twin.name:
        yield Difference(EDITORIAL, "name", EXACT, f"renamed from {item.name}", item.name, twin.name, data=SCRIPT)
    yield from _type(item, twin)
    yield from _wording(item, twin, sides, logic)
    yield from _aside(item, twin, sides)
    if item.is_answered or item.type.name == "begin_repeat":
        yield from _values(item, twin, logic)
        yield from _limits(item, twin, logic)
        yield from _place(item, logic)
    if recode is not None and item.row.get("choice_filter"):
        yield from _filter_columns(item, twin, sides, recode)


def _type(item: Item, twin: Item) -> Iterator[Difference]:
    before, after = (_ONE_OF.get(each.type.name, each.type.name) for each in (item, twin))
    if before != after:
        state = BROKEN if twin.is_answered else LOST
        yield Difference(
            DEFINITION, "type", state, f"type {before} → {after}", before, after, column="type", data=REFUSED
        )
    elif item.type.or_other != twin.type.or_other:
        says = (
            "another answer in words is no longer offered" if item.type.or_other else "offers another answer in words"
        )
        yield Difference(RECODE, "or_other", DEGRADED, says, column="type")


def _wording(item: Item, twin: Item, sides: Sides, logic: Logic) -> Iterator[Difference]:
    before, after = sides.wording(item, twin, "label")
    changed = wordings.differing(before, after, logic.matching.names)
    asks = (item.is_answered and item.type.name != "calculate") or _asks_for_rows(item)
    defining = [code for code in changed if code in sides.languages and asks]
    if not defining and asks and before and after and not set(before) & set(after):
        defining = [next(iter(after))]
    for code in defining[:1]:
        old, new = wordings.apart(before.get(code, ""), after[code])
        heading = sides.after.header.headings.get(code)
        column = f"label::{heading}" if heading else "label"
        yield Difference(DEFINITION, "text", BROKEN, f'text "{old}" → "{new}"', old, new, column)
    others = [code for code in changed if code not in defining]
    if others:
        what = "text" if not asks else f"text in {', '.join(others)}"
        old, new = wordings.apart(before[others[0]], after[others[0]])
        yield Difference(EDITORIAL, what, EXACT, f'{what} "{old}" → "{new}"', old, new, "label")


def _aside(item: Item, twin: Item, sides: Sides) -> Iterator[Difference]:
    """What is said beside the question: hints, messages, looks. Another number in a hint defines something else."""
    for column in _ASIDE:
        before, after = sides.shared_wording(item, twin, column)
        if before == after:
            continue
        if column.endswith("hint") and not wordings.same_numbers(before, after, sides.languages):
            code = next(code for code in sides.languages if before.get(code) != after.get(code))
            old, new = wordings.apart(before.get(code, ""), after.get(code, ""))
            yield Difference(DEFINITION, column, BROKEN, f'{column} "{old}" → "{new}"', old, new, column)
        else:
            yield Difference(EDITORIAL, column, EXACT, column.replace("_", " "), column=column)
    for column in _LOOKS:
        old, new = item.row.get(column, ""), twin.row.get(column, "")
        if old != new and column == "parameters" and item.type.name == "range":
            yield Difference(DEFINITION, column, DEGRADED, f"range {old} → {new}", old, new, column)
        elif old != new and _picks_choices(item, column, old + new):
            yield Difference(RECODE, column, DEGRADED, "choices are taken from elsewhere", old, new, column)
        elif old != new:
            yield Difference(EDITORIAL, column, EXACT, column, old, new, column)


def _asks_for_rows(item: Item) -> bool:
    """Does its label ask whether there is another row?"""
    return item.type.name == "begin_repeat" and not item.row.get("repeat_count")


def _picks_choices(item: Item, column: str, text: str) -> bool:
    """Does the column say where choices come from: `search()`, the column of a file that holds the codes?"""
    return "search(" in text if column == "appearance" else item.type.name in _ONE_OF and "value" in text


def _values(item: Item, twin: Item, logic: Logic) -> Iterator[Difference]:
    for column in _VALUES:
        old, new = item.row.get(column, ""), twin.row.get(column, "")
        if (old or new) and logic.calculation(item, column) not in (SAME, SHIFTED):
            says = (
                column.replace("_", " ") if old != new else f"{column.replace('_', ' ')} reads codes that are no more"
            )
            yield Difference(DEFINITION, column, BROKEN, says, old, new, column)


def _limits(item: Item, twin: Item, logic: Logic) -> Iterator[Difference]:
    """What the tablet lets in, offers and insists on."""
    verdict = logic.constraint(item)
    old, new = item.row.get("constraint", ""), twin.row.get("constraint", "")
    if verdict == WIDENED and old != new:
        yield Difference(EDITORIAL, "constraint", EXACT, "constraint lets in more", old, new, "constraint")
    elif verdict not in (SAME, WIDENED):
        yield Difference(DEFINITION, "constraint", DEGRADED, "constraint", old, new, "constraint")
    old, new = item.row.get("choice_filter", ""), twin.row.get("choice_filter", "")
    if (old or new) and logic.choice_filter(item) != SAME:
        yield Difference(RECODE, "choice_filter", DEGRADED, "other choices are offered", old, new, "choice_filter")
    old, new = item.row.get("required", ""), twin.row.get("required", "")
    verdict = logic.judged(_condition(old), _condition(new))
    if verdict == NARROWED:
        yield Difference(EDITORIAL, "required", EXACT, "may stay empty now", old, new, "required")
    elif verdict != SAME:
        yield Difference(DEFINITION, "required", DEGRADED, "has to be answered now", old, new, "required")


def _condition(required: str) -> str:
    lower = required.strip().lower()
    return "true()" if lower in _TRUE else "false()" if lower in _FALSE else required


def _place(item: Item, logic: Logic) -> Iterator[Difference]:
    twins = logic.matching.twins
    if [twins.get(each) for each in item.repeats] != list(twins[item].repeats):
        old, new = (each.repeats[-1].name if each.repeats else "the interview" for each in (item, twins[item]))
        yield Difference(DEFINITION, "table", LOST, f"moved from {old} to {new}", old, new, data=REFUSED)
        return
    for each in logic.overtaken(item)[:1]:
        side = "before" if twins[item].index < twins[each].index else "behind"
        says = f"stands {side} {twins[each].name} now, which it depends on"
        yield Difference(UNIVERSE, "order", DEGRADED, says)


def _filter_columns(item: Item, twin: Item, sides: Sides, recode: Recode) -> Iterator[Difference]:
    one, other = sides.choices(item, twin) or (None, None)
    columns = filter_columns(item.row["choice_filter"])
    if one and other and not recodes.same_filters(one, other, recode.pairs, columns):
        says = f"the column {', '.join(columns)} of {other.name} differs"
        yield Difference(RECODE, "choices", DEGRADED, says, column="choice_filter")


def _listed(item: Item, book: Workbook, lists: Mapping[str, tuple[Row, ...]]) -> Listed | None:
    name = item.type.list_name
    if name is None:
        return None
    if item.type.name in _ONE_OF:
        return recodes.from_file(name, book.folder, book.header)
    return Listed(name, lists.get(name, ()), book.header)
