"""Draft: a version of a form before the field has it, tried out on tablets in the twin of its project.

The twin is a project of its own, so nothing that counts, weighs, tabulates or exports can meet a test interview:
it would have to ask for another project. What was tried is what is published: promoting copies it byte for byte.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from forms import catalog
from forms.adaptation import open_folder
from forms.adaptation.project import STANDARD
from forms.adaptation.release import Release, prepare, prepare_workbook, same_contents
from forms.choicelists import ListSource
from server.errors import Problem, not_found
from server.models.instruments import Instrument, InstrumentFile, newest, published
from server.models.projects import Project, twin_of
from server.models.samples import Sample, Unit
from server.models.submissions import Attachment, Content, Submission
from server.models.users import Token, by_name
from server.operations import accounts, events, instruments

UNITS = 20
"""Sampled units that a test tablet lists."""

MARK = "TEST"
"""What the tester reads before the title of the survey."""

_DESIGN = {"ids": ["household_id"], "weight": "weight", "strata": None, "probabilities": [], "lonely": "adjust"}


@dataclass(frozen=True)
class Draft:
    """A form in the twin that tablets may fetch, with its number of test interviews and when the last one came."""

    instrument: Instrument
    tests: int
    last: dt.datetime | None


def prepared(
    session: Session,
    *,
    project_id: int,
    form: str,
    day: dt.date,
    parameters: Mapping[str, str] | None = None,
    lists: Mapping[str, ListSource] | None = None,
    languages: Sequence[str] = (),
    pack: str = "",
) -> Release:
    """A form (adaptation, form folder, file, or name in the library) as it would go to the field on `day`.

    It is held against its standard and against the version that the project has in the field. Raises Problem 400.8
    when parameters, lists or a pack are given for an adaptation, whose own files say them; WorkbookError as reading.
    """
    if (Path(form) / STANDARD).exists():
        if parameters or lists or pack:
            raise Problem(
                400.8, f"{form}: parameters and lists of an adaptation stand in its own files. Set them there."
            )
        project = open_folder(Path(form))
        known = _known(session, project_id, project.form.header.id)
        return prepare(project, day=day, languages=languages, **known)
    book = catalog.read(form, parameters, lists, draft=True, languages=languages, pack=pack)
    return prepare_workbook(book, day=day, **_known(session, project_id, book.header.id))


def make(session: Session, *, project_id: int, release: Release, actor: str = "command line") -> Instrument:
    """Give a release to the test tablets of a project; it takes the place of an earlier draft of the form.

    The same questionnaire again is the draft that there is. Raises Problem 422.51 when something stands against it.
    """
    refuse_blocked(release)
    twin = _twin(session, project_id, release.workbook.header.language)
    form_id = release.workbook.header.id
    field = instruments.in_field(session, project_id=project_id, form_id=form_id)
    for earlier in _open(session, twin.id, form_id):
        same = same_contents(instruments.workbook_of(earlier), release.workbook)
        if same and not _overtaken(earlier, field):
            return earlier
        earlier.state = "closing"
    made = instruments.publish(session, project_id=twin.id, workbook=release.workbook, actor=actor)
    if instruments.HOUSEHOLDS in made.media:
        _give_units(session, twin, release.workbook.folder)
    return made


def refuse_blocked(release: Release) -> None:
    """Raise Problem 422.51 when something stands against a release, with each thing in its details."""
    if release.blockers:
        first = release.blockers[0]
        raise Problem(
            422.51,
            f"Not published yet: {len(release.blockers)} to put right. The first: {first}",
            {"blockers": [vars(blocker) for blocker in release.blockers]},
        )


def current(session: Session, *, project_id: int) -> list[Draft]:
    """The drafts of a project, by form."""
    twin = session.scalar(twin_of(project_id))
    if twin is None:
        return []
    newest_of: dict[str, Instrument] = {}
    for instrument in session.scalars(published(twin.id)):
        newest_of.setdefault(instrument.form_id, instrument)
    return [Draft(one, *_counted(session, twin.id, one.form_id)) for one in newest_of.values()]


def tests(session: Session, *, project_id: int) -> list[Submission]:
    """The test interviews of a project, the newest first."""
    twin = session.scalar(twin_of(project_id))
    if twin is None:
        return []
    mine = select(Submission).where(Submission.project_id == twin.id)
    return list(session.scalars(mine.order_by(Submission.id.desc())))


def discard_tests(session: Session, *, project_id: int, actor: str) -> int:
    """Delete every test interview of a project. Returns how many there were."""
    found = [sheet.id for sheet in tests(session, project_id=project_id)]
    if not found:
        return 0
    for table in (Content, Attachment):
        session.execute(delete(table).where(table.submission_id.in_(found)))
    session.execute(delete(Submission).where(Submission.id.in_(found)))
    twin = session.scalars(twin_of(project_id)).one()
    for unit in session.scalars(select(Unit).where(Unit.project_id == twin.id)):
        unit.visits, unit.result, unit.disposition, unit.last_visit_at, unit.final_root_id = 0, None, None, None, None
    _record(session, project_id, actor, "test interviews", {"deleted": len(found)})
    return len(found)


def tablet(session: Session, *, project_id: int, secret_key: str) -> tuple[Token, str, Project]:
    """The address of a project's test tablets: its token, the secret, and the twin. Any number of tablets share it.

    Raises Problem 404.1 when nothing was drafted yet.
    """
    twin = session.scalar(twin_of(project_id))
    if twin is None:
        raise not_found(f"A draft in project {project_id}")
    mine = select(Token).where(Token.project_id == twin.id, Token.kind == "tablet", Token.revoked_at.is_(None))
    token = session.scalars(mine.order_by(Token.id)).first()
    if token is not None:
        return token, accounts.token_secret(token, secret_key), twin
    user_id = session.scalars(by_name(twin.name)).one().id
    made = accounts.issue_token(session, user_id=user_id, project_id=twin.id, kind="tablet", secret_key=secret_key)
    return *made, twin


def promote(session: Session, *, project_id: int, form_id: str = "", actor: str = "command line") -> Instrument:
    """Publish a draft to the field as it was tried out, and take it from the test tablets.

    `form_id` picks one of several drafts. Raises Problem 404.1 when there is none, 400.3 when there are several,
    409.55 when the field has got a later version since, and what `instruments.publish` raises.
    """
    draft = _the_draft(session, project_id, form_id)
    field = instruments.in_field(session, project_id=project_id, form_id=draft.form_id)
    if field is not None and _overtaken(draft, field):
        raise Problem(
            409.55,
            f"The field has version {field.version} of {draft.form_id}, the draft is {draft.version}. "
            "Make the draft again, so that it is compared with what is in the field.",
        )
    made = instruments.publish(session, project_id=project_id, workbook=instruments.workbook_of(draft), actor=actor)
    files = session.scalars(select(InstrumentFile).where(InstrumentFile.instrument_id == draft.id))
    there = set(session.scalars(select(InstrumentFile.name).where(InstrumentFile.instrument_id == made.id)))
    for file in files:
        if file.name not in there:
            session.add(InstrumentFile(instrument_id=made.id, name=file.name, digest=file.digest, md5=file.md5))
    draft.state = "closing"
    session.flush()
    return made


def _known(session: Session, project_id: int, form_id: str) -> dict[str, Any]:
    """The version of a form in the field, and the versions that its drafts have taken."""
    field = instruments.in_field(session, project_id=project_id, form_id=form_id)
    twin = session.scalar(twin_of(project_id))
    taken = [one.version for one in session.scalars(newest(twin.id, form_id))] if twin else []
    return {"published": instruments.workbook_of(field) if field else None, "taken": taken}


def _the_draft(session: Session, project_id: int, form_id: str) -> Instrument:
    found = [one.instrument for one in current(session, project_id=project_id)]
    wanted = [one for one in found if form_id in ("", one.form_id)]
    if not wanted:
        raise not_found(f"A draft{f' of {form_id}' if form_id else ''}")
    if len(wanted) > 1:
        names = ", ".join(one.form_id for one in wanted)
        raise Problem(400.3, f"There are drafts of {names}; say which form.", {"field": "form"})
    return wanted[0]


def _overtaken(draft: Instrument, field: Instrument | None) -> bool:
    """Has the field got another version since the draft was made?"""
    return field is not None and field.published_at > draft.published_at


def _open(session: Session, twin_id: int, form_id: str) -> Iterator[Instrument]:
    for instrument in session.scalars(newest(twin_id, form_id)).all():
        if instrument.state == "open":
            yield instrument


def _counted(session: Session, twin_id: int, form_id: str) -> tuple[int, dt.datetime | None]:
    wanted = select(func.count(), func.max(Submission.received_at)).where(
        Submission.project_id == twin_id, Submission.form_id == form_id, Submission.current
    )
    count, last = session.execute(wanted).one()
    return count, last


def _twin(session: Session, project_id: int, language: str) -> Project:
    """The twin of a project with the person whom its test tablets speak for; made with the first draft."""
    twin = session.scalar(twin_of(project_id))
    if twin is not None:
        return twin
    project = session.get_one(Project, project_id)
    shown = {name: f"{MARK} {text}" for name, text in project.settings.items() if name.startswith("title_")}
    name = f"{project.name[:58]}.test"
    twin = Project(
        name=name,
        title=f"{MARK} {project.title}"[:200],
        timezone=project.timezone,
        settings={**shown, "on_device": project.settings.get("on_device", [])},
        test_of=project_id,
    )
    session.add(twin)
    accounts.create_user(
        session, name=name, role="enumerator", display=f"{MARK} {project.name}"[:120], language=language
    )
    return twin


def _give_units(session: Session, twin: Project, folder: Path | None) -> None:
    """Units for the test tablets: the first of the newest sample, else those beside the form, else made-up ones."""
    newest_sample = select(Sample).where(Sample.project_id == twin.test_of).order_by(Sample.id.desc())
    sample = session.scalars(newest_sample).first()
    origin = {"copy_of": sample.id if sample else None}
    there = session.scalars(select(Sample).where(Sample.project_id == twin.id)).first()
    if there is not None and there.record == origin:
        return
    if there is not None:
        session.execute(delete(Unit).where(Unit.sample_id == there.id))
        session.delete(there)
        session.flush()
    design = sample.design if sample else _DESIGN
    copy = Sample(project_id=twin.id, name="test", plan="", record=origin, design=design)
    session.add(copy)
    session.flush()
    tester = session.scalars(by_name(twin.name)).one()
    place = {"sample_id": copy.id, "project_id": twin.id, "assigned_to_id": tester.id}
    rows = _drawn(session, sample) if sample else _listed(folder)
    session.execute(insert(Unit), [{**row, **place} for row in rows])


_COPIED = (*("key", "label", "psu", "stratum", "region", "urban", "probability", "base_weight", "lat", "lon", "facts"),)


def _drawn(session: Session, sample: Sample) -> list[dict[str, Any]]:
    units = session.scalars(select(Unit).where(Unit.sample_id == sample.id).order_by(Unit.key).limit(UNITS))
    return [{name: getattr(unit, name) for name in _COPIED} for unit in units]


def _listed(folder: Path | None) -> list[dict[str, Any]]:
    """Units from the list beside a form: the one of its media, or that of its cases."""
    places = [folder / part / instruments.HOUSEHOLDS for part in ("media", "cases/media")] if folder else []
    path = next((place for place in places if place.is_file()), None)
    numbered = [{"name": f"test-{number:02d}", "label": f"{MARK} {number}"} for number in range(1, UNITS + 1)]
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")))) if path else numbered
    empty = {"psu": "", "stratum": "", "region": "", "urban": "", "probability": 1.0, "base_weight": 1.0}
    return [
        {**empty, "key": row["name"], "label": row.get("label") or row["name"], "facts": row} for row in rows[:UNITS]
    ]


def _record(session: Session, project_id: int, actor: str, subject: str, details: dict[str, object]) -> None:
    events.record(
        session, actor=actor, verb="instrument.publish", subject=subject, project_id=project_id, details=details
    )
