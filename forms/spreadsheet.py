"""Spreadsheet: sheets as an .xlsx file, written with the same bytes for the same cells, and read back."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from openpyxl import Workbook as Book
from openpyxl.cell import WriteOnlyCell
from openpyxl.formatting.rule import DifferentialStyle, Rule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.datavalidation import DataValidation

from forms import layout
from forms.errors import WorkbookError
from forms.grids import Grid
from forms.header import direction
from forms.sheets import NEEDED, PASSED_ON, SURVEY, Row, column_name, rows, split_language

SPARE = 200
"""Empty rows below the last one that have the drop-down lists too."""

_EPOCH = (1980, 1, 1, 0, 0, 0)
_STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_BEFORE_SIZE = re.compile(rb"</sheetPr>")
_FONT = "Calibri"
_FIXED_FONT = "Consolas"  # straight and curled quotation marks look different in it
_LINE = 15  # points
_LANGUAGE = re.compile(r"\(([\w-]+)\)$")
_DEEPEST = 7  # levels of an outline in Excel
_A4 = 9  # as Excel numbers paper
_SHADES = {"survey": layout.SURVEY_SHADES, "choices": layout.CHOICES_SHADES}
_READ = ("survey", "choices", "settings", "entities", "_form")


@dataclass(frozen=True)
class Table:
    """One sheet to write: its columns in order, its rows, and how many columns stay in view at the left.

    `offers` are the values that a drop-down list shows for the cells of a column; others may be typed. Sheets of
    questions and choices get the order of columns, the colours and the further lists that `layout` has for them.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Mapping[str, str]]
    frozen: int = 0
    offers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    hidden: bool = False


def pack(tables: Sequence[Table]) -> bytes:
    """The bytes of an .xlsx file with these sheets. Every cell is text, so that `01` stays `01`."""
    tables = [_laid_out(table) for table in tables]
    book = Book(write_only=True)
    for table in tables:
        _write(book.create_sheet(table.title), table)
    offers = {f"{table.title} {column}": values for table in tables for column, values in table.offers.items()}
    if offers:
        _write_offers(book.create_sheet("_offers"), offers)
    raw = io.BytesIO()
    book.save(raw)
    sizes = {
        f"xl/worksheets/sheet{number}.xml": f"A1:{get_column_letter(len(table.columns))}{len(table.rows) + 1}"
        for number, table in enumerate(tables, start=1)
    }
    return _without_time(raw.getvalue(), sizes)


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
        found_rows = rows(lines[0][1], lines[1:], grid.file, needed, letters) if lines else ()
        own = _own_headings(header) if grid.name in NEEDED else {}
        unpacked[grid.name] = tuple(_under_own_headings(row, own) for row in found_rows) if own else found_rows
        columns[grid.name] += own.values()
    _demand_columns(unpacked.get("_form", ()), columns, file)
    return unpacked


def _own_headings(header: Sequence[str]) -> dict[str, str]:
    """The office's own columns under their headings as written: a filter of choices tells `Region` from `region`."""
    found = {}
    for heading in header:
        column = column_name(heading)
        own = split_language(column)[0] not in SURVEY and not column.startswith(PASSED_ON) and column != "list_name"
        if own and column != heading and not get_close_matches(column, SURVEY, n=1, cutoff=0.75):
            found[column] = heading
    return found


def _under_own_headings(row: Row, own: Mapping[str, str]) -> Row:
    cells, letters = (
        {own.get(column, column): text for column, text in found.items()} for found in (row.cells, row.letters)
    )
    return Row(cells, row.file, row.line, letters)


def _laid_out(table: Table) -> Table:
    if table.title not in _SHADES:
        return table
    columns = layout.arranged(table.columns)
    lists = tuple(dict.fromkeys(row["list_name"] for row in table.rows if row.get("list_name")))
    known: Mapping[str, Sequence[str]] = layout.OFFERS if table.title == "survey" else {"list_name": lists}
    offers = {**table.offers, **known, **table.offers}
    shown = {column: values for column, values in offers.items() if column in columns and values}
    return replace(table, columns=columns, offers=shown)


def _write(sheet: WriteOnlyWorksheet, table: Table) -> None:
    styles = {column: _styled(sheet, table, column) for column in table.columns}
    widths = {column: 80 if table.title == "_readme" else layout.width(column) for column in table.columns}
    _set_up(sheet, table, styles, widths)
    _add_rules(sheet, table)
    sheet.append([_heading(sheet, table, column) for column in table.columns])
    depths = layout.depths(table.rows) if table.title == "survey" else [0] * len(table.rows)
    sheet.sheet_format.outlineLevelRow = min(max(depths, default=0), _DEEPEST)
    for number, (row, depth) in enumerate(zip(table.rows, depths, strict=True), start=2):
        lines = max((_lines(text, widths[column]) for column, text in row.items() if column in widths), default=1)
        if depth or lines > 1:
            size = sheet.row_dimensions[number]
            size.height, size.outlineLevel = _LINE * lines, min(depth, _DEEPEST)
        sheet.append([_cell(sheet, row.get(column, ""), styles[column]) for column in table.columns])


def _set_up(
    sheet: WriteOnlyWorksheet, table: Table, styles: Mapping[str, WriteOnlyCell], widths: Mapping[str, int]
) -> None:
    """Widths, what stays in view, the filter, and how it is printed; a column's style holds for rows to come."""
    sheet.sheet_state = "hidden" if table.hidden else "visible"
    sheet.freeze_panes = f"{get_column_letter(table.frozen + 1)}2"
    sheet.sheet_properties.outlinePr.summaryBelow = False
    for place, column in enumerate(table.columns, start=1):
        size = sheet.column_dimensions[get_column_letter(place)]
        size.width = widths[column]
        size._style = styles[column]._style
    if table.frozen:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.columns))}{len(table.rows) + 1}"
    sheet.print_title_rows = "1:1"
    if table.frozen:
        sheet.print_title_cols = f"A:{get_column_letter(table.frozen)}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", _A4


def _add_rules(sheet: WriteOnlyWorksheet, table: Table) -> None:
    """Drop-down lists, the warning over what is kept, and the colours of rows."""
    last = len(table.rows) + 1 + SPARE
    letters = {column: get_column_letter(place) for place, column in enumerate(table.columns, start=1)}
    for place, (column, values) in enumerate(table.offers.items(), start=1):
        source = f"_offers!${get_column_letter(place)}$2:${get_column_letter(place)}${len(values) + 1}"
        offer = DataValidation("list", formula1=source, allow_blank=True, showErrorMessage=False)
        offer.add(f"{letters[column]}2:{letters[column]}{last}")
        sheet.data_validations.append(offer)
    kept = [column for column in table.columns if column in layout.KEPT]
    for column in kept:
        title, text = layout.HINT
        warning = DataValidation(
            type="custom",
            formula1="FALSE",
            errorStyle="warning",
            errorTitle=title,
            error=layout.REFUSAL,
            promptTitle=title,
            prompt=text,
            showInputMessage=True,
            showErrorMessage=True,
        )
        warning.add(f"{letters[column]}2:{letters[column]}{last}")
        sheet.data_validations.append(warning)
    right = get_column_letter(len(table.columns) - len(kept))
    for place, shade in enumerate(_SHADES.get(table.title, ()), start=1):
        rule = Rule("expression", priority=place, stopIfTrue=True, formula=[shade.when], dxf=_look(shade))
        sheet.conditional_formatting.add(f"A2:{right}{last}", rule)


def _look(shade: layout.Shade) -> DifferentialStyle:
    return DifferentialStyle(
        font=Font(color=shade.ink or None, bold=shade.bold or None) if shade.ink or shade.bold else None,
        fill=PatternFill("solid", fgColor=shade.fill, bgColor=shade.fill) if shade.fill else None,
        border=Border(top=Side("thin", color=shade.line)) if shade.line else None,
    )


def _write_offers(sheet: WriteOnlyWorksheet, offers: Mapping[str, Sequence[str]]) -> None:
    sheet.sheet_state = "hidden"
    sheet.append(list(offers))
    for line in range(max(map(len, offers.values()))):
        sheet.append([values[line] if line < len(values) else None for values in offers.values()])


def _heading(sheet: WriteOnlyWorksheet, table: Table, column: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=column)
    colour = layout.heading(column) if table.title in _SHADES else layout.PLAIN_HEADING
    cell.number_format = "@"
    cell.font = Font(_FONT, 11, bold=True, color="FFFFFF")
    cell.fill = PatternFill("solid", fgColor=colour)
    cell.alignment = Alignment(vertical="center", wrap_text=True)
    return cell


def _styled(sheet: WriteOnlyWorksheet, table: Table, column: str) -> WriteOnlyCell:
    """An empty cell that looks as all cells of the column do."""
    cell = WriteOnlyCell(sheet)
    language = _LANGUAGE.search(column)
    right = language is not None and direction(language[1]) == "rtl"
    cell.number_format = "@"
    cell.alignment = Alignment(
        "right" if right else None, "top", wrap_text=True, readingOrder=2 * right, indent=int(right)
    )
    if column in layout.KEPT:
        cell.font = Font(_FONT, 9, color=layout.KEPT_INK)
        cell.fill = PatternFill("solid", fgColor=layout.KEPT_FILL)
    elif layout.is_expression(column):
        cell.font = Font(_FIXED_FONT, 10)
    return cell


def _cell(sheet: WriteOnlyWorksheet, text: str, style: WriteOnlyCell) -> WriteOnlyCell | None:
    """The cell of a text; an empty one is not written, its column says how it looks."""
    if not text:
        return None
    cell = WriteOnlyCell(sheet, value=text)
    cell._style = style._style  # one for the whole column: looking it up anew for each cell takes most of the time
    cell.data_type = "s"  # a text that begins with = is a text, not a formula
    return cell


def _lines(text: str, width: int) -> int:
    """Lines that a wrapped text takes; spreadsheets do not measure rows when they open a file."""
    if len(text) < width and "\n" not in text:
        return 1
    return min(12, sum(1 + len(line) // width for line in text.split("\n")))


def _without_time(packed: bytes, sizes: Mapping[str, str]) -> bytes:
    """The same archive with every time of writing set to one instant, and sheets that say how far they go.

    Programs read a sheet that does not say it twice.
    """
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(packed)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as new,
    ):
        for name in sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            data = old.read(name)
            if name == "docProps/core.xml":
                data = _STAMP.sub(rb"\g<1>1980-01-01T00:00:00Z", data)
            elif name in sizes:
                data = _BEFORE_SIZE.sub(rb'\g<0><dimension ref="%s"/>' % sizes[name].encode(), data, count=1)
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
