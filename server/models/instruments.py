"""Instrument: one version of a form as published to the field; it never changes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, LargeBinary, Select, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, Moment, now


class Instrument(Base):
    """A published form version. `state` is open (in the form list, accepts), closing (accepts) or closed.

    `definition` is the workbook as JSON, from which the Form is read again, and `digest` its SHA-256; `media` lists
    the file names that the form expects beside it. `accepted` says of each statistic that is not the standard's any
    more what became of it, why, and who accepted that when: below every table of the data that it collects.
    """

    __tablename__ = "instruments"
    __table_args__ = (UniqueConstraint("project_id", "form_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    form_id: Mapped[str] = mapped_column(String(64))
    version: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(8), default="open")
    digest: Mapped[str] = mapped_column(String(64))
    definition: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    xform: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    xform_md5: Mapped[str] = mapped_column(String(32))
    media: Mapped[list] = mapped_column(JSON, default=list)
    accepted: Mapped[dict] = mapped_column(JSON, default=dict)
    published_at: Mapped[datetime] = mapped_column(Moment, default=now)


class InstrumentFile(Base):
    """A media file that is the same for every tablet; the bytes lie in storage under their digest."""

    __tablename__ = "instrument_files"
    __table_args__ = (UniqueConstraint("instrument_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    instrument_id: Mapped[int] = mapped_column(ForeignKey("instruments.id"))
    name: Mapped[str] = mapped_column(String(255))
    digest: Mapped[str] = mapped_column(String(64))
    md5: Mapped[str] = mapped_column(String(32))


def published(project_id: int) -> Select[tuple[Instrument]]:
    """The versions that tablets may have, newest of each form first."""
    return (
        select(Instrument)
        .where(Instrument.project_id == project_id, Instrument.state == "open")
        .order_by(Instrument.form_id, Instrument.published_at.desc(), Instrument.id.desc())
    )


def of_version(project_id: int, form_id: str, version: str) -> Select[tuple[Instrument]]:
    """One version of one form."""
    return select(Instrument).where(
        Instrument.project_id == project_id, Instrument.form_id == form_id, Instrument.version == version
    )


def newest(project_id: int, form_id: str) -> Select[tuple[Instrument]]:
    """Every version of a form, the newest first."""
    mine = select(Instrument).where(Instrument.project_id == project_id, Instrument.form_id == form_id)
    return mine.order_by(Instrument.id.desc())
