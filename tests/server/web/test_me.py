"""An enumerator's own page: small, without anything about respondents, and open to the tablet's address alone."""

import re

import pytest
from sqlalchemy import select

from server.models.submissions import Submission
from server.models.users import Token, User
from server.operations import accounts, submissions
from server.web.render import STATIC
from tests import factories
from tests.server.web.test_pages import compressed

LIMIT = 12 * 1024


@pytest.fixture
def held(session, field) -> Token:
    """The token of e01's tablet."""
    return session.scalars(select(Token).join(User).where(User.name == "e01", Token.kind == "tablet")).one()


@pytest.fixture
def own(held, field) -> str:
    return f"/me/{accounts.token_secret(held, factories.KEY)}/p/{field.project_id}"


def test_it_works(client, own):
    assert client.get(own).status_code == 200


def test_the_first_sentence_has_the_own_numbers(client, own):
    assert "1 of 2 final (50%)" in " ".join(client.get(own).text.split())


@pytest.mark.parametrize("language", ["en", "ru", "ar"])
def test_page_and_style_are_12_kb_together(client, own, language):
    client.set_cookie("language", language)
    page = client.get(own)
    assert "<script" not in page.text
    assert compressed(page.data) + compressed((STATIC / "site.css").read_bytes()) <= LIMIT


def test_it_names_no_dwelling_no_respondent_and_no_colleague(client, own):
    assert not re.search(r"House u|Respondent|\be02\b|01-u2|01-u4", client.get(own).text)


def test_what_is_left_is_told_by_area(client, own):
    page = " ".join(re.sub(r"<[^>]+>", " ", client.get(own).text).split())
    assert "Area \u2068ea0\u2069 1 unit not visited yet" in page


def test_a_returned_sheet_comes_first_with_its_reason(client, own, session, app, field):
    sheet = session.scalars(select(Submission).where(Submission.root_id == field.root_id)).one()
    submissions.review(session, submission_id=sheet.id, state="returned", by="the_manager", reason="ask for the age")
    session.commit()
    page = client.get(own).text
    assert page.index("ask for the age") < page.index("not visited yet")


def test_a_withdrawn_address_opens_nothing(client, own, session, held):
    accounts.revoke(session, token_id=held.id)
    session.commit()
    assert client.get(own).status_code == 403


def test_another_surveys_number_opens_nothing(client, own, field):
    assert client.get(own.replace(f"/p/{field.project_id}", "/p/99")).status_code == 403


def test_the_address_is_told_to_nobody(client, own):
    answer = client.get(own)
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer.headers["Cache-Control"]


def test_it_signs_nobody_in(client, own, field):
    client.get(own)
    assert client.get(field.today).status_code == 302
