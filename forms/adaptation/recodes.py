"""Recode: how the codes of a choice list go over into those of the version before."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from forms import identity, sheets
from forms.adaptation.conditions import Pair
from forms.adaptation.matching import texts
from forms.choicelists import CLOSED
from forms.header import Header
from forms.sheets import MEDIA, Row, split_language

IDENTITIES = ("iso3", "m49", "alpha2", "alpha3", "pcode")
"""Columns that say what a code means, so that its label is free."""

TAKES = "x_takes"
"""Column of a list: codes of the standard that are counted under this code because they have none of their own."""

SPECIAL = re.compile(r"-?9[6-9]|-?99[6-9]|other")
"""Codes for another answer, none, not known, refused."""

_UNLIKE = 0.6
_EMPHASIS = re.compile(r"\*+|(?<!\w)_+|_+(?!\w)|^#+ |</?(?:b|i|em|strong|u)>")


@dataclass(frozen=True)
class Listed:
    """The choices that a question offers in one version; `rows` are None when they stand in a file not at hand."""

    name: str
    rows: tuple[Row, ...] | None
    head: Header


@dataclass(frozen=True)
class Recode:
    """What became of a list.

    `pairs` are (code before, code after) of each code that has a meaning before. `added` have none; `gone` are codes
    before that nobody can answer now, `taken` those of them that are counted under another code. `reused` mean
    something else now, `relabelled` are worded differently, `moved` have another identity (iso3, pcode).
    """

    pairs: tuple[Pair, ...] = ()
    added: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    taken: Mapping[str, str] = field(default_factory=dict)
    reused: tuple[str, ...] = ()
    relabelled: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    before: int = 0
    after: int = 0

    @property
    def is_recoded(self) -> bool:
        """Has any code another name, or a meaning that several codes share?"""
        return any(before != after for before, after in self.pairs)


def of(before: Listed, after: Listed, languages: Sequence[str]) -> Recode:
    """How the codes of one list go over into those of the other.

    A code means the standard code that its column `x_standard` names. `languages` are those in which a label says
    what the code means. Both lists must be at hand.
    """
    old, new = ([row for row in listed.rows or () if "name" in row and CLOSED not in row] for listed in (before, after))
    known = {row["name"]: row for row in old}
    targets = {row["name"]: _target(row, known, before, after, languages) for row in new}
    pairs = tuple((target, code) for code, target in targets.items() if target)
    reached = Counter(target for target, _ in pairs)
    alone = [row for row in new if reached[targets[row["name"]]] == 1]
    identified = any(column in row for row in (*old, *new) for column in IDENTITIES)
    other_codes = [code for code, target in targets.items() if code in known and target != code]
    other_words = [
        row["name"] for row in alone
        if targets[row["name"]] == row["name"] and _says_another(row, known, before, after)
    ]  # fmt: skip
    worded = [
        row["name"] for row in alone if not _same_label(known[targets[row["name"]]], row, before, after, languages)
    ]
    return Recode(
        pairs=pairs,
        added=tuple(code for code, target in targets.items() if not target),
        gone=tuple(code for code in known if code not in reached),
        taken={code: row["name"] for row in new for code in row.get(TAKES, "").split() if code in known},
        reused=tuple(dict.fromkeys([*other_codes, *([] if identified else other_words)])),
        relabelled=() if identified else tuple(worded),
        moved=tuple(row["name"] for row in new if row["name"] in known and _is_moved(known[row["name"]], row)),
        before=len(old),
        after=len(new),
    )


def is_doubled(listed: Listed) -> bool:
    """Does a code stand in the list more than once, as in lists that a filter cuts?"""
    names = [row.get("name", "") for row in listed.rows or ()]
    return len(set(names)) < len(names)


def same_rows(before: Listed, after: Listed, languages: Sequence[str]) -> bool:
    """Do both lists hold the same choices, word for word, filters included, in any order?"""
    return _contents(before, languages) == _contents(after, languages)


def same_filters(before: Listed, after: Listed, pairs: Iterable[Pair], columns: Iterable[str]) -> bool:
    """Have choices that mean the same also the same in these columns, which a choice_filter reads?"""
    old = {row.get("name", ""): row for row in before.rows or ()}
    new = {row.get("name", ""): row for row in after.rows or ()}
    wanted = [column for column in columns if column != "name"]
    return all(old[one].get(column, "") == new[other].get(column, "") for one, other in pairs for column in wanted)


def from_file(name: str, folder: Path | None, head: Header) -> Listed:
    """The list that a question takes from a file beside the form."""
    places = [folder / name, folder / "media" / name] if folder else []
    found = next((place for place in places if place.is_file() and place.suffix == ".csv"), None)
    if found is None:
        return Listed(name, None, head)
    rows = sheets.read_csv(found, name, ("name",))
    marked = tuple(row if identity.CODE in row else row.replace({**row, identity.CODE: row["name"]}) for row in rows)
    return Listed(name, marked, head)


def plain(text: str) -> str:
    """Wording without what makes no other question of it: blanks, emphasis, the mark at its end."""
    return " ".join(_EMPHASIS.sub("", text).split()).rstrip(" .?!:;…؟。").strip()


def _target(row: Row, known: Mapping[str, Row], before: Listed, after: Listed, languages: Sequence[str]) -> str:
    """The code before that a code means; "" when there is none, or more than one."""
    code, meaning = row.get("name", ""), row.get(identity.CODE, "")
    twin = known.get(code)
    if twin is not None and twin.get(identity.CODE, "") == meaning:
        return code
    if not meaning:
        return code if twin is not None and _same_label(twin, row, before, after, languages) else ""
    alike = [name for name, old in known.items() if old.get(identity.CODE, "") == meaning]
    if len(alike) == 1:
        return alike[0]
    return meaning if not alike and meaning in known and identity.CODE not in known[meaning] else ""


def _labels(row: Row, listed: Listed) -> dict[str, str]:
    found = texts(row, "label", listed.head)
    if not found and "label" in row:
        found = {listed.head.language: row["label"]}
    return {code: plain(text) for code, text in found.items()}


def _same_label(old: Row, new: Row, before: Listed, after: Listed, languages: Sequence[str]) -> bool:
    one, other = _labels(old, before), _labels(new, after)
    shared = [code for code in languages if code in one and code in other]
    media = all(old.get(column) == new.get(column) for column in MEDIA)
    return media and (bool(shared) or (not one and not other)) and all(one[code] == other[code] for code in shared)


def _says_another(row: Row, known: Mapping[str, Row], before: Listed, after: Listed) -> bool:
    """Is a code worded as another code was, or in quite other words?"""
    mine = _labels(row, after)
    for language, text in _labels(known[row["name"]], before).items():
        if language in mine and mine[language] != text:
            others = {_labels(old, before).get(language) for code, old in known.items() if code != row["name"]}
            unlike = difflib.SequenceMatcher(None, text.lower(), mine[language].lower()).ratio() < _UNLIKE
            if mine[language] in others or unlike:
                return True
    return False


def _is_moved(old: Row, new: Row) -> bool:
    return any(old[column] != new[column] for column in IDENTITIES if column in old and column in new)


def _contents(listed: Listed, languages: Sequence[str]) -> list[tuple[str, ...]]:
    rows = []
    for row in listed.rows or ():
        labels = _labels(row, listed)
        filters = sorted(
            f"{column}={text}" for column, text in row.items()
            if split_language(column)[0] not in ("label", "list_name") and not column.startswith("x_")
        )  # fmt: skip
        rows.append((*(labels.get(code, "") for code in languages), *filters))
    return sorted(rows)
