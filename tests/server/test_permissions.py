"""Who may do what."""

from __future__ import annotations

import pytest
from flask import Flask, g

from server.errors import Problem
from server.models.users import User
from server.permissions import ROLES, VERBS, may, requires


def test_every_route_declares_a_permission(app: Flask):
    undeclared = [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if getattr(app.view_functions[rule.endpoint], "permission", None) not in VERBS
    ]
    assert undeclared == []


def test_every_permission_is_given_to_known_roles_only():
    assert set().union(*VERBS.values()) <= {*ROLES, "anyone"}


@pytest.mark.parametrize(
    ("role", "verb", "allowed"),
    [
        ("supervisor", "submission.review", True),
        ("analyst", "submission.review", False),
        ("enumerator", "tablet.sync", True),
        ("enumerator", "progress.watch", False),
        ("auditor", "dataset.cut", False),
    ],
)
def test_a_role_may_what_its_work_needs(role, verb, allowed):
    assert may(User(role=role), verb) is allowed


def test_a_guarded_view_tells_strangers_from_those_without_the_right(app: Flask):
    view = requires("submission.review")(lambda: "done")
    with app.app_context():
        for user, status in ((None, 401), (User(role="analyst"), 403)):
            g.user = user
            with pytest.raises(Problem) as refused:
                view()
            assert refused.value.status == status
        g.user = User(role="manager")
        assert view() == "done"
