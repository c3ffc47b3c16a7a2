"""Project: one survey, with its calendar and languages."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, Date, ForeignKey, Select, String, select
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, Moment, now


class Project(Base):
    """One survey. `settings` holds what pages show but no query filters on (texts in several languages).

    `test_of` makes it the twin of another survey: drafts and the interviews that try them out live there, so that
    no count, weight, table or export of the survey itself can see them.
    """

    __tablename__ = "projects"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    starts_on: Mapped[date | None] = mapped_column(Date, default=None)
    ends_on: Mapped[date | None] = mapped_column(Date, default=None)
    timezone: Mapped[str] = mapped_column(String(64), default="UTC")
    settings: Mapped[dict] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    test_of: Mapped[int | None] = mapped_column(ForeignKey("projects.id"), index=True, unique=True, default=None)


def surveys() -> Select[tuple[Project]]:
    """Every survey, without the twins for tests."""
    return select(Project).where(Project.test_of.is_(None)).order_by(Project.id)


def twin_of(project_id: int) -> Select[tuple[Project]]:
    """The twin in which drafts of a survey are tried out."""
    return select(Project).where(Project.test_of == project_id)
