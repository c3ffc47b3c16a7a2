"""Command line: `enumera forms preview`, a form in this computer's browser, without project and database."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING

import click

from forms.options import FORM

if TYPE_CHECKING:
    from flask import Flask

HOST = "127.0.0.1"


@click.command("preview")
@FORM
@click.option("--port", default=8090, show_default=True, help="Port of this computer; 0 takes a free one.")
@click.option("--open/--no-open", "opens", default=True, help="Open it in the browser.")
@click.option("--json", "as_json", is_flag=True, help="Print the address as JSON.")
def preview_form(form: str, port: int, opens: bool, as_json: bool) -> None:
    """Ask a form in the browser, as Collect would, until Ctrl-C.

    Works without JavaScript and without network. Interviews with a form of a folder can be kept as test cases.
    """
    from tempfile import TemporaryDirectory

    from werkzeug.serving import make_server

    from server.cli.serving import listen

    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    with TemporaryDirectory() as place:
        app = application(form, Path(place))
        listener = listen(HOST, port, 128)
        listener.setblocking(True)
        server = make_server(HOST, port, app, threaded=True, fd=listener.fileno())
        address = f"http://{HOST}:{listener.getsockname()[1]}/"
        click.echo(json.dumps({"url": address}) if as_json else address)
        click.echo("Ctrl-C ends the preview.", err=True)
        if opens:
            click.launch(address)
        try:
            server.serve_forever()
        finally:
            server.server_close()
            listener.close()
            app.extensions["engine"].dispose()


def application(form: str, folder: Path) -> Flask:
    """The server with nothing in it but one form, and somebody signed in who may see it.

    `folder` takes its data while it runs. Raises the errors of `forms.preview.of` for a form that cannot be asked.
    """
    from flask import abort, g, redirect, request, session, url_for
    from sqlalchemy.orm import Session

    from forms import preview
    from server import db
    from server.app import create_app
    from server.config import Config
    from server.models.users import User
    from server.operations import accounts, projects
    from server.web.preview import PREVIEWED

    found = preview.of(form)
    app = create_app(Config(data_dir=folder))
    app.extensions[PREVIEWED] = form
    db.Base.metadata.create_all(app.extensions["engine"])
    with Session(app.extensions["engine"]) as begun:
        project = projects.open_project(begun, name="preview", title=found.title)
        user = accounts.create_user(begun, name="office", role="office", display="office")
        begun.commit()
        project_id, user_id = project.id, user.id

    @app.before_request
    def welcome() -> object:
        """Only this computer's own browser is served, whatever name a foreign page gives to the address."""
        if request.host.partition(":")[0] not in (HOST, "localhost"):
            abort(403)
        session["user_id"] = user_id
        g.user = db.session().get(User, user_id)
        db.session().commit()
        if request.path != "/":
            return None
        return redirect(url_for("preview.show", project_id=project_id, name=found.form_id))

    return app
