"""Comparison of an adaptation with its standard, or of any two versions of a questionnaire."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from forms import catalog, sections, workbook
from forms.adaptation import acceptance, changes, contract, effects, matching
from forms.adaptation.acceptance import Acceptance
from forms.adaptation.comparison import DEFINITION, Comparison
from forms.adaptation.contract import Contract
from forms.adaptation.differences import Sides
from forms.adaptation.project import Project, open_folder
from forms.header import Header
from forms.sheets import Row
from forms.workbook import Workbook

_SWITCH = re.compile(r"'\{\{(\w+)\}\}'\s*!?=\s*'")
_NO_CONTRACT = Contract()


@dataclass(frozen=True)
class Versions:
    """Two versions ready to be compared, and what a person calls them; empty names are those of the forms."""

    before: Workbook
    after: Workbook
    contract: Contract = _NO_CONTRACT
    acceptances: tuple[Acceptance, ...] = ()
    called: tuple[str, str] = ("", "")

    @property
    def guesses(self) -> Mapping[str, str]:
        """Names before and after that may be one question renamed, by their wording alone."""
        return matching.match(self.before, self.after).guesses

    def compared(self, renames: Mapping[str, str] | None = None) -> Comparison:
        """What differs; `renames` maps names before to names after that wording alone would only suggest."""
        matched = matching.match(self.before, self.after, renames)
        before, after = self.before.header, self.after.header
        languages = tuple(dict.fromkeys([after.language, before.language, before.original_language]))
        sides = Sides(matching.marked(self.before), matching.marked(self.after), languages)
        found = changes.find(matched, sides)
        states = effects.States(found)
        indicators = effects.of_indicators(self.contract, states, matched.before)
        defined = [change for change in found.changes if change.kind == DEFINITION]
        return Comparison(
            before=self.called[0] or _called(before),
            after=self.called[1] or _called(after),
            changes=found.changes,
            indicators=effects.accepted(indicators, self.acceptances),
            tables=effects.accepted(effects.of_tables(self.contract, states), self.acceptances),
            topics=effects.of_topics(matched, defined),
            names={item.qid: twin.name for item, twin in matched.twins.items()},
        )


def compare(project: Project, *, renames: Mapping[str, str] | None = None) -> Comparison:
    """An adaptation held against its pinned standard, with the acceptances of CHANGES.md.

    The standard is taken with the office's parameters, but for those that define what is measured and those that
    switch sections: they keep the standard's value, so that another value shows as a change of the questions.
    `renames` are those of `Versions.compared`.
    """
    return _of_project(project).compared(renames)


def compare_versions(
    before: Workbook,
    after: Workbook,
    contract: Contract = _NO_CONTRACT,
    *,
    renames: Mapping[str, str] | None = None,
) -> Comparison:
    """Any two questionnaires whose parameters are filled in, as `workbook.read` gives them."""
    return Versions(sections.asked(before), sections.asked(after), contract).compared(renames)


def with_standard(folder: str) -> Versions:
    """An adaptation and its standard. Raises WorkbookError when the folder is no adaptation."""
    return _of_project(open_folder(Path(folder)))


def of_forms(before: str, after: str) -> Versions:
    """Two forms by path or by their name in the library; the contract is that of the one before, if it has any.

    Raises WorkbookError when one of them cannot be read.
    """
    one, other = (sections.asked(catalog.read(form, draft=True)) for form in (before, after))
    places = [Path(before) if Path(before).exists() else catalog.folder(before), Path(after)]
    promised = next((place for place in places if (place / contract.FILE).is_file()), None)
    said = contract.read(promised) if promised else _NO_CONTRACT
    return Versions(one, other, said, acceptance.read(Path(after)), (before, after))


def _of_project(project: Project) -> Versions:
    return Versions(
        sections.asked(workbook.filled(project.standard, _parameters(project))),
        sections.asked(workbook.filled(project.form)),
        project.contract,
        project.acceptances,
        (f"{project.standard_name} (standard)", project.folder.name),
    )


def _called(head: Header) -> str:
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
