"""Sample and Unit: what was drawn, to whom it was given, and how far it is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Float, ForeignKey, Index, Select, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.db import Base, Moment, now
from server.models.users import User


class Sample(Base):
    """One draw: its plan as written and the record (frame hash, seed, algorithm) that makes it repeatable.

    `design` holds the fields of sampling.design.Design; `extra_columns` names the keys kept in Unit.facts.
    """

    __tablename__ = "samples"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), index=True)
    name: Mapped[str] = mapped_column(String(64))
    plan: Mapped[str]
    record: Mapped[dict] = mapped_column(JSON)
    design: Mapped[dict] = mapped_column(JSON)
    drawn_at: Mapped[datetime] = mapped_column(Moment, default=now)


class Unit(Base):
    """One drawn unit (a dwelling), from the draw to its final disposition.

    `result` is the newest visit's code in the office's own list; `disposition` its AAPOR code, NULL while it is open.
    `facts` holds the frame columns; those in the project's `on_device` setting travel to the tablet.
    """

    __tablename__ = "units"
    __table_args__ = (
        UniqueConstraint("sample_id", "key"),
        Index(
            "ix_units_progress",
            *("project_id", "psu", "assigned_to_id", "visits", "disposition", "last_visit_at", "region", "stratum"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id"))
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    key: Mapped[str] = mapped_column(String(64), index=True)
    label: Mapped[str] = mapped_column(String(200))
    psu: Mapped[str] = mapped_column(String(64))
    stratum: Mapped[str] = mapped_column(String(64))
    region: Mapped[str] = mapped_column(String(64))
    urban: Mapped[str] = mapped_column(String(8))
    probability: Mapped[float] = mapped_column(Float)
    base_weight: Mapped[float] = mapped_column(Float)
    lat: Mapped[float | None] = mapped_column(Float, default=None)
    lon: Mapped[float | None] = mapped_column(Float, default=None)
    facts: Mapped[dict] = mapped_column(JSON, default=dict)
    assigned_to_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True, default=None)
    visits: Mapped[int] = mapped_column(default=0)
    result: Mapped[str | None] = mapped_column(String(16), default=None)
    disposition: Mapped[str | None] = mapped_column(String(8), default=None)
    last_visit_at: Mapped[datetime | None] = mapped_column(Moment, default=None)
    final_root_id: Mapped[str | None] = mapped_column(String(255), default=None)

    assigned_to: Mapped[User | None] = relationship()


class Assignment(Base):
    """One entry of the history: from when a unit was whose, and who said so."""

    __tablename__ = "assignments"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(Moment, default=now)
    by: Mapped[str] = mapped_column(String(64))


def assigned_to(user_id: int) -> Select[tuple[Unit]]:
    """The units of one enumerator, in the order of their keys."""
    return select(Unit).where(Unit.assigned_to_id == user_id).order_by(Unit.key)


def unit_by_key(project_id: int, key: str) -> Select[tuple[Unit]]:
    """The drawn unit with that key."""
    return select(Unit).where(Unit.project_id == project_id, Unit.key == key)
