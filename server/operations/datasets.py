"""Datasets: cut the counted sheets of a sample into frozen tables, and read such a cut again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd
from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms import codebook as codebooks
from forms.codebook import Codebook
from forms.definition import Form
from forms.instances import parse
from forms.tables import Tables, flatten
from forms.versions import merge
from sampling.design import Design, Survey
from server.db import now
from server.errors import Problem, not_found
from server.intake import standing
from server.models.datasets import Dataset
from server.models.instruments import Instrument
from server.models.projects import Project
from server.models.samples import Sample, Unit
from server.models.submissions import Content, Submission
from server.models.users import User
from server.operations import events, freezing
from server.operations.instruments import form_of
from server.operations.submissions import unpacked
from server.storage import Storage

NOT_ATTEMPTED = "3.11"
"""AAPOR: no visit reached the unit, so that nobody knows whether a household lives there."""
NON_CONTACT = "2.20"
"""AAPOR: visits without a final result, for results that the form has no rule for."""

OWN_COLUMNS = ("key", "disposition", "result", "visits", "open", "enumerator")
"""Columns of the frozen units beside those of the draw: `key` is the interview's root id, "" without one."""

HOUSEHOLD_SIZES = ((1, "1"), (2, "2"), (4, "3-4"), (6, "5-6"))
"""Classes of household size, by the largest size of each; all larger ones are "7+"."""


@dataclass(frozen=True)
class Frozen:
    """A cut: every drawn unit, every counted visit, the interviews as linked tables, and what the columns mean."""

    units: pd.DataFrame
    visits: pd.DataFrame
    tables: Tables
    codebook: Codebook
    design: Design
    sample_key: str
    record: Mapping[str, Any]


def cut(session: Session, *, project_id: int, name: str, as_of: str | None = None) -> dict[str, Any]:
    """Freeze what was counted at a moment (ISO 8601 with zone; the present by default) under a name.

    Every drawn unit is there; one without a final result has the disposition it gets at the close of fieldwork.
    The same sheets give the same digest. Returns dataset_id, digest, units, interviews, persons.
    Raises Problem 409.3 for a name in use, 400.8 for an unreadable moment, 409.52 without sample or instrument, and
    409.54 for the twin in which drafts are tried out.
    """
    if session.get_one(Project, project_id).test_of is not None:
        raise Problem(409.54, "These are test interviews: they are never data. Delete them, or look at them.")
    if session.scalar(select(Dataset.id).where(Dataset.project_id == project_id, Dataset.name == name)) is not None:
        raise Problem(409.3, f"There is a dataset {name!r} already; a cut never changes, so choose another name.")
    moment = _moment(as_of)
    found = _gather(session, project_id, moment)
    counts = {
        "units": len(found.units),
        "interviews": len(found.tables.frames[found.tables.root]),
        "persons": len(found.tables.frames["person"]) if "person" in found.tables.frames else 0,
    }
    frozen = freezing.pack(found.tables, found.units, _visit_table(found.visits), codebooks.of(found.form))
    dataset = Dataset(
        project_id=project_id,
        sample_id=found.sample.id,
        name=name,
        as_of=moment,
        digest=_storage().put(frozen),
        record={**_record(found), "left_out": _left_out(session, project_id, moment), **counts},
    )
    session.add(dataset)
    session.flush()
    digest = {"digest": dataset.digest}
    events.record(session, actor="jobs", verb="dataset.cut", subject=name, project_id=project_id, details=digest)
    return {"dataset_id": dataset.id, "digest": dataset.digest, **counts}


def find(session: Session, *, dataset_id: int) -> Dataset:
    """The dataset of that number; Problem 404.1 when there is none."""
    dataset = session.get(Dataset, dataset_id)
    if dataset is None:
        raise not_found(f"Dataset {dataset_id}")
    return dataset


def cuts(session: Session, *, project_id: int) -> list[Dataset]:
    """The datasets of a project, the newest first."""
    return list(session.scalars(select(Dataset).where(Dataset.project_id == project_id).order_by(Dataset.id.desc())))


def drawn(session: Session, sample: Sample) -> pd.DataFrame:
    """The units of a sample with the columns of the draw, by key."""
    units = session.scalars(select(Unit.facts).where(Unit.sample_id == sample.id).order_by(Unit.key))
    return pd.DataFrame(list(units))


def load(session: Session, *, dataset_id: int) -> Frozen:
    """A cut as it was frozen; Problem 404.1 when there is none."""
    dataset = find(session, dataset_id=dataset_id)
    sample = session.get_one(Sample, dataset.sample_id)
    tables, units, visits, book = freezing.unpack(_storage().get(dataset.digest))
    kept = sample.design
    design = Design(tuple(kept["ids"]), kept["weight"], kept["strata"], tuple(kept["probabilities"]), kept["lonely"])
    return Frozen(units, visits, tables, book, design, design.ids[-1], dataset.record)


def survey(frozen: Frozen) -> Survey:
    """All drawn units with their base weight; interviewed ones with the household's answers.

    Beside the frozen columns: `n_persons`, the rows of the roster, and `hh_size`, its class; missing without one.
    """
    root = frozen.tables.frames[frozen.tables.root]
    clash = [column for column in root.columns if column in frozen.units.columns and column != "key"]
    answers = root.drop(columns=clash)
    data = frozen.units.merge(answers, on="key", how="left", validate="many_to_one")
    roster = frozen.tables.frames.get("person")
    if roster is not None:
        counts = roster.groupby("parent").size()
        sizes = data["key"].map(counts).astype("Int64").where(data["key"] == "", data["key"].map(counts).fillna(0))
        data["n_persons"] = sizes.astype("Int64")
        data["hh_size"] = data["n_persons"].map(_size_class, na_action="ignore").astype("str")
    return Survey(data, frozen.design, frozen.design.weight)


@dataclass(frozen=True)
class _Found:
    """What a cut is made of."""

    sample: Sample
    versions: Sequence[Instrument]
    form: Form
    visits: Sequence[_Visit]
    units: pd.DataFrame
    tables: Tables


def _gather(session: Session, project_id: int, moment: datetime) -> _Found:
    sample = session.scalar(select(Sample).where(Sample.project_id == project_id).order_by(Sample.id.desc()))
    if sample is None:
        raise Problem(409.52, "This project has no sample yet; draw one before cutting a dataset.")
    versions = _versions(session, project_id)
    forms = [form_of(one) for one in versions]
    form = merge(forms)
    visits = _visits(session, project_id, [one.id for one in versions], moment)
    units = _units(session, sample, visits, form)
    tables = _tables(session, units, visits, versions, forms)
    return _Found(sample, versions, form, visits, units, tables)


def _record(found: _Found) -> dict[str, Any]:
    return {
        "form": found.form.id,
        "versions": [one.version for one in found.versions],
        "rows": {table: len(frame) for table, frame in found.tables.frames.items()},
        "dispositions": found.units["disposition"].value_counts().sort_index().to_dict(),
        "open_at_close": int(found.units["open"].sum()),
        "misfits": len(found.tables.misfits),
        "accepted": {name: text for one in found.versions for name, text in one.accepted.items()},
    }


def _moment(as_of: str | None) -> datetime:
    if as_of is None:
        return now()
    try:
        moment = datetime.fromisoformat(as_of)
    except ValueError:
        raise Problem(400.8, f"{as_of!r} is no moment; write one like 2026-11-30T18:00:00+05:00.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _versions(session: Session, project_id: int) -> list[Instrument]:
    """The published versions of the one form that names sampled units, oldest first."""
    mine = select(Instrument).where(Instrument.project_id == project_id).order_by(Instrument.id)
    sampled = [one for one in session.scalars(mine) if form_of(one).sample_key]
    if not sampled:
        raise Problem(409.52, "No published form of this project names the sampled unit (`sample_key` in form.toml).")
    names = sorted({one.form_id for one in sampled})
    if len(names) > 1:
        raise Problem(409.52, f"Forms {', '.join(names)} all name sampled units; a cut is made of one of them.")
    return sampled


def _visits(session: Session, project_id: int, instruments: list[int], moment: datetime) -> list[Any]:
    """The newest version of each counted sheet that had come at that moment, oldest visit first."""
    rows = session.execute(
        select(Submission, User.name)
        .outerjoin(User, Submission.enumerator_id == User.id)
        .where(
            Submission.project_id == project_id,
            Submission.instrument_id.in_(instruments),
            Submission.received_at <= moment,
            Submission.quarantine == "",
            Submission.review_state != "rejected",
        )
        .order_by(Submission.id)
    )
    newest = {sheet.root_id: _Visit(sheet, name or "") for sheet, name in rows}
    return sorted(newest.values(), key=lambda visit: (visit.at, visit.sheet.id))


class _Visit:
    """One counted sheet, with the attributes that `standing.of` reads."""

    def __init__(self, sheet: Submission, enumerator: str) -> None:
        self.sheet, self.enumerator = sheet, enumerator
        self.root_id, self.result, self.disposition = sheet.root_id, sheet.result, sheet.disposition
        self.at = sheet.ended_at or sheet.received_at


def _units(session: Session, sample: Sample, visits: Sequence[_Visit], form: Form) -> pd.DataFrame:
    """Every drawn unit, by key: the columns of the draw, then OWN_COLUMNS."""
    by_unit: dict[str, list[_Visit]] = {}
    for visit in visits:
        by_unit.setdefault(visit.sheet.unit_key, []).append(visit)
    rows = []
    wanted = select(Unit, User.name).outerjoin(User, Unit.assigned_to_id == User.id)
    for unit, enumerator in session.execute(wanted.where(Unit.sample_id == sample.id).order_by(Unit.key)):
        state = standing.of(by_unit.get(unit.key, []))
        interviewed = standing.kind(state["disposition"])
        rows.append(
            {
                **unit.facts,
                "key": state["final_root_id"] if interviewed else "",
                "disposition": state["disposition"] or _at_close(state, form),
                "result": state["result"] or "",
                "visits": state["visits"],
                "open": state["disposition"] is None,
                "enumerator": enumerator or "",
            }
        )
    return pd.DataFrame(rows)


def _at_close(state: Mapping[str, Any], form: Form) -> str:
    """The disposition of a unit that is open when fieldwork ends."""
    if not state["visits"]:
        return NOT_ATTEMPTED
    return form.dispositions_at_close.get(state["result"] or "", NON_CONTACT)


def _tables(
    session: Session, units: pd.DataFrame, visits: Sequence[_Visit], versions: list[Instrument], forms: list[Form]
) -> Tables:
    """The interviews that count, one for each unit, in the order of the units."""
    sheets = {visit.root_id: visit.sheet for visit in visits}
    chosen = [sheets[root_id] for root_id in units["key"] if root_id]
    by_version = dict(zip((one.id for one in versions), forms, strict=True))
    instances = []
    for start in range(0, len(chosen), 500):
        part = chosen[start : start + 500]
        wanted = select(Content).where(Content.submission_id.in_([one.id for one in part]))
        packed = {content.submission_id: content.data for content in session.scalars(wanted)}
        for sheet in part:
            form = by_version[sheet.instrument_id or 0]
            instances.append(parse(unpacked(packed[sheet.id]), form, sheet.instance_id))
    return flatten(forms, instances, [one.root_id for one in chosen])


def _visit_table(visits: Sequence[_Visit]) -> pd.DataFrame:
    columns = {
        "root_id": [visit.root_id for visit in visits],
        "unit": [visit.sheet.unit_key for visit in visits],
        "visit": [visit.sheet.visit for visit in visits],
        "result": [visit.result for visit in visits],
        "disposition": [visit.disposition for visit in visits],
        "enumerator": [visit.enumerator for visit in visits],
        "form_version": [visit.sheet.version for visit in visits],
        "review_state": [visit.sheet.review_state for visit in visits],
    }
    table = pd.DataFrame(columns).astype({name: "int64" if name == "visit" else "str" for name in columns})
    for name, moments in {
        "started_at": [visit.sheet.started_at for visit in visits],
        "ended_at": [visit.sheet.ended_at for visit in visits],
        "received_at": [visit.sheet.received_at for visit in visits],
    }.items():
        table[name] = pd.to_datetime(pd.Series(moments, dtype=object), utc=True).astype("datetime64[us, UTC]")
    return table


def _left_out(session: Session, project_id: int, moment: datetime) -> dict[str, int]:
    """Sheets that had come and are not counted, by why."""
    rows = session.execute(
        select(Submission.quarantine, Submission.review_state)
        .where(Submission.project_id == project_id, Submission.received_at <= moment, Submission.current)
        .where((Submission.quarantine != "") | (Submission.review_state == "rejected"))
    )
    why = pd.Series([row.quarantine or "rejected" for row in rows], dtype="str")
    return {str(reason): int(count) for reason, count in why.value_counts().sort_index().items()}


def _size_class(persons: int) -> str:
    return next((name for largest, name in HOUSEHOLD_SIZES if persons <= largest), "7+")


def _storage() -> Storage:
    return current_app.extensions["storage"]
