"""Release: a questionnaire as it would go to the field, with what stands against that.

released = prepare(project, published=None, day=date(2026, 11, 25))
released.version, [str(blocker) for blocker in released.blockers]
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from forms import checks, identity, workbook
from forms.adaptation.compare import compare, compare_versions
from forms.adaptation.comparison import EXACT, REFUSED, SAFE, Comparison, Effect
from forms.adaptation.project import FORM, Project
from forms.findings import Finding
from forms.header import Header
from forms.workbook import Workbook

CHECK, LANGUAGE, STATISTIC, DATA = "check", "language", "statistic", "data"
"""Kinds of blocker: a defect, a language that is not ready, a statistic given up unasked, data that would not join."""

_SHOWN = 3
"""Texts of a language that are named; the others are counted."""


@dataclass(frozen=True)
class Blocker:
    """One thing that stands against publishing: what it is (`id`), where, and what to do."""

    kind: str
    id: str
    where: str
    says: str
    do: str

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.says}. {self.do} [{self.id}]"


@dataclass(frozen=True)
class Release:
    """The questionnaire under its next version. `data` is the verdict on data collected with the published one."""

    workbook: Workbook
    version: str
    blockers: tuple[Blocker, ...]
    data: str = SAFE


def prepare(
    project: Project,
    *,
    published: Workbook | None,
    day: dt.date,
    taken: Iterable[str] = (),
    languages: Sequence[str] = (),
) -> Release:
    """An adaptation as it would be published on `day`, after `published`, the version that is in the field.

    `languages` are those that the tablets get, the first as the default; all when none is named. The version is the
    day and a number, `yyyymmddrr`, above the published one and those `taken` by drafts. What was accepted of the
    statistics that are no longer the standard's is in the header. Raises WorkbookError for a form that cannot be read.
    """
    compared = compare(project)
    filled = workbook.read(project.folder, draft=True, languages=languages)
    accepted = {effect.id: effect.accepted for effect in _changed(compared) if effect.accepted}
    noted = replace(filled, header=replace(filled.header, accepted=accepted))
    made = prepare_workbook(noted, published=published, day=day, taken=taken)
    given_up = tuple(_statistics(compared, project.folder.name))
    return replace(made, blockers=(*made.blockers, *given_up))


def prepare_workbook(book: Workbook, *, published: Workbook | None, day: dt.date, taken: Iterable[str] = ()) -> Release:
    """The same of any questionnaire, read with `draft=True`: one that has no standard gives no statistic up."""
    versions = [*taken, *([published.header.version] if published else [])]
    version = next_version(book.header.version, versions, day)
    made = identity.marked(replace(book, header=replace(book.header, version=version)))
    since = compare_versions(published, made) if published else None
    blockers = (*_defects(book), *(_refused(since) if since else ()))
    return Release(made, version, blockers, since.data if since else SAFE)


def next_version(own: str, taken: Iterable[str], day: dt.date) -> str:
    """The version `yyyymmddrr` of that day, or the form's own, whichever is later; above all that are taken."""
    present = [int(text) for text in (own, f"{day:%Y%m%d}01") if _dated(text)]
    return str(max(*present, 0, *(int(text) + 1 for text in taken if _dated(text))))


def same_contents(one: Workbook, other: Workbook) -> bool:
    """Are they one questionnaire, whatever version each of them says?"""
    return _unversioned(one) == _unversioned(other)


def _dated(version: str) -> bool:
    return len(version) == 10 and version.isascii() and version.isdigit()


def _unversioned(book: Workbook) -> str:
    return workbook.to_json(replace(book, header=replace(book.header, version="")))


def _changed(compared: Comparison) -> list[Effect]:
    return [effect for effect in (*compared.indicators, *compared.tables) if effect.effect != EXACT]


def _defects(book: Workbook) -> Iterator[Blocker]:
    """Errors of the check; the texts of each language that are not ready as one."""
    waiting: dict[str, list[Finding]] = {}
    for finding in checks.check(book):
        if finding.level != "error":
            continue
        if finding.rule.startswith("translation"):
            code = _language(finding, book.header)
            waiting.setdefault(code, []).append(finding)
        else:
            yield Blocker(CHECK, finding.rule, _place(finding), finding.message, finding.fix)
    for code, findings in waiting.items():
        if code:
            yield _unready(code, findings)


def _unready(code: str, findings: list[Finding]) -> Blocker:
    named = "; ".join(f"{_place(finding)} {finding.message}" for finding in findings[:_SHOWN])
    more = f"; {len(findings) - _SHOWN} more" if len(findings) > _SHOWN else ""
    says = f"texts of the language {code} that are missing or out of date: {len(findings)} ({named}{more})"
    return Blocker(LANGUAGE, code, "", says, "Complete them, or publish without that language.")


def _language(finding: Finding, head: Header) -> str:
    """The code of the language that a finding about a translation speaks of; empty for one that stays at home."""
    suffix = finding.column.partition("::")[2]
    by_heading = {heading: code for code, heading in head.headings.items()}
    said = re.search(r"the ([\w-]+) text of|has no ([\w-]+) text", finding.message)
    code = by_heading.get(suffix) or next(filter(None, said.groups()), "") if said else by_heading.get(suffix, "")
    return code if code in head.languages else ""


def _place(finding: Finding) -> str:
    book = finding.file.partition("[")[0] or finding.sheet
    return f"{book} {finding.cell}".strip() if finding.cell or not finding.row else f"{book}:{finding.row}"


def _statistics(compared: Comparison, folder: str) -> Iterator[Blocker]:
    for effect in compared.open:
        changed = ", ".join(dict.fromkeys(f"{change.name} ({change.kind})" for change in effect.because))
        place = next((change.place for change in effect.because if change.place), FORM)
        do = f'Undo that, or accept it: enumera forms accept {folder} {effect.id} --reason "..."'
        yield Blocker(STATISTIC, effect.id, place, f"{effect.title} is {effect.effect} by {changed}", do)


def _refused(since: Comparison) -> Iterator[Blocker]:
    """Changes after which data of the published version could not stand beside new data."""
    do = "Undo that; what has to be asked differently gets a question, or a code, of a new name."
    for change in since.changes:
        if change.data == REFUSED:
            yield Blocker(DATA, change.name, change.place, f"{change.name}: {change.says}", do)
