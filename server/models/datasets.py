"""Dataset: a frozen cut of submissions joined to the sample; it never changes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, Moment, now


class Dataset(Base):
    """A named cut. `digest` is the SHA-256 of the frozen file in storage (a zip of tables and codebook).

    `record` holds what is in it: instrument versions, rows of each table, units by disposition, what was left out.
    """

    __tablename__ = "datasets"
    __table_args__ = (UniqueConstraint("project_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    sample_id: Mapped[int | None] = mapped_column(ForeignKey("samples.id"), default=None)
    name: Mapped[str] = mapped_column(String(64))
    as_of: Mapped[datetime] = mapped_column(Moment)
    digest: Mapped[str] = mapped_column(String(64))
    record: Mapped[dict] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
