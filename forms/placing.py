"""Placing: a translated text put where its form keeps it, and what it was made from put on record."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from forms import folding, memory, workbook, xlsx_cells
from forms.errors import WorkbookError
from forms.ledger import FOLDER, PROJECT, Ledger, Text
from forms.memory import COLUMNS, LEDGER, Pair
from forms.sheets import Row, column_name, split_language
from forms.translations import name_of, source_hash
from forms.workbook import PROJECT_FORM
from forms.xlsx_cells import Edit


@dataclass(frozen=True)
class Put:
    """A text for a place, and what it was made from: the original, or only its hash where that is all that is known."""

    place: Text
    text: str
    original: str
    hashed: str = ""

    @property
    def source(self) -> str:
        """The hash of the original."""
        return self.hashed or source_hash(self.original)


def put(ledger: Ledger, puts: Sequence[Put]) -> None:
    """Write texts where the form keeps them.

    In a form folder that is translations/<language>.csv, also for texts that a module or a shared code list brings; in
    an adaptation form.xlsx and lists/*.csv, with the pair of texts in translations/ledger.csv; in a file its cells. All
    else in an .xlsx stays as it is. Raises WorkbookError for a file of another kind.
    """
    if not puts:
        return
    refuse_unwritable(ledger)
    if ledger.kind == FOLDER:
        _put_in_folder(ledger, puts)
        return
    book = ledger.path / PROJECT_FORM if ledger.kind == PROJECT else ledger.path
    by_file: dict[str, list[Put]] = {}
    for each in puts:
        by_file.setdefault(each.place.row.file.partition("[")[0], []).append(each)
    edits = [_edit(ledger, each) for each in by_file.pop(book.name, [])]
    if ledger.kind == PROJECT:
        for name, cells in by_file.items():
            _put_in_list(ledger, ledger.path / "lists" / name, cells)
    else:
        edits += _remembering(book, puts)
    if edits:
        book.write_bytes(xlsx_cells.change(book.read_bytes(), edits))
    if ledger.kind == PROJECT:
        record(ledger, puts)


def record(ledger: Ledger, puts: Iterable[Put] = ()) -> None:
    """Bring an adaptation's ledger up to date: these texts, and those that somebody wrote into the form since.

    A text that is not the one on record was made from the original that stands beside it now.
    """
    known = memory.read_ledger(ledger.path)
    for language in ledger.head.languages:
        for text in ledger.translated[language]:
            if text.text and text.made is None:
                known[language, *text.key] = (text.original, text.text)
    for each in puts:
        known[each.place.language, *each.place.key] = (each.original, each.text)
    _write_ledger(ledger.path, known)


def refuse_unwritable(ledger: Ledger) -> None:
    """Raise WorkbookError for a file that no text can be written into."""
    if ledger.kind not in (FOLDER, PROJECT) and ledger.path.suffix.lower() not in (".xlsx", ".xlsm"):
        raise WorkbookError(f"{ledger.path.name}: only an .xlsx can be written into. Save it as .xlsx, or import it.")


def _write_ledger(folder: Path, known: Mapping[memory.Key, Pair]) -> None:
    path = folder / LEDGER
    if not known and not path.exists():
        return
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([*key, *pair] for key, pair in sorted(known.items()))
    path.parent.mkdir(exist_ok=True)
    path.write_text(out.getvalue(), encoding="utf-8")


def _put_in_folder(ledger: Ledger, puts: Sequence[Put]) -> None:
    for language in {each.place.language for each in puts}:
        path = ledger.path / "translations" / f"{language}.csv"
        file = f"{ledger.path.name}/translations/{path.name}"
        lines: dict[tuple[str, str, str], Mapping[str, str]] = {}
        lines |= folding.read_entries(path, file) if path.exists() else {}
        for each in puts:
            if each.place.language == language:
                sheet, name, column = each.place.key
                lines[each.place.key] = {
                    "sheet": sheet,
                    "name": name,
                    "column": column,
                    "text": each.text,
                    "source": each.source,
                }
        path.parent.mkdir(exist_ok=True)
        path.write_text(folding.to_csv(lines.values()), encoding="utf-8")


def _edit(ledger: Ledger, each: Put) -> Edit:
    row = each.place.row
    sheet = row.file.partition("[")[2].removesuffix("]")
    return Edit(sheet, row.line, _heading(ledger, each.place, row.letters), each.text)


def _heading(ledger: Ledger, place: Text, headings: Iterable[str]) -> str:
    """The column of a text as the file heads it: `label::Русский (ru)`, `label::ru`, or `label` of the first one."""
    head = ledger.head
    wanted = f"{place.column}::{head.headings[place.language]}"
    short = f"{place.column}::{place.language}"
    plain = place.column if place.language == head.language else wanted
    return next((name for name in (wanted, short, plain) if name in headings), wanted)


def _put_in_list(ledger: Ledger, path: Path, puts: Sequence[Put]) -> None:
    """Write cells of a list's CSV file; its separator, its other cells and the order of its lines stay."""
    raw = path.read_text(encoding="utf-8-sig")
    first = raw.partition("\n")[0]
    separator = ";" if ";" in first and "," not in first else ","
    reader = csv.reader(io.StringIO(raw), delimiter=separator)
    records: list[list[str]] = []
    starts: dict[int, int] = {}
    start = 1
    for cells in reader:
        starts[start] = len(records)
        records.append(cells)
        start = reader.line_num + 1
    named = [column_name(heading) for heading in records[0]]
    for each in puts:
        name = _heading(ledger, each.place, named)
        if name not in named:
            name = f"{split_language(name)[0]}::{each.place.language}"
            named.append(name)
            records[0].append(name)
        cells = records[starts[each.place.row.line]]
        cells += [""] * (len(named) - len(cells))
        cells[named.index(name)] = each.text
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\n").writerows(records)
    path.write_text(out.getvalue(), encoding="utf-8")


def _remembering(book: Path, puts: Sequence[Put]) -> list[Edit]:
    """The cells of the sheet `_sources` that say what these texts were made from; a file without it keeps no such."""
    rows: Sequence[Row] = workbook.read_sheets(book).get("_sources", ())
    places = {tuple(row.get(name, "") for name in ("language", "sheet", "name", "column")): row.line for row in rows}
    following = max(places.values(), default=1)
    edits: list[Edit] = []
    for each in puts if rows else ():
        sheet, _, column = each.place.key
        key = (each.place.language, sheet, name_of(sheet, each.place.row), column)
        if key not in places:
            following += 1
            places[key] = following
        cells = dict(zip(("language", "sheet", "name", "column"), key, strict=True))
        cells |= {"text": source_hash(each.text), "source": each.source}
        edits += [Edit("_sources", places[key], heading, text) for heading, text in cells.items()]
    return edits
