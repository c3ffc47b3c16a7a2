"""Memory: what each translation was made from, so that it is known to be stale when its original has changed."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from forms.errors import WorkbookError
from forms.findings import Finding
from forms.header import Header
from forms.sheets import QUESTION_ID, STANDARD_CODE, WORDING, Row, Sheets, read_csv
from forms.translations import name_of, source_hash

LEDGER = "translations/ledger.csv"
COLUMNS = ("language", "sheet", "name", "column", "original", "text")

Place = tuple[str, str, int, str, str]
"""Language, file, line, name ("" for the line of a module, whatever it is called in a form) and column."""

Pair = tuple[str, str]
"""An original and the translation that was made from it."""

Key = tuple[str, str, str, str]
"""Language, sheet, name and column."""


@dataclass(frozen=True)
class Made:
    """What a translation was made from: the first digits of the text's hash, and the text where it was kept."""

    hashed: str
    original: str = ""

    def fits(self, originals: Iterable[str]) -> bool:
        """Is it one of these texts?"""
        return any(same_hash(self.hashed, source_hash(original)) for original in originals if original)


Memory = Mapping[Place, Made]


def recall(memory: Memory, language: str, row: Row, column: str) -> Made | None:
    """What the text of a row was made from, if anybody knows."""
    place = (language, row.file, row.line)
    return memory.get((*place, row.get("name", ""), column)) or memory.get((*place, "", column))


def of_file(sheets: Sheets, head: Header) -> dict[Place, Made]:
    """What the translations of a built workbook were made from, by its sheet `_sources`; those edited since are new."""
    built = {
        (row.get("language", ""), row.get("sheet", ""), row.get("name", ""), row.get("column", "")): row
        for row in sheets.get("_sources", ())
    }
    found: dict[Place, Made] = {}
    for language, sheet, row, column, text in _translated(sheets, head):
        entry = built.get((language, sheet, name_of(sheet, row), column))
        if entry and same_hash(entry.get("text", ""), source_hash(text)):
            found[language, row.file, row.line, row.get("name", ""), column] = Made(entry.get("source", ""))
    return found


def of_project(folder: Path, sheets: Sheets, head: Header) -> dict[Place, Made]:
    """What the translations of an adaptation were made from: the ledger says it, else the standard.

    A text that neither of them knows was written by somebody who saw its present original.
    """
    known = {**_standard(folder), **read_ledger(folder)}
    copies = numbers(sheets)
    found: dict[Place, Made] = {}
    for language, sheet, row, column, text in _translated(sheets, head):
        copy = copies.get(id(row), "")
        pairs = (
            known.get((language, sheet, name, column)) for name in (f"{names(sheet, row)[0]}{copy}", *names(sheet, row))
        )
        original = next((pair[0] for pair in pairs if pair and pair[1] == text), "")
        if original:
            place = (language, row.file, row.line, row.get("name", ""), column)
            found[place] = Made(source_hash(original), original)
    return found


def names(sheet: str, row: Row) -> tuple[str, ...]:
    """What the ledger may call a row, the lasting name first."""
    plain = name_of(sheet, row)
    if sheet == "survey":
        return (row[QUESTION_ID], plain) if QUESTION_ID in row else (plain,)
    standard = row.get(STANDARD_CODE, "")
    return (plain, f"{row.get('list_name', '')}/{standard}") if standard else (plain,)


def numbers(sheets: Sheets) -> dict[int, str]:
    """The rows, by identity, whose lasting name an earlier row has too, each with what is put after its name: `#2`."""
    seen: Counter[tuple[str, str]] = Counter()
    found: dict[int, str] = {}
    for sheet in ("survey", "choices"):
        for row in sheets.get(sheet, ()):
            name = names(sheet, row)[0]
            seen[sheet, name] += 1
            if name and seen[sheet, name] > 1:
                found[id(row)] = f"#{seen[sheet, name]}"
    return found


def read_ledger(folder: Path) -> dict[Key, Pair]:
    """The lines of an adaptation's ledger: the pairs of texts that a person delivered or confirmed last."""
    path = folder / LEDGER
    if not path.exists():
        return {}
    rows = read_csv(path, f"{folder.name}/{LEDGER}", COLUMNS)
    return {
        (row.get("language", ""), row.get("sheet", ""), row.get("name", ""), row.get("column", "")): (
            row.get("original", ""),
            row.get("text", ""),
        )
        for row in rows
    }


def stale(sheets: Sheets, memory: Memory, head: Header, level: str, form: str) -> Iterator[Finding]:
    """A finding for each translation whose original has changed since; `form` is how a command calls the form."""
    for language, sheet, row, column, _ in _translated(sheets, head):
        made = recall(memory, language, row, column)
        now = originals(row, column, head, language)
        if made and now and not made.fits(now):
            yield Finding(
                *("translation-stale", "error" if level == "error" else "warning", sheet, row.line),
                f"{column}::{head.headings[language]}",
                f"the {language} text of {name_of(sheet, row)!r} was made from "
                + (f"{made.original!r}, which is now {now[0]!r}" if made.original else "another text"),
                f"Change it, or: enumera forms translate {form} --confirm {language} {names(sheet, row)[0]}.",
                row.file,
            )


def originals(row: Row, column: str, head: Header, language: str) -> tuple[str, ...]:
    """The texts that a translation may be made from, best first: that of the standard's language, of the office's.

    Where neither has one, the first of another language.
    """
    first = (code for code in (head.original_language, head.language) if code != language)
    texts = tuple(text for code in first if (text := row.get(f"{column}::{head.headings[code]}", "")))
    others = (row.get(f"{column}::{heading}", "") for code, heading in head.headings.items() if code != language)
    return tuple(dict.fromkeys(texts)) or tuple(filter(None, others))[:1]


def same_hash(said: str, present: str) -> bool:
    """Are they one hash, also when a spreadsheet took it for a number: `00123456` -> 123456, `123456e7` -> 1.23E+12?"""
    if said == present:
        return True
    try:
        return math.isclose(float(said.replace(",", ".")), float(present), rel_tol=0.005)
    except (ValueError, OverflowError):
        return False


def _standard(folder: Path) -> dict[Key, Pair]:
    """The pairs of the standard that was adapted, as its authors published them."""
    path = folder / "standard.json"
    if not path.exists():
        return {}
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        head = Header(**kept["header"])
        sheets = {
            sheet: tuple(Row(cells, file, line) for file, line, cells in kept[sheet]) for sheet in ("survey", "choices")
        }
    except (json.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise WorkbookError(f"{folder.name}/{path.name}: damaged. Take it from a copy; it is never edited.") from error
    return {
        (language, sheet, names(sheet, row)[0], column): (now[0], text)
        for language, sheet, row, column, text in _translated(sheets, head)
        if language != head.original_language and (now := originals(row, column, head, language))
    }


def _translated(sheets: Sheets, head: Header) -> Iterator[tuple[str, str, Row, str, str]]:
    """Language, sheet, row, column and text of each wording that is not in the language it was first written in."""
    for sheet in ("survey", "choices"):
        for row in sheets.get(sheet, ()):
            for column in WORDING:
                for language, heading in head.headings.items():
                    if text := row.get(f"{column}::{heading}"):
                        yield language, sheet, row, column, text
