"""Row: one line of a sheet, and where it stands in its file; sheets from CSV and Markdown."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from forms.errors import WorkbookError


@dataclass(frozen=True, eq=False)
class Row(Mapping[str, str]):
    """The cells of one line that hold text, by column. Two rows are equal when their cells are.

    `letters` are those of the columns of a spreadsheet: `{"type": "A", "name": "B"}`.
    """

    cells: Mapping[str, str]
    file: str
    line: int
    letters: Mapping[str, str] = field(default_factory=dict)

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

    def cell(self, column: str) -> str:
        """The cell of a spreadsheet, as in `survey!C48`; that of the name where the column is not there, else ""."""
        if not self.letters:
            return ""
        letter = next(
            (self.letters[known] for known in (column, split_language(column)[0], "name") if known in self.letters), "A"
        )
        return f"{self.file.partition('[')[2].removesuffix(']')}!{letter}{self.line}"

    def place(self, column: str) -> str:
        """File, sheet and cell of a spreadsheet, else file, line and column."""
        cell = self.cell(column)
        return f"{self.file.partition('[')[0]} {cell}" if cell else f"{self.where} {column}"

    def replace(self, cells: Mapping[str, str]) -> Row:
        """The same line with other cells; empty ones are left out."""
        return Row({column: text for column, text in cells.items() if text}, self.file, self.line, self.letters)


Sheets = Mapping[str, tuple[Row, ...]]
"""The rows of each sheet by the sheet's name."""

WORDING = ("label", "hint", "guidance_hint", "constraint_message", "required_message", "soft_message")
"""Columns whose text is shown to people."""

MEDIA = ("media::image", "media::big-image", "media::audio", "media::video")
"""Columns that name a file shown or played beside the wording."""

SURVEY = (
    *("type", "name", *WORDING, *MEDIA, "required", "relevant", "constraint", "calculation", "appearance"),
    *("parameters", "choice_filter", "repeat_count", "default", "read_only", "trigger", "save_to"),
    *("autoplay", "rows", "no_app_error_string", "specify", "soft_when"),
    *("concept", "universe", "indicator", "source", "pii"),
)
"""Every column of the survey sheet that has a meaning here, in the order in which sheets are written."""

PASSED_ON = ("bind::", "body::", "control::", "instance::", "x_", "sms_")
"""How columns begin that are handed on unread (XForm attributes) or are the author's own (`x_`)."""

QUESTION_ID, STANDARD_CODE = "x_qid", "x_standard"
"""Columns of the survey and the choices sheet that say which question and code of a standard a row is."""

LONGEST_CELL = 32_767
"""Characters that Excel keeps of one cell."""

NEEDED = {"survey": ("type", "name"), "choices": ("list_name", "name")}
"""Columns without which a sheet says nothing."""

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
_BLANK = re.compile(r"[\u00a0\u2007\u2009\u202f]")
_UNSEEN = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff]")
_EXCEL_ERROR = re.compile(r"#(REF|N/A|NAME|VALUE|DIV/0|NULL|NUM)[!?]?")
MACHINE = (
    *("type", "name", "list_name", "relevant", "constraint", "calculation", "choice_filter", "repeat_count"),
    *("required", "read_only", "appearance", "parameters", "trigger", "save_to", "sheet", "column", "soft_when"),
)
"""Columns that machines read: blanks there are plain ones, and there is nothing that nobody sees."""


def column_name(header: str) -> str:
    """The column's one name, from any of the names that XLSForm allows: `Relevance` -> `relevant`.

    A language stays as suffix: `Label : English (en)` -> `label::English (en)`.
    """
    header = header.strip()
    match = _SUFFIXED.match(header)
    if match and _base(match[1]) in (*WORDING, *MEDIA):
        return f"{_base(match[1])}::{match[2].strip()}"
    return _base(header)


@lru_cache(maxsize=4096)
def split_language(column: str) -> tuple[str, str]:
    """Column and language suffix: `label::English (en)` -> ("label", "English (en)"); "" without suffix."""
    for base in (*WORDING, *MEDIA):
        if column.startswith(f"{base}::"):
            return base, column.removeprefix(f"{base}::")
    return column, ""


def read_csv(path: Path, file: str, needed: Sequence[str] = ()) -> tuple[Row, ...]:
    """The rows of one CSV file in UTF-8, header in the first line. `file` names it in messages.

    Excel of countries that write a decimal comma puts semicolons between columns: they are taken as such when the
    header has them and no comma.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise WorkbookError(f"{file}:{line}: not UTF-8. Save it from Excel as 'CSV UTF-8'.") from error
    except FileNotFoundError as error:
        raise WorkbookError(f"{file}: no such file. Every form folder needs it.") from error
    lines: list[tuple[int, list[str]]] = []
    first = text.partition("\n")[0]
    separator = ";" if ";" in first and "," not in first else ","
    reader = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
    start = 1
    try:
        for cells in reader:
            lines.append((start, cells))
            start = reader.line_num + 1
    except csv.Error as error:
        raise WorkbookError(f"{file}:{start}: {error}. Look for a quotation mark that is not closed.") from error
    if not lines:
        raise WorkbookError(f"{file}: empty. The first line must name the columns.")
    return rows(lines[0][1], lines[1:], file, needed)


def read_markdown(text: str, file: str) -> dict[str, tuple[Row, ...]]:
    """The rows of sheets drawn as Markdown tables: the sheet's name in the first column, then its rows."""
    blocks: dict[str, list[tuple[int, Sequence[str]]]] = {}
    sheet = ""
    for number, cells in markdown_lines(text):
        if cells[0]:
            sheet = cells[0].lower()
            blocks[sheet] = []
        if any(cells[1:]):
            blocks.setdefault(sheet, []).append((number, cells[1:]))
    return {
        name: rows(lines[0][1], lines[1:], f"{file}[{name}]", NEEDED.get(name, ())) if lines else ()
        for name, lines in blocks.items()
    }


def markdown_lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """The cells of each line of Markdown tables, with its number; the lines of dashes left out."""
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.strip()
        if line.startswith("|") and not re.fullmatch(r"[|:\s-]+", line):
            yield number, [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def rows(
    header: Sequence[str],
    lines: Iterable[tuple[int, Sequence[str]]],
    file: str,
    needed: Sequence[str] = (),
    letters: Sequence[str] = (),
) -> tuple[Row, ...]:
    """Rows from a header and numbered lines; blank lines are left out. The columns `needed` must be there.

    `letters` are those of the columns when they come from a spreadsheet.
    """
    columns = [column_name(name) for name in header]
    for name in needed:
        if name not in columns:
            there = ", ".join(filter(None, columns)) or "none"
            raise WorkbookError(
                f"{file}: no column {name!r}. Put it back, or correct its heading (there are: {there})."
            )
    doubled = {name for name in columns if name and columns.count(name) > 1}
    if doubled:
        raise WorkbookError(f"{file}: column {sorted(doubled)[0]!r} stands there twice. Keep one of the two.")
    named = dict(zip(columns, letters, strict=False))
    found = []
    for number, cells in lines:
        texts = [seen(column, cell) for column, cell in zip([*columns, *[""] * len(cells)], cells, strict=False)]
        for column, text in zip([*columns, *[""] * len(texts)], texts, strict=False):
            if text and not column:
                raise WorkbookError(
                    f"{file}:{number}: {text!r} stands beyond the named columns. "
                    "Name its column, or quote the cell that holds a comma."
                )
            _refuse_cell(text, Row({}, file, number, named), column)
        row = {column: text for column, text in zip(columns, texts, strict=False) if text}
        if row:
            found.append(Row(row, file, number, named))
    return tuple(found)


def damage(text: str) -> str:
    """Why no cell can hold the text, with the cure; "" for a sound one."""
    if len(text) > LONGEST_CELL:
        return f"{len(text):,} characters; a cell of Excel holds {LONGEST_CELL:,}. Shorten it."
    if _CONTROL.search(text):
        return "a control character. Type the text anew."
    return f"Excel shows the error {text}. Type the text anew." if _EXCEL_ERROR.fullmatch(text) else ""


def _refuse_cell(text: str, row: Row, column: str) -> None:
    if wrong := damage(text):
        raise WorkbookError(f"{row.place(column)}: {wrong}")


def seen(column: str, text: str) -> str:
    """The text of a cell as a person sees it, in columns that machines read (MACHINE)."""
    text = text.strip()
    return _UNSEEN.sub("", _BLANK.sub(" ", text)).strip() if column in MACHINE else text


def _base(header: str) -> str:
    name = re.sub(r"\s*::\s*", "::", header.strip().lower())
    name = _ALIASES.get(name, name)
    return name.replace(" ", "_") if name.replace(" ", "_") in (*SURVEY, "list_name") else name
