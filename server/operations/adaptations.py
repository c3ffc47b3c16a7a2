"""Adaptation: a project's own version of a standard form, kept in a folder and changed by one person at a time."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import TypeVar

from sqlalchemy import update
from sqlalchemy.orm import Session

from forms import adaptation, catalog, checks, workbook
from forms.adaptation import acceptance, compare, effects, lists, project, release
from forms.adaptation.comparison import EXACT, Comparison
from forms.adaptation.findings import of as on_statistics
from forms.adaptation.lists import Report
from forms.adaptation.project import Project
from forms.adaptation.release import Release
from forms.definition import Form
from forms.errors import FormError
from forms.findings import Finding
from forms.sheets import Sheets
from forms.workbook import Workbook
from server.config import Config
from server.errors import Problem, not_found
from server.models.projects import Project as Survey
from server.operations import events

FOLDER = "adaptations"

HISTORY = "history"
"""Folder of the versions that form.xlsx had before, and of those that came too late."""

KEPT = 20
"""How many earlier versions are kept."""

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")

VERB = "instrument.adapt"

UNREADABLE = "unreadable"
"""The rule of the one finding on a form that cannot be read."""

Done = TypeVar("Done")

Edit = Callable[[bytes], bytes]
"""Makes the next form.xlsx of the present one."""


@dataclass(frozen=True)
class Place:
    """Where an adaptation is: its survey, its name and its folder."""

    project_id: int
    name: str
    folder: Path

    @property
    def form(self) -> Path:
        """The questionnaire."""
        return self.folder / project.FORM

    @property
    def digest(self) -> str:
        """What tells this version of the questionnaire from any other."""
        return digest_of(self.form.read_bytes())


def digest_of(data: bytes) -> str:
    """The first characters of the SHA-256: enough to tell versions of one file apart."""
    return hashlib.sha256(data).hexdigest()[:12]


def folder_of(config: Config, project_id: int, name: str) -> Path:
    """The folder of an adaptation, there or not. Raises Problem 404.1 for what cannot be the name of one."""
    if not NAME.fullmatch(name):
        raise not_found(f"Form {name!r}")
    return config.data_dir / FOLDER / str(project_id) / name


def names(config: Config, project_id: int) -> tuple[str, ...]:
    """The survey's adaptations, in alphabetical order."""
    found = (config.data_dir / FOLDER / str(project_id)).glob(f"*/{project.FORM}")
    return tuple(sorted(path.parent.name for path in found if NAME.fullmatch(path.parent.name)))


def find(config: Config, project_id: int, name: str) -> Place:
    """The adaptation of that name; Problem 404.1 when the survey has none."""
    folder = folder_of(config, project_id, name)
    if not (folder / project.FORM).exists():
        raise not_found(f"Form {name!r}")
    return Place(project_id, name, folder)


def begin(
    session: Session,
    config: Config,
    *,
    project_id: int,
    standard: str,
    name: str,
    languages: Sequence[str],
    parameters: Mapping[str, str],
    pack: str,
    actor: str,
) -> Place:
    """Take a form of the library as the start of the survey's own, which is called `name`.

    Raises Problem 400.8 for a name that cannot be one, 409.3 for one in use, and WorkbookError for languages and
    parameters that the standard has not.
    """
    if not NAME.fullmatch(name):
        raise Problem(400.8, f"{name!r} cannot be the name of a form. Write small Latin letters, digits and _.")
    folder = folder_of(config, project_id, name)
    if name in catalog.names() or (folder / project.FORM).exists():
        raise Problem(409.3, f"There is a form {name!r} already; choose another name.", {"fields": ["name"]})
    _alone(session, project_id)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent, prefix=".begun-") as begun:
        made = Path(begun) / name
        adaptation.create(standard, made, form_id=name, languages=languages, parameters=parameters, pack=pack)
        made.rename(folder)
    _record(session, Place(project_id, name, folder), actor, {"standard": standard})
    return Place(project_id, name, folder)


def upload_form(
    session: Session, place: Place, *, data: bytes, seen: str, actor: str, late: bool = False
) -> tuple[Finding, ...]:
    """Put a workbook that was edited elsewhere in place of form.xlsx; returns what it has to be told.

    Raises WorkbookError when it cannot be read, Problem 400.8 when it is another form's, and Problem 409.51 when
    form.xlsx is no longer the one that was `seen`, unless it may come `late`: both are kept then.
    """
    _alone(session, place.project_id)
    _refuse_unreadable(place, data)
    if not late and seen != place.digest:
        kept = _keep(place, data, "late")
        raise Problem(409.51, f"Somebody changed this form after your copy was taken. Yours is kept as {kept}.")
    _put(place, data)
    _record(session, place, actor, {"uploaded": digest_of(data)})
    return findings(place)


def change(session: Session, place: Place, *, edit: Edit, actor: str, what: Mapping[str, object]) -> None:
    """Change form.xlsx in place; refused, and nothing is changed, when the result cannot be read.

    `what` says for the audit trail what was changed, in ids.
    """
    _alone(session, place.project_id)
    data = edit(place.form.read_bytes())
    _refuse_unreadable(place, data)
    _put(place, data)
    _record(session, place, actor, what)


def run(session: Session, place: Place, *, work: Callable[[], Done], actor: str, what: Mapping[str, object]) -> Done:
    """Have a function write into the folder by itself, while nobody else does; form.xlsx goes to the history before."""
    _alone(session, place.project_id)
    before = place.form.read_bytes()
    done = work()
    if place.form.read_bytes() != before:
        _keep(place, before, "version")
    _record(session, place, actor, what)
    return done


def set_list(session: Session, place: Place, *, name: str, data: bytes, suffix: str, actor: str) -> Report:
    """Put a list of the office's own in place of a choice list; returns the report of what changed.

    Raises WorkbookError for a file that cannot be read, and for a code whose meaning changed.
    """
    if name not in opened(place).form.lists:
        raise not_found(f"List {name!r}")
    _alone(session, place.project_id)
    with TemporaryDirectory() as folder:
        file = Path(folder) / f"{name}{suffix}"
        file.write_bytes(data)
        report = lists.put(place.folder, name, file)
    _record(session, place, actor, {"list": name})
    return report


def accept(session: Session, place: Place, *, statistics: Sequence[str], reason: str, who: str, actor: str) -> None:
    """Write down that statistics are no longer the standard's, and why.

    Raises Problem 404.1 for one that is exact or unknown, 400.8 when none is named, and WorkbookError without a reason.
    """
    _alone(session, place.project_id)
    found = {effect.id: effect for effect in compared(place).indicators if effect.effect != EXACT}
    if not statistics:
        raise Problem(400.8, "Tick what your office gives up.")
    for statistic in statistics:
        if statistic not in found:
            raise not_found(f"A changed statistic {statistic!r}")
    acceptance.accept(place.folder, [found[statistic] for statistic in statistics], who, reason)
    _record(session, place, actor, {"accepted": list(statistics)})


def opened(place: Place) -> Project:
    """The adaptation as it stands, read once for each state of its files."""
    return _opened(place.folder, stamp(place.folder))


def filled(place: Place) -> Workbook:
    """Its form with parameters in place; what is not translated yet is marked."""
    return _filled(place.folder, stamp(place.folder))


def sheets(place: Place) -> Sheets:
    """The sheets of form.xlsx with the cells as they are written there."""
    return _sheets(place.folder, stamp(place.folder))


def findings(place: Place) -> tuple[Finding, ...]:
    """What the house rules say of it, and what it does to the statistics: the findings of `enumera forms check`."""
    found = _findings(place.folder, stamp(place.folder))
    if any(finding.rule == UNREADABLE for finding in found):
        return found
    return (*found, *on_statistics(compared(place), place.name))


def compared(place: Place) -> Comparison:
    """What differs from its standard, what that does to the statistics, and what of it was accepted."""
    found = _compared(place.folder, stamp(place.folder, acceptance.FILE))
    said = acceptance.read(place.folder)
    indicators, tables = (effects.accepted(each, said) for each in (found.indicators, found.tables))
    return replace(found, indicators=indicators, tables=tables)


def released(place: Place, *, published: bytes, taken: tuple[str, ...], day: dt.date) -> Release:
    """Its form as it would be published on that day, after the definition that is in the field (`b""`: none)."""
    return _released(place.folder, stamp(place.folder), published, taken, day)


def stamp(folder: Path, *without: str) -> str:
    """Changes whenever a file of the folder does, those `without` and the history apart."""
    left_out = {HISTORY, *without}
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and not left_out & set(path.parts))
    facts = [(str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in files]
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def earlier(place: Place) -> tuple[str, ...]:
    """The kept versions of form.xlsx, newest first."""
    return tuple(sorted((path.name for path in (place.folder / HISTORY).glob("*.xlsx")), reverse=True))


def _alone(session: Session, project_id: int) -> None:
    """Make everybody else who changes a form of this survey wait until the transaction ends."""
    held = session.execute(update(Survey).where(Survey.id == project_id).values(name=Survey.name))
    if not held.rowcount:  # type: ignore[attr-defined]
        raise not_found(f"Project {project_id}")


def _record(session: Session, place: Place, actor: str, details: Mapping[str, object]) -> None:
    events.record(
        session, actor=actor, verb=VERB, subject=place.name, project_id=place.project_id, details=dict(details)
    )


def _refuse_unreadable(place: Place, data: bytes) -> None:
    """Read it as it would stand in the folder, lists of the office included."""
    with TemporaryDirectory() as made:
        trial = Path(made)
        (trial / project.FORM).write_bytes(data)
        if (place.folder / "lists").exists():
            shutil.copytree(place.folder / "lists", trial / "lists")
        book = workbook.read(trial, draft=True)
        Form.from_workbook(book)  # groups that are not closed
    wanted = opened(place).form.header.id
    if book.header.id != wanted:
        raise Problem(400.8, f"This is the workbook of form {book.header.id!r}, not of {wanted!r}.")


def _put(place: Place, data: bytes) -> None:
    """The next version, whole at once; the one before goes to the history."""
    _keep(place, place.form.read_bytes(), "version")
    with NamedTemporaryFile(dir=place.folder, prefix=".form-", delete=False) as partial:
        partial.write(data)
        partial.flush()
        os.fsync(partial.fileno())
    Path(partial.name).replace(place.form)


def _keep(place: Place, data: bytes, kind: str) -> str:
    """Keep a version in the history under a number of its own; of each kind only the newest stay."""
    folder = place.folder / HISTORY
    folder.mkdir(exist_ok=True)
    last = max((int(path.name[:6]) for path in folder.glob("*.xlsx")), default=0)
    name = f"{last + 1:06}-{kind}-{digest_of(data)}.xlsx"
    (folder / name).write_bytes(data)
    for old in sorted(folder.glob(f"*-{kind}-*.xlsx"))[:-KEPT]:
        old.unlink()
    return name


@lru_cache(maxsize=8)
def _opened(folder: Path, stamp: str) -> Project:
    return adaptation.open_folder(folder)


@lru_cache(maxsize=8)
def _filled(folder: Path, stamp: str) -> Workbook:
    return workbook.read(folder, draft=True)


@lru_cache(maxsize=8)
def _sheets(folder: Path, stamp: str) -> Sheets:
    return workbook.read_sheets(folder / project.FORM)


@lru_cache(maxsize=8)
def _findings(folder: Path, stamp: str) -> tuple[Finding, ...]:
    try:
        return checks.check(_filled(folder, stamp))
    except FormError as error:
        return (Finding(UNREADABLE, "error", "survey", 0, "", error.message.rstrip("."), "Correct the workbook."),)


@lru_cache(maxsize=8)
def _compared(folder: Path, stamp: str) -> Comparison:
    return compare.compare(_opened(folder, stamp))


@lru_cache(maxsize=4)
def _released(folder: Path, stamp: str, published: bytes, taken: tuple[str, ...], day: dt.date) -> Release:
    before = workbook.from_json(published.decode()) if published else None
    return release.prepare(_opened(folder, stamp), published=before, taken=taken, day=day)
