"""Repair: what is plainly a slip in a form's files, put right in place without touching wording or anything else.

Put right are blanks and unseen characters in what machines read, quotation marks that a word processor curled, the
words of yes and no, other spellings of a type, `${x}` where a repeat's condition means `./x`, a version that is missing
or malformed, and translations of texts that are gone.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forms import workbook
from forms.definition import Form, row_type
from forms.errors import FormError, WorkbookError
from forms.rules import XPATH, Subject
from forms.rules.logic import predicates
from forms.rules.names import TYPES
from forms.sheets import MACHINE, column_name, seen

_STRAIGHT = str.maketrans("‘’‚“”„", "'''\"\"\"")
_LITERALS = re.compile(r"('[^']*'|\"[^\"]*\")")
_YES = ("true", "yes", "y", "oui", "sí", "si", "да", "1")
_NO = ("false", "no", "n", "non", "нет", "0")
_YES_OR_NO = ("required", "read_only", "pii", "specify")
_VERSION = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d\d")
_VERSION_LINE = re.compile(r"(?m)^version[ \t]*=.*$")
_FORM_SECTION = re.compile(r"(?m)^\[form\][^\n]*\n")


@dataclass(frozen=True)
class Repair:
    """One file as it is and as it will be, and what changes as a unified diff."""

    path: Path
    after: bytes
    diff: str


def plan(form: Path, day: dt.date) -> tuple[Repair, ...]:
    """What to put right in a form folder, an adaptation or an .xlsx; `day` becomes the version where there is none.

    Raises WorkbookError for another kind of file.
    """
    if not (form / "form.toml").exists() and (form / workbook.PROJECT_FORM).exists():
        form = form / workbook.PROJECT_FORM
    if form.is_dir():
        return tuple(_folder(form, day))
    if form.suffix.lower() != ".xlsx":
        raise WorkbookError(f"{form.name}: only a form folder or an .xlsx can be put right in place. Import it first.")
    return tuple(_book(form, day))


def write(repairs: Sequence[Repair]) -> None:
    """Put the files right."""
    for repair in repairs:
        repair.path.write_bytes(repair.after)


def respelled(column: str, text: str, in_repeats: frozenset[str]) -> str:
    """A cell of a sheet with its slips put right; `in_repeats` are the names of questions asked in repeats."""
    column = column_name(column)
    if column not in MACHINE:
        return text
    text = seen(column, text)
    if column == "type":
        return _type(text)
    if column in _YES_OR_NO and text.lower() in (*_YES, *_NO):
        return "yes" if text.lower() in _YES else "no"
    if column in (*XPATH, "soft_when", "required"):
        return _expression(text, in_repeats)
    return text


def _type(text: str) -> str:
    kind = row_type(text)
    if kind.name not in TYPES:
        return text
    return " ".join(filter(None, (kind.name, kind.list_name, "or_other" if kind.or_other else "")))


def _expression(text: str, in_repeats: frozenset[str]) -> str:
    while (straight := _straightened(text)) != text:  # a straight quotation mark may end another text
        text = straight
    for name, start, end in sorted(predicates(text), key=lambda found: -found[1]):
        if name in in_repeats:
            text = f"{text[:start]}./{name}{text[end:]}"
    return text


def _straightened(text: str) -> str:
    parts = _LITERALS.split(text)
    return "".join(part if number % 2 else part.translate(_STRAIGHT) for number, part in enumerate(parts))


def _in_repeats(form: Path) -> tuple[frozenset[str], frozenset[tuple[str, int]]]:
    """Names of the questions in repeats, and file and line of translations that belong to nothing.

    Nothing is known of a form that cannot be read: `check` says why.
    """
    try:
        book = workbook.read(form, draft=True)
        subject = Subject(book, Form.from_workbook(book))
    except FormError:
        return frozenset(), frozenset()
    names = frozenset(name for name, line in subject.named.items() if line.repeats)
    orphans = {(each.file, each.row) for each in book.findings if each.rule == "translation-orphan"}
    return names, frozenset(orphans)


def _folder(folder: Path, day: dt.date) -> Iterator[Repair]:
    names, orphans = _in_repeats(folder)
    texts: dict[Path, str] = {}
    for path in (folder / "survey.csv", folder / "choices.csv", *sorted(folder.glob("lists/*.csv"))):
        if path.exists():
            texts[path] = _csv(_text(path), names)
    for path in sorted(folder.glob("translations/*.csv")):
        gone = {line for file, line in orphans if file == f"{folder.name}/translations/{path.name}"}
        texts[path] = _without_lines(_text(path), gone)
    texts[folder / "form.toml"] = _toml(_text(folder / "form.toml"), day)
    for path, after in texts.items():
        if after != (before := _text(path)):
            yield Repair(path, after.encode(), _diff(before, after, f"{folder.name}/{path.relative_to(folder)}"))


def _csv(text: str, names: frozenset[str]) -> str:
    """The CSV text with other cells where there is a slip; every other character stays."""
    header: list[str] = []
    changes: list[tuple[int, int, str]] = []
    for number, fields in enumerate(_fields(text)):
        if not number:
            header = [field[2] for field in fields]
            continue
        for column, (start, end, old) in zip(header, fields, strict=False):
            new = respelled(column, old, names)
            if new != old:
                changes.append((start, end, _quoted(new, text[start:end])))
    for start, end, new in reversed(changes):
        text = text[:start] + new + text[end:]
    return text


def _fields(text: str) -> Iterator[list[tuple[int, int, str]]]:
    """The cells of each record of a CSV text: where they begin and end, and what they say."""
    first = text.partition("\n")[0]
    separator = ";" if ";" in first and "," not in first else ","
    cell = re.compile(rf'(?:"((?:[^"]|"")*)"|([^{separator}\r\n]*))({separator}|\r\n|\r|\n|\Z)')
    place, record = 1 if text.startswith("\ufeff") else 0, list[tuple[int, int, str]]()
    while match := cell.match(text, place):
        said = match[1].replace('""', '"') if match[1] is not None else match[2]
        record.append((match.start(), match.start(3), said))
        place = match.end()
        if match[3] != separator:
            yield record
            record = []
        if place >= len(text) and match[3] != separator:
            return


def _quoted(text: str, before: str) -> str:
    if before.startswith('"') or re.search(r'[",;\r\n]', text):
        return '"' + text.replace('"', '""') + '"'
    return text


def _without_lines(text: str, gone: set[int]) -> str:
    """The CSV text without the records that begin in these lines."""
    for record in reversed(list(_fields(text))):
        start = record[0][0]
        if text.count("\n", 0, start) + 1 in gone:
            end = text.find("\n", record[-1][1])
            text = text[:start] + (text[end + 1 :] if end >= 0 else "")
    return text


def _toml(text: str, day: dt.date) -> str:
    line = _VERSION_LINE.search(text)
    new = f'version = "{day:%Y%m%d}01"'
    if line and _VERSION.search(line[0]) and re.search(r'"\d{10}"', line[0]):
        return text
    if line:
        return text[: line.start()] + new + text[line.end() :]
    return _FORM_SECTION.sub(lambda match: f"{match[0]}{new}\n", text, count=1)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except (FileNotFoundError, UnicodeDecodeError) as error:
        raise WorkbookError(f"{path.name}: not there, or not UTF-8. Save it from Excel as 'CSV UTF-8'.") from error


def _diff(before: str, after: str, name: str) -> str:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), name, name, n=0, lineterm="")
    return "\n".join(lines)


def _book(path: Path, day: dt.date) -> Iterator[Repair]:
    """The workbook with other cells; whatever else is in the file stays."""
    import openpyxl  # slow to import, and most forms are folders

    from forms import grids, xlsx_cells

    names, _ = _in_repeats(path)
    grids.read(path)  # refuses what must not be opened
    book = openpyxl.load_workbook(path, read_only=True)
    edits: list[xlsx_cells.Edit] = []
    lines: list[str] = []
    for sheet in book.worksheets:
        if sheet.title.strip().lower() in ("survey", "choices", "settings"):
            for row, place, column, old, new in _slips(sheet, names, day):
                edits.append(xlsx_cells.Edit(sheet.title, row, column, new))
                cell = f"{sheet.title}!{grids.letter(place)}{row}"
                lines += (f"-{cell} {old}", f"+{cell} {new}")
    book.close()
    if edits:
        after = xlsx_cells.change(path.read_bytes(), edits)
        yield Repair(path, after, "\n".join((f"--- {path.name}", f"+++ {path.name}", *lines)))


def _slips(sheet: Any, names: frozenset[str], day: dt.date) -> Iterator[tuple[int, int, str, str, str]]:
    """The cells to change: row, place in the row, column, and text as it is and as it will be."""
    sheet.reset_dimensions()  # what the file says of its size may be wrong
    columns: list[str] = []
    settings = sheet.title.strip().lower() == "settings"
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if not any(columns):
            columns = [column_name(str(cell.value or "")) for cell in cells]
            first = number + 1
            continue
        for place, column in enumerate(columns):
            cell = cells[place] if place < len(cells) else None
            value = cell.value if cell is not None else None
            if column == "version" and settings and number == first:
                if not _VERSION.fullmatch(str(value or "")):
                    yield number, place, column, str(value or ""), f"{day:%Y%m%d}01"
            elif cell is not None and cell.data_type == "s" and columns.index(column) == place:
                new = respelled(column, str(value), names)
                if new != value:
                    yield number, place, column, str(value), new
