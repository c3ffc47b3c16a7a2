"""Translation: the wording of a questionnaire in one more language, line by line beside its source text."""

from __future__ import annotations

import csv
import hashlib
import io
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from forms.errors import WorkbookError
from forms.findings import Finding
from forms.sheets import MEDIA, WORDING, Row, Sheets, read_csv, split_language

COLUMNS = ("sheet", "name", "column", "text", "source")
PLACEHOLDER = re.compile(r"\$\{\s*([^}\s]+)\s*\}|\{\{\s*(\w+)\s*\}\}")

Key = tuple[str, str, str]
"""Sheet, name and column of a text."""

Languages = Mapping[str, str]
"""Language code -> heading in the sheets, default language first: `{"ru": "Русский (ru)"}`."""


def qualify(sheets: Sheets, languages: Languages, default: str) -> dict[str, tuple[Row, ...]]:
    """Name the language of every wording: `label` -> `label::English (en)`, `label::ru` -> `label::Русский (ru)`.

    A picture or sound without language serves in all languages.
    """

    def qualified(row: Row) -> Row:
        cells: dict[str, str] = {}
        for column, text in row.items():
            base, suffix = split_language(column)
            if suffix:
                cells[f"{base}::{languages.get(suffix, suffix)}"] = text
            elif base in WORDING:
                cells[f"{base}::{languages[default]}"] = text
            elif base in MEDIA:
                for heading in languages.values():
                    cells.setdefault(f"{base}::{heading}", text)
            else:
                cells[column] = text
        return row.replace(cells)

    worded = {sheet: tuple(qualified(row) for row in sheets.get(sheet, ())) for sheet in ("survey", "choices")}
    return {**sheets, **worded}


def fold(
    sheets: Sheets, folder: Path, languages: Languages, default: str
) -> tuple[dict[str, tuple[Row, ...]], tuple[Finding, ...]]:
    """Write the text of `translations/<language>.csv` into the rows of the survey and choices sheets.

    Returns the sheets, and a finding for each line that is stale (its source text has changed since), not
    verifiable (no `source`) or belongs to nothing.
    """
    findings: list[Finding] = []
    folded = dict(sheets)
    for language, heading in languages.items():
        path = folder / "translations" / f"{language}.csv"
        if language == default or not path.exists():
            continue
        lines = read_entries(path, f"{folder.name}/translations/{path.name}")
        used: set[Key] = set()
        for sheet in ("survey", "choices"):
            rows = []
            for row in folded.get(sheet, ()):
                texts = _texts_of(row, sheet, lines, languages[default])
                used.update(texts)
                findings.extend(doubt for key in texts for doubt in _doubts(lines[key], texts[key], language))
                said = {f"{key[2]}::{heading}": lines[key].get("text", "") for key in texts}
                rows.append(row.replace({**said, **row}))
            folded[sheet] = tuple(rows)
        findings.extend(_orphan(lines[key]) for key in lines if key not in used)
    return folded, tuple(findings)


def audit(sheets: Sheets, languages: Languages, default: str) -> Iterator[Finding]:
    """A finding for each wording that a language lacks, and for each `${name}` lost or added on the way."""
    for sheet in ("survey", "choices"):
        for row in sheets.get(sheet, ()):
            for base in WORDING:
                texts = {code: row.get(f"{base}::{heading}", "") for code, heading in languages.items()}
                source = texts[default] or next((text for text in texts.values() if text), "")
                if source:
                    yield from _audit_cell(sheet, row, base, texts, source, languages)


def fill(sheets: Sheets, languages: Languages, default: str) -> dict[str, tuple[Row, ...]]:
    """Put the source text, marked with its language as in `⟦en⟧ Age`, where a language has none."""
    return _completed(sheets, languages, default, f"⟦{default}⟧ ")


def copy_wordless(sheets: Sheets, languages: Languages, default: str) -> dict[str, tuple[Row, ...]]:
    """Copy text without letters (years, numbers, bare placeholders) into every language: it needs no translator."""
    return _completed(sheets, languages, default, "")


def source_hash(text: str) -> str:
    """What a translation remembers of the text it was made from: the first 8 hex digits of its SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def name_of(sheet: str, row: Row) -> str:
    """How a translation file calls a row: the question's name, or `list/code`."""
    return row.get("name", "") if sheet == "survey" else f"{row.get('list_name', '')}/{row.get('name', '')}"


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


def worklist(
    sheets: Sheets, languages: Languages, default: str, language: str, known: Mapping[Key, Row] | None = None
) -> list[dict[str, str]]:
    """A line for each text to translate: the columns of a translation file, and `original`, the text itself.

    Text already there is kept, that of `known` with the hash it was made from, so that it stays stale until
    somebody has looked at it; what has no text is left empty for the translator. Text of `known` that belongs to
    nothing any more stands at the end, without `original`: the question may only have another name.
    """
    known = known or {}
    lines: dict[Key, dict[str, str]] = {}
    for sheet in ("survey", "choices"):
        for row in sheets.get(sheet, ()):
            for base, original in _sources(row, languages[default]):
                key = (sheet, name_of(sheet, row), base)
                if key not in lines and _has_letters(original):
                    entry: Mapping[str, str] = known.get(key, {})
                    text = entry.get("text") or row.get(f"{base}::{languages[language]}", "")
                    hashed = entry.get("source") or source_hash(original)
                    lines[key] = dict(zip(COLUMNS, (*key, text, hashed), strict=True)) | {"original": original}
    gone = [dict(entry) for key, entry in known.items() if key not in lines and entry.get("text")]
    return [*lines.values(), *gone]


def fingerprints(sheets: Sheets, languages: Languages, default: str) -> list[dict[str, str]]:
    """A line for each translated text of a built workbook: the hashes of its original (`source`) and of itself."""
    return [
        {**dict(zip(COLUMNS, (*key, source_hash(text), source_hash(original)), strict=True)), "language": language}
        for language in languages
        if language != default
        for key, original, text in _pairs(sheets, languages, default, language)
    ]


def remembered(sheets: Sheets, languages: Languages, default: str, language: str) -> dict[Key, Row]:
    """The translations that nobody has touched since the workbook was built, with the hash of the original of then.

    Where the original was changed and its translation was not, the translation is stale.
    """
    built = {
        (row.get("sheet", ""), row.get("name", ""), row.get("column", "")): row
        for row in sheets.get("_sources", ())
        if row.get("language") == language
    }
    return {
        key: row.replace({**row, "text": text})
        for key, _, text in _pairs(sheets, languages, default, language)
        if (row := built.get(key)) and row.get("text") == source_hash(text)
    }


def to_csv(lines: Iterable[Mapping[str, str]]) -> str:
    """The text of a translation file with these lines."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([line.get(column, "") for column in COLUMNS] for line in lines)
    return out.getvalue()


def accept(lines: Iterable[Mapping[str, str]], returned: Iterable[Row]) -> tuple[list[dict[str, str]], tuple[str, ...]]:
    """The lines of a worklist with the texts that a translator gave back, and one message for each text refused.

    A text counts as made from the original that was sent out: if that has changed since, it is stale. Refused are
    texts whose placeholders are not those of the original, and texts of no line.
    """
    found = {(line["sheet"], line["name"], line["column"]): dict(line) for line in lines}
    refused = []
    for row in returned:
        key = (row.get("sheet", ""), row.get("name", ""), row.get("column", ""))
        text = row.get("text", "")
        if not text or (key in found and text == found[key]["text"]):
            continue
        if key not in found or "original" not in found[key]:
            refused.append(f"{row.where}: {key[1]!r} has no {key[2]} to translate. Was the form changed since?")
        elif _placeholders(text) != _placeholders(found[key]["original"]):
            wanted = ", ".join(sorted(_placeholders(found[key]["original"]))) or "none"
            refused.append(f"{row.where}: the text of {key[1]!r} must insert the answers of its original: {wanted}.")
        else:
            found[key] |= {"text": text, "source": row.get("source", "")}
    return list(found.values()), tuple(refused)


def _pairs(sheets: Sheets, languages: Languages, default: str, language: str) -> Iterator[tuple[Key, str, str]]:
    """Key, original and translation of each text that has both."""
    for sheet in ("survey", "choices"):
        for row in sheets.get(sheet, ()):
            for base, original in _sources(row, languages[default]):
                if text := row.get(f"{base}::{languages[language]}"):
                    yield (sheet, name_of(sheet, row), base), original, text


def _texts_of(row: Row, sheet: str, lines: Mapping[Key, Row], heading: str) -> dict[Key, str]:
    """The translated lines that belong to a row, each with its source text."""
    name = name_of(sheet, row)
    return {(sheet, name, base): text for base, text in _sources(row, heading) if (sheet, name, base) in lines}


def _sources(row: Row, heading: str) -> Iterator[tuple[str, str]]:
    for base in WORDING:
        if text := row.get(f"{base}::{heading}"):
            yield base, text


def _doubts(entry: Row, source: str, language: str) -> Iterator[Finding]:
    said = entry.get("source", "")
    name, column = entry.get("name", ""), entry.get("column", "")
    present = source_hash(source)
    if said and not _same_hash(said, present) and entry.get("text"):
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


def _same_hash(said: str, present: str) -> bool:
    """Are they one hash, also when a spreadsheet took it for a number: `00123456` -> 123456, `123456e7` -> 1.23E+12?"""
    if said == present:
        return True
    try:
        return math.isclose(float(said.replace(",", ".")), float(present), rel_tol=0.005)
    except (ValueError, OverflowError):
        return False


def _orphan(entry: Row) -> Finding:
    return Finding(
        *("translation-orphan", "warning", "translations", entry.line, entry.get("column", "")),
        f"no {entry.get('sheet', '')} row {entry.get('name', '')!r} has such a text",
        "Delete the line, or correct its sheet, name or column.",
        entry.file,
    )


def _audit_cell(
    sheet: str, row: Row, base: str, texts: Mapping[str, str], source: str, languages: Languages
) -> Iterator[Finding]:
    wanted = _placeholders(source)
    for code, text in texts.items():
        column = f"{base}::{languages[code]}"
        if not text:
            yield Finding(
                *("translation-missing", "error", sheet, row.line, column),
                f"{name_of(sheet, row)!r} has no {code} text",
                f"Translate {source!r} in translations/{code}.csv or in this column.",
                row.file,
            )
        elif _placeholders(text) != wanted:
            lost = ", ".join(sorted(wanted ^ _placeholders(text)))
            yield Finding(
                *("translation-placeholder", "error", sheet, row.line, column),
                f"the {code} text of {name_of(sheet, row)!r} and its source do not insert the same answers ({lost})",
                f"Keep exactly the placeholders of {source!r}.",
                row.file,
            )


def _placeholders(text: str) -> set[str]:
    return {f"${{{answer}}}" if answer else f"{{{{{name}}}}}" for answer, name in PLACEHOLDER.findall(text)}


def _has_letters(text: str) -> bool:
    return any(letter.isalpha() for letter in PLACEHOLDER.sub("", text))


def _completed(sheets: Sheets, languages: Languages, default: str, mark: str) -> dict[str, tuple[Row, ...]]:
    def completed(row: Row) -> Row:
        cells = dict(row)
        for base in WORDING:
            columns = {f"{base}::{heading}": heading for heading in languages.values()}
            source = cells.get(f"{base}::{languages[default]}") or next(
                (cells[column] for column in columns if cells.get(column)), ""
            )
            if source and (mark or not _has_letters(source)):
                for column in columns:
                    cells.setdefault(column, mark + source)
        return row.replace(cells)

    worded = {sheet: tuple(completed(row) for row in sheets.get(sheet, ())) for sheet in ("survey", "choices")}
    return {**sheets, **worded}
