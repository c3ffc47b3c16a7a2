"""Comparison: what differs between two versions of a questionnaire, and what that does to each statistic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

ADDITIVE, EDITORIAL, RECODE, UNIVERSE, DEFINITION, REMOVED = (
    *("additive", "editorial", "RECODE", "UNIVERSE"),
    *("DEFINITION", "REMOVED"),
)
"""Kinds of change. Editorial ones (a name, an order, a hint, a translation) leave every answer what it was."""

EXACT, DEGRADED, BROKEN, LOST = "exact", "degraded", "broken", "lost"
"""What becomes of a statistic, best first: the same; less detail or fewer people; another definition; gone."""

SAFE, SCRIPT, REFUSED = "safe", "recode", "refused"
"""What a new version does to data collected with the old: they go together; after a recode; not at all."""


@dataclass(frozen=True)
class Change:
    """One difference. `qid` and `name` say of which question (or choice list), `what` in which of its columns.

    `kind` is one of the kinds above. `state` is what becomes of the standard question's answers: exact when they can
    be worked out from those of the other version (by name, by a recode, by leaving out people), else degraded, broken
    or lost. `sign` is + ~ or -, `before` and `after` the texts that differ, `place` the cell in the changed file, and
    `data` what the change does to data collected before.
    """

    qid: str
    name: str
    kind: str
    what: str
    state: str
    sign: str
    says: str
    before: str = ""
    after: str = ""
    place: str = ""
    data: str = SAFE

    @property
    def key(self) -> str:
        """What the change is told by, whatever order changes are found in."""
        return f"{self.qid} {self.what} {self.before} {self.after}"


@dataclass(frozen=True)
class Effect:
    """What becomes of an indicator or a table shell, by which changes, and whether an officer accepted that.

    `filters` says who has to be left out so that the number is that of the standard. `fingerprint` names the state
    that `accept` accepts: another change of the same indicator asks again.
    """

    id: str
    title: str
    effect: str
    because: tuple[Change, ...] = ()
    note: str = ""
    filters: tuple[str, ...] = ()
    fingerprint: str = ""
    accepted: str = ""


@dataclass(frozen=True)
class Comparison:
    """Two versions beside each other: `before` and `after` are how a person calls them.

    `names` maps the id of each standard question that the other version has to its name there.
    """

    before: str
    after: str
    changes: tuple[Change, ...]
    indicators: tuple[Effect, ...] = ()
    tables: tuple[Effect, ...] = ()
    topics: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def open(self) -> tuple[Effect, ...]:
        """Indicators that are no longer exact and that nobody has accepted."""
        return tuple(effect for effect in self.indicators if effect.effect != EXACT and not effect.accepted)

    @property
    def data(self) -> str:
        """The verdict on data collected before: the worst of all changes."""
        order = (SAFE, SCRIPT, REFUSED)
        return max((change.data for change in self.changes), key=order.index, default=SAFE)
