"""Step 5 of an adaptation on the pages: the checklist, the draft on test tablets, and the way to the field."""

import html
import re

import pytest
from sqlalchemy import select

from server.models.events import Event
from server.models.instruments import Instrument
from server.models.projects import twin_of
from server.operations import adaptations, drafts
from tests import factories
from tests.server.web import adapted


@pytest.fixture
def own(as_role, field):
    """A form of the survey against which nothing stands."""
    return adapted.begun(as_role("office"), field.project_id, further="")


def published(session, project_id):
    """The versions of the form that a project has."""
    wanted = select(Instrument).where(Instrument.project_id == project_id, Instrument.form_id == adapted.NAME)
    return session.scalars(wanted.order_by(Instrument.id)).all()


def twin(session, field):
    return session.scalars(twin_of(field.project_id)).one().id


def test_a_form_that_is_ready_has_a_green_checklist(own):
    text = own.get("/publish").text
    assert text.count('<li><span class="state done">') == 4
    assert 'class="state act"' not in text


def test_at_1_20_an_incomplete_language_stands_against_publishing(as_role, field):
    own = adapted.begun(as_role("office"), field.project_id, further="tg")
    text = own.get("/publish").text
    assert 'class="state act"' in text
    assert "<button disabled>" in text
    answer = own.send("/publish", "/publish/draft")
    assert answer.status_code == 422


def test_at_1_20_a_statistic_given_up_stands_against_publishing_until_a_person_accepts_it(own, app, field):
    project = adaptations.opened(adaptations.find(app.extensions["config"], field.project_id, adapted.NAME))
    needs = project.contract.indicators[0].recipe.needs
    row = next(one for one in project.form.survey if one.get("name") in needs and one["type"] != "calculate")
    page = f"/questions/{row['x_qid']}"
    said = own.fields(page) | {"label::English (en)": "Quite another question?"}
    own.send(page, seen=own.kept(page, "seen"), required=row.get("required", ""), **said)
    assert own.send("/publish", "/publish/draft").status_code == 422
    waiting = re.findall(r'name="statistic" value="([^"]+)"', own.get("/changes").text)
    own.send("/changes", "/changes/accept", statistic=waiting, reason="worded for us")
    assert "worded for us" in html.unescape(own.get("/publish").text)
    assert own.send("/publish", "/publish/draft").status_code == 303


def test_at_1_20_a_draft_goes_to_the_test_tablets_only(own, session, field):
    assert own.send("/publish", "/publish/draft").status_code == 303
    assert published(session, field.project_id) == []
    assert len(published(session, twin(session, field))) == 1


def test_the_test_code_is_asked_for_by_a_post_and_written_down(own, session, field):
    own.send("/publish", "/publish/draft")
    assert "<svg" not in own.get("/publish").text.partition("<main")[2]
    answer = own.send("/publish", "/publish/code")
    assert 'class="qr"' in answer.text
    assert f"/projects/{twin(session, field)}" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    shown = session.scalars(select(Event).where(Event.verb == "device.show")).all()
    assert [one.actor for one in shown] == ["the_office"]


def test_there_is_no_test_code_before_there_is_a_draft(own):
    assert own.send("/publish", "/publish/code").status_code == 404


@pytest.mark.parametrize("typed", ["", "yes", "Courses"])
def test_nothing_is_published_by_a_slip(own, session, field, typed):
    own.send("/publish", "/publish/draft")
    assert own.send("/publish", "/publish/promote", typed=typed).status_code == 400
    assert published(session, field.project_id) == []


def test_what_was_tried_is_what_the_field_gets(own, session, field):
    own.send("/publish", "/publish/draft")
    assert own.send("/publish", "/publish/promote", typed=adapted.NAME).status_code == 303
    (tried,) = published(session, twin(session, field))
    (got,) = published(session, field.project_id)
    assert (got.version, got.definition) == (tried.version, tried.definition)
    assert got.version in own.get("/publish").text


def test_the_next_version_is_a_later_one(own, session, field):
    for label in ("One?", "Two?"):
        page = "/questions/" + re.search(r'questions/([\w.]+)">', own.get("/questions").text)[1]
        said = own.fields(page) | {"hint::English (en)": label}
        own.send(page, seen=own.kept(page, "seen"), required="yes", **said)
        own.send("/publish", "/publish/draft")
        own.send("/publish", "/publish/promote", typed=adapted.NAME)
    first, second = published(session, field.project_id)
    assert second.version > first.version


def test_test_interviews_are_counted_and_deleted_on_request(own, client, session, field):
    own.send("/publish", "/publish/draft")
    (tried,) = published(session, twin(session, field))
    _, secret, _ = drafts.tablet(session, project_id=field.project_id, secret_key=factories.KEY)
    session.commit()
    meta = "<meta><instanceID>uuid:tried</instanceID></meta>"
    sheet = f'<data id="{adapted.NAME}" version="{tried.version}">{meta}</data>'.encode()
    address = f"/v1/key/{secret}/projects/{twin(session, field)}/submission"
    assert client.post(address, **factories.a_post(sheet)).status_code == 201
    assert "Delete 1 test interview" in own.get("/publish").text
    assert own.send("/publish", "/publish/discard").status_code == 303
    assert drafts.tests(session, project_id=field.project_id) == []


@pytest.mark.parametrize("step", ["draft", "code", "promote", "discard"])
def test_a_form_that_is_not_there_is_not_published(own, step):
    answer = own.send("/publish", f"/../nothing/publish/{step}", typed="nothing")
    assert answer.status_code == 404
