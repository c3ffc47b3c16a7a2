"""Pages for people: HTML made on the server, readable on a small phone, without JavaScript and in three languages."""

from flask import Flask

from server.web import (
    accounts,
    devices,
    forgery,
    health,
    interviews,
    languages,
    progress,
    projects,
    render,
    tables,
    units,
)

PAGES = (accounts, projects, progress, interviews, units, tables, devices, health)

for module in PAGES:
    forgery.guard(module.pages)


def register(app: Flask) -> None:
    """Add the pages, their words and their guards to the application."""
    languages.init_app(app)
    render.init_app(app)
    for module in PAGES:
        app.register_blueprint(module.pages)
