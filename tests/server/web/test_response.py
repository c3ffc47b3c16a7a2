"""The response page, its file and its command's numbers."""

import csv
import io
import re

import pytest

from server.operations.response import GROUPS, RATES
from server.web.response import FORMULAS


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("size", ["units", "weights"])
def test_it_works(manager, field, group, size):
    assert manager.get(f"/p/{field.project_id}/response?by={group}&size={size}").status_code == 200


def test_the_first_sentence_has_the_rate_of_today(manager, field):
    page = " ".join(manager.get(f"/p/{field.project_id}/response").text.split())
    assert "1 of 2 final units gave an interview: response rate RR2 50%, and 25% if every open unit failed." in page
    assert f'href="/p/{field.project_id}/response"' in manager.get(field.today).text


def test_every_rate_has_its_formula(manager, field):
    page = manager.get(f"/p/{field.project_id}/response").text
    assert set(FORMULAS) == {*RATES, "e"}
    assert all(formula in page for formula in FORMULAS.values())


def test_the_file_has_a_line_for_each_group_and_one_for_all(manager, field):
    file = manager.get(f"/p/{field.project_id}/response.csv?by=enumerator").data.decode("utf-8-sig")
    lines = {line["enumerator"]: line for line in csv.DictReader(io.StringIO(file))}
    assert [(name, line["I"], line["R"], line["pending"]) for name, line in lines.items() if name] == [
        ("e01", "1.0", "0.0", "1.0"),
        ("e02", "0.0", "1.0", "0.0"),
    ]


def test_a_number_leads_to_its_units(manager, field):
    page = manager.get(f"/p/{field.project_id}/response").text
    (link,) = re.findall(r'href="([^"]+outcome=R)"', page)
    assert re.findall(r'class="key">([^<]+)', manager.get(link).text) == ["01-u2"]


@pytest.mark.parametrize("address", ["response?by=day", "response?size=kilograms", "units?outcome=Z"])
def test_what_is_no_grouping_is_told(manager, field, address):
    assert manager.get(f"/p/{field.project_id}/{address}").status_code == 400
