"""Row: one line of a sheet, and where it stands in its file (CSV, .xlsx or Markdown)."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from forms.errors import WorkbookError


@dataclass(frozen=True, eq=False)
class Row(Mapping[str, str]):
    """The cells of one line that hold text, by column. Two rows are equal when their cells are."""

    cells: Mapping[str, str]
    file: str
    line: int

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def __iter__(self) -> Iterator[str]:
        return iter(self.cells)

    def __len__(self) -> int:
        return len(self.cells)

    @property
    def where(self) -> str:
        """File and line, as a person looks them up."""
        return f"{self.file}:{self.line}"

    def replace(self, cells: Mapping[str, str]) -> Row:
        """The same line with other cells; empty ones are left out."""
        return Row({column: text for column, text in cells.items() if text}, self.file, self.line)


Sheets = Mapping[str, tuple[Row, ...]]
"""The rows of each sheet by the sheet's name."""

WORDING = ("label", "hint", "guidance_hint", "constraint_message", "required_message")
"""Columns whose text is shown to people."""

MEDIA = ("media::image", "media::big-image", "media::audio", "media::video")
"""Columns that name a file shown or played beside the wording."""

SURVEY = (
    *("type", "name", *WORDING, *MEDIA, "required", "relevant", "constraint", "calculation", "appearance"),
    *("parameters", "choice_filter", "repeat_count", "default", "read_only", "trigger", "save_to"),
    *("autoplay", "rows", "no_app_error_string", "concept", "universe", "source", "pii"),
)
"""Every column of the survey sheet that has a meaning here, in the order in which sheets are written."""

PASSED_ON = ("bind::", "body::", "control::", "instance::", "x_", "sms_")
"""How columns begin that are handed on unread (XForm attributes) or are the author's own (`x_`)."""

_ALIASES = {
    "relevance": "relevant",
    "calculate": "calculation",
    "readonly": "read_only",
    "caption": "label",
    "constraining_message": "constraint_message",
    "requiredmsg": "required_message",
    "command": "type",
    "tag": "name",
    "value": "name",
    "count": "repeat_count",
    "jr:count": "repeat_count",
    "list name": "list_name",
    "noapperrorstring": "no_app_error_string",
    "dataset": "list_name",
    "image": "media::image",
    "audio": "media::audio",
    "video": "media::video",
    "big-image": "media::big-image",
}
_SUFFIXED = re.compile(r"^((?:media\s*::\s*)?[a-z][a-z_ -]*?)\s*::?\s*(.+)$", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def column_name(header: str) -> str:
    """The column's one name, from any of the names that XLSForm allows: `Relevance` -> `relevant`.

    A language stays as suffix: `Label : English (en)` -> `label::English (en)`.
    """
    header = header.strip()
    match = _SUFFIXED.match(header)
    if match and _base(match[1]) in (*WORDING, *MEDIA):
        return f"{_base(match[1])}::{match[2].strip()}"
    return _base(header)


def split_language(column: str) -> tuple[str, str]:
    """Column and language suffix: `label::English (en)` -> ("label", "English (en)"); "" without suffix."""
    for base in (*WORDING, *MEDIA):
        if column.startswith(f"{base}::"):
            return base, column.removeprefix(f"{base}::")
    return column, ""


def read_csv(path: Path, file: str) -> tuple[Row, ...]:
    """The rows of one CSV file (UTF-8, comma, header in the first line). `file` names it in messages."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise WorkbookError(f"{file}: not UTF-8 (byte {error.start}). Save it as 'CSV UTF-8'.") from error
    except FileNotFoundError as error:
        raise WorkbookError(f"{file}: no such file. Every form folder needs it.") from error
    lines: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(text), strict=True)
    start = 1
    try:
        for cells in reader:
            lines.append((start, cells))
            start = reader.line_num + 1
    except csv.Error as error:
        raise WorkbookError(f"{file}:{start}: {error}. Look for a quotation mark that is not closed.") from error
    if not lines:
        raise WorkbookError(f"{file}: empty. The first line must name the columns.")
    return rows(lines[0][1], lines[1:], file)


def read_xlsx(path: Path) -> dict[str, tuple[Row, ...]]:
    """The rows of every sheet of an Excel workbook; columns without a heading are the author's notes."""
    import openpyxl  # slow to import, and most forms are folders

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Excel's own extensions (validation, colours) carry no question
        try:
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
            grids = {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}
        except FileNotFoundError as error:
            raise WorkbookError(f"{path.name}: no such file.") from error
        except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
            raise WorkbookError(
                f"{path.name}: not an Excel workbook (.xlsx). Open it in Excel or LibreOffice and save it as .xlsx."
            ) from error
        book.close()
    found = {}
    for title, grid in grids.items():
        headed = [place for place, value in enumerate(grid[0]) if _cell_text(value).strip()] if grid else []
        lines = [
            (number, [_cell_text(values[place]) if place < len(values) else "" for place in headed])
            for number, values in enumerate(grid, start=1)
        ]
        found[title.strip().lower()] = _sheet(lines, f"{path.name}[{title}]")
    return found


def read_markdown(text: str, file: str) -> dict[str, tuple[Row, ...]]:
    """The rows of sheets drawn as Markdown tables: the sheet's name in the first column, then its rows."""
    blocks: dict[str, list[tuple[int, list[str]]]] = {}
    sheet = ""
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.strip()
        if not line.startswith("|") or re.fullmatch(r"[|:\s-]+", line):
            continue
        cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if cells[0]:
            sheet = cells[0].lower()
            blocks[sheet] = []
        if any(cells[1:]):
            blocks.setdefault(sheet, []).append((number, cells[1:]))
    return {name: _sheet(lines, f"{file}[{name}]") for name, lines in blocks.items()}


def rows(header: Sequence[str], lines: Iterable[tuple[int, Sequence[str]]], file: str) -> tuple[Row, ...]:
    """Rows from a header and numbered lines; blank lines are left out."""
    columns = [column_name(name) for name in header]
    doubled = {name for name in columns if name and columns.count(name) > 1}
    if doubled:
        raise WorkbookError(f"{file}: column {sorted(doubled)[0]!r} stands there twice. Keep one of the two.")
    found = []
    for number, cells in lines:
        texts = [cell.strip() for cell in cells]
        for column, text in zip([*columns, *[""] * len(texts)], texts, strict=False):
            if text and not column:
                raise WorkbookError(
                    f"{file}:{number}: {text!r} stands beyond the named columns. "
                    "Name its column, or quote the cell that holds a comma."
                )
            if _CONTROL.search(text):
                raise WorkbookError(f"{file}:{number} {column}: a control character. Type the text anew.")
        row = {column: text for column, text in zip(columns, texts, strict=False) if text}
        if row:
            found.append(Row(row, file, number))
    return tuple(found)


def _sheet(lines: list[tuple[int, list[str]]], file: str) -> tuple[Row, ...]:
    return rows(lines[0][1], lines[1:], file) if lines else ()


def _base(header: str) -> str:
    name = re.sub(r"\s*::\s*", "::", header.strip().lower())
    name = _ALIASES.get(name, name)
    return name.replace(" ", "_") if name.replace(" ", "_") in (*SURVEY, "list_name") else name


def _cell_text(value: object) -> str:
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
