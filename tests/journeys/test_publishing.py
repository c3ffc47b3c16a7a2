"""A new version reaches tablets that are in the field, and what was begun on the old one still arrives."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.adaptation.release import Release
from server import db
from server.app import create_app
from server.models.submissions import Submission
from server.operations import datasets, drafts, instruments
from tests import factories
from tests.clients.collect_http import Collect

OLD, NEW = "2026112501", "2026112502"


def version(text: str):
    """The form, told apart from its other versions by its title."""
    book = factories.a_form(text)
    return replace(book, header=replace(book.header, title=f"Households {text}"))


@pytest.fixture
def field(config, serve):
    """A running server with a survey of two units in the field on the old version, and the enumerator's tablet."""
    config.data_dir.mkdir(parents=True)
    app = create_app(config)
    engine = app.extensions["engine"]
    db.upgrade(engine)
    with app.app_context(), Session(engine) as session:
        project = factories.a_project(session)
        user = factories.a_user(session)
        instruments.publish(session, project_id=project.id, workbook=version(OLD))
        factories.a_sample(session, project, u1=user.id, u2=user.id)
        tablet = factories.a_tablet(session, user, project)
        session.commit()
    running = serve(config)
    yield app, running.url + tablet, running.url
    engine.dispose()


def sent(collect: Collect, folder, unit: str, form_version: str) -> int:
    """The answer to an interview about a unit, filled in on a version of the form."""
    folder.mkdir()
    sheet = folder / "sheet.xml"
    sheet.write_bytes(factories.a_sheet(f"01-{unit}", uuid=f"uuid:{folder.name}", version=form_version))
    return collect.submit(sheet).status


def offered(collect: Collect) -> list[str]:
    return [form["version"] for form in collect.form_list()]


def test_at_1_21_a_tablet_in_the_field_gets_the_new_version_and_sends_what_it_began_on_the_old(field, tmp_path) -> None:
    app, url, _ = field
    tablet = Collect(url)
    assert offered(tablet) == [OLD]
    with app.app_context(), db.own_session() as session:
        instruments.publish(session, project_id=1, workbook=version(NEW))
        session.commit()
    assert offered(tablet) == [NEW]
    assert sent(tablet, tmp_path / "old", "u1", OLD) == 201
    assert sent(tablet, tmp_path / "new", "u2", NEW) == 201
    with app.app_context(), db.own_session() as session:
        kept = {sheet.unit_key: sheet for sheet in session.scalars(select(Submission))}
        assert {key: (sheet.version, sheet.quarantine) for key, sheet in kept.items()} == {
            "01-u1": (OLD, ""),
            "01-u2": (NEW, ""),
        }
        cut = datasets.cut(session, project_id=1, name="both")
        assert (cut["units"], cut["interviews"]) == (2, 2)


def test_at_1_20_a_draft_is_tried_out_on_a_test_tablet_and_then_reaches_the_field(field, tmp_path) -> None:
    app, url, server = field
    with app.app_context(), db.own_session() as session:
        drafts.make(session, project_id=1, release=Release(version(NEW), NEW, ()))
        _, secret, twin = drafts.tablet(session, project_id=1, secret_key=factories.KEY)
        tester = f"{server}/v1/key/{secret}/projects/{twin.id}"
        session.commit()
    assert (offered(Collect(url)), offered(Collect(tester))) == ([OLD], [NEW])
    for number in range(3):
        assert sent(Collect(tester), tmp_path / f"test{number}", "u1", NEW) == 201
    with app.app_context(), db.own_session() as session:
        [draft] = drafts.current(session, project_id=1)
        assert draft.tests == 3
        assert datasets.cut(session, project_id=1, name="before")["interviews"] == 0
        drafts.promote(session, project_id=1)
        session.commit()
    assert offered(Collect(url)) == [NEW]
