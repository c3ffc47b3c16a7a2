"""A frozen cut on its page, and its files for who may have them."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from sqlalchemy import select

from server.models.events import Event
from tests.server.web.conftest import post


@pytest.fixture
def address(field):
    return f"/p/{field.project_id}/datasets/1"


@pytest.fixture
def text(manager, address):
    return re.sub(r"<[^>]+>|\s+", " ", manager.get(address).text)


def test_it_works(text):
    assert "Dataset ⁨cut-1⁩" in text


def test_the_units_stand_by_their_final_code(text):
    assert re.search(r"1\.1\s+complete interview\s+1\s+10\.0", text)
    assert re.search(r"3\.11\s+not attempted\s+2\s+20\.0", text)
    assert re.search(r"Total\s+4\s+40\.0", text)


def test_response_rates_stand_in_units_and_in_weights(text):
    assert re.search(r"RR1 [^%]+25\.0%\s+25\.0%", text)
    assert re.search(r"RR5 [^%]+50\.0%\s+50\.0%", text)


def test_what_was_left_out_is_told_with_its_reason(text):
    assert re.search(r"The unit has a completed interview already\.\s+1", text)


def test_a_dataset_of_another_project_is_not_found(manager, field):
    assert manager.get(f"/p/{field.project_id + 1}/datasets/1").status_code == 404


@pytest.mark.parametrize("form", ["csv", "dta"])
def test_an_analyst_downloads_it_and_that_is_recorded(as_role, session, address, form):
    answer = post(as_role("analyst"), address, f"{address}/export", format=form)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="cut-1.{form}.zip"'
    assert "README.txt" in zipfile.ZipFile(io.BytesIO(answer.data)).namelist()
    event = session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert (event.actor, event.verb, event.details["format"]) == ("the_analyst", "dataset.export", form)


def test_stata_files_come_in_the_readers_language(as_role, address):
    browser = as_role("analyst")
    browser.set_cookie("language", "ru")
    answer = post(browser, address, f"{address}/export", format="dta")
    data = zipfile.ZipFile(io.BytesIO(answer.data)).read("units.dta")
    assert "Базовый вес".encode() in data


def test_a_manager_sees_no_download(manager, address):
    assert "/export" not in manager.get(address).text


def test_what_identifies_is_refused_to_an_analyst_and_the_attempt_is_recorded(as_role, session, address):
    answer = post(as_role("analyst"), address, f"{address}/export", format="csv", identifying="yes")
    assert answer.status_code == 403
    event = session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert (event.verb, event.details) == ("dataset.identify", {"refused": True})


def test_an_administrator_may_have_what_identifies(as_role, address):
    answer = post(as_role("admin"), address, f"{address}/export", format="csv", identifying="yes")
    assert b"p_name" in zipfile.ZipFile(io.BytesIO(answer.data)).read("person.csv")
