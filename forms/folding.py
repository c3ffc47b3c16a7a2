"""Folding: the lines of `translations/<language>.csv`, the wording of a form folder in one more language."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from forms.errors import WorkbookError
from forms.findings import Finding
from forms.memory import Made, Place, same_hash
from forms.sheets import WORDING, Row, Sheets, read_csv
from forms.translations import COLUMNS, Key, Languages, name_of, source_hash


@dataclass(frozen=True)
class Folded:
    """Sheets with the lines of translation files in place.

    `findings` are of lines that are stale or not verifiable, `made` says what each text was made from, and `left`
    holds the lines, by language, that belong to no row.
    """

    sheets: Sheets
    findings: tuple[Finding, ...]
    made: Mapping[Place, Made]
    left: Mapping[str, Mapping[Key, Row]]


def fold(sheets: Sheets, folder: Path, languages: Languages, default: str) -> Folded:
    """Write the text of `translations/<language>.csv` into the rows of the survey and choices sheets.

    A text that the row has in a column of its own goes before.
    """
    files = {code: folder / "translations" / f"{code}.csv" for code in languages if code != default}
    lines = {
        code: read_entries(path, f"{folder.name}/translations/{path.name}")
        for code, path in files.items()
        if path.exists()
    }
    return _folded(sheets, lines, languages, default, named=False)


def override(sheets: Sheets, left: Mapping[str, Mapping[Key, Row]], languages: Languages, default: str) -> Folded:
    """Write lines over the texts that modules and shared code lists brought; what is left then belongs to nothing."""
    done = _folded(sheets, left, languages, default, named=True)
    orphans = tuple(_orphan(line) for lines in done.left.values() for line in lines.values())
    return Folded(done.sheets, (*done.findings, *orphans), done.made, {})


def _folded(
    sheets: Sheets, lines: Mapping[str, Mapping[Key, Row]], languages: Languages, default: str, *, named: bool
) -> Folded:
    """`named` lines are for the rows of that name only, and go before what the rows say."""
    folded: dict[str, tuple[Row, ...]] = dict(sheets)
    findings: list[Finding] = []
    made: dict[Place, Made] = {}
    left: dict[str, dict[Key, Row]] = {}
    for language, entries in lines.items():
        used: set[Key] = set()
        for sheet in ("survey", "choices") if entries else ():
            rows = []
            for row in folded.get(sheet, ()):
                texts = _texts_of(row, sheet, entries, languages[default])
                used.update(texts)
                findings.extend(doubt for key in texts for doubt in _doubts(entries[key], texts[key], language))
                said = {f"{key[2]}::{languages[language]}": entries[key].get("text", "") for key in texts}
                rows.append(row.replace({**row, **said} if named else {**said, **row}))
                for key in texts:
                    name = row.get("name", "") if named else ""
                    made[language, row.file, row.line, name, key[2]] = Made(entries[key].get("source", ""))
            folded[sheet] = tuple(rows)
        left[language] = {key: entry for key, entry in entries.items() if key not in used}
    return Folded(folded, tuple(findings), made, left)


def read_entries(path: Path, file: str) -> dict[Key, Row]:
    """The lines of one translation file."""
    found: dict[Key, Row] = {}
    for row in read_csv(path, file, COLUMNS[:-1]):
        if unknown := sorted(set(row) - set(COLUMNS)):
            raise WorkbookError(f"{row.where}: unknown column {unknown[0]!r}. Columns are {', '.join(COLUMNS)}.")
        key = (row.get("sheet", ""), row.get("name", ""), row.get("column", ""))
        if key in found:
            raise WorkbookError(
                f"{row.where}: {key[2]} of {key[1]!r} is translated twice, first in line {found[key].line}. "
                "Delete one of the two lines."
            )
        found[key] = row
    return found


def to_csv(lines: Iterable[Mapping[str, str]]) -> str:
    """The text of a translation file with these lines."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([line.get(column, "") for column in COLUMNS] for line in lines)
    return out.getvalue()


def _texts_of(row: Row, sheet: str, lines: Mapping[Key, Row], heading: str) -> dict[Key, str]:
    """The translated lines that belong to a row, each with its source text."""
    name = name_of(sheet, row)
    keys = ((sheet, name, base) for base in WORDING)
    return {key: text for key in keys if key in lines and (text := row.get(f"{key[2]}::{heading}"))}


def _doubts(entry: Row, source: str, language: str) -> Iterator[Finding]:
    said = entry.get("source", "")
    name, column = entry.get("name", ""), entry.get("column", "")
    present = source_hash(source)
    if said and not same_hash(said, present) and entry.get("text"):
        yield Finding(
            *("translation-stale", "error", "translations", entry.line, column),
            f"the {language} text of {name!r} was made from another source text",
            f"Compare it with {source!r}, then write {present} into the column source.",
            entry.file,
        )
    if not said:
        yield Finding(
            *("translation-unverified", "warning", "translations", entry.line, column),
            f"the {language} text of {name!r} does not say which source text it was made from",
            f"Write {present} into the column source.",
            entry.file,
        )


def _orphan(entry: Row) -> Finding:
    return Finding(
        *("translation-orphan", "warning", "translations", entry.line, entry.get("column", "")),
        f"no {entry.get('sheet', '')} row {entry.get('name', '')!r} has such a text",
        "Delete the line, or correct its sheet, name or column.",
        entry.file,
    )
