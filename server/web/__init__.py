"""Pages for people: HTML made on the server, readable on a small phone, without JavaScript and in three languages."""

from flask import Flask

from server.web import (
    accounts,
    adapting,
    checking,
    datasets,
    devices,
    forgery,
    health,
    interviews,
    languages,
    library,
    me,
    preview,
    progress,
    projects,
    publishing,
    questions,
    render,
    response,
    roles,
    tables,
    translating,
    units,
)

PAGES = (
    *(accounts, projects, progress, response, interviews, units, tables, datasets, devices, me, roles, health),
    *(library, adapting, questions, translating, checking, publishing, preview),
)

for module in PAGES:
    forgery.guard(module.pages)


def register(app: Flask) -> None:
    """Add the pages, their words and their guards to the application."""
    languages.init_app(app)
    render.init_app(app)
    for module in PAGES:
        app.register_blueprint(module.pages)
