"""Projects: open a survey."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.errors import Problem, not_found
from server.models.projects import Project, surveys

SETTINGS = ("title_ru", "title_ar", "on_device", "languages", "labels", "cautions", "plan", "demo", "cast")


def open_project(
    session: Session,
    *,
    name: str,
    title: str,
    starts_on: date | None = None,
    ends_on: date | None = None,
    timezone: str = "UTC",
    settings: Mapping[str, object] | None = None,
) -> Project:
    """Open a survey.

    `settings`: title_ru, title_ar; on_device (the frame columns that travel to tablets); languages (codes);
    labels (words for the frame's codes by column, code and language); cautions (what to know before the data are
    used: {text: {language: sentence}, source}); plan (cumulative targets by day); demo (true for the demonstration);
    cast (in a demonstration, the persons as whom one may look at it, by role).
    Raises Problem 400.8 for an unknown setting or time zone, 409.3 for a name in use.
    """
    unknown = sorted(set(settings or ()) - set(SETTINGS))
    if unknown:
        raise Problem(400.8, f"{unknown[0]!r} is no project setting; they are {', '.join(SETTINGS)}.")
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError):
        raise Problem(400.8, f"{timezone!r} is no time zone; write one like 'Asia/Dushanbe'.") from None
    if session.scalar(select(Project.id).where(Project.name == name)) is not None:
        raise Problem(409.3, f"There is a project {name!r} already; choose another name.", {"fields": ["name"]})
    project = Project(
        name=name, title=title, starts_on=starts_on, ends_on=ends_on, timezone=timezone, settings=dict(settings or {})
    )
    session.add(project)
    session.flush()
    return project


def named(session: Session, *, name: str) -> Project:
    """The survey of that name; Problem 404.1 when there is none."""
    project = session.scalar(surveys().where(Project.name == name))
    if project is None:
        raise not_found(f"Project {name!r}")
    return project
