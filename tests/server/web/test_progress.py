"""The progress table and its file."""

import csv
import io
import re

import pytest

from server.operations.progress import GROUPS


@pytest.mark.parametrize("group", GROUPS)
def test_it_works(manager, field, group):
    assert manager.get(f"/p/{field.project_id}/progress?by={group}").status_code == 200


def cells(page: str) -> list[list[str]]:
    """The text of each row's key and counts but `unassigned`; the share, which stands between them, is left out."""
    body = re.search(r"<tbody>(.*?)</tbody>", page, re.DOTALL)[1]
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    found = [re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)[:8] for row in rows]
    return [[re.sub(r"<[^>]+>", "", cell).strip() for cell in (row[0], *row[2:])] for row in found]


@pytest.mark.parametrize("group", ["region", "psu", "stratum"])
def test_the_file_has_the_numbers_of_the_page(manager, field, group):
    page = manager.get(f"/p/{field.project_id}/progress?by={group}&sort=-final").text
    file = manager.get(f"/p/{field.project_id}/progress.csv?by={group}&sort=-final").data.decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(file)))
    names = (group, "sampled", "assigned", "not_started", "in_progress", "final", "interviews")
    assert cells(page) == [[line[name] for name in names] for line in lines]


def test_rows_come_in_the_order_asked_for(manager, field):
    up = cells(manager.get(f"/p/{field.project_id}/progress?by=psu&sort=final").text)
    down = cells(manager.get(f"/p/{field.project_id}/progress?by=psu&sort=-final").text)
    assert [int(row[5]) for row in up] == sorted(int(row[5]) for row in up)
    assert [int(row[5]) for row in down] == sorted((int(row[5]) for row in up), reverse=True)
    assert len(up) == 2


@pytest.mark.parametrize("query", ["by=weather", "sort=weather"])
def test_an_unknown_column_is_told(manager, field, query):
    answer = manager.get(f"/p/{field.project_id}/progress?{query}")
    assert answer.status_code == 400
    assert "weather" in answer.text


def test_a_supervisors_file_has_no_other_teams_area(as_role, field):
    file = as_role("supervisor").get(f"/p/{field.project_id}/progress.csv?by=enumerator").text
    assert "e01" in file
    assert "e02" not in file
