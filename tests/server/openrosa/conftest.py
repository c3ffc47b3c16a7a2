"""A published form, two units of one enumerator, one of another, and the enumerator's tablet."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from server import db
from tests import factories


@dataclass(frozen=True)
class Field:
    app: Flask
    tablet: str
    other_tablet: str
    supervisor_tablet: str
    project_id: int

    def rows(self, statement) -> list:
        with self.app.app_context(), db.own_session() as session:
            return list(session.execute(statement).unique().scalars())


def a_field(app: Flask) -> Field:
    with app.app_context(), Session(app.extensions["engine"], expire_on_commit=False) as session:
        project = factories.a_project(session)
        supervisor = factories.a_user(session, "s1", "supervisor")
        mine = factories.a_user(session, "e01", supervisor_id=supervisor.id)
        other = factories.a_user(session, "e02")
        factories.an_instrument(session, project)
        factories.a_sample(session, project, u1=mine.id, u2=mine.id, u3=other.id)
        tablets = [factories.a_tablet(session, user, project) for user in (mine, other, supervisor)]
        session.commit()
        return Field(app, *tablets, project.id)


@pytest.fixture
def field(app: Flask) -> Field:
    return a_field(app)
