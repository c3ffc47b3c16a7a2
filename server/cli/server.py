"""`enumera server`: set up and run the collection server."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import click

from server.cli import publishing, survey, watching
from server.cli.application import as_json, config, demand_current, in_project, in_session, say

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group("server")
def group() -> None:
    """Set up and run the collection server.

    \b
    enumera server init
    enumera server run --port 8080
    """


for command in (*publishing.COMMANDS, *survey.COMMANDS, *watching.COMMANDS):
    group.add_command(command)


@group.command()
@as_json
def init(as_json: bool) -> None:
    """Make the data folder, the secret key and the database, or bring an older database up to date."""
    from server import db

    settings = config()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    settings.secret()
    engine = db.connect(settings.database)
    db.upgrade(engine)
    say({"data": str(settings.data_dir.resolve()), "database": engine.url.render_as_string()}, as_json)


group.add_command(click.Command("migrate", params=init.params, callback=init.callback, help="The same as init."))


@group.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=int, default=8080, show_default=True, help="Port to listen on.")
def run(host: str, port: int) -> None:
    """Serve tablets and pages until stopped."""
    from server import db
    from server.cli.serving import serve
    from server.models.jobs import give_up_lost

    settings = config()
    engine = db.connect(settings.database)
    demand_current(engine)
    with engine.begin() as connection:
        connection.execute(give_up_lost(queued=bool(settings.redis_url)))
    engine.dispose()
    serve(host, port, settings.threads)


@group.command("open")
@click.argument("name")
@click.option("--title", required=True, help="Title that pages show.")
@click.option("--starts", type=DAY, help="First day of fieldwork.")
@click.option("--ends", type=DAY, help="Last day of fieldwork.")
@click.option("--timezone", default="UTC", show_default=True, help="Time zone of the fieldwork.")
@click.option("--on-device", default="", help="Columns of the frame that tablets get: ea,urban")
@as_json
@in_session
def open_project(
    session: Any,
    name: str,
    title: str,
    starts: datetime | None,
    ends: datetime | None,
    timezone: str,
    on_device: str,
    as_json: bool,
) -> None:
    """Open a project: one survey."""
    from server.operations import projects

    project = projects.open_project(
        session,
        name=name,
        title=title,
        starts_on=starts.date() if starts else None,
        ends_on=ends.date() if ends else None,
        timezone=timezone,
        settings={"on_device": [column for column in on_device.split(",") if column]},
    )
    say({"project_id": project.id}, as_json)


@group.group()
def user() -> None:
    """People who sign in or carry a tablet."""


@user.command("add")
@click.argument("name")
@click.option("--role", required=True, help="admin, office, manager, supervisor, enumerator, analyst or auditor.")
@click.option("--display", help="How pages call them; by default the name.")
@click.option("--language", default="en", show_default=True, help="Language of their pages.")
@click.option("--supervisor", help="Name of an enumerator's supervisor.")
@click.option("--password-file", type=click.File(), help="File whose first line is the password; - is stdin.")
@as_json
@in_session
def add_user(
    session: Any,
    name: str,
    role: str,
    display: str | None,
    language: str,
    supervisor: str | None,
    password_file: IO[str] | None,
    as_json: bool,
) -> None:
    """Add a person. Asks for a password on a terminal; without one they come in by a link or tablet address."""
    from server.operations import accounts

    password = password_file.readline().rstrip("\r\n") if password_file else _ask(role)
    above = accounts.named(session, name=supervisor).id if supervisor else None
    person = accounts.create_user(
        session,
        name=name,
        role=role,
        display=display or name,
        language=language,
        supervisor_id=above,
        password=password,
    )
    say({"user_id": person.id}, as_json)


def _ask(role: str) -> str | None:
    if role == "enumerator" or not sys.stdin.isatty():
        return None
    return click.prompt("Password (empty: none)", default="", hide_input=True, show_default=False, err=True) or None


@group.command()
@click.argument("name")
@in_project
@click.option("--kind", type=click.Choice(["tablet", "link"]), default="tablet", show_default=True)
@click.option("--hours", type=float, help="How long it is valid; by default a link 24 hours, a tablet's for good.")
@as_json
@in_session
def token(session: Any, name: str, project: str, kind: str, hours: float | None, as_json: bool) -> None:
    """Make a secret address: a tablet's, or a link that signs in once."""
    from server.operations import accounts, projects

    settings, found = config(), projects.named(session, name=project)
    made, secret = accounts.issue_token(
        session,
        user_id=accounts.named(session, name=name).id,
        project_id=found.id,
        kind=kind,
        secret_key=settings.secret(),
        hours=hours if hours is not None or kind == "tablet" else 24,
    )
    path = f"v1/key/{secret}/projects/{found.id}" if kind == "tablet" else f"l/{secret}"
    say({"token_id": made.id, "url": f"{settings.public_url.rstrip('/')}/{path}"}, as_json)
