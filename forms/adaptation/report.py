"""Report of a comparison: each change with what it does to the statistics, as lines or as data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from forms.adaptation.comparison import (
    BROKEN,
    DEGRADED,
    EXACT,
    LOST,
    RECODE,
    REFUSED,
    SAFE,
    SCRIPT,
    UNIVERSE,
    Change,
    Comparison,
    Effect,
)  # fmt: skip

OK, NOTE, BREAKS = "ok", "note", "breaks"
"""How much a change matters, least first."""

_DATA = {
    SAFE: "safe: answers of both versions go together",
    SCRIPT: "after a recode: enumera forms harmonise",
    REFUSED: "refused: a type or the meaning of a code changed; give the new question or code a name of its own",
}
_MOST = 6


def lines(comparison: Comparison, *, only_breaking: bool = False) -> str:
    """The comparison for people: a line for each change, then topics, indicators, tables and data.

    `only_breaking` leaves out changes that take nothing away.
    """
    shown = [change for change in comparison.changes if not only_breaking or severity(change, comparison) == BREAKS]
    count = len(comparison.changes)
    head = f"Against {comparison.before}"
    cells = [(change.sign, change.name, change.says, change.kind, verdict(change, comparison)) for change in shown]
    widths = [max((len(row[place]) for row in cells), default=0) for place in range(4)]
    text = [f"{head.ljust(sum(widths) + 4)}  {count} {'change' if count == 1 else 'changes'}".rstrip()]
    for row in cells:
        padded = [cell.ljust(width) for cell, width in zip(row[:4], widths, strict=True)]
        text.append(f" {padded[0]} {'  '.join([*padded[1:], row[4]])}".rstrip())
    text += [line for line in (_topics(comparison), _indicators(comparison.indicators)) if line]
    if comparison.tables:
        text.append(f"Tables: {_tables(comparison.tables)}")
    text.append(f"Data collected before: {_DATA[comparison.data]}")
    return "\n".join(text)


def as_json(comparison: Comparison) -> dict[str, Any]:
    """The comparison as data."""
    return {
        "before": comparison.before,
        "after": comparison.after,
        "changes": [_change(change, comparison) for change in comparison.changes],
        "indicators": [_effect(effect) for effect in comparison.indicators],
        "tables": [_effect(effect) for effect in comparison.tables],
        "topics": {level: list(pair) for level, pair in comparison.topics.items()},
        "data": comparison.data,
        "open": [effect.id for effect in comparison.open],
    }


def severity(change: Change, comparison: Comparison) -> str:
    """How much a change matters: BREAKS takes an indicator away, NOTE has to be said below a table, OK is neither."""
    effects = [effect.effect for effect in _touched(change, [*comparison.indicators, *comparison.tables])]
    if not comparison.indicators and not comparison.tables:
        effects = [change.state]
    if BROKEN in effects or LOST in effects or change.data == REFUSED:
        return BREAKS
    noted = change.state != EXACT or DEGRADED in effects or (change.kind == UNIVERSE and effects)
    return NOTE if noted else OK


def verdict(change: Change, comparison: Comparison) -> str:
    """What a change does, in a few words: OK, OK (n:1), breaks I-01, I-04 lost."""
    said = [_by_effect(change, comparison.indicators, state) for state in (LOST, BROKEN, DEGRADED)]
    words = "; ".join(filter(None, said))
    if change.state == EXACT:
        return _fine(change, comparison)
    if words:
        return words
    touched = [effect.id for effect in _touched(change, comparison.tables)]
    if touched:
        return f"note to table {', '.join(touched)}"
    return f"{change.state}, in no indicator" if comparison.indicators else change.state


def accept_hint(comparison: Comparison) -> str:
    """What to do about the indicators that are open; "" when none is."""
    if not comparison.open:
        return ""
    first, count = comparison.open[0], len(comparison.open)
    said = "1 indicator of the contract is" if count == 1 else f"{count} indicators of the contract are"
    return (
        f"{said} not exact and not accepted. Accept each with: "
        f'enumera forms accept {comparison.after} {first.id} --reason "why it may differ"'
    )


def _fine(change: Change, comparison: Comparison) -> str:
    if change.kind == RECODE:
        return "OK (n:1)" if "mapping" in change.says else "OK (1:1)"
    if change.kind == UNIVERSE:
        tables = _touched(change, comparison.tables)
        return f"OK, filter added to {', '.join(table.id for table in tables)}" if tables else "OK, filter added"
    return "OK"


def _by_effect(change: Change, effects: Sequence[Effect], state: str) -> str:
    found = [effect for effect in _touched(change, effects) if effect.effect == state]
    if not found:
        return ""
    ids = _several([effect.id for effect in found])
    if state == BROKEN:
        return f"breaks {ids}"
    notes = {effect.note for effect in found if state == DEGRADED and effect.note}
    return f"{ids} {state}{f' ({notes.pop()})' if len(notes) == 1 else ''}"


def _several(ids: Sequence[str]) -> str:
    more = len(ids) - _MOST
    return ", ".join(ids[:_MOST]) + (f" and {more} more" if more > 0 else "")


def _touched(change: Change, effects: Iterable[Effect]) -> list[Effect]:
    return [effect for effect in effects if change in effect.because]


def _topics(comparison: Comparison) -> str:
    words = []
    for level in ("core", "additional"):
        kept, asked = comparison.topics.get(level, (0, 0))
        changed = comparison.topics.get(f"{level} changed", (0, 0))[0]
        if asked:
            words.append(f"{kept}/{asked} {level} covered{f' ({changed} changed definition)' if changed else ''}")
    return f"Topics: {' · '.join(words)}" if words else ""


def _indicators(effects: Sequence[Effect]) -> str:
    counts = Counter(effect.effect for effect in effects)
    words = [f"{counts[state]} {state}" for state in (EXACT, DEGRADED, BROKEN, LOST) if counts[state]]
    accepted = sum(bool(effect.accepted) for effect in effects)
    said = f" ({accepted} accepted)" if accepted else ""
    return f"Indicators: {' · '.join(words)}{said}" if words else ""


def _tables(effects: Sequence[Effect]) -> str:
    by_note: dict[str, list[str]] = {}
    for effect in effects:
        by_note.setdefault(effect.note, []).append(effect.id)
    return " · ".join(f"{' '.join(ids)} {note}" for note, ids in by_note.items())


def _change(change: Change, comparison: Comparison) -> dict[str, Any]:
    return {
        "qid": change.qid,
        "name": change.name,
        "kind": change.kind,
        "severity": severity(change, comparison),
        "what": change.what,
        "says": change.says,
        "verdict": verdict(change, comparison),
        "place": change.place,
        "data": change.data,
        "indicators": _ids(change, comparison.indicators),
        "tables": _ids(change, comparison.tables),
    }


def _ids(change: Change, effects: Iterable[Effect]) -> list[dict[str, str]]:
    return [{"id": effect.id, "effect": effect.effect} for effect in _touched(change, effects)]


def _effect(effect: Effect) -> dict[str, Any]:
    return {
        "id": effect.id,
        "title": effect.title,
        "effect": effect.effect,
        "note": effect.note,
        "filters": list(effect.filters),
        "because": [change.name for change in effect.because],
        "fingerprint": effect.fingerprint,
        "accepted": effect.accepted,
    }
