"""Opening a survey."""

from __future__ import annotations

import pytest

from server.errors import Problem
from server.operations import projects
from tests import factories


def test_a_project_is_found_by_its_name(session):
    assert projects.named(session, name=factories.a_project(session).name).title == "A survey"


@pytest.mark.parametrize(
    ("over", "told"),
    [({"timezone": "Mars/Base"}, "no time zone"), ({"settings": {"colour": "red"}}, "no project setting")],
)
def test_what_cannot_be_used_is_refused(session, over, told):
    with pytest.raises(Problem, match=told):
        factories.a_project(session, **over)


def test_a_name_is_used_once(session):
    factories.a_project(session)
    with pytest.raises(Problem, match="choose another name"):
        factories.a_project(session)


def test_an_unknown_project_is_not_found(session):
    with pytest.raises(Problem, match="was not found"):
        projects.named(session, name="none")
