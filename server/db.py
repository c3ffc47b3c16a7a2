"""Database: one engine for each application, one session for each request, own sessions for jobs and commands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from flask import Flask, current_app, g
from sqlalchemy import DateTime, Engine, MetaData, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import QueuePool
from sqlalchemy.types import TypeDecorator


class Base(DeclarativeBase):
    """The mapped tables; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Moment(TypeDecorator[datetime]):
    """A UTC time that is aware on every database (SQLite keeps no zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """To UTC; naive times are a programming error."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


def connect(url: str) -> Engine:
    """An engine for the URL; SQLite gets WAL, full durability and foreign keys."""
    # hide_parameters: an error's text must not carry what a respondent said
    settings: dict[str, Any] = {"pool_size": 10, "max_overflow": 20, "hide_parameters": True}
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True, **settings)
    engine = create_engine(url, poolclass=QueuePool, connect_args={"timeout": 30}, **settings)
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def init_app(app: Flask, engine: Engine) -> None:
    """Give the application its engine and close each request's session at its end."""
    app.extensions["engine"] = engine
    app.teardown_appcontext(_close)


def engine() -> Engine:
    """The application's engine."""
    return current_app.extensions["engine"]


def session() -> Session:
    """This request's session; the entry point commits it (`with session.begin()`)."""
    if "session" not in g:
        g.session = Session(engine(), expire_on_commit=False)
    return g.session


@contextmanager
def own_session() -> Iterator[Session]:
    """A session of its own, committed at the end, rolled back on an error: for jobs and commands."""
    with Session(engine(), expire_on_commit=False) as own, own.begin():
        yield own


def _close(error: BaseException | None) -> None:
    opened = g.pop("session", None)
    if opened is not None:
        opened.close()


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest form of its tables, from nothing or from any earlier one."""
    from alembic import command

    with engine.begin() as connection:
        command.upgrade(_alembic(connection), "head")


def is_current(engine: Engine) -> bool:
    """Does the database have the tables that this version of the server needs?"""
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
        return found == ScriptDirectory.from_config(_alembic(connection)).get_current_head()


def _alembic(connection: Any) -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "server:migrations")
    config.attributes["connection"] = connection
    return config
