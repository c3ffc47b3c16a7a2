"""Cells are written into an .xlsx in place: what was asked for changes, and whatever else is in the file stays."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import PatternFill
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table

from forms import xlsx_cells
from forms.errors import WorkbookError
from forms.xlsx_cells import Edit
from forms.xlsx_rows import Shift

HEADINGS = ("type", "name", "label::English (en)")
LINES = [
    ("integer", "age", "Age"),
    ("begin_group", "g", "Group"),
    ("text", "job", "Job of ${age}"),
    ("end_group", "", ""),
    ("note", "thanks", "Thanks"),
]
YELLOW = PatternFill("solid", fgColor="FFFF00")


def saved(book: openpyxl.Workbook) -> bytes:
    raw = io.BytesIO()
    book.save(raw)
    return raw.getvalue()


def opened(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def patched(data: bytes, part: str, old: str, new: str) -> bytes:
    """The file with other XML in one part, as other programs write it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in parts(data).items():
            assert name != part or old.encode() in text
            archive.writestr(name, text.replace(old.encode(), new.encode()) if name == part else text)
    return out.getvalue()


@pytest.fixture
def rich() -> bytes:
    """A survey sheet as an office keeps it: with everything that Excel can put around cells."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "survey"
    for line in (HEADINGS, *LINES):
        sheet.append(line)
    sheet["B4"].fill = YELLOW
    sheet["C4"].comment = Comment("ask again", "e01", height=70, width=130)
    sheet["C4"].hyperlink = "https://example.org/"
    sheet["F2"], sheet["F6"] = "=B4&$A$6", "=SUM(survey!A2:A5)"
    sheet.merge_cells("H4:I5")
    sheet.column_dimensions["C"].width = 61
    sheet.row_dimensions[4].height = 33
    sheet.freeze_panes = "C2"
    sheet.auto_filter.ref = "A1:C6"
    offer = DataValidation("list", formula1='"text,note"')
    offer.add("A2:A6")
    sheet.add_data_validation(offer)
    sheet.conditional_formatting.add("A2:C6", FormulaRule(['LEFT($A2,5)="begin"'], fill=YELLOW))
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=6, min_row=2, max_row=6))
    sheet.add_chart(chart, "K4")
    other = book.create_sheet("Отчёт")
    other["A1"], other["A2"], other["A3"] = "=survey!B6", "=B6", "='survey'!$A$2:$B$6"
    other["D1"], other["D2"], other["E2"] = "kind", "old", "new"
    other["E1"] = "count"
    other.add_table(Table(displayName="T", ref="D1:E2"))
    book.defined_names["jobs"] = DefinedName("jobs", attr_text="survey!$B$4")
    return saved(book)


def texts(data: bytes, sheet: str = "survey", columns: int = 3) -> list[tuple[str, ...]]:
    found = opened(data)[sheet].iter_rows(max_col=columns, values_only=True)
    return [tuple(str(value or "") for value in row) for row in found]


def test_one_cell_changes_and_every_other_part_is_the_same_byte_for_byte(rich):
    before, after = parts(rich), parts(xlsx_cells.change(rich, [Edit("survey", 2, "name", "years")]))
    [sheet] = [name for name in before if before[name] != after[name]]
    assert sheet == "xl/worksheets/sheet1.xml"
    assert list(before) == list(after)


def test_a_cell_keeps_its_format_and_its_comment(rich):
    sheet = opened(xlsx_cells.change(rich, [Edit("survey", 4, "name", "work"), Edit("survey", 4, HEADINGS[2], "Work")]))
    assert sheet["survey"]["B4"].value == "work"
    assert sheet["survey"]["B4"].fill.fgColor.rgb == "00FFFF00"
    assert (sheet["survey"]["C4"].value, sheet["survey"]["C4"].comment.text) == ("Work", "ask again")


def test_edits_that_change_nothing_give_the_same_bytes(rich):
    same = [Edit("survey", 2, "name", "age"), Edit("survey", 40, "name", ""), Edit("survey", 2, "x_own", "")]
    assert xlsx_cells.change(rich, same) == rich


def test_the_same_edits_give_the_same_bytes(rich):
    edits = [Edit("survey", 2, "name", "years"), Edit("survey", 9, "relevant", "${age} > 9")]
    assert xlsx_cells.change(rich, edits) == xlsx_cells.change(rich, edits)


def test_a_column_that_is_missing_is_added_at_the_right_end(rich):
    sheet = opened(xlsx_cells.change(rich, [Edit("survey", 4, "relevant", "${age} > 9")]))["survey"]
    assert (sheet["J1"].value, sheet["J4"].value) == (None, None)  # merged cells and formulas end in column I
    assert (sheet["G1"].value, sheet["G4"].value) == ("relevant", "${age} > 9")


def test_a_column_is_found_by_any_of_its_names(rich):
    data = xlsx_cells.change(rich, [Edit("Survey ", 2, "Label : English (en)", "Years")])
    assert texts(data)[1] == ("integer", "age", "Years")


@pytest.mark.parametrize("text", ["=1+1", " two  blanks ", "a\nb", "<b>&amp;</b>", "01", "Ҷавоб 🙂", "'", "نعم"])
def test_any_text_is_read_as_it_was_written(rich, text):
    cell = opened(xlsx_cells.change(rich, [Edit("survey", 2, "name", text)]))["survey"]["B2"]
    assert (cell.value, cell.data_type) == (text, "s")


def test_a_row_is_inserted_in_the_format_of_the_one_above(rich):
    data = xlsx_cells.insert_row(rich, "survey", 4, {"type": "text", "name": "wish"})
    assert texts(data) == [HEADINGS, *LINES[:3], ("text", "wish", ""), *LINES[3:]]
    assert opened(data)["survey"]["B5"].fill.fgColor.rgb == "00FFFF00"
    assert opened(data)["survey"].row_dimensions[5].height is None


def test_what_stands_around_the_cells_goes_down_with_an_inserted_row(rich):
    book = opened(xlsx_cells.insert_row(rich, "survey", 2, {"name": "sex"}))
    sheet = book["survey"]
    assert (sheet["C5"].comment.text, sheet["C5"].hyperlink.target) == ("ask again", "https://example.org/")
    assert [str(area) for area in sheet.merged_cells.ranges] == ["H5:I6"]
    assert (sheet.row_dimensions[5].height, sheet.row_dimensions[4].height) == (33, None)
    assert sheet.auto_filter.ref == "A1:C7"
    assert [str(rule.sqref) for rule in sheet.data_validations.dataValidation] == ["A2:A7"]
    [(area, [condition])] = sheet.conditional_formatting._cf_rules.items()
    assert (str(area.sqref), condition.formula) == ("A2:C7", ['LEFT($A2,5)="begin"'])
    assert sheet._charts[0].anchor._from.row == 4
    assert (sheet["F2"].value, sheet["F7"].value) == ("=B5&$A$7", "=SUM(survey!A2:A6)")
    assert [book["Отчёт"][f"A{line}"].value for line in (1, 2, 3)] == ["=survey!B7", "=B6", "='survey'!$A$2:$B$7"]
    assert book.defined_names["jobs"].attr_text == "survey!$B$5"
    assert "$F$2:$F$7" in parts(saved(book))["xl/charts/chart1.xml"].decode()


def test_the_box_of_a_comment_goes_down_with_its_row(rich):
    note = parts(xlsx_cells.insert_row(rich, "survey", 2, {}))["xl/drawings/commentsDrawing1.vml"].decode()
    assert re.findall(r"Row>(\d+)</", note) == ["4"]


@pytest.mark.parametrize("after", [1, 6])
def test_a_first_and_a_last_row_have_the_lists_and_colours_of_their_neighbours(rich, after):
    sheet = opened(xlsx_cells.insert_row(rich, "survey", after, {"type": "text"}))["survey"]
    assert sheet[f"A{after + 1}"].value == "text"
    assert [str(rule.sqref) for rule in sheet.data_validations.dataValidation] == ["A2:A7"]
    [(area, [condition])] = sheet.conditional_formatting._cf_rules.items()
    assert (str(area.sqref), condition.formula) == ("A2:C7", ['LEFT($A2,5)="begin"'])


def test_a_deleted_row_goes_with_its_comment_and_what_referred_to_it_says_so(rich):
    book = opened(xlsx_cells.delete_row(rich, "survey", 4))
    assert texts(saved(book))[3] == LINES[3]
    assert [cell.comment for row in book["survey"].iter_rows() for cell in row if cell.comment] == []
    assert book["survey"]["F2"].value == "=#REF!&$A$5"
    assert book.defined_names["jobs"].attr_text == "survey!#REF!"
    assert "Row>" not in parts(xlsx_cells.delete_row(rich, "survey", 4))["xl/drawings/commentsDrawing1.vml"].decode()


def test_a_table_of_excel_takes_in_the_row_below_it_and_keeps_its_last_one(rich):
    assert opened(xlsx_cells.insert_row(rich, "Отчёт", 2, {}))["Отчёт"].tables["T"].ref == "D1:E3"
    assert opened(xlsx_cells.delete_row(rich, "Отчёт", 2))["Отчёт"].tables["T"].ref == "D1:E2"


def test_a_formula_gives_way_to_a_text(rich):
    book = openpyxl.Workbook()
    book.active.append(["name"])
    book.active.append(["=1+1"])
    sheet = opened(xlsx_cells.change(saved(book), [Edit("Sheet", 2, "name", "age")])).active
    assert (sheet["A2"].value, sheet["A2"].data_type) == ("age", "s")


SHARED = '<c r="B2"><f t="shared" ref="B2:B4" si="0">$A$1&amp;A2</f></c>'
DEPENDENT = '<c r="B{0}"><f t="shared" si="0"/></c>'


@pytest.fixture
def shared() -> bytes:
    """A formula that Excel keeps once for three cells, and the order in which it works formulas out."""
    book = openpyxl.Workbook()
    for line in (["name", "own"], ["a", "f2"], ["b", "f3"], ["c", "f4"]):
        book.active.append(line)
    data = saved(book)
    sheet = "xl/worksheets/sheet1.xml"
    for number in (2, 3, 4):
        old = re.search(rf'<c r="B{number}".*?</c>', parts(data)[sheet].decode())
        data = patched(data, sheet, old[0], SHARED if number == 2 else DEPENDENT.format(number))
    related = '<Relationship Id="c" Type="http://x/calcChain" Target="calcChain.xml"/></Relationships>'
    data = patched(data, "xl/_rels/workbook.xml.rels", "</Relationships>", related)
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/calcChain.xml", '<calcChain xmlns="x"><c r="B2" i="1"/></calcChain>')
    return out.getvalue()


def test_a_text_in_place_of_a_shared_formula_leaves_the_others(shared):
    data = xlsx_cells.change(shared, [Edit("Sheet", 2, "own", "mine")])
    assert [opened(data).active[f"B{number}"].value for number in (2, 3, 4)] == ["mine", "=$A$1&A3", "=$A$1&A4"]


def test_the_order_of_calculation_is_left_to_excel(shared):
    after = parts(xlsx_cells.delete_row(shared, "Sheet", 2))
    assert "xl/calcChain.xml" not in after
    assert b"calcChain" not in after["xl/_rels/workbook.xml.rels"]
    assert b'fullCalcOnLoad="1"' in after["xl/workbook.xml"]


def test_a_cell_of_a_formula_that_fills_several_is_refused(shared):
    filled = patched(shared, "xl/worksheets/sheet1.xml", 't="shared" ref="B2:B4" si="0"', 't="array" ref="B2:B3"')
    with pytest.raises(WorkbookError, match=r"Sheet!B3: part of a formula that fills B2:B3"):
        xlsx_cells.change(filled, [Edit("Sheet", 3, "own", "mine")])


def test_rows_and_cells_that_do_not_say_their_place_are_counted(shared):
    bare = patched(shared, "xl/worksheets/sheet1.xml", '<row r="3"', "<row")
    bare = patched(bare, "xl/worksheets/sheet1.xml", '<c r="A3"', "<c")
    assert opened(xlsx_cells.change(bare, [Edit("Sheet", 3, "name", "z")])).active["A3"].value == "z"


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (Edit("survei", 2, "name", "x"), r"no sheet 'survei'.* Did you mean 'survey'\?"),
        (Edit("survey", 0, "name", "x"), r"survey row 0, name: rows go from 1"),
        (Edit("survey", 2, "name", "x\x07"), r"survey row 2, name: .*control character"),
        (Edit("survey", 2, "name", "x" * 32_768), r"survey row 2, name: too long"),
    ],
)
def test_what_no_cell_takes_is_refused_with_its_place(rich, edit, message):
    with pytest.raises(WorkbookError, match=message):
        xlsx_cells.change(rich, [edit])


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"survey,type"])
def test_other_files_are_refused(data):
    with pytest.raises(WorkbookError, match="not an Excel workbook"):
        xlsx_cells.change(data, [])


def test_the_headings_stay(rich):
    with pytest.raises(WorkbookError, match="row 1 holds the headings"):
        xlsx_cells.delete_row(rich, "survey", 1)


WORDS = st.text(st.sampled_from("aя1 =<&\n\"'"), max_size=4)
LISTED = st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=6)


def drawn_book(lines: Sequence[tuple[str, str]]) -> bytes:
    """Two columns of texts; a third refers to the first of its own row and of row 2."""
    book = openpyxl.Workbook()
    book.active.append(["name", "label", "own"])
    for number, line in enumerate(lines, start=2):
        book.active.append([*line, f"=A{number}&$A$2"])
        for cell in book.active[number][:2]:
            cell.data_type = "s"
    return saved(book)


@given(LISTED, st.data())
def test_rows_come_and_go_as_in_a_list(lines, data):
    book, expected = drawn_book(lines), [list(line) for line in lines]
    for _ in range(data.draw(st.integers(1, 4))):
        after = data.draw(st.integers(1, len(expected) + 1))
        if data.draw(st.booleans()):
            words = data.draw(st.tuples(WORDS, WORDS))
            book = xlsx_cells.insert_row(book, "Sheet", after, {"name": words[0], "label": words[1]})
            expected.insert(after - 1, list(words))
        elif after > 1:
            book = xlsx_cells.delete_row(book, "Sheet", after)
            del expected[after - 2]
    found = opened(book).active.iter_rows(min_row=2, max_row=len(expected) + 1, max_col=2, values_only=True)
    assert [[value or "" for value in row] for row in found] == (expected if expected else [])


@given(LISTED, st.data())
def test_a_formula_speaks_of_the_same_row_after_another_was_inserted(lines, data):
    after = data.draw(st.integers(1, len(lines) + 1))
    sheet = opened(xlsx_cells.insert_row(drawn_book(lines), "Sheet", after, {"name": "new"})).active
    first = 3 if after == 1 else 2
    formulas = {number: sheet[f"C{number}"].value for number in range(2, len(lines) + 3)}
    assert formulas.pop(after + 1) is None
    assert formulas == {number: f"=A{number}&$A${first}" for number in formulas}


@given(st.integers(1, 9), st.integers(0, 5), st.integers(1, 10))
def test_inserting_and_deleting_the_same_row_moves_nothing(first, length, at):
    text = f"B{first}:$C${first + length}"
    moved = Shift("s", at, 1).ranges(text)
    assert Shift("s", at, -1).ranges(moved) == text


@pytest.mark.parametrize(
    ("formula", "moved"),
    [
        ("A4+A5", "A4+A6"),
        ("SUM(A1:A9)", "SUM(A1:A10)"),
        ("A:A&5:6", "A:A&6:7"),
        ("'other sheet'!A9", "'other sheet'!A9"),
        ("SURVEY!A9+'survey'!$A$9", "SURVEY!A10+'survey'!$A$10"),
        ('"A9"&LOG10(A9)', '"A9"&LOG10(A10)'),
        ("T[A9]&[1]survey!A9&jobs9_", "T[A9]&[1]survey!A9&jobs9_"),
        ("A9#+A9", "A9#+A9"),
    ],
)
def test_only_references_to_the_sheet_move(formula, moved):
    assert Shift("survey", 5, 1).formula(formula, "survey") == moved


NOTE = (
    '<v:shape id="n1" type="#_x0000_t202"><v:textbox><div>ask<br>again</div></v:textbox>'
    '<x:ClientData ObjectType="Note"><x:Anchor>3, 15, {1}, 10, 5, 15, {2}, 4</x:Anchor>'
    "<x:Row>{0}</x:Row><x:Column>2</x:Column></x:ClientData></v:shape>"
)


def test_boxes_of_comments_as_excel_writes_them_move_one_by_one(rich):
    out = io.BytesIO()
    part = "xl/drawings/commentsDrawing1.vml"
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in parts(rich).items():
            archive.writestr(name, f"<xml>{NOTE.format(1, 0, 4)}{NOTE.format(3, 2, 6)}</xml>" if name == part else data)
    longer = parts(xlsx_cells.insert_row(out.getvalue(), "survey", 3, {}))[part].decode()
    assert longer == f"<xml>{NOTE.format(1, 0, 4)}{NOTE.format(4, 3, 7)}</xml>"
    shorter = parts(xlsx_cells.delete_row(out.getvalue(), "survey", 2))[part].decode()
    assert shorter == f"<xml>{NOTE.format(2, 1, 5)}</xml>"
