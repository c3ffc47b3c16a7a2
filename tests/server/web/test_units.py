"""The list of units and the life of one."""

import re

import pytest


def test_it_works(manager, field):
    assert manager.get(f"/p/{field.project_id}/units/{field.key}").status_code == 200


def test_a_life_runs_from_the_frame_to_the_weight(manager, field):
    page = manager.get(f"/p/{field.project_id}/units/{field.key}").text
    steps = re.findall(r"<li[^>]*><h2>(?:<a[^>]*>)?([^<]+)", page)
    assert [step.strip() for step in steps] == [
        "In the frame",
        "Drawn",
        "Not given to anybody yet",
        "Visit 1",
        "Visit 1",
        "Visit 1",
        "Final",
        "Weighed",
    ]
    assert "44.00" in page  # the whole margin: the only interview
    assert f'href="/p/{field.project_id}/tables/T1"' in page


def test_a_unit_without_interview_says_where_its_weight_went(manager, field):
    assert "its weight went to others" in manager.get(f"/p/{field.project_id}/units/01-u2").text


@pytest.mark.parametrize(
    ("query", "keys"), [("state=final", ["01-u1", "01-u2"]), ("psu=ea1&state=unassigned", ["01-u4"])]
)
def test_units_are_listed_by_group_and_state(manager, field, query, keys):
    page = manager.get(f"/p/{field.project_id}/units?{query}").text
    assert re.findall(r'class="key">([^<]+)', page) == keys


@pytest.mark.parametrize("query", ["state=lost", "page=0", "page=x"])
def test_a_list_that_does_not_exist_is_told(manager, field, query):
    assert manager.get(f"/p/{field.project_id}/units?{query}").status_code == 400


def test_a_page_past_the_end_is_empty(manager, field):
    assert "No unit is in this list." in manager.get(f"/p/{field.project_id}/units?page=9").text
