"""People, passwords and secret addresses."""

from __future__ import annotations

import pytest

from server.db import now
from server.errors import Problem
from server.operations import accounts
from tests import factories
from tests.factories import KEY


def issue(session, kind="tablet", **over):
    project = factories.a_project(session)
    user = factories.a_user(session)
    return accounts.issue_token(session, user_id=user.id, project_id=project.id, kind=kind, secret_key=KEY, **over)


def refusal(session, secret, kind="tablet", key=KEY) -> str:
    with pytest.raises(Problem) as refused:
        accounts.redeem(session, secret=secret, kind=kind, secret_key=key)
    assert refused.value.status == 403
    return refused.value.message


def test_the_right_password_opens(session):
    factories.a_user(session, "manager", "manager", password="long enough")
    assert accounts.check_password(session, name="manager", password="long enough").name == "manager"


@pytest.mark.parametrize(("name", "password"), [("manager", "wrong password"), ("nobody", "long enough"), ("e01", "")])
def test_a_wrong_name_and_a_wrong_password_get_the_same_words(session, name, password):
    factories.a_user(session, "manager", "manager", password="long enough")
    factories.a_user(session, "e01")
    with pytest.raises(Problem, match="do not belong together"):
        accounts.check_password(session, name=name, password=password)


def test_a_disabled_person_cannot_sign_in(session):
    user = factories.a_user(session, "manager", "manager", password="long enough")
    user.disabled_at = now()
    with pytest.raises(Problem):
        accounts.check_password(session, name="manager", password="long enough")


@pytest.mark.parametrize(
    ("over", "told"),
    [({"role": "king"}, "no role"), ({"password": "short"}, "10 characters"), ({"name": "e01"}, "use")],
)
def test_a_person_who_cannot_be_added_is_refused_with_the_reason(session, over, told):
    factories.a_user(session, "e01")
    with pytest.raises(Problem, match=told):
        factories.a_user(session, **{"name": "e02", **over})


def test_a_secret_is_not_stored_but_can_be_printed_again(session):
    token, secret = issue(session)
    assert secret not in (token.digest, token.nonce)
    assert accounts.token_secret(token, KEY) == secret


def test_a_tablets_secret_opens_again_and_again(session):
    token, secret = issue(session)
    for _ in range(2):
        assert accounts.redeem(session, secret=secret, kind="tablet", secret_key=KEY).id == token.id


def test_a_link_opens_once(session):
    _, secret = issue(session, kind="link")
    accounts.redeem(session, secret=secret, kind="link", secret_key=KEY)
    assert "already used" in refusal(session, secret, "link")


@pytest.mark.parametrize("kind", accounts.KINDS)
def test_a_new_key_ends_every_secret_made_before_it(session, kind):
    _, secret = issue(session, kind=kind)
    assert "not known" in refusal(session, secret, kind, key="another-key")


def test_a_tablets_secret_is_no_link(session):
    _, secret = issue(session)
    assert "not known" in refusal(session, secret, "link")


def test_a_secret_expires(session):
    _, secret = issue(session, hours=-1)
    assert "expired" in refusal(session, secret)


def test_a_revoked_secret_opens_nothing(session):
    token, secret = issue(session)
    accounts.revoke(session, token_id=token.id)
    assert "withdrawn" in refusal(session, secret)


def test_the_secret_of_a_disabled_person_opens_nothing(session):
    token, secret = issue(session)
    token.user.disabled_at = now()
    assert "withdrawn" in refusal(session, secret)
