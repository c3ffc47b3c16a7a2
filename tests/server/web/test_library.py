"""The library's pages: every standard form, one of them question by question, and its files."""

import html
import io
import zipfile

import pytest

from forms import catalog, workbook
from server.permissions import ROLES, VERBS
from server.web import library
from tests.server.web import adapted


def test_every_standard_form_has_a_card(manager, field):
    page = manager.get(f"/p/{field.project_id}/forms").text
    assert [name for name in catalog.names() if f'/forms/{name}"' not in page] == []


def test_the_surveys_own_forms_come_first(manager, field):
    own = adapted.begun(manager, field.project_id)
    page = manager.get(f"/p/{field.project_id}/forms").text
    assert page.index(f'href="{own.form}"') < page.index(f'href="{own.standard}"')


def test_another_surveys_forms_are_not_there(manager, field, session):
    from tests import factories

    own = adapted.begun(manager, field.project_id)
    other = factories.a_project(session, "other")
    session.commit()
    assert manager.get(own.form.replace(f"/p/{field.project_id}/", f"/p/{other.id}/")).status_code == 404


def test_a_card_says_what_the_form_covers():
    card = library.card("census_migration")
    assert card.core == (20, 20)
    assert set(card.languages) == {"en", "fr", "es", "ru", "ar", "tg"}
    assert card.indicators > 20
    assert card.questions > 100


def test_a_forms_page_lists_its_questions_with_universe_and_name(manager, field):
    page = html.unescape(manager.get(f"/p/{field.project_id}/forms/training").text)
    for row in catalog.load("training").survey:
        if row.get("label::English (en)") and row["type"] != "calculate" and not row["type"].startswith("begin_"):
            assert row["label::English (en)"] in page
            assert row["universe"] in page
            assert f">{row['name']}<" in page


def test_a_form_that_nobody_wrote_is_not_found(manager, field):
    for page in ("nothing", "..%2F..", "nothing/adapt", "nothing/file", "_modules"):
        assert manager.get(f"/p/{field.project_id}/forms/{page}").status_code == 404


@pytest.mark.parametrize("file", [name for name in library.FILES if not name.startswith("paper")])
def test_a_file_is_what_its_name_says(manager, field, file):
    answer = manager.get(f"/p/{field.project_id}/forms/training/file", query_string={"file": file})
    assert answer.status_code == 200
    assert answer.content_type == library.FILES[file]
    kind, _, suffix = file.partition(".")
    assert f'filename="training-en-{kind}.{suffix}"' in answer.headers["Content-Disposition"]
    assert answer.data.startswith({"xlsx": b"PK", "xml": b"<", "html": b"<!"}[suffix])


@pytest.mark.parametrize(("file", "begins"), [("pdf", b"%PDF"), ("html", b"<!doctype html"), ("docx", b"PK")])
def test_the_paper_form_comes_in_its_language(manager, field, file, begins):
    asked = {"file": f"paper.{file}", "language": "ar"}
    answer = manager.get(f"/p/{field.project_id}/forms/listing/file", query_string=asked)
    assert answer.data.lower().startswith(begins.lower())
    if file == "html":
        assert 'dir="rtl"' in answer.text
    if file == "docx":
        assert b"w:bidi" in zipfile.ZipFile(io.BytesIO(answer.data)).read("word/document.xml")


@pytest.mark.parametrize("asked", [{"file": "form.doc"}, {"file": "paper.pdf", "language": "xx"}])
def test_a_file_that_cannot_be_made_is_refused(manager, field, asked):
    assert manager.get(f"/p/{field.project_id}/forms/training/file", query_string=asked).status_code == 400


def test_the_workbook_of_an_adaptation_is_its_own(manager, field, tmp_path):
    own = adapted.begun(manager, field.project_id)
    path = tmp_path / "form.xlsx"
    path.write_bytes(own.get("/file", file="form.xlsx").data)
    assert workbook.read_source(path).header.id == adapted.NAME


@pytest.mark.parametrize("role", ROLES)
def test_only_who_adapts_forms_sees_their_files(as_role, field, role):
    answer = as_role(role).get(f"/p/{field.project_id}/forms/training/file?file=form.xml")
    assert answer.status_code == (200 if role in VERBS["instrument.adapt"] else 403)
