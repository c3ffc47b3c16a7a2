"""Effect: what becomes of each indicator and table, by following the standard's own dependencies."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from forms import coverage
from forms.adaptation.acceptance import Acceptance
from forms.adaptation.changes import Found, worst
from forms.adaptation.comparison import BROKEN, DEGRADED, EXACT, LOST, UNIVERSE, Change, Effect
from forms.adaptation.conditions import WIDENED
from forms.adaptation.contract import Contract, Indicator, Recipe, TableShell
from forms.adaptation.matching import Item, Matching

RUN, NOTED = "run", "note added"


class States:
    """What becomes of each question of the version before, its own changes and those of all it is made of."""

    def __init__(self, found: Found) -> None:
        self._logic = found.logic
        self._changes: dict[Item, list[Change]] = {}
        self._known: dict[Item, str] = {}
        self._by_id: dict[str, Item] = {}
        for item in found.logic.by_name.values():
            self._by_id.setdefault(item.qid.rpartition(".")[2], item)
        for change, items in found.touched.items():
            for item in items:
                self._changes.setdefault(item, []).append(change)

    def of(self, item: Item) -> str:
        """The worst of its own changes and of the states of all that its universe and value are made of.

        What is made of something lost is still there, in another definition; an answer that is let in by something
        that is not exact may be another one.
        """
        if item not in self._known:
            self._known[item] = EXACT  # for what reads itself
            inherited = [min(self.of(each), BROKEN, key=_rank) for each in self._logic.made_of(item)]
            judged = [min(self.of(each), DEGRADED, key=_rank) for each in self._logic.judged_by(item) if each != item]
            own = [change.state for change in self._changes.get(item, ())]
            self._known[item] = worst([*own, *inherited, *judged])
        return self._known[item]

    def named(self, name: str) -> Item | None:
        """The question, group or repeat before that the standard calls so: its id says that, whatever its name."""
        return self._by_id.get(name) or self._logic.by_name.get(name)

    def repeat(self, name: str) -> bool:
        """Is a table the rows of a repeat?"""
        item = self.named(name)
        return item is not None and not item.is_question

    def of_names(self, names: Iterable[str]) -> str:
        """The worst state of several questions; one that is not there is lost."""
        return worst(LOST if item is None else self.of(item) for item in map(self.named, names))

    def because(self, names: Iterable[str]) -> tuple[Change, ...]:
        """The changes that take something away from these questions."""
        items = self._closure(names)
        return tuple(
            dict.fromkeys(change for item in items for change in self._changes.get(item, ()) if change.state != EXACT)
        )

    def filters(self, names: Iterable[str]) -> tuple[tuple[str, Change], ...]:
        """Who has to be left out for these questions, with the change that asks more people."""
        found: dict[str, Change] = {}
        for item in self._closure(names):
            for change in self._changes.get(item, ()):
                if change.kind == UNIVERSE and change.state == EXACT and self._logic.universe(item) == WIDENED:
                    found.setdefault(change.before, change)
        return tuple(found.items())

    def _closure(self, names: Iterable[str]) -> list[Item]:
        found: dict[Item, None] = {}
        waiting = [item for item in map(self.named, names) if item is not None]
        while waiting:
            item = waiting.pop(0)
            if item not in found:
                found[item] = None
                sources = self._logic.made_of(item) | self._logic.judged_by(item)
                waiting += sorted(sources, key=lambda each: each.index)
        return list(found)


def _rank(state: str) -> int:
    return (EXACT, DEGRADED, BROKEN, LOST).index(state)


def of_indicators(contract: Contract, states: States, before: Sequence[Item]) -> tuple[Effect, ...]:
    """What becomes of the indicators of a contract, and of those that only the column `indicator` names."""
    return tuple(
        [_indicator(each, states) for each in contract.indicators]
        + [_effect(name, name, needs, states) for name, needs in _only_named(contract, before)]
    )


def of_tables(contract: Contract, states: States) -> tuple[Effect, ...]:
    """What becomes of the table shells of a contract."""
    return tuple(_table(shell, states) for shell in contract.tables)


def accepted(effects: Iterable[Effect], acceptances: Sequence[Acceptance]) -> tuple[Effect, ...]:
    """The effects, those that were accepted in this very state with what was said."""
    said = {(each.statistic, each.fingerprint): each.says for each in acceptances}
    return tuple(replace(each, accepted=said.get((each.id, each.fingerprint), "")) for each in effects)


def of_topics(matching: Matching, broken: Iterable[Change]) -> dict[str, tuple[int, int]]:
    """How many of the recommended topics that the version before covers the version after covers too.

    `core changed` and `additional changed` count those of them in which a question was defined anew.
    """
    before = {item.name for item in matching.before if item.is_answered}
    after = {item.name for item in matching.twins if item.is_answered}
    changed = {change.qid for change in broken}
    names = {item.name for item in matching.twins if item.qid in changed}
    found: dict[str, tuple[int, int]] = {}
    for level in ("core", "additional"):
        asked = [topic for topic in coverage.topics() if topic.level == level and set(topic.items) <= before]
        kept = [topic for topic in asked if set(topic.items) <= after]
        found[level] = len(kept), len(asked)
        found[f"{level} changed"] = sum(bool(names & set(topic.items)) for topic in kept), len(kept)
    return found


def _indicator(indicator: Indicator, states: States) -> Effect:
    effect = _effect(indicator.id, indicator.title, _needs(indicator.recipe, states), states)
    instead = indicator.instead
    if effect.effect == EXACT or instead is None or states.of_names(_needs(instead, states)) != EXACT:
        return effect
    return _printed(replace(effect, effect=DEGRADED, note=indicator.says))


def _needs(recipe: Recipe, states: States) -> tuple[str, ...]:
    """The questions of a recipe, and the repeat whose rows are its table."""
    return (*recipe.needs, *([recipe.table] if states.repeat(recipe.table) else []))


def _effect(name: str, title: str, needs: Sequence[str], states: States) -> Effect:
    state = states.of_names(needs)
    filters = tuple(f"only where {condition}" for condition, _ in states.filters(needs) if condition)
    because = states.because(needs)
    if state == EXACT:
        because = tuple(change for _, change in states.filters(needs))
    return _printed(Effect(name, title, state, because, _note(state, needs, states), filters))


def _note(state: str, needs: Sequence[str], states: States) -> str:
    gone = [name for name in needs if (item := states.named(name)) is None or states.of(item) == LOST]
    return f"needs {', '.join(gone)}" if state == LOST else ""


def _table(shell: TableShell, states: States) -> Effect:
    needs = (*shell.needs, *([shell.table] if states.repeat(shell.table) else []))
    effect = _effect(shell.id, shell.title, needs, states)
    if effect.note:
        return effect
    return replace(effect, note=RUN if effect.effect == EXACT and not effect.filters else NOTED)


def _only_named(contract: Contract, before: Sequence[Item]) -> Iterator[tuple[str, tuple[str, ...]]]:
    known = {indicator.id for indicator in contract.indicators} | set(contract.left_out)
    named: dict[str, list[str]] = {}
    for item in before:
        for name in item.row.get("indicator", "").split():
            named.setdefault(name, []).append(item.name)
    for name in sorted(named):
        if name not in known:
            yield name, tuple(named[name])


def _printed(effect: Effect) -> Effect:
    """The effect with the mark of its state: another change of the same statistic has another one."""
    text = "\n".join([effect.effect, *sorted(change.key for change in effect.because)])
    return replace(effect, fingerprint=hashlib.sha256(text.encode()).hexdigest()[:10])
