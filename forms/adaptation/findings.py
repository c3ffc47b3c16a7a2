"""Findings on an adaptation: what it does to the statistics, said as `check` says everything else."""

from __future__ import annotations

from collections.abc import Iterator

from forms.adaptation.comparison import DEFINITION, EXACT, LOST, RECODE, REMOVED, UNIVERSE, Change, Comparison, Effect
from forms.findings import Finding, Level

_RULES = {
    UNIVERSE: "universe-changed",
    DEFINITION: "definition-changed",
    REMOVED: "question-removed",
    RECODE: "list-recoded",
}
_CURES = {
    UNIVERSE: "Keep the standard's universe, or name the difference in every table.",
    DEFINITION: "Ask it as the standard does, or add a question of your own beside it.",
    REMOVED: "Keep the question, or accept what becomes of its statistics.",
    RECODE: "Say in x_standard which code of the standard each code means.",
}


def of(compared: Comparison, folder: str) -> tuple[Finding, ...]:
    """A finding for each change that is more than wording, and for each statistic that is not exact any more.

    A change whose answers can still be worked out into the standard's is for information. A statistic that nobody
    accepted is an error: the form is not published with it. `folder` is the adaptation as a person calls it.
    """
    return (*_of_changes(compared), *_of_statistics(compared, folder), *_of_topics(compared))


def _of_changes(compared: Comparison) -> Iterator[Finding]:
    for change in compared.changes:
        if change.kind in _RULES:
            level: Level = "info" if change.state == EXACT else "warning"
            cure = "Nothing is lost." if change.state == EXACT else _CURES[change.kind]
            yield _finding(_RULES[change.kind], level, change, f"{change.name}: {change.says}", cure)


def _of_statistics(compared: Comparison, folder: str) -> Iterator[Finding]:
    for effect in compared.indicators:
        if effect.effect != EXACT and not effect.accepted:
            do = f'Undo that, or accept it: enumera forms accept {folder} {effect.id} --reason "..."'
            yield _statistic("indicator-open", "error", effect, f"the indicator {_says(effect)}", do)
    for effect in compared.tables:
        if effect.effect == LOST:
            yield _statistic("table-lost", "warning", effect, f"the table {_says(effect)}", "Keep what it needs.")


def _of_topics(compared: Comparison) -> Iterator[Finding]:
    kept, before = compared.topics.get("core", (0, 0))
    if kept < before:
        message = f"{before - kept} of the {before} recommended core topics of the standard are not covered any more"
        yield Finding("topic-lost", "warning", "survey", 0, "", message, "See enumera forms coverage.")


def _says(effect: Effect) -> str:
    names = ", ".join(dict.fromkeys(change.name for change in effect.because))
    return f"{effect.id} ({effect.title}) is {effect.effect} by {names}"


def _statistic(rule: str, level: Level, effect: Effect, message: str, cure: str) -> Finding:
    if effect.because:
        return _finding(rule, level, effect.because[0], message, cure)
    return Finding(rule, level, "survey", 0, "", message, cure)


def _finding(rule: str, level: Level, change: Change, message: str, cure: str) -> Finding:
    file, _, cell = change.place.rpartition(" ")
    return Finding(rule, level, "survey", 1 if cell else 0, change.what, message.rstrip("."), cure, file, cell)
