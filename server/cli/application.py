"""The application for a command: settings from the environment, an up-to-date database, answers as text or JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from server.config import Config

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
in_project = click.option("--project", required=True, help="Name of the project.")


def config() -> Config:
    """The settings of this environment."""
    from server.config import Config

    return Config.from_env(os.environ)


def context() -> AbstractContextManager[Any]:
    """An application context; Problem 409.53 when `enumera server init` has to run first."""
    from server.app import create_app

    app = create_app(config())
    demand_current(app.extensions["engine"])
    return app.app_context()


def demand_current(engine: Engine) -> None:
    """Raise Problem 409.53 unless the database has the tables of this version."""
    from server import db
    from server.errors import Problem

    if not db.is_current(engine):
        raise Problem(409.53, "The database is not set up, or is of another version. Run `enumera server init`.")


def in_session(command: Callable[..., Any]) -> Callable[..., Any]:
    """Run a command inside the application, with a session that is committed at its end as the first argument."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        from server import db

        with context(), db.own_session() as session:
            return command(session, *args, **kwargs)

    return wrapped


def say(answer: Mapping[str, Any], as_json: bool) -> None:
    """Print a result: one JSON object, or one `name: value` line for each entry."""
    if as_json:
        click.echo(json.dumps(dict(answer), ensure_ascii=False, default=str))
    else:
        for name, value in answer.items():
            click.echo(f"{name}: {value}")
