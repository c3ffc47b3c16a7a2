"""Verdicts hold: what the comparison calls exact comes out the same, number for number, whatever the office edited.

Drawn households answer the standard and each edited version of it. Their answers to the edited one go back into the
standard's questions, and every indicator that the comparison calls exact must be the number that the standard gives.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, cached_property

import pytest
from hypothesis import HealthCheck, given, settings

from forms import cases, catalog, identity, sections, tables
from forms.adaptation import comparison, contract, harmonise, indicators, matching, simulation
from forms.adaptation.compare import compare_versions
from forms.adaptation.contract import Contract
from forms.adaptation.indicators import Number
from forms.adaptation.simulation import Household, Version
from forms.tables import Tables
from forms.workbook import Workbook
from tests.forms.adaptation import edits
from tests.forms.adaptation.edits import Edited

FOLDER = catalog.folder("census_migration")
MEDIA = [FOLDER / "cases" / "media"]
HOUSEHOLDS = 15
EXAMPLES = 110
HABITS = {
    "visit.contact": ["1"] * 9 + ["3"],
    "consent.consent_given": ["1"] * 9 + ["2"],
    "living_quarters.n_usual": ["1", "2", "3"],
    "living_quarters.n_visitors": ["0", "0", "1"],
    "living_quarters.n_present": ["1", "2", "3"],
    "members_abroad.emi_n": ["1", "2"],
    "birth_citizenship.birth_where": ["1", "2", "3", "3"],
    "roster.age_stated": [str(age) for age in (0, 3, 7, 11, 14, 16, 22, 28, 33, 41, 52, 64, 80)],
    "roster.dob_known": ["2", "3"],
}
"""How drawn households live, so that few interviews show much."""


@dataclass(frozen=True)
class Outcome:
    """What became of one edited version: its verdicts by indicator, and the indicators whose number changed."""

    edited: Edited
    verdicts: dict[str, str]
    changed: frozenset[str]

    @property
    def wrong(self) -> set[str]:
        """The indicators called exact that are not."""
        return {name for name in self.changed if self.verdicts[name] == comparison.EXACT}


class Bench:
    """The standard's side of every comparison, worked out once."""

    def __init__(self) -> None:
        suite = cases.suite(FOLDER)
        parameters = {**suite.parameters, "section_entry_basis": "no"}
        read = catalog.read(str(FOLDER), parameters, suite.lists, draft=True, languages=["en"])
        self.standard: Workbook = _short(sections.asked(identity.marked(read)))
        self.contract: Contract = contract.read(FOLDER)
        self.version: Version = simulation.version(self.standard, MEDIA)

    @cached_property
    def people(self) -> list[Household]:
        """Who is asked."""
        return simulation.population(self.version, HOUSEHOLDS, HABITS, "people")

    @cached_property
    def numbers(self) -> dict[str, Number]:
        """What the standard gives."""
        return self.computed(self.standard, self.version)

    def computed(self, workbook: Workbook, version: Version) -> dict[str, Number]:
        """What a version gives, its answers put into the standard."""
        matched = matching.match(self.standard, workbook)
        plan = harmonise.plan_for(matched, self.standard, workbook, self.version.script)
        given = simulation.ask(version, self.version, self.people, HABITS)
        flat: Tables = tables.flatten(plan.standard, harmonise.harmonise(given, plan))
        return indicators.compute_all(self.contract, flat)

    def outcome(self, edited: Edited) -> Outcome:
        """Verdicts and numbers of an edited version."""
        found = compare_versions(self.standard, edited.workbook, self.contract)
        verdicts = {effect.id: effect.effect for effect in found.indicators}
        numbers = self.computed(edited.workbook, simulation.version(edited.workbook, MEDIA))
        changed = frozenset(name for name, number in numbers.items() if number != self.numbers[name])
        return Outcome(edited, verdicts, changed)


def _short(workbook: Workbook) -> Workbook:
    """The workbook with the first choices of each long list: others show nothing more."""
    kept = (rows if len(rows) < 15 else (*rows[:10], *rows[-2:]) for rows in workbook.lists.values())
    return replace(workbook, choices=tuple(row for rows in kept for row in rows))


@cache
def bench() -> Bench:
    """The bench of this run."""
    return Bench()


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    """What became of every drawn version; fails at the first verdict that does not hold, with the fewest edits."""
    found: list[Outcome] = []

    @settings(
        max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(edits.edited(bench().standard))
    def hold(edited: Edited) -> None:
        outcome = bench().outcome(edited)
        found.append(outcome)
        assert not outcome.wrong, (edited.says, sorted(outcome.wrong))

    hold()
    return found
