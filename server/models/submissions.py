"""Submission: one answer sheet as a tablet sent it, and what is known of it without opening it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Float, ForeignKey, Index, LargeBinary, Select, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.db import Base, Moment, now
from server.models.users import User

REVIEW_STATES = ("received", "edited", "returned", "approved", "rejected", "hold")

QUARANTINE = {
    "unknown_form": "no form of this id was published in this project",
    "unknown_version": "this version of the form was never published in this project",
    "closed_form": "the form is closed",
    "unreadable": "the answers cannot be read with the form",
    "unknown_unit": "the unit is not in the sample",
    "other_enumerator": "the unit is assigned to somebody else",
    "second_interview": "the unit has a completed interview already",
    "changed_bytes": "another sheet with the same id came before",
    "original_missing": "it corrects a sheet that never came",
    "outdated_edit": "it corrects a version that was corrected already",
    "other_form": "it corrects a sheet of another form",
}
"""Why a sheet is kept but not counted."""


class Submission(Base):
    """One version of one interview or visit. The columns are promoted from the answers; the answers are in Content.

    `root_id` is the instance id of the first version; an edit (deprecatedID) is a new row with the same root.
    `current` marks the newest version. `disposition` is the AAPOR code that `result` stands for, "" while open.
    `quarantine` is a key of QUARANTINE when the sheet is kept but not counted, else "".
    `review_state` is one of REVIEW_STATES.
    """

    __tablename__ = "submissions"
    __table_args__ = (
        UniqueConstraint("project_id", "instance_id"),
        Index("ix_submissions_project_received", "project_id", "received_at"),
        Index("ix_submissions_enumerator", "project_id", "enumerator_id", "received_at"),
        Index("ix_submissions_root", "project_id", "root_id"),
        Index("ix_submissions_unit", "project_id", "unit_key", "received_at"),
        Index(
            "ix_submissions_review",
            *("project_id", "current", "quarantine", "review_state", "disposition"),
            *("unit_key", "enumerator_id", "received_at"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    instrument_id: Mapped[int | None] = mapped_column(ForeignKey("instruments.id"), default=None)
    form_id: Mapped[str] = mapped_column(String(255))
    version: Mapped[str] = mapped_column(String(255))
    instance_id: Mapped[str] = mapped_column(String(255))
    root_id: Mapped[str] = mapped_column(String(255))
    deprecated_id: Mapped[str] = mapped_column(String(255), default="")
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    enumerator_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), default=None)
    device_id: Mapped[str] = mapped_column(String(64), default="")
    unit_key: Mapped[str] = mapped_column(String(64), default="")
    result: Mapped[str] = mapped_column(String(16), default="")
    disposition: Mapped[str] = mapped_column(String(8), default="")
    visit: Mapped[int] = mapped_column(default=1)
    lat: Mapped[float | None] = mapped_column(Float, default=None)
    lon: Mapped[float | None] = mapped_column(Float, default=None)
    started_at: Mapped[datetime | None] = mapped_column(Moment, default=None)
    ended_at: Mapped[datetime | None] = mapped_column(Moment, default=None)
    received_at: Mapped[datetime] = mapped_column(Moment, default=now)
    review_state: Mapped[str] = mapped_column(String(12), default="received")
    current: Mapped[bool] = mapped_column(default=True)
    quarantine: Mapped[str] = mapped_column(String(24), default="")

    enumerator: Mapped[User | None] = relationship()


class Content(Base):
    """The bytes as they came, zstd-compressed: the legal original. Never joined by a query that lists."""

    __tablename__ = "submission_contents"

    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    dictionary: Mapped[str] = mapped_column(String(64), default="")
    data: Mapped[bytes] = mapped_column(LargeBinary)


class Attachment(Base):
    """A file that came with an answer sheet; its bytes lie in storage under their SHA-256."""

    __tablename__ = "attachments"
    __table_args__ = (UniqueConstraint("submission_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"))
    name: Mapped[str] = mapped_column(String(255))
    digest: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    content_type: Mapped[str] = mapped_column(String(120), default="")
    received_at: Mapped[datetime] = mapped_column(Moment, default=now)


def by_instance(project_id: int, instance_id: str) -> Select[tuple[Submission]]:
    """The submission with that instance id."""
    return select(Submission).where(Submission.project_id == project_id, Submission.instance_id == instance_id)


def versions_of(project_id: int, root_id: str) -> Select[tuple[Submission]]:
    """Every version of one interview, oldest first."""
    return (
        select(Submission)
        .where(Submission.project_id == project_id, Submission.root_id == root_id)
        .order_by(Submission.id)
    )


def counted(project_id: int) -> Select[tuple[Submission]]:
    """The sheets that statistics use: newest version, not quarantined, not rejected."""
    return select(Submission).where(
        Submission.project_id == project_id,
        Submission.current,
        Submission.quarantine == "",
        Submission.review_state != "rejected",
    )
