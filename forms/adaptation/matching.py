"""Match: which question of one version is which of the other: by its id, its name, or the likeness of its wording."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from forms import identity
from forms.definition import RowType, Texts, row_type
from forms.header import Header
from forms.sheets import Row
from forms.shorthand import CHECK, CONFIRM, OTHER
from forms.workbook import Workbook

_ALIKE = 0.85
_CONTAINERS = ("begin_group", "begin_repeat")
Key = Callable[["Item"], str]


@dataclass(frozen=True, eq=False)
class Item:
    """A row of the survey sheet that has a name: a question, a group or a repeat, with those around it."""

    row: Row
    index: int
    type: RowType
    around: tuple[Item, ...]

    @property
    def name(self) -> str:
        """The name in its version."""
        return self.row.get("name", "")

    @property
    def qid(self) -> str:
        """The id that stays when the name changes."""
        return identity.of(self.row)

    @property
    def is_question(self) -> bool:
        """Is it neither a group nor a repeat?"""
        return self.type.name not in _CONTAINERS

    @property
    def is_answered(self) -> bool:
        """Does it hold an answer or a value? Groups, repeats and notes do not."""
        return self.is_question and self.type.name != "note"

    @property
    def repeats(self) -> tuple[Item, ...]:
        """The repeats that it lies in, outer first."""
        return tuple(item for item in self.around if item.type.name == "begin_repeat")

    @property
    def chain(self) -> tuple[Item, ...]:
        """Those around it and itself."""
        return (*self.around, self)


@dataclass(frozen=True)
class Matching:
    """Which item of `before` is which of `after`.

    `guesses` maps names before to names after that may be the same question, by wording alone; they are matched only
    when they are given to `match` as renames.
    """

    before: tuple[Item, ...]
    after: tuple[Item, ...]
    twins: Mapping[Item, Item]
    guesses: Mapping[str, str]

    @property
    def pairs(self) -> tuple[tuple[Row, Row], ...]:
        """The rows that belong together: before, after."""
        return tuple((one.row, other.row) for one, other in self.twins.items())

    @property
    def added(self) -> tuple[Row, ...]:
        """The rows that only the version after has."""
        return tuple(item.row for item in self.after if item not in self.origins)

    @property
    def removed(self) -> tuple[Row, ...]:
        """The rows that only the version before has."""
        return tuple(item.row for item in self.before if item not in self.twins)

    @cached_property
    def origins(self) -> Mapping[Item, Item]:
        """The item before of each item after."""
        return {other: one for one, other in self.twins.items()}

    @cached_property
    def names(self) -> Mapping[str, str]:
        """How a formula of the version after is read: its names as the version before has them.

        A question that is new keeps a name that no question before has.
        """
        known = {item.name for item in self.before}
        found: dict[str, str] = {}
        for item in self.after:
            fresh = item.name if item.name not in known else f"{item.name}.new"
            found.setdefault(item.name, self.origins[item].name if item in self.origins else fresh)
        return found


def match(before: Workbook, after: Workbook, renames: Mapping[str, str] | None = None) -> Matching:
    """Match two versions whose parameters are filled in.

    `renames` maps names before to names after and goes first; then the id of the row, then the name. A row copied
    in Excel brings the id of its original along: the one that kept the name is the original. Never by row number.
    """
    one, other = items(before), items(after)
    twins: dict[Item, Item] = {}
    _pair(twins, one, other, lambda item: (renames or {}).get(item.name, ""), lambda item: item.name)
    _pair(twins, one, other, lambda item: f"{item.qid} {item.name}", lambda item: f"{item.qid} {item.name}")
    _pair(twins, one, other, lambda item: item.qid, lambda item: item.qid)
    _pair(twins, one, other, lambda item: item.name, lambda item: item.name)
    ordered = {item: twins[item] for item in one if item in twins}
    taken = set(ordered.values())
    guesses = _guesses(
        [(item, texts(item.row, "label", before.header)) for item in one if item not in ordered],
        [(item, texts(item.row, "label", after.header)) for item in other if item not in taken],
    )
    return Matching(one, other, ordered, guesses)


def items(workbook: Workbook) -> tuple[Item, ...]:
    """The named rows of a workbook with those around them."""
    around: list[Item] = []
    found = []
    for index, row in enumerate(marked(workbook).survey):
        kind = row_type(row.get("type", ""))
        if kind.name.startswith("end_"):
            if around:
                around.pop()
            continue
        item = Item(row, index, kind, tuple(around))
        if kind.name in _CONTAINERS:
            around.append(item)
        if item.name:
            found.append(item)
    return tuple(found)


def texts(row: Row, column: str, head: Header) -> Texts:
    """The wording of a row by language code, that of a form without languages under its default one."""
    if not head.headings:
        return {head.language: row[column]} if column in row else {}
    found = {code: row.get(f"{column}::{heading}", "") for code, heading in head.headings.items()}
    return {code: text for code, text in found.items() if text}


def marked(workbook: Workbook) -> Workbook:
    """The workbook with ids as `identity.marked` gives them; rows of a shorthand are called after its question."""
    known = {row.get("name", ""): row[identity.QUESTION] for row in workbook.survey if identity.QUESTION in row}
    rows = [_called_after(row, known) for row in workbook.survey]
    return identity.marked(replace(workbook, survey=tuple(rows)))


def _called_after(row: Row, known: Mapping[str, str]) -> Row:
    name = row.get("name", "")
    for part, origin in (
        (CHECK, name.removeprefix(CHECK)),
        (CONFIRM, name.removeprefix(CONFIRM)),
        (OTHER, name.removesuffix(OTHER)),
    ):
        if identity.QUESTION not in row and origin != name and origin in known:
            return row.replace({**row, identity.QUESTION: f"{known[origin]}.{part.strip('_')}"})
    return row


def _pair(twins: dict[Item, Item], before: Iterable[Item], after: Iterable[Item], key: Key, other_key: Key) -> None:
    """Add pairs of items of one sort whose keys agree and that have no twin yet, the first of several."""
    taken = set(twins.values())
    free: dict[tuple[str, str], Item] = {}
    for item in after:
        if item not in taken:
            free.setdefault((_sort(item), other_key(item)), item)
    for item in before:
        place = (_sort(item), key(item))
        if item not in twins and place in free and place[1]:
            twins[item] = free.pop(place)


def _sort(item: Item) -> str:
    return "question" if item.is_question else item.type.name


def _guesses(before: list[tuple[Item, Texts]], after: list[tuple[Item, Texts]]) -> dict[str, str]:
    """The names whose labels are alike in a language that both have, the likest first, each once."""
    scored = sorted(
        ((_likeness(words, others), one, other) for one, words in before for other, others in after
         if one.is_answered and other.is_answered),
        key=lambda found: -found[0],
    )  # fmt: skip
    found: dict[str, str] = {}
    for score, one, other in scored:
        if score >= _ALIKE and one.name not in found and other.name not in found.values():
            found[one.name] = other.name
    return found


def _likeness(words: Texts, others: Texts) -> float:
    return max((_ratio(words[code], others[code]) for code in words if code in others), default=0.0)


def _ratio(one: str, other: str) -> float:
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    if min(matcher.real_quick_ratio(), matcher.quick_ratio()) < _ALIKE:
        return 0.0
    return matcher.ratio()
