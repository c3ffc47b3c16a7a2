"""Project: the folder in which an office adapts a standard questionnaire.

tjk/
  form.xlsx        the questionnaire; edited in Excel, in the browser or by commands
  standard.json    the standard as it was taken; every comparison is with this
  contract.toml    the statistics that the standard feeds
  lists/*.csv      lists of the office, in place of those in form.xlsx
  cases/           what the form must do with given answers
  CHANGES.md       what the office gave up on purpose: who, when, why
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from forms import cases, catalog, identity, packs, placeholders, workbook
from forms.adaptation import acceptance, contract
from forms.adaptation.acceptance import Acceptance
from forms.adaptation.contract import Contract
from forms.errors import WorkbookError
from forms.header import suggestion
from forms.workbook import Workbook

FORM = workbook.PROJECT_FORM
STANDARD = "standard.json"


@dataclass(frozen=True)
class Project:
    """An adaptation on disk. `standard` and `form` are as their authors wrote them: parameters stand as `{{name}}`."""

    folder: Path
    standard: Workbook
    form: Workbook
    contract: Contract
    acceptances: tuple[Acceptance, ...]

    @property
    def standard_name(self) -> str:
        """The standard and its version, as `census_migration@2026112501`."""
        return f"{self.standard.header.id}@{self.standard.header.version}"


def create(
    standard: str,
    folder: Path,
    *,
    form_id: str = "",
    languages: Sequence[str] = (),
    parameters: Mapping[str, str] | None = None,
    pack: str = "",
) -> Project:
    """Begin an adaptation of a library form or of a form folder, in a folder that is not there yet.

    `languages` are those of the survey, the first being asked first; the languages of the standard that are left
    out are gone, its own language stays as the last one, for whoever compares. Raises WorkbookError when the folder
    holds something, and for parameters and languages that the standard has not.
    """
    if folder.exists() and any(folder.iterdir()):
        raise WorkbookError(f"{folder.name}: something is there already. Choose another folder, or move that away.")
    place = Path(standard) if Path(standard).exists() else catalog.folder(standard)
    if not Path(standard).exists() and standard not in catalog.names():
        raise WorkbookError(f"library: no form {standard!r}. {suggestion(standard, catalog.names())}")
    taken = _taken(place, languages, pack)
    made = _set_up(taken, form_id, place, pack, parameters or {})
    folder.mkdir(parents=True, exist_ok=True)
    (folder / STANDARD).write_text(workbook.to_json(taken), encoding="utf-8")
    workbook.write_xlsx(made, folder / FORM)
    for name in (contract.FILE, "cases", "media"):
        _copy(place / name, folder / name)
    headings = made.header.headings
    for file in folder.glob("cases/*.csv"):
        cases.speak(file, headings.get(made.header.original_language, ""), tuple(headings.values()))
    return open_folder(folder)


def open_folder(folder: Path) -> Project:
    """The adaptation in a folder. Raises WorkbookError when there is none, or one that cannot be read."""
    if not (folder / FORM).exists() or not (folder / STANDARD).exists():
        raise WorkbookError(f"{folder.name}: no adaptation ({FORM}, {STANDARD}). Begin one: enumera forms adapt.")
    try:
        standard = workbook.from_json((folder / STANDARD).read_text(encoding="utf-8"))
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise WorkbookError(f"{folder.name}/{STANDARD}: damaged. Take it from a copy; it is never edited.") from error
    return Project(
        folder,
        standard,
        identity.marked(workbook.read_source(folder)),
        contract.read(folder),
        acceptance.read(folder),
    )


def _taken(place: Path, languages: Sequence[str], pack: str) -> Workbook:
    """The standard as it is pinned: in the languages that stay, its own last, every row with its id."""
    whole = workbook.read_source(place)
    own = whole.header.language
    wanted = tuple(languages) or (packs.read(place, pack).languages if pack else tuple(whole.header.languages))
    taken = workbook.source_in(whole, [*wanted, *([own] if own not in wanted else [])])
    spoken = replace(taken.header, original=own if own != taken.header.language else "")
    return identity.marked(replace(taken, header=spoken, folder=None))


def _set_up(taken: Workbook, form_id: str, place: Path, pack: str, given: Mapping[str, str]) -> Workbook:
    """The office's first version: the standard under its own id, with its parameters and country pack."""
    head = taken.header
    country = packs.read(place, pack) if pack else None
    if country:  # a pack is written in the standard's own language, as the standard is
        said = placeholders.spoken_in(country.parameters, head.original_language, head.language)
        country = replace(country, parameters=said)
    values = packs.parameters(country, given) if country else dict(given)
    for name in values:
        if name.partition("::")[0] not in head.parameters:
            raise WorkbookError(f"parameters: {head.id!r} has no {name!r}. {suggestion(name, head.parameters)}")
    bare = {name.partition("::")[0] for name in values if "::" not in name}
    kept = {name: text for name, text in head.parameters.items() if name.partition("::")[0] not in bare}
    digest = hashlib.sha256(workbook.to_json(taken).encode()).hexdigest()
    origin = f"{head.id}@{head.version} sha256:{digest[:16]}"
    made = replace(
        taken,
        header=replace(head, id=form_id or head.id, parameters={**kept, **values}, adapted_from=origin),
        folder=place,
    )
    if country is None:
        return made
    with_lists = workbook.with_lists(made, country.lists)
    return packs.arrange(with_lists, country)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target)
    elif source.exists():
        shutil.copyfile(source, target)
