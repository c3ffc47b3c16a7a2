"""Spreadsheet: sheets as an .xlsx file, written with the same bytes for the same cells, and read back."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from openpyxl import Workbook as Book
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.datavalidation import DataValidation

from forms.errors import WorkbookError
from forms.grids import Grid
from forms.sheets import NEEDED, PASSED_ON, WORDING, Row, column_name, rows, split_language

SPARE = 200
"""Empty rows below the last one that have the drop-down lists too."""

_EPOCH = (1980, 1, 1, 0, 0, 0)
_STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_HEADER_FONT = Font("Calibri", 11, bold=True, color="FFFFFF")
_SECTION_FONT = Font("Calibri", 11, bold=True)
_HEADER_FILL = PatternFill("solid", fgColor="1F3A5F")
_SECTION_FILL = PatternFill("solid", fgColor="E8EEF5")
_WIDTHS = {
    **dict.fromkeys(WORDING, 48),
    **dict.fromkeys(("relevant", "constraint", "calculation", "choice_filter", "concept", "universe"), 32),
    **dict.fromkeys(("text", "original"), 60),
    "type": 26,
    "name": 22,
    "list_name": 16,
    "source": 22,
}
_LINE = 15  # points
_RIGHT_TO_LEFT = re.compile(r"\((ar|fa|ur|he|ps|ckb|dv|ug|yi)\)$")
_READ = ("survey", "choices", "settings", "entities", "_form")


@dataclass(frozen=True)
class Table:
    """One sheet to write: its columns in order, its rows, and how many columns stay in view at the left.

    `offers` are the values that a drop-down list shows for the cells of a column; others may be typed.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Mapping[str, str]]
    frozen: int = 0
    offers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    hidden: bool = False


def pack(tables: Sequence[Table]) -> bytes:
    """The bytes of an .xlsx file with these sheets. Every cell is text, so that `01` stays `01`."""
    book = Book(write_only=True)
    for table in tables:
        _write(book.create_sheet(table.title), table)
    offers = {f"{table.title} {column}": values for table in tables for column, values in table.offers.items()}
    if offers:
        _write_offers(book.create_sheet("_offers"), offers)
    raw = io.BytesIO()
    book.save(raw)
    return _without_time(raw.getvalue())


def unpack(found: Sequence[Grid], file: str) -> dict[str, tuple[Row, ...]]:
    """The rows of the sheets of a file; columns of a spreadsheet without a heading are notes.

    Raises WorkbookError for a cell that Excel made a date or an error of, and for a sheet or a column that the sheet
    `_form` says was there and is not.
    """
    unpacked: dict[str, tuple[Row, ...]] = {}
    columns: dict[str, list[str]] = {}
    for grid in found:
        header = [heading.strip() for heading in grid.lines[0][1]] if grid.lines else []
        widest = max((len(cells) for _, cells in grid.lines), default=0)
        header += [""] * (widest - len(header))
        headed = [place for place, heading in enumerate(header) if heading or not grid.lettered]
        columns[grid.name] = [column_name(header[place]) for place in headed]
        if grid.name in _READ:
            _refuse_dates(grid, header)
        lines = [
            (number, [cells[place] if place < len(cells) else "" for place in headed]) for number, cells in grid.lines
        ]
        letters = [get_column_letter(place + 1) for place in headed] if grid.lettered else ()
        needed = NEEDED.get(grid.name, ())
        unpacked[grid.name] = rows(lines[0][1], lines[1:], grid.file, needed, letters) if lines else ()
    _demand_columns(unpacked.get("_form", ()), columns, file)
    return unpacked


def _write(sheet: WriteOnlyWorksheet, table: Table) -> None:
    sheet.sheet_state = "hidden" if table.hidden else "visible"
    sheet.freeze_panes = f"{get_column_letter(table.frozen + 1)}2"
    letters = {column: get_column_letter(place) for place, column in enumerate(table.columns, start=1)}
    widths = {column: 80 if table.title == "_readme" else _width(column) for column in table.columns}
    for column, letter in letters.items():
        sheet.column_dimensions[letter].width = widths[column]
    if table.frozen:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.columns))}{len(table.rows) + 1}"
    for place, (column, values) in enumerate(table.offers.items(), start=1):
        source = f"_offers!${get_column_letter(place)}$2:${get_column_letter(place)}${len(values) + 1}"
        offer = DataValidation("list", formula1=source, allow_blank=True, showErrorMessage=False)
        offer.add(f"{letters[column]}2:{letters[column]}{len(table.rows) + 1 + SPARE}")
        sheet.data_validations.append(offer)
    sheet.append([_cell(sheet, column, column, _HEADER_FONT, _HEADER_FILL) for column in table.columns])
    for number, row in enumerate(table.rows, start=2):
        opening = row.get("type", "").startswith("begin")
        fill = _SECTION_FILL if opening else None
        font = _SECTION_FONT if opening else None
        sheet.row_dimensions[number].height = _LINE * max(_lines(row.get(name, ""), widths[name]) for name in widths)
        sheet.append([_cell(sheet, column, row.get(column, ""), font, fill) for column in table.columns])


def _write_offers(sheet: WriteOnlyWorksheet, offers: Mapping[str, Sequence[str]]) -> None:
    sheet.sheet_state = "hidden"
    sheet.append(list(offers))
    for line in range(max(map(len, offers.values()))):
        sheet.append([values[line] if line < len(values) else None for values in offers.values()])


def _cell(
    sheet: WriteOnlyWorksheet, column: str, text: str, font: Font | None, fill: PatternFill | None
) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=text or None)
    cell.number_format = "@"
    right = bool(_RIGHT_TO_LEFT.search(column)) and text != column
    cell.alignment = Alignment("right" if right else None, "top", wrap_text=True, readingOrder=2 if right else 0)
    if text:
        cell.data_type = "s"  # a text that begins with = is a text, not a formula
    if font:
        cell.font = font
    if fill:
        cell.fill = fill
    return cell


def _width(column: str) -> int:
    return _WIDTHS.get(split_language(column)[0], max(14, len(column) + 2))


def _lines(text: str, width: int) -> int:
    """Lines that a wrapped text takes; spreadsheets do not measure rows when they open a file."""
    return min(12, sum(1 + len(line) // width for line in text.split("\n")))


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


def _refuse_dates(grid: Grid, header: Sequence[str]) -> None:
    """A code, a wording or an expression that Excel took for a date is no longer what was typed."""
    columns = [column_name(heading) for heading in header]
    letters = {column: get_column_letter(place) for place, column in enumerate(columns, start=1)}
    texts = dict(grid.lines)
    for number, place in sorted(grid.dates):
        column = columns[place] if place < len(columns) else ""
        if column not in ("", "default") and not column.startswith(PASSED_ON):
            raise WorkbookError(
                f"{Row({}, grid.file, number, letters).place(column)}: Excel made a date of this cell "
                f"({texts[number][place]}). Format the cell as Text and type it again."
            )


def _demand_columns(form: Sequence[Row], columns: Mapping[str, Sequence[str]], file: str) -> None:
    """Every sheet and column that the workbook was built with is there; a language may be taken out."""
    for row in form:
        if row.get("section") != "columns":
            continue
        sheet = row.get("key", "")
        if sheet not in columns:
            raise WorkbookError(
                f"{file}: the sheet {sheet!r} is gone or has another name (there are {', '.join(columns)}). "
                "Give it its name back."
            )
        for column in row.get("text", "").split(", "):
            if column not in columns[sheet] and not split_language(column)[1]:
                raise WorkbookError(
                    f"{file}[{sheet}]: the column {column!r} is gone or has another name. Put it back; "
                    "to drop what it says, empty its cells."
                )
