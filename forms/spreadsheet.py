"""Spreadsheet: sheets as the bytes of an .xlsx file, the same bytes for the same cells."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from openpyxl import Workbook as Book
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from forms.sheets import WORDING, split_language

_EPOCH = (1980, 1, 1, 0, 0, 0)
_STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_HEADER_FONT = Font(bold=True, color="FFFFFF")
_HEADER_FILL = PatternFill("solid", fgColor="1F3A5F")
_SECTION_FILL = PatternFill("solid", fgColor="E8EEF5")
_WIDE = ("relevant", "constraint", "calculation", "choice_filter", "concept", "universe", "text")


@dataclass(frozen=True)
class Table:
    """One sheet to write: its columns in order, its rows, and how many columns stay in view at the left."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Mapping[str, str]]
    frozen: int = 0


def pack(tables: Sequence[Table]) -> bytes:
    """The bytes of an .xlsx file with these sheets. Every cell is text, so that `01` stays `01`."""
    book = Book(write_only=True)
    for table in tables:
        _write(book.create_sheet(table.title), table)
    raw = io.BytesIO()
    book.save(raw)
    return _without_time(raw.getvalue())


def _write(sheet: WriteOnlyWorksheet, table: Table) -> None:
    sheet.freeze_panes = f"{get_column_letter(table.frozen + 1)}2"
    for place, column in enumerate(table.columns, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = _width(column)
    sheet.append([_cell(sheet, column, _HEADER_FONT, _HEADER_FILL) for column in table.columns])
    for row in table.rows:
        opening = row.get("type", "").startswith("begin")
        fill = _SECTION_FILL if opening else None
        font = Font(bold=True) if opening else None
        sheet.append([_cell(sheet, row.get(column, ""), font, fill) for column in table.columns])


def _cell(sheet: WriteOnlyWorksheet, text: str, font: Font | None, fill: PatternFill | None) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=text or None)
    cell.number_format = "@"
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if text:
        cell.data_type = "s"  # a text that begins with = is a text, not a formula
    if font:
        cell.font = font
    if fill:
        cell.fill = fill
    return cell


def _width(column: str) -> int:
    base = split_language(column)[0]
    if base in WORDING:
        return 48
    return 32 if base in _WIDE else max(14, len(column) + 2)


def _without_time(packed: bytes) -> bytes:
    """The same archive with every time of writing set to one instant."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(packed)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as new,
    ):
        for name in sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            data = old.read(name)
            if name == "docProps/core.xml":
                data = _STAMP.sub(rb"\g<1>1980-01-01T00:00:00Z", data)
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, data)
    return out.getvalue()
