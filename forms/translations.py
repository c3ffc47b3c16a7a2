"""Translation: the wording of a questionnaire in one more language, line by line beside its source text."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from forms.findings import Finding
from forms.integrity import has_letters, placeholders
from forms.sheets import MEDIA, WORDING, Row, Sheets, split_language

COLUMNS = ("sheet", "name", "column", "text", "source")

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


def audit(sheets: Sheets, languages: Languages, default: str) -> Iterator[Finding]:
    """A finding for each wording that a language lacks, and for each `${name}` lost or added on the way.

    `default` is the language that is translated from. An answer that a translation inserts less or more often is a
    warning: a pronoun may stand for a name.
    """
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
                if key not in lines and has_letters(original):
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


def _pairs(sheets: Sheets, languages: Languages, default: str, language: str) -> Iterator[tuple[Key, str, str]]:
    """Key, original and translation of each text that has both."""
    for sheet in ("survey", "choices"):
        for row in sheets.get(sheet, ()):
            for base, original in _sources(row, languages[default]):
                if text := row.get(f"{base}::{languages[language]}"):
                    yield (sheet, name_of(sheet, row), base), original, text


def _sources(row: Row, heading: str) -> Iterator[tuple[str, str]]:
    for base in WORDING:
        if text := row.get(f"{base}::{heading}"):
            yield base, text


def _audit_cell(
    sheet: str, row: Row, base: str, texts: Mapping[str, str], source: str, languages: Languages
) -> Iterator[Finding]:
    wanted = placeholders(source)
    for code, text in texts.items():
        column, name = f"{base}::{languages[code]}", name_of(sheet, row)
        found = placeholders(text)
        if not text:
            yield Finding(
                *("translation-missing", "error", sheet, row.line, column),
                f"{name!r} has no {code} text",
                f"Translate {source!r} in translations/{code}.csv or in this column.",
                row.file,
            )
        elif found != wanted:
            differing = ", ".join(sorted({*(wanted - found), *(found - wanted)}))
            yield Finding(
                *("translation-placeholder", "error" if set(found) != set(wanted) else "warning", sheet, row.line),
                column,
                f"the {code} text of {name!r} and its source do not insert the same answers ({differing})",
                f"Keep exactly the placeholders of {source!r}.",
                row.file,
            )


def _completed(sheets: Sheets, languages: Languages, default: str, mark: str) -> dict[str, tuple[Row, ...]]:
    def completed(row: Row) -> Row:
        cells = dict(row)
        for base in WORDING:
            columns = {f"{base}::{heading}": heading for heading in languages.values()}
            source = cells.get(f"{base}::{languages[default]}") or next(
                (cells[column] for column in columns if cells.get(column)), ""
            )
            if source and (mark or not has_letters(source)):
                for column in columns:
                    cells.setdefault(column, mark + source)
        return row.replace(cells)

    worded = {sheet: tuple(completed(row) for row in sheets.get(sheet, ())) for sheet in ("survey", "choices")}
    return {**sheets, **worded}
