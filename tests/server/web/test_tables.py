"""A weighted table on a page, in a drawing and in a file."""

import csv
import io
import re

import pytest

from server.web.tables import MARKS
from weighting import reliability


@pytest.fixture
def page(manager, field):
    return manager.get(f"/p/{field.project_id}/tables/T1").text


def test_it_works(manager, field):
    assert "T1" in manager.get(f"/p/{field.project_id}/tables").text


def test_an_estimate_stands_with_its_error(page):
    text = re.sub(r"<[^>]+>|\s+", " ", page)
    assert re.search(r"All\s+29\.8%\s+2\.2%\s+25\.7% – 34\.3%\s+10\.0%\s+1\.20\s+402", text)


def test_few_cases_stand_in_parentheses_and_too_few_are_left_out(manager, field, page):
    assert "(18.0%)" in page
    file = manager.get(f"/p/{field.project_id}/tables/T1.csv").data.decode("utf-8-sig")
    assert "77.7%" not in page
    assert "0.777" not in file


def test_codes_stand_in_the_words_of_the_questionnaire(page):
    assert "<bdi>Completed</bdi>" in page
    assert "<bdi>Nobody at home</bdi>" in page


def test_a_title_is_text_and_never_markup(page):
    assert "Households &lt;abroad&gt;" in page
    assert "<abroad>" not in page


def test_a_table_of_unfinished_areas_says_so(page):
    assert "PROVISIONAL" in page
    assert "0 of 2 enumeration areas are complete" in page
    assert "cut-1" in page
    assert re.search(r"SHA-256 <bdi>[0-9a-f]{12}<", page)


def test_the_drawing_shows_what_the_table_publishes(page):
    labels = re.findall(r'<text class="name"[^>]*>([^<]+)', page)
    assert [label.strip() for label in labels] == ["All", "Result: Completed", "Result: Partly completed"]


def test_the_ledger_stands_below(page):
    assert page.index("Base weights") > page.index("Download as CSV")


def test_the_file_has_a_line_for_every_row(manager, field):
    answer = manager.get(f"/p/{field.project_id}/tables/T1.csv")
    lines = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [line["estimate"] for line in lines] == ["0.298", "0.413", "0.18", ""]
    assert answer.headers["Content-Disposition"] == 'attachment; filename="T1.csv"'


def test_an_unknown_table_is_not_found(manager, field):
    assert manager.get(f"/p/{field.project_id}/tables/T9").status_code == 404


def test_a_table_can_be_made_again_and_compared(manager, field):
    text = manager.get(f"/p/{field.project_id}/tables/T1?verify=yes").text
    assert re.search(r"Weights <bdi>1</bdi>: <span class=\"state done\">identical", text)
    assert re.search(r"Table <bdi>T1</bdi>: <strong>differs", text)  # its rows were made up


def test_the_ledger_speaks_the_readers_language(manager, field):
    manager.set_cookie("language", "ru")
    text = manager.get(f"/p/{field.project_id}/tables/T1").text
    assert "подходящих единиц без интервью: 1" in text
    assert "источник: \u2068Census\u2069 \u20682020\u2069" in text


@pytest.mark.parametrize(("sign", "words"), reliability.NOTES.items())
def test_marks_are_worded_as_on_the_command_line(sign, words):
    assert MARKS[sign] % () == words
