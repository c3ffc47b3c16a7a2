"""Bad input: a broken workbook is refused, or has findings, in words that say where; nothing crashes or hangs."""

from __future__ import annotations

import datetime as dt
import io
import resource
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from forms import checks, foreign, workbook
from forms.errors import FormError, WorkbookError

SURVEY = (("type", "name", "label"), ("text", "a", "A"), ("select_one yesno", "b", "B"))
CHOICES = (("list_name", "name", "label"), ("yesno", "1", "Yes"), ("yesno", "2", "No"))

Make = Callable[[Path], None]


def xlsx(path: Path, change: Callable[[openpyxl.Workbook], None] = lambda book: None) -> None:
    """A sound workbook with one change."""
    book = openpyxl.Workbook()
    book.active.title = "survey"
    for sheet, lines in (("survey", SURVEY), ("choices", CHOICES)):
        for line in lines:
            (book[sheet] if sheet in book.sheetnames else book.create_sheet(sheet)).append(line)
    change(book)
    book.save(path)


def cell(sheet: str, place: str, value: object) -> Make:
    """A workbook with this value in one cell."""

    def change(book: openpyxl.Workbook) -> None:
        book[sheet][place] = value

    return lambda path: xlsx(path, change)


def parts(change: Callable[[dict[str, bytes]], None]) -> Make:
    """A workbook with its parts changed inside the archive."""

    def make(path: Path) -> None:
        xlsx(path)
        with zipfile.ZipFile(path) as archive:
            found = {name: archive.read(name) for name in archive.namelist()}
        change(found)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in found.items():
                archive.writestr(name, data)

    return make


def sheet_xml(old: bytes, new: bytes) -> Make:
    """A workbook whose survey sheet has other XML."""

    def change(found: dict[str, bytes]) -> None:
        assert old in found["xl/worksheets/sheet1.xml"]
        found["xl/worksheets/sheet1.xml"] = found["xl/worksheets/sheet1.xml"].replace(old, new)

    return parts(change)


def bytes_of(data: bytes) -> Make:
    return lambda path: path.write_bytes(data)


def many_parts(found: dict[str, bytes]) -> None:
    found.update({f"xl/media/{number}.bin": b"" for number in range(2_001)})


def bomb(found: dict[str, bytes]) -> None:
    found["xl/media/zeros.bin"] = b"\0" * 160_000_000


def entities(found: dict[str, bytes]) -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    text = f'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY l0 "ha">{laughs}]><sst><si><t>&l9;</t></si></sst>'
    found["xl/sharedStrings.xml"] = text.encode()


def hide(book: openpyxl.Workbook) -> None:
    book["survey"].sheet_state = "hidden"


def with_sheet(title: str) -> Make:
    return lambda path: xlsx(path, lambda book: book.create_sheet(title))


def retitled(title: str) -> Make:
    return lambda path: xlsx(path, lambda book: rename(book, title))


def rename(book: openpyxl.Workbook, title: str) -> None:
    book["survey"].title = "for a moment"  # the library tells sheets apart by case, too
    book["for a moment"].title = title


def without_rows(book: openpyxl.Workbook) -> None:
    book["survey"].delete_rows(1, 9)


def merge(book: openpyxl.Workbook) -> None:
    book["survey"].merge_cells("A2:A3")


def empty_lines(count: int) -> Make:
    rows = b"".join(b'<row r="%d"><c r="A%d" s="1"/></row>' % (line, line) for line in range(5, 5 + count))
    return sheet_xml(b"</sheetData>", rows + b"</sheetData>")


def truncated(path: Path) -> None:
    xlsx(path)
    path.write_bytes(path.read_bytes()[:-800])


def repeated_part(path: Path) -> None:
    xlsx(path)
    data = bytearray(path.read_bytes())
    data[200:260] = b"\xff" * 60
    path.write_bytes(bytes(data))


REFUSED: list[tuple[str, str, Make, str]] = [
    ("a heading misspelt", "f.xlsx", cell("survey", "A1", "tipe"), r"f\.xlsx\[survey\]: no column 'type'"),
    ("a heading twice", "f.xlsx", cell("survey", "C1", "name"), r"\[survey\]: column 'name' stands there twice"),
    ("a list without codes", "f.xlsx", cell("choices", "B1", "cod"), r"\[choices\]: no column 'name'"),
    ("merged cells", "f.xlsx", lambda path: xlsx(path, merge), r"f\.xlsx survey!A2: merged cells"),
    ("a sheet without rows", "f.xlsx", lambda path: xlsx(path, without_rows), "no sheet 'survey' with questions"),
    ("no sheet survey", "f.xlsx", retitled("questions"), "no sheet 'survey' with questions"),
    ("two sheets of one name", "f.xlsx", with_sheet("Survey "), "'survey' and 'Survey ' are one to a tablet"),
    ("a hidden sheet", "f.xlsx", lambda path: xlsx(path, hide), "the sheet 'survey' is hidden"),
    ("a date where a code belongs", "f.xlsx", cell("choices", "B2", dt.datetime(2026, 2, 1)), "choices!B2: Excel"),
    ("a time where wording belongs", "f.xlsx", cell("survey", "C2", dt.time(9, 30)), r"survey!C2: Excel made a date"),
    ("an error of a formula", "f.xlsx", cell("survey", "C2", "#REF!"), r"survey!C2: Excel shows the error #REF!"),
    ("a formula never worked out", "f.xlsx", cell("survey", "C2", "=A1"), r"survey!C2: a formula that shows nothing"),
    ("a link to another workbook", "f.xlsx", cell("survey", "B2", "='[o.xlsx]S'!A1"), r"survey!B2: a formula"),
    ("a cell too long for Excel", "f.xlsx", sheet_xml(b'<c r="C2"', b'<c r="C2" t="inlineStr"><is><t>'
     + b"x" * 40_000 + b'</t></is></c><c r="D2"'), r"survey!C2: 40,000 characters"),
    ("a control character", "f.csv", bytes_of(b"survey\n,type,name,label\n,text,a,A\x00B\n"), r"\[survey\]:3 label"),
    ("100,000 empty lines", "f.xlsx", empty_lines(110_000), r"survey!A\d+: 100,000 empty lines"),
    ("a line at the end of the sheet", "f.xlsx", sheet_xml(b"</sheetData>", b'<row r="1048576"><c r="A1048576" '
     b't="inlineStr"><is><t>text</t></is></c></row></sheetData>'), r"survey!A\d+: 100,000 empty lines"),
    ("a zip bomb", "f.xlsx", parts(bomb), "unpacks to more than 150 MB"),
    ("thousands of parts", "f.xlsx", parts(many_parts), "or 2,000 parts"),
    ("an entity bomb", "f.xlsx", parts(entities), r"xl/sharedStrings\.xml defines XML entities"),
    ("an archive cut off", "f.xlsx", truncated, "not an Excel workbook"),
    ("an archive with damaged bytes", "f.xlsx", repeated_part, "not an Excel workbook"),
    ("no part of the workbook", "f.xlsx", parts(lambda found: found.pop("xl/workbook.xml")), "not an Excel workbook"),
    ("a sheet of broken XML", "f.xlsx", sheet_xml(b"</sheetData>", b"</sheetdata>"), "not an Excel workbook"),
    ("a password", "f.xlsx", bytes_of(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000), "has a password"),
    ("a web page under another name", "f.xlsx", bytes_of(b"<html><table><tr><td>type"), "not an Excel workbook"),
    ("an empty file", "f.xlsx", bytes_of(b""), "not an Excel workbook"),
    ("a damaged old file", "f.xls", bytes_of(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x07" * 4000), "old Excel file"),
    ("a LibreOffice file", "f.ods", bytes_of(b"PK"), r"f\.ods: a LibreOffice file.*save it as \.xlsx"),
    ("CSV in UTF-16", "f.csv", bytes_of("survey\n,type,name\n".encode("utf-16")), r"f\.csv:1: not UTF-8"),
    ("CSV in a code page", "f.csv", bytes_of("survey\n,type,name\n,text,Größe".encode("cp1252")), "csv:3: not UTF-8"),
    ("CSV with tabs", "f.csv", bytes_of(b"survey\n\ttype\tname\n\ttext\ta\n"), r"no sheet 'survey'"),
    ("an open quotation mark", "f.csv", bytes_of(b'survey\n,type,name\n,text,"a\n'), r"f\.csv:3: .*quotation mark"),
    ("CSV without sheet names", "f.csv", bytes_of(b",type,name\n,text,a\n"), r"f\.csv:1: no sheet is named before"),
    ("a cell beyond the headings", "f.csv", bytes_of(b"survey\n,type,name\n,text,a,b\n"), "3: 'b' stands beyond"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "make", "said"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_a_broken_workbook_is_refused_with_its_place(tmp_path, name, make, said):
    make(tmp_path / name)
    started = time.process_time()
    with pytest.raises(WorkbookError, match=said):
        workbook.read(tmp_path / name)
    assert time.process_time() - started < 5
    with pytest.raises(FormError, match=said):
        foreign.take(tmp_path / name, tmp_path / "folder")


FOUND: list[tuple[str, Make, str, str]] = [
    ("a name twice", cell("survey", "B3", "a"), "name-duplicate", "survey!B3"),
    ("a code twice", cell("choices", "B3", "1"), "choice-duplicate", "choices!B3"),
    ("a list that is not there", cell("survey", "A3", "select_one yesnoo"), "list-unknown", "survey!A3"),
    ("a group that is never closed", cell("survey", "A3", "begin group"), "tree", "survey!A3"),
    ("a type that nobody knows", cell("survey", "A2", "txt"), "type-unknown", "survey!A2"),
    ("a wording that is missing", cell("survey", "C2", None), "label-missing", "survey!C2"),
    ("a version with a point", lambda path: xlsx(path, broken_version), "version", ""),
]


def broken_version(book: openpyxl.Workbook) -> None:
    sheet = book.create_sheet("settings")
    sheet.append(["form_id", "version"])
    sheet.append(["f", 2.5])


@pytest.mark.parametrize(("make", "rule", "place"), [case[1:] for case in FOUND], ids=[case[0] for case in FOUND])
def test_a_workbook_that_can_be_read_has_a_finding_at_its_cell(tmp_path, make, rule, place):
    make(tmp_path / "f.xlsx")
    found = checks.check(workbook.read(tmp_path / "f.xlsx", draft=True))
    assert place in [finding.cell for finding in found if finding.rule == rule and finding.level == "error"]


def test_a_sheet_in_capitals_is_the_same_sheet(tmp_path):
    retitled("SURVEY")(tmp_path / "f.xlsx")
    assert len(workbook.read(tmp_path / "f.xlsx").survey) == 2


def test_macros_are_left_out(tmp_path):
    parts(lambda found: found.update({"xl/vbaProject.bin": b"\0" * 100}))(tmp_path / "f.xlsm")
    assert len(workbook.read(tmp_path / "f.xlsm").survey) == 2


def test_the_size_that_a_sheet_says_it_has_does_not_count(tmp_path):
    sheet_xml(b'<dimension ref="A1:C3"', b'<dimension ref="A1:XFD1048576"')(tmp_path / "f.xlsx")
    assert len(workbook.read(tmp_path / "f.xlsx").survey) == 2


def test_forty_thousand_choices_are_read_and_named_as_too_many(tmp_path):
    def fill(book: openpyxl.Workbook) -> None:
        for code in range(3, 40_001):
            book["choices"].append(["yesno", str(code), f"Answer {code}"])

    xlsx(tmp_path / "f.xlsx", fill)
    started = time.process_time()
    book = workbook.read(tmp_path / "f.xlsx", draft=True)
    assert len(book.lists["yesno"]) == 40_000
    assert time.process_time() - started < 5


def test_a_module_that_includes_itself_is_refused(tmp_path):
    for name, included in (("form", "one"), ("_modules/one", "two"), ("_modules/two", "one")):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "survey.csv").write_text(f"type,name,label\ninclude,{included},\n", encoding="utf-8")
    (tmp_path / "form" / "form.toml").write_text('[form]\nid = "f"\nversion = "2026112401"\n', encoding="utf-8")
    with pytest.raises(WorkbookError, match=r"two/survey\.csv:2: module 'one' includes itself"):
        workbook.read(tmp_path / "form")


def test_cells_with_lines_and_a_byte_order_mark_are_read(tmp_path):
    (tmp_path / "f.csv").write_bytes('\ufeffsurvey\n,type,name,label\n,text,a,"A\nB"\n'.encode())
    assert workbook.read(tmp_path / "f.csv").survey[0]["label"] == "A\nB"


@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss is in kilobytes on Linux only")
def test_a_bomb_takes_no_memory(tmp_path):
    parts(bomb)(tmp_path / "f.xlsx")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(WorkbookError):
        workbook.read(tmp_path / "f.xlsx")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


@pytest.mark.parametrize("length", [0, 1, 100, 1_000, 3_000])
def test_an_archive_cut_off_anywhere_is_refused(tmp_path, length):
    whole = io.BytesIO()
    xlsx(whole)  # type: ignore[arg-type]
    (tmp_path / "f.xlsx").write_bytes(whole.getvalue()[:length])
    with pytest.raises(WorkbookError, match="not an Excel workbook"):
        workbook.read(tmp_path / "f.xlsx")
