"""Grid: the cells of one sheet of a file as texts, before they are read as rows.

Files come from anywhere: what a program could choke on is refused before it is unpacked.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import struct
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forms import sheets
from forms.errors import WorkbookError

FORMATS = (".xlsx", ".xlsm", ".xls", ".csv", ".md")

MOST_PARTS = 2_000
MOST_BYTES = 150_000_000
"""Parts of an .xlsx and their size when unpacked; a questionnaire of 40,000 choices has 20 parts and 15 MB."""

MOST_LINES = 200_000
MOST_EMPTY = 100_000
"""Lines with text in one sheet, and lines without between two of them or below the last."""

_LOCKED = b"\xd0\xcf\x11\xe0"
"""How an .xls begins, and an .xlsx that has a password."""

_OPEN_AND_SAVE = "Open it in Excel or LibreOffice and save it as .xlsx."
_OURS = ("survey", "choices", "settings", "entities")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\b[^>]*?ref=\"([A-Z0-9:]+)\"")
_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")


@dataclass(frozen=True)
class Grid:
    """The lines of a sheet that are not blank, each with its number in the file; `file` names the sheet in messages.

    `dates` are the places (line, column from 0) of cells that the spreadsheet holds as a date or a time; `lettered`
    says that columns have letters there.
    """

    title: str
    file: str
    lines: tuple[tuple[int, tuple[str, ...]], ...]
    dates: frozenset[tuple[int, int]] = frozenset()
    lettered: bool = False

    @property
    def name(self) -> str:
        """The sheet's name as forms know it."""
        return self.title.strip().lower()


def read(path: Path) -> tuple[Grid, ...]:
    """The sheets of a file, without macros. Raises WorkbookError for what cannot or must not be read."""
    kind = path.suffix.lower()
    if kind == ".ods" and path.exists():
        raise WorkbookError(f"{path.name}: a LibreOffice file. Open it and save it as .xlsx.")
    if kind not in FORMATS:
        raise WorkbookError(f"{path.name}: no form. Give a form folder, or a file ({', '.join(FORMATS)}).")
    if not path.is_file():
        raise WorkbookError(f"{path.name}: no such file.")
    if kind == ".md":
        found = _of_tables(sheets.markdown_lines(_decoded(path)), path.name)
    elif kind == ".csv":
        found = _of_tables(_csv_lines(path), path.name)
    elif kind == ".xls" and _begins_with(path, _LOCKED):
        found = _old_excel(path)
    else:
        found = _excel(path)
    _refuse_doubled(found, path.name)
    return found


def _of_tables(lines: Iterable[tuple[int, Sequence[str]]], file: str) -> tuple[Grid, ...]:
    """Sheets written below one another: a sheet's name in the first column, then its lines in the others."""
    blocks: dict[str, list[tuple[int, tuple[str, ...]]]] = {}
    title = ""
    for number, cells in lines:
        if cells and cells[0].strip():
            title = cells[0].strip()
            if title in blocks:
                raise WorkbookError(f"{file}:{number}: a second sheet {title!r}. Put its lines below the first.")
            blocks[title] = []
        if any(cell.strip() for cell in cells[1:]):
            if not title:
                raise WorkbookError(f"{file}:{number}: no sheet is named before. Write survey into the first column.")
            blocks[title].append((number, tuple(cells[1:])))
    return tuple(Grid(title, f"{file}[{title.lower()}]", tuple(block)) for title, block in blocks.items())


def _csv_lines(path: Path) -> Iterator[tuple[int, Sequence[str]]]:
    text = _decoded(path)
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=";" if ";" in first and "," not in first else ",", strict=True)
    start = 1
    try:
        for cells in reader:
            yield start, cells
            start = reader.line_num + 1
    except csv.Error as error:
        raise WorkbookError(f"{path.name}:{start}: {error}. Look for a quotation mark that is not closed.") from error


def _decoded(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise WorkbookError(f"{path.name}:{line}: not UTF-8. Save it from Excel as 'CSV UTF-8'.") from error


def _old_excel(path: Path) -> tuple[Grid, ...]:
    import xlrd  # only for old files

    try:
        book = xlrd.open_workbook(file_contents=path.read_bytes(), formatting_info=True, logfile=io.StringIO())
        return tuple(_old_sheet(sheet, book, path.name) for sheet in book.sheets())
    except (
        xlrd.XLRDError,
        xlrd.compdoc.CompDocError,
        *(AssertionError, AttributeError, LookupError, OSError, TypeError, ValueError, struct.error),
    ) as error:  # the reader of the old format has no error of its own for a damaged file
        raise WorkbookError(
            f"{path.name}: an old Excel file that cannot be read, or one with a password. {_OPEN_AND_SAVE}"
        ) from error


def _old_sheet(sheet: Any, book: Any, file: str) -> Grid:
    import xlrd

    place = f"{file}[{sheet.name}]"
    _refuse_hidden(sheet.name, sheet.visibility != 0, file)
    for top, _, left, _ in sheet.merged_cells:
        _refuse_merged(sheet.name, f"{letter(left)}{top + 1}", file)
    lines: list[tuple[int, tuple[str, ...]]] = []
    dates: set[tuple[int, int]] = set()
    for number in range(sheet.nrows):
        cells = []
        for place_in_row, cell in enumerate(sheet.row(number)):
            if cell.ctype == xlrd.XL_CELL_DATE:
                dates.add((number + 1, place_in_row))
                cells.append(text_of(xlrd.xldate_as_datetime(cell.value, book.datemode)))
            elif cell.ctype == xlrd.XL_CELL_ERROR:
                cells.append(xlrd.error_text_from_code.get(cell.value, "#VALUE!"))
            else:
                cells.append(text_of(bool(cell.value) if cell.ctype == xlrd.XL_CELL_BOOLEAN else cell.value))
        if any(cells):
            lines.append((number + 1, tuple(cells)))
    return Grid(sheet.name, place, tuple(lines), frozenset(dates), lettered=True)


def _excel(path: Path) -> tuple[Grid, ...]:
    import openpyxl  # slow to import, and most forms are folders

    if _begins_with(path, _LOCKED):
        raise WorkbookError(
            f"{path.name}: has a password, or is an old .xls under a new name. Open it in Excel or LibreOffice and "
            "save it as .xlsx without a password."
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Excel's own extensions (validation, colours) carry no question
        try:
            with zipfile.ZipFile(path) as archive:
                _refuse_bomb(archive, path.name)
                book = openpyxl.load_workbook(path, read_only=True, data_only=True)
                found = tuple(_excel_sheet(sheet, archive, path) for sheet in book.worksheets)
                book.close()
        except (zipfile.BadZipFile, LookupError, ValueError, OSError, EOFError, SyntaxError, TypeError, RuntimeError,
                AttributeError, NotImplementedError, zipfile.LargeZipFile, OverflowError) as error:  # fmt: skip
            # openpyxl has no error of its own for a damaged file
            raise WorkbookError(f"{path.name}: not an Excel workbook (.xlsx). {_OPEN_AND_SAVE}") from error
    return found


def _excel_sheet(sheet: Any, archive: zipfile.ZipFile, path: Path) -> Grid:
    file = f"{path.name}[{sheet.title}]"
    _refuse_hidden(sheet.title, sheet.sheet_state != "visible", path.name)
    ours = sheet.title.strip().lower() in _OURS
    source = archive.read(sheet._worksheet_path) if ours else b""
    if merged := _MERGED.search(source):
        _refuse_merged(sheet.title, merged[1].decode().partition(":")[0], path.name)
    sheet.reset_dimensions()  # what the file says of its size may be wrong
    lines: list[tuple[int, tuple[str, ...]]] = []
    dates: set[tuple[int, int]] = set()
    empty = 0
    for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
        cells = tuple(map(text_of, values))
        empty = 0 if any(cells) else empty + 1
        if empty > MOST_EMPTY or len(lines) > MOST_LINES:
            what = "100,000 empty lines" if empty else f"more than {MOST_LINES:,} lines"
            raise WorkbookError(f"{path.name} {sheet.title}!A{number}: {what}. Delete those that hold no question.")
        if not empty:
            lines.append((number, cells))
            dates |= {
                (number, place) for place, value in enumerate(values) if isinstance(value, dt.date | dt.time)
            }  # a datetime is a date
    if _FORMULA.search(source):
        _refuse_formulas_without_value(sheet.title, lines, path)
    return Grid(sheet.title, file, tuple(lines), frozenset(dates), lettered=True)


def _refuse_bomb(archive: zipfile.ZipFile, file: str) -> None:
    """A small file that unpacks to a huge one, or whose XML defines names that grow, is made to harm."""
    parts = archive.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_BYTES:
        raise WorkbookError(
            f"{file}: unpacks to more than {MOST_BYTES // 1_000_000} MB or {MOST_PARTS:,} parts, which no "
            "questionnaire has. Copy its sheets into a new workbook."
        )
    for part in parts:
        if part.filename.endswith((".xml", ".rels")):
            with archive.open(part) as opened:
                start = opened.read(4096).replace(b"\0", b"")
            if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
                raise WorkbookError(f"{file}: {part.filename} defines XML entities, which Excel never writes. Refused.")


def _refuse_formulas_without_value(title: str, lines: Sequence[tuple[int, tuple[str, ...]]], path: Path) -> None:
    """A formula that was never worked out looks like an empty cell."""
    import openpyxl

    shown = dict(lines)
    book = openpyxl.load_workbook(path, read_only=True)
    book[title].reset_dimensions()
    for number, cells in enumerate(book[title].iter_rows(), start=1):
        for cell in cells:
            texts = shown.get(number, ())
            if cell.data_type == "f" and not (cell.column <= len(texts) and texts[cell.column - 1]):
                raise WorkbookError(
                    f"{path.name} {title}!{letter(cell.column - 1)}{number}: a formula that shows nothing. "
                    "Type the text in its place."
                )
    book.close()


def _refuse_hidden(title: str, hidden: bool, file: str) -> None:
    if hidden and title.strip().lower() in _OURS:
        raise WorkbookError(f"{file}: the sheet {title!r} is hidden. Show it, or delete it.")


def _refuse_merged(title: str, cell: str, file: str) -> None:
    if title.strip().lower() in _OURS:
        raise WorkbookError(f"{file} {title}!{cell}: merged cells. Unmerge them and write each text into its own cell.")


def _refuse_doubled(found: Sequence[Grid], file: str) -> None:
    titles: dict[str, str] = {}
    for grid in found:
        if grid.name in titles:
            both = f"{titles[grid.name]!r} and {grid.title!r}"
            raise WorkbookError(f"{file}: the sheets {both} are one to a tablet. Give one another name.")
        titles[grid.name] = grid.title


def text_of(value: object) -> str:
    """A cell as the text its author sees: whole numbers without `.0`, dates as ISO."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat()
    return str(value)


def letter(place: int) -> str:
    """The letter of a column counted from 0."""
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(place + 1))


def _begins_with(path: Path, mark: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(mark)) == mark
