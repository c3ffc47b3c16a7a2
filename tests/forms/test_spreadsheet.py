"""A built workbook is laid out for an officer, and whatever an officer does to its looks leaves what it says."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms import catalog, checks, identity, layout, workbook, xform
from forms.adaptation import project
from forms.sheets import MEDIA, SURVEY
from tests.drawing import workbook as drawn

FORM = """
    | survey |                  |       |                    |                     |              |            |
    |        | type             | name  | label::English (en)| label::العربية (ar) | relevant     | constraint |
    |        | begin_group      | house | House              | بيت                 |              |            |
    |        | integer          | age   | Age                | العمر               |              | . <= 120   |
    |        | select_one yesno | work  | Does ${age} work?  | هل يعمل ${age}؟     | ${age} >= 15 |            |
    |        | end_group        |       |                    |                     |              |            |
    | choices |           |      |                     |                     |
    |         | list_name | name | label::English (en) | label::العربية (ar) |
    |         | yesno     | 1    | Yes                 | نعم                 |
    |         | yesno     | 2    | No                  | لا                  |
    | settings |         |            |                  |
    |          | form_id | version    | default_language |
    |          | work    | 2026112401 | English (en)     |
    """
Edit = Callable[[openpyxl.Workbook], object]


@pytest.fixture
def built(tmp_path) -> Path:
    path = tmp_path / "form.xlsx"
    workbook.write_xlsx(identity.marked(drawn(FORM)), path)
    return path


def edited(path: Path, edit: Edit) -> Path:
    book = openpyxl.load_workbook(path)
    edit(book)
    book.save(path)
    return path


def headings(path: Path, sheet: str) -> list[str]:
    return [cell.value for cell in openpyxl.load_workbook(path)[sheet][1]]


def test_columns_stand_in_the_order_in_which_an_officer_reads(built):
    assert headings(built, "survey") == [
        *("type", "name", "label::English (en)", "label::العربية (ar)", "relevant", "constraint", "x_qid")
    ]
    assert headings(built, "choices") == [
        "list_name",
        "name",
        "label::English (en)",
        "label::العربية (ar)",
        "x_standard",
    ]


@given(
    st.lists(st.sampled_from([*SURVEY, *MEDIA, "label::Русский (ru)", "x_own", "заметка", *layout.KEPT]), unique=True)
)
def test_no_column_is_lost_and_what_is_kept_stands_last(columns):
    arranged = layout.arranged(columns)
    kept = [column for column in columns if column in layout.KEPT]
    assert sorted(arranged) == sorted(columns)
    assert sorted(arranged[len(arranged) - len(kept) :]) == sorted(kept)


def test_rows_of_a_group_can_be_folded_away_below_its_beginning(built):
    sheet = openpyxl.load_workbook(built)["survey"]
    assert [sheet.row_dimensions[line].outlineLevel for line in (2, 3, 4, 5)] == [0, 1, 1, 1]
    assert sheet.sheet_properties.outlinePr.summaryBelow is False


@pytest.mark.parametrize(
    ("types", "found"),
    [
        (["begin_group", "begin repeat", "text", "end repeat", "end_group", "note"], [0, 1, 2, 2, 1, 0]),
        (["end_group", "text"], [0, 0]),
        ([], []),
    ],
)
def test_the_depth_of_a_row_is_the_number_of_parts_around_it(types, found):
    assert layout.depths([{"type": kind} for kind in types]) == found


def test_a_column_that_is_read_from_the_right_is_aligned_to_the_right(built):
    sheet = openpyxl.load_workbook(built)["survey"]
    assert (sheet["D3"].alignment.horizontal, sheet["D3"].alignment.readingOrder) == ("right", 2)
    assert sheet["C3"].alignment.horizontal is None


def test_each_row_shows_by_its_type_what_it_is(built):
    [area] = openpyxl.load_workbook(built)["survey"].conditional_formatting
    assert str(area.sqref) == f"A2:F{5 + 200}"
    assert [rule.formula for rule in area.rules] == [[shade.when] for shade in layout.SURVEY_SHADES]


def test_lists_of_values_go_on_below_the_last_row(built):
    rules = openpyxl.load_workbook(built)["choices"].data_validations.dataValidation
    assert ("A2:A203", "list") in [(str(rule.sqref), rule.type) for rule in rules]


def test_sheets_say_how_far_they_go(built):
    with zipfile.ZipFile(built) as archive:
        sizes = {name: re.findall(rb'<dimension ref="([^"]*)"/>', archive.read(name)) for name in archive.namelist()}
    assert sizes["xl/worksheets/sheet2.xml"] == [b"A1:G5"]


def insert_blank_rows(book: openpyxl.Workbook) -> None:
    book["survey"].insert_rows(3, 2)


def hide_and_filter(book: openpyxl.Workbook) -> None:
    sheet = book["survey"]
    sheet.column_dimensions["C"].hidden = sheet.row_dimensions[3].hidden = True
    sheet.auto_filter.add_filter_column(0, ["integer"])


def swap_columns(book: openpyxl.Workbook) -> None:
    for sheet in ("survey", "choices"):
        for row in book[sheet].iter_rows(max_col=4):
            row[1].value, row[3].value = row[3].value, row[1].value


def pad(book: openpyxl.Workbook) -> None:
    book["survey"]["C3"].value += "  "
    book["survey"]["A3"].value += "\u00a0"


def colour(book: openpyxl.Workbook) -> None:
    for cell in book["survey"][3]:
        cell.style = "Good"


def add_sheet(book: openpyxl.Workbook) -> None:
    book.create_sheet("Notes of the office", 0)["A1"] = "age: ask the ministry"


@pytest.mark.parametrize("edit", [insert_blank_rows, hide_and_filter, swap_columns, pad, colour, add_sheet])
def test_what_changes_looks_alone_changes_no_question(built, edit):
    before = workbook.read(built)
    after = workbook.read(edited(built, edit))
    assert (after.survey, after.choices, after.header) == (before.survey, before.choices, before.header)


def test_rows_that_were_sorted_out_of_their_groups_are_found(built):
    def sort(book: openpyxl.Workbook) -> None:
        rows = sorted(book["survey"].iter_rows(2, values_only=True), key=lambda row: row[0], reverse=True)
        for number, row in enumerate(rows, start=2):
            for place, value in enumerate(row, start=1):
                book["survey"].cell(number, place).value = value

    found = checks.check(workbook.read(edited(built, sort), draft=True))
    assert [finding.rule for finding in found if finding.level == "error"][:1] == ["tree"]


def test_a_column_of_the_office_keeps_its_heading_and_reaches_no_tablet(built):
    plain = xform.compile(workbook.read(built)).xml

    def add(book: openpyxl.Workbook) -> None:
        for sheet in ("survey", "choices"):
            place = book[sheet].max_column + 1
            book[sheet].cell(1, place, "Примечание Отдела")
            book[sheet].cell(3, place, "спросить")

    book = workbook.read(edited(built, add))
    assert [row.get("Примечание Отдела") for row in (book.survey[1], book.choices[1])] == ["спросить", "спросить"]
    assert xform.compile(book).xml == plain
    assert checks.passes(checks.check(book))


def test_a_filter_of_choices_finds_a_column_in_capitals(built):
    def add(book: openpyxl.Workbook) -> None:
        book["choices"]["F1"], book["choices"]["F2"], book["choices"]["F3"] = "Region", "1", "2"
        book["survey"]["H1"], book["survey"]["H4"] = "choice_filter", "Region = ${age}"

    xml = xform.compile(workbook.read(edited(built, add))).xml.decode()
    assert "<Region>1</Region>" in xml
    assert "root/item[Region =" in xml


@pytest.mark.parametrize("heading", ["relevent", "Constrant", "hints"])
def test_a_misspelt_column_is_an_error_at_its_cell(built, heading):
    def add(book: openpyxl.Workbook) -> None:
        book["survey"]["H1"], book["survey"]["H4"] = heading, "${age} > 9"

    found = checks.check(workbook.read(edited(built, add)))
    [wrong] = [finding for finding in found if finding.rule == "column-unknown"]
    assert (wrong.level, wrong.cell) == ("error", "survey!H4")


def test_at_1_2_ids_and_standard_codes_are_in_every_built_workbook(tmp_path):
    book = identity.marked(catalog.load("listing"))
    workbook.write_xlsx(book, tmp_path / "form.xlsx")
    read = workbook.read(tmp_path / "form.xlsx")
    assert [row[identity.QUESTION] for row in read.survey] == [row[identity.QUESTION] for row in book.survey]
    assert [row[identity.CODE] for row in read.choices] == [row["name"] for row in book.choices]


def test_at_1_2_renaming_and_deleting_rows_leave_all_other_ids(tmp_path):
    made = project.create("listing", tmp_path / "here")
    before = [row[identity.QUESTION] for row in made.form.survey]
    gone = next(row for row in made.form.survey if row["type"] == "note" or row["type"] == "text")
    first = next(row for row in made.form.survey if row["type"] == "integer")

    def edit(book: openpyxl.Workbook) -> None:
        book["survey"][f"B{first.line}"] = "another_name"
        book["survey"].delete_rows(gone.line)

    edited(tmp_path / "here" / project.FORM, edit)
    after = project.open_folder(tmp_path / "here").form.survey
    assert [row[identity.QUESTION] for row in after] == [qid for qid in before if qid != gone[identity.QUESTION]]
    assert {row["name"]: row[identity.QUESTION] for row in after if "name" in row}["another_name"] == first["x_qid"]
