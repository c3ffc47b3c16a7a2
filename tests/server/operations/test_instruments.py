"""Publishing a form."""

from __future__ import annotations

import hashlib

import pytest

from forms.definition import Form
from forms.errors import CompileError
from server.errors import Problem
from server.operations import instruments
from tests import factories
from tests.drawing import workbook


def publish(session, book):
    project = factories.a_project(session)
    return instruments.publish(session, project_id=project.id, workbook=book)


def test_a_published_form_is_read_again_as_it_was(session):
    book = factories.a_form()
    assert instruments.form_of(publish(session, book)) == Form.from_workbook(book)


def test_the_hash_is_that_of_the_compiled_bytes(session):
    made = publish(session, factories.a_form())
    assert made.xform_md5 == hashlib.md5(made.xform).hexdigest()
    assert made.media == ["households.csv"]


def test_publishing_the_same_again_changes_nothing(session):
    project = factories.a_project(session)
    again = [factories.an_instrument(session, project).id for _ in range(2)]
    assert again[0] == again[1]


def test_a_version_is_never_published_with_other_contents(session):
    project = factories.a_project(session)
    factories.an_instrument(session, project)
    changed = workbook(factories.FORM.format(version="1").replace("Nobody at home", "No one at home"))
    with pytest.raises(Problem, match="Raise the version"):
        instruments.publish(session, project_id=project.id, workbook=changed)


def test_a_form_that_does_not_compile_is_not_published(session):
    broken = workbook(
        """
        | survey |         |      |       |          |
        |        | type    | name | label | relevant |
        |        | integer | age  | Age   | ${none}  |
        """
    )
    with pytest.raises(CompileError):
        publish(session, broken)


def test_a_file_that_the_form_does_not_ask_for_is_refused(session, app):
    made = publish(session, factories.a_form())
    storage = app.extensions["storage"]
    with pytest.raises(Problem, match="asks for: households"):
        instruments.attach(session, instrument_id=made.id, files={"x.png": b""}, storage=storage)
