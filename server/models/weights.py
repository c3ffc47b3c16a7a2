"""Weighting and ResultTable: one recipe carried out on a dataset, and the tables estimated with its weights."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, Moment, now


class Weighting(Base):
    """A recipe applied to a dataset. `digest` is the SHA-256 of the weights file in storage; `ledger` each step."""

    __tablename__ = "weightings"

    id: Mapped[int] = mapped_column(primary_key=True)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id"), index=True)
    recipe: Mapped[str]
    margins: Mapped[dict] = mapped_column(JSON)
    ledger: Mapped[list] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)


class ResultTable(Base):
    """One estimated table: its specification as written and its rows."""

    __tablename__ = "result_tables"
    __table_args__ = (UniqueConstraint("weighting_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    weighting_id: Mapped[int] = mapped_column(ForeignKey("weightings.id"), index=True)
    code: Mapped[str] = mapped_column(String(32))
    spec: Mapped[dict] = mapped_column(JSON)
    rows: Mapped[list] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
