"""A small survey in the field, and a browser signed in as any role."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.workbook import Workbook
from server.models.users import User
from server.models.weights import ResultTable
from server.operations import accounts, datasets, instruments, weights
from server.permissions import ROLES
from tests import factories

ROWS = [
    ("proportion", "", "", 0.298, 0.022, 0.257, 0.343, 402, ""),
    ("proportion", "result", "1", 0.413, 0.049, 0.319, 0.514, 118, ""),
    ("proportion", "result", "2", 0.180, 0.069, 0.080, 0.357, 31, "( )"),
    ("proportion", "result", "3", 0.777, 0.111, 0.555, 0.888, 17, "*"),
]
"""A table's rows: statistic, by, group, estimate, se, low, high, n, mark."""


RECIPE = """
base = "design"
[[step]]
do = "nonresponse"
min_cell = 1
[[step]]
do = "rake"
margins = "census"
"""
MARGINS = {"census": "variable,code,total,source,date\nurban,1,44,Census,2020\n"}


@dataclass(frozen=True)
class Field:
    """What the survey consists of: its project, the address of its interview, its unit."""

    project_id: int
    today: str
    root_id: str = "uuid:b"
    key: str = "01-u1"


def with_names_kept(book: Workbook) -> Workbook:
    """The same form, where the member's name identifies a person and is quoted by the next question."""
    marked = {"p_name": {"pii": "yes"}, "age": {"label": "How old is ${p_name}?"}}
    rows = [row.replace({**row, **marked.get(row.get("name", ""), {})}) for row in book.survey]
    return replace(book, survey=tuple(rows))


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A session outside the application, so that each request of a test stands for itself as it does in the field."""
    with Session(app.extensions["engine"], expire_on_commit=False) as opened:
        yield opened


@pytest.fixture
def field(app: Flask, session: Session) -> Field:
    """A small survey in the field."""
    return a_field(app, session)


def a_field(app: Flask, session: Session) -> Field:
    """Four units: one interviewed at its second visit, one refused, one open, one given to nobody; one table."""
    project = factories.a_project(session, starts_on=date(2026, 11, 20), ends_on=date(2026, 11, 29))
    project.settings = {**project.settings, "demo": True, "title_ru": "Обследование", "title_ar": "مسح"}
    people = {role: factories.a_user(session, f"the_{role}", role) for role in ROLES if role != "enumerator"}
    boss = people["supervisor"].id
    own, other = factories.a_user(session, "e01", supervisor_id=boss), factories.a_user(session, "e02")
    instruments.publish(session, project_id=project.id, workbook=with_names_kept(factories.a_form()))
    factories.a_sample(session, project, u1=own.id, u2=other.id, u3=own.id, u4=None)
    tablets = {user.name: factories.a_tablet(session, user, project) for user in (own, other)}
    session.commit()
    sheets = [("e01", "01-u1", "3", "uuid:a"), ("e01", "01-u1", "1", "uuid:b"), ("e02", "01-u2", "5", "uuid:c")]
    for minute, (name, unit, result, uuid) in enumerate([*sheets, ("e01", "01-u1", "1", "uuid:again")]):
        xml = factories.a_sheet(unit, result, uuid=uuid, minute=minute)
        sent = app.test_client().post(f"{tablets[name]}/submission", **factories.a_post(xml, note_txt=b"a note"))
        assert sent.status_code == 201
    with app.app_context():
        a_table(session, project.id)
    session.commit()
    return Field(project.id, f"/p/{project.id}/today")


def a_table(session: Session, project_id: int) -> None:
    """Table T1 of a weighted dataset, with cells to be used with caution and cells not to be shown."""
    dataset_id = datasets.cut(session, project_id=project_id, name="cut-1")["dataset_id"]
    weighting = weights.apply(session, dataset_id=dataset_id, recipe=RECIPE, margins=MARGINS)
    names = ("statistic", "by", "group", "estimate", "se", "ci_low", "ci_high", "n", "mark")
    rows = [
        dict(zip(names, row, strict=True)) | {"variable": "age", "value": 1, "cv": 0.1, "deff": 1.2, "df": 3}
        for row in ROWS
    ]
    spec = {"title": {"en": "Households <abroad>", "ru": "Домохозяйства", "ar": "الأسر"}, "variable": "age", "value": 1}
    spec |= {"level": "household", "statistics": ["proportion"], "by": ["result"]}
    session.add(ResultTable(weighting_id=weighting["weighting_id"], code="T1", spec=spec, rows=rows))


@pytest.fixture
def as_role(app: Flask, session: Session, field: Field) -> Callable[[str], FlaskClient]:
    """A browser in which somebody of that role is signed in."""

    return partial(signed_in, app, session)


def signed_in(app: Flask, session: Session, role: str) -> FlaskClient:
    """A browser in which somebody of that role is signed in."""
    name = "e01" if role == "enumerator" else f"the_{role}"
    user = session.scalars(select(User).where(User.name == name)).one()
    browser = app.test_client()
    with browser.session_transaction() as kept:
        kept["user_id"] = user.id
    return browser


@pytest.fixture
def manager(as_role: Callable[[str], FlaskClient]) -> FlaskClient:
    """A browser in which the survey's manager is signed in."""
    return as_role("manager")


@pytest.fixture
def with_password(session: Session) -> User:
    """A person who signs in by name and password."""
    user = accounts.create_user(session, name="n1", role="manager", display="n1", password="long enough")
    session.commit()
    return user


def token_in(page: str) -> str:
    """The forgery token of a page's form."""
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found
    return found[1]


def post(browser: FlaskClient, page: str, action: str, **fields: str):
    """Send a form as it stands on a page: with the page's token."""
    token = token_in(browser.get(page).text)
    return browser.post(action, data={**fields, "csrf": token})
