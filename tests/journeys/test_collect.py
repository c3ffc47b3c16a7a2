"""A tablet's day: Collect, over HTTP, with forms filled by the engine that Collect uses."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms import catalog
from server import db
from server.app import create_app
from server.models.submissions import Attachment, Content, Submission
from server.operations import datasets, instruments
from server.operations.submissions import unpacked
from tests import factories
from tests.clients import javarosa
from tests.clients.collect_http import Collect, Refused, roundtrip

DRAWN, FILLED = 60, 50
"""Dwellings of the sample, and those of them that are visited once each."""

TYPES = {
    "integer": "Int",
    "decimal": "Float64",
    "text": "str",
    "category": "str",
    "date": "datetime64",
    "time": "str",
    "datetime": "datetime64[us, UTC]",
}
"""How each kind of the codebook is held by pandas."""


@pytest.fixture
def field(config, serve):
    """A running server with a form of the library, sixty dwellings of one enumerator, and the tablet's address."""
    config.data_dir.mkdir(parents=True)
    app = create_app(config)
    engine = app.extensions["engine"]
    db.upgrade(engine)
    with app.app_context(), Session(engine) as session:
        project = factories.a_project(session, settings={"on_device": ["ea", "urban", "region", "province"]})
        user = factories.a_user(session)
        instruments.publish(session, project_id=project.id, workbook=catalog.load("census_migration"))
        factories.a_sample(session, project, **{f"u{number:02d}": user.id for number in range(DRAWN)})
        tablet = factories.a_tablet(session, user, project)
        session.commit()
    running = serve(config)
    yield app, running, running.url + tablet
    engine.dispose()


@pytest.mark.skipif(not javarosa.available(), reason="no Java compiler")
def test_whatever_collect_fills_in_is_taken_and_can_be_cut(field, tmp_path):
    app, running, url = field
    dwellings = {"household_id": {"each": [f"01-u{number:02d}" for number in range(FILLED)]}}
    steps = list(roundtrip(Collect(url), tmp_path / "tablet", count=FILLED, answers=dwellings))
    assert [told for well, told in steps if not well] == []
    assert [told for _, told in steps[1:] if "Receipt(status=201, posts=1" not in told] == []
    with app.app_context(), db.own_session() as session:
        kept = session.scalars(select(Submission)).all()
        assert len({sheet.unit_key for sheet in kept}) == len(kept) == FILLED
        assert {sheet.quarantine for sheet in kept} == {""}
        cut = datasets.cut(session, project_id=1, name="first")
        frozen = datasets.load(session, dataset_id=cut["dataset_id"])
        originals = [unpacked(content.data).decode() for content in session.scalars(select(Content))]
    assert cut["units"] == DRAWN
    assert 0 < cut["interviews"] == len(frozen.tables.frames["household"]) < FILLED
    assert list(types_that_differ(frozen)) == []
    assert len(frozen.tables.misfits) == 0
    log = running.log.read_text()
    assert answers(originals)
    assert [answer for answer in answers(originals) if answer in log] == []


def types_that_differ(frozen):
    """The columns of a cut whose type is not that of the codebook's kind."""
    for table, frame in frozen.tables.frames.items():
        variables = frozen.codebook.of_table(table)
        assert list(variables) == list(frame.columns)
        for name, column in frame.items():
            kind = variables[name].kind
            if not str(column.dtype).startswith(TYPES[kind]):
                yield table, name, kind, column.dtype


def a_sheet_with_photos(tmp_path, photos):
    """An instance folder as Collect keeps it: the sheet, and photos of one megabyte."""
    folder = tmp_path / "instance"
    folder.mkdir()
    for number in range(photos):
        (folder / f"photo{number}.jpg").write_bytes(bytes([number]) * 1024 * 1024)
    sheet = folder / "sheet.xml"
    sheet.write_bytes(factories.a_sheet())
    return sheet


def answers(originals) -> set[str]:
    """Texts in the sheets long enough not to stand in a log by accident; ids and days aside."""
    found = {text for xml in originals for text in re.findall(r">([^<>]{6,})</", xml)}
    return {text for text in found if not re.match(r"uuid:|collect:|01-u|\d{4}-\d\d-\d\d$", text)}


def test_a_sheet_with_more_files_than_one_request_takes_is_one_sheet(field, tmp_path):
    app, _, url = field
    receipt = Collect(url).submit(a_sheet_with_photos(tmp_path, 5))
    assert (receipt.status, receipt.posts) == (201, 5)
    with app.app_context(), db.own_session() as session:
        assert len(session.scalars(select(Attachment)).all()) == 5
        assert len(session.scalars(select(Submission)).all()) == 1


def test_a_broken_connection_is_made_up_for_by_the_retry(field, tmp_path):
    app, _, url = field
    sheet = a_sheet_with_photos(tmp_path, 3)
    collect = Collect(url)
    collect.submit(sheet, break_after=1)
    collect.submit(sheet)
    with app.app_context(), db.own_session() as session:
        names = session.scalars(select(Attachment.name).order_by(Attachment.name)).all()
        assert names == ["photo0.jpg", "photo1.jpg", "photo2.jpg"]


def test_collect_shows_the_enumerator_why_a_sheet_was_refused(field, tmp_path):
    _, _, url = field
    sheet = tmp_path / "sheet.xml"
    sheet.write_bytes(b"<data><broken")
    with pytest.raises(Refused, match="not an XML"):
        Collect(url).submit(sheet)
