"""Translator's file: the texts of one language in an .xlsx, each beside its original, written and read back.

Each row says itself which text it is, so that rows may be sorted, sheets renamed and files put together.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from forms import grids, integrity
from forms.errors import WorkbookError
from forms.header import direction
from forms.ledger import Text
from forms.merging import Returned
from forms.translations import Key, source_hash

COLUMNS = (*("original", "text", "context", "max length", "original before", "still right", "key", "base", "source"),)
"""Headings. The translator writes `text`, and `yes` into `still right` where a stale text fits its new original."""

_WIDTHS = dict(zip(COLUMNS, (56, 56, 40, 12, 40, 12, 18, 11, 11), strict=True))
_KEPT = ("key", "base", "source")
_YES = ("yes", "y", "x", "ok", "true", "1", "да", "oui", "sí", "si", "نعم", "ҳа", "✓")
_LINE = 15  # points


def key_of(form: str, language: str, key: Key) -> str:
    """A text's key in the files of translators: form, language, sheet, column and name."""
    sheet, name, column = key
    return "|".join((form, language, sheet, column, name))


def parse_key(said: str) -> tuple[str, str, Key] | None:
    """Form, language and key that a file says; None for what is no key."""
    parts = said.strip().split("|", 4)
    if len(parts) != 5:
        return None
    form, language, sheet, column, name = parts
    return form, language, (sheet, name, column)


def write(form: str, language: str, texts: Sequence[Text], contexts: Mapping[Key, str]) -> bytes:
    """The .xlsx for the translator of one language."""
    import openpyxl  # slow to import

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = language
    sheet.freeze_panes = "C2"
    mirrored = direction(language) == "rtl"
    sheet.sheet_view.rightToLeft = mirrored
    sheet.append(list(COLUMNS))
    for text in texts:
        sheet.append(list(_cells(form, text, contexts.get(text.key, ""))))
    _lay_out(sheet, mirrored)
    raw = io.BytesIO()
    book.save(raw)
    return raw.getvalue()


def read(path: Path) -> tuple[Returned, ...]:
    """The texts of a translator's .xlsx. Raises WorkbookError for a file that is none."""
    import openpyxl

    if path.suffix.lower() not in (".xlsx", ".xlsm"):
        raise WorkbookError(f"{path.name}: no file of a translator. Save it as .xlsx, or as .po.")
    grids.read(path)  # refuses what must not be opened
    book = openpyxl.load_workbook(path)
    found: list[Returned] = []
    sheets = [sheet for sheet in book.worksheets if _holds_texts(sheet)]
    if not sheets:
        raise WorkbookError(
            f"{path.name}: no sheet has the columns 'original' and 'text'. Put the headings back, above the texts."
        )
    for sheet in sheets:
        found.extend(_sheet(sheet, path.name))
    book.close()
    return tuple(found)


def _cells(form: str, text: Text, context: str) -> Iterator[str | int]:
    before = text.made.original if text.stale and text.made else ""
    yield from (text.original, text.text, context, integrity.longest(text.original))
    yield from (before or ("(changed)" if text.stale else ""), "")
    yield from (key_of(form, text.language, text.key), source_hash(text.text) if text.text else "")
    yield source_hash(text.original)


def _lay_out(sheet: Any, mirrored: bool) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.utils import get_column_letter

    grey, head, stale = (PatternFill("solid", fgColor=colour) for colour in ("EDEDED", "1F3A5F", "FFF2CC"))
    plain, small, bold = (
        Font("Calibri", 11),
        Font("Calibri", 8, color="808080"),
        Font("Calibri", 11, True, color="FFFFFF"),
    )
    line = Border(bottom=Side("hair", "808080"))
    wrapped = Alignment("left", "top", wrap_text=True, readingOrder=1, indent=1)
    other_way = Alignment("right", "top", wrap_text=True, readingOrder=2, indent=1)
    bare = Alignment("left", "top")
    alignments = {"key": Alignment("fill", "top"), "base": bare, "source": bare}
    alignments |= {"text": other_way} if mirrored else {}
    for place, heading in enumerate(COLUMNS, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = _WIDTHS[heading]
        cell = sheet.cell(1, place)
        cell.font, cell.fill = bold, head
    for cells in sheet.iter_rows(min_row=2):
        for cell, heading in zip(cells, COLUMNS, strict=True):
            kept = heading in _KEPT
            cell.alignment = alignments.get(heading, wrapped)
            cell.font, cell.border = small if kept else plain, line
            if heading != "max length":
                cell.number_format = "@"
                if cell.value is not None:
                    cell.data_type = "s"  # a text that begins with = is a text, not a formula
            if kept:
                cell.fill = grey
            elif cells[4].value and heading in ("text", "original before", "still right"):
                cell.fill = stale
        shown = zip(cells, COLUMNS[:5], strict=False)
        lines = max(len(str(cell.value or "")) // (_WIDTHS[heading] - 4) + 1 for cell, heading in shown)
        sheet.row_dimensions[cells[0].row].height = _LINE * min(lines, 12)
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(COLUMNS))}{sheet.max_row}"
    _warn(sheet)


def _warn(sheet: Any) -> None:
    """Have the spreadsheet say so when a text is longer than a tablet shows well."""
    from openpyxl.worksheet.datavalidation import DataValidation

    last = max(sheet.max_row, 2)
    crowded = DataValidation("textLength", operator="lessThanOrEqual", formula1="D2", errorStyle="warning")
    crowded.error = "Longer than a small tablet shows well. Keep it all the same?"
    crowded.showErrorMessage = True
    crowded.add(f"B2:B{last}")
    offered = DataValidation("list", formula1='"yes"', allow_blank=True)
    offered.add(f"F2:F{last}")
    for each in (crowded, offered):
        sheet.add_data_validation(each)


def _headings(sheet: Any) -> tuple[int, dict[str, int]]:
    """The line of the headings, and the column of each."""
    for line, cells in enumerate(sheet.iter_rows(max_row=20, values_only=True), start=1):
        if any(cells):
            return line, {str(cell).strip().lower(): place for place, cell in enumerate(cells) if cell is not None}
    return 1, {}


def _holds_texts(sheet: Any) -> bool:
    """Are there translations, beside their originals or at least beside what we keep of each?"""
    headings = set(_headings(sheet)[1])
    return "text" in headings and bool(headings & {"original", "base"})


def _sheet(sheet: Any, file: str) -> Iterator[Returned]:
    from openpyxl.utils import get_column_letter

    line, places = _headings(sheet)
    letter = get_column_letter(places["text"] + 1)
    for cells in sheet.iter_rows(min_row=line + 1):
        said = {heading: _text(cells[place]) for heading, place in places.items() if place < len(cells)}
        cell = cells[places["text"]] if places["text"] < len(cells) else None
        problem = _problem(cell, said.get("original", ""))
        if not said.get("text") and not problem:
            continue
        parsed = parse_key(said.get("key", ""))
        form, language, key = parsed or ("", sheet.title.strip().lower(), ("", "", ""))
        yield Returned(
            f"{file} {sheet.title}!{letter}{cells[0].row}",
            form,
            language,
            key,
            said.get("original", ""),
            said.get("text", ""),
            said.get("source", ""),
            said.get("base", "") if "base" in places and parsed else None,
            said.get("still right", "").lower() in _YES,
            problem=problem,
        )


def _problem(cell: Any, original: str) -> str:
    """Why a cell is not the text that the translator typed."""
    if cell is None or cell.value is None:
        return ""
    if cell.data_type == "f":
        return "is a formula. Type the text itself"
    if cell.is_date or cell.data_type == "d":
        return f"Excel made a date of it ({cell.value}). Format the cell as Text and type it again"
    if cell.data_type in ("n", "b") and integrity.has_letters(original):
        return f"Excel made a number of it ({cell.value}). Format the cell as Text and type it again"
    return ""


def _text(cell: Any) -> str:
    return grids.text_of(cell.value).replace("\r\n", "\n").replace("\r", "\n").strip()
