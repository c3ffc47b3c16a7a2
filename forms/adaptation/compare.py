"""Comparison of an adaptation with its standard, or of any two versions of a questionnaire."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from forms import sections, workbook
from forms.adaptation import changes, effects, matching
from forms.adaptation.comparison import DEFINITION, Comparison
from forms.adaptation.contract import Contract
from forms.adaptation.differences import Sides
from forms.adaptation.project import Project
from forms.header import Header
from forms.sheets import Row
from forms.workbook import Workbook

_SWITCH = re.compile(r"'\{\{(\w+)\}\}'\s*!?=\s*'")
_NO_CONTRACT = Contract()


def compare(project: Project, *, renames: Mapping[str, str] | None = None) -> Comparison:
    """An adaptation held against its pinned standard, with the acceptances of CHANGES.md.

    The standard is taken with the office's parameters, but for those that define what is measured and those that
    switch sections: they keep the standard's value, so that another value shows as a change of the questions.
    """
    before = workbook.filled(project.standard, _parameters(project))
    after = workbook.filled(project.form)
    found = _compare(before, after, project.contract, renames)
    return replace(
        found,
        before=f"{project.standard_name} (standard)",
        after=project.folder.name,
        indicators=effects.accepted(found.indicators, project.acceptances),
        tables=effects.accepted(found.tables, project.acceptances),
    )


def compare_versions(
    before: Workbook,
    after: Workbook,
    contract: Contract = _NO_CONTRACT,
    *,
    renames: Mapping[str, str] | None = None,
) -> Comparison:
    """Any two questionnaires whose parameters are filled in, as `workbook.read` gives them.

    `renames` maps names before to names after that wording alone would only suggest.
    """
    return _compare(before, after, contract, renames)


def _compare(
    before: Workbook,
    after: Workbook,
    contract: Contract,
    renames: Mapping[str, str] | None,
) -> Comparison:
    before, after = sections.asked(before), sections.asked(after)
    matched = matching.match(before, after, renames)
    languages = _defining(after.header, before.header)
    found = changes.find(matched, Sides(matching.marked(before), matching.marked(after), languages))
    states = effects.States(matched, found)
    defined = [change for change in found.changes if change.kind == DEFINITION]
    return Comparison(
        before=_called(before),
        after=_called(after),
        changes=found.changes,
        indicators=effects.of_indicators(contract, states, matched.before),
        tables=effects.of_tables(contract, states),
        topics=effects.of_topics(matched, defined),
        names={item.qid: twin.name for item, twin in matched.twins.items()},
    )


def _called(book: Workbook) -> str:
    head = book.header
    return f"{head.id}@{head.version}" if head.version else head.id


def _parameters(project: Project) -> dict[str, str]:
    """The office's values for the standard, without definitions and switches."""
    known = project.standard.header.parameters
    kept = {*project.contract.definitions, *_switches(project.standard.survey)}
    return {
        name: text
        for name, text in project.form.header.parameters.items()
        if name.partition("::")[0] in known and name.partition("::")[0] not in kept
    }


def _switches(rows: Iterable[Row]) -> set[str]:
    """The parameters whose value decides whether something is asked at all."""
    return {name for row in rows for name in _SWITCH.findall(row.get("relevant", ""))}


def _defining(after: Header, before: Header) -> tuple[str, ...]:
    """The languages whose wording defines a question: the first of the survey, and those of the version before."""
    return tuple(dict.fromkeys([after.language, before.language, before.original_language]))
