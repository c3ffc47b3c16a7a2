"""Job: one long verb, from the request to its result; this row is the truth, a queue only carries its id."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import JSON, String, Update, update
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, Moment, now

LONGEST = timedelta(hours=2)
"""A queued job is stopped after this; one still running then was left behind by a worker that died."""


class Job(Base):
    """`state` is waiting, running, done or failed."""

    __tablename__ = "jobs"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(64))
    params: Mapped[dict] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    result: Mapped[dict | None] = mapped_column(JSON, default=None)
    error: Mapped[str | None] = mapped_column(default=None)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    started_at: Mapped[datetime | None] = mapped_column(Moment, default=None)
    ended_at: Mapped[datetime | None] = mapped_column(Moment, default=None)


def give_up_lost(*, queued: bool) -> Update:
    """Mark the jobs of dead processes as failed; for the start of a server or worker.

    Without a queue jobs are carried out in the server, so whatever had begun when it starts is lost. Should a command
    be at work on one all the same, its end is written down when it comes.
    """
    lost = Job.state.in_(("waiting", "running"))
    if queued:
        lost = (Job.state == "running") & (Job.started_at < now() - LONGEST)
    why = "The process that ran this job ended; start it again."
    return update(Job).where(lost).values(state="failed", error=why, ended_at=now())
