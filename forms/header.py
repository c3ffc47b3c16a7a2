"""Header: what a questionnaire says of itself as a whole (form.toml; the sheets settings and _form)."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cache, cached_property
from pathlib import Path

from babel import Locale
from babel.core import UnknownLocaleError

from forms.errors import WorkbookError
from forms.sheets import Row, Sheets, split_language

SETTINGS = (
    *("instance_name", "style", "public_key", "submission_url", "auto_send", "auto_delete"),
    *("client_editable", "allow_choice_duplicates", "namespaces", "clean_text_values"),
)
"""Settings of XLSForm that go to the tablet unchanged."""

_WORDS = (
    *("id", "title", "version", "language", "table", "unit", "standard", "blocks", "sensitive", "adapted_from"),
    "original",
)
_ROLES = ("sample_key", "result", "visit", "position")
_SECTIONS = ("parameters", "dispositions", "dispositions_at_close", "languages", "codelists", "accepted")
_LANGUAGE = re.compile(r"^(.*?)\s*\(([A-Za-z]{2,3}(?:-[A-Za-z0-9]+)*)\)$")


@dataclass(frozen=True)
class Header:
    """What holds for the whole form.

    `blocks` names the blocks of the item list that the form asks (`CEN EMI`); `sensitive` is "yes" where the topic
    alone endangers people. `adapted_from` is the standard that an office adapted, with version and hash; `accepted`
    says of each statistic that is not the standard's any more what became of it, why, and who accepted that when.
    `original` is the language that wording is translated from where that is not the default one: a standard's own.
    `languages` maps a language's code to its name, default first. `dispositions` maps codes
    of the question `result` to AAPOR codes; those left open ("") get `dispositions_at_close` when fieldwork ends.
    """

    id: str
    title: str
    version: str = ""
    language: str = "en"
    languages: Mapping[str, str] = field(default_factory=dict)
    table: str = "household"
    unit: str = ""
    standard: str = ""
    blocks: str = ""
    sensitive: str = ""
    adapted_from: str = ""
    original: str = ""
    sample_key: str | None = None
    result: str | None = None
    visit: str | None = None
    position: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    dispositions: Mapping[str, str] = field(default_factory=dict)
    dispositions_at_close: Mapping[str, str] = field(default_factory=dict)
    codelists: Mapping[str, str] = field(default_factory=dict)
    accepted: Mapping[str, str] = field(default_factory=dict)

    @property
    def original_language(self) -> str:
        """The language that wording is translated from."""
        return self.original if self.original in self.languages else self.language

    @cached_property
    def headings(self) -> dict[str, str]:
        """Language code -> suffix of its columns: `{"ru": "Русский (ru)"}`; empty when no column has one."""
        return {code: name if code == name else f"{name} ({code})" for code, name in self.languages.items()}


def read_parameters(path: Path, file: str) -> dict[str, str]:
    """The values below [parameters] of a module.toml, which a form's own go before."""
    document = _document(path, file)
    if wrong := sorted(set(document) - {"parameters"}):
        raise WorkbookError(f"{file}: [{wrong[0]}] is nothing that a module can say. It holds [parameters] only.")
    return {key: _text(value) for key, value in _items("parameters", document.get("parameters", {}), file)}


def read_toml(path: Path, file: str) -> Header:
    """The header that a form.toml writes down."""
    document = _document(path, file)
    rows = [
        Row({"section": section, "key": key, "text": _text(value)}, file, 0)
        for section, table in document.items()
        for key, value in _items(section, table, file)
    ]
    head = from_rows(rows, file)
    languages = {head.language: head.languages.get(head.language) or display_name(head.language)}
    return _with(head, languages=languages | dict(head.languages))


def from_rows(rows: Iterable[Row], file: str) -> Header:
    """The header from lines of section, key and text (the sheet `_form`)."""
    form: dict[str, str] = {}
    sections: dict[str, dict[str, str]] = {name: {} for name in (*_SECTIONS, "settings")}
    for row in rows:
        section, key, value = (row.get(column, "") for column in ("section", "key", "text"))
        if section == "form" and key in (*_WORDS, *_ROLES):
            form[key] = value
        elif section in ("form", "settings") and key in SETTINGS:
            sections["settings"][key] = value
        elif section in _SECTIONS:
            sections[section][key] = value
        else:
            known = (*_WORDS, *_ROLES, *SETTINGS) if section in ("form", "settings") else ("form", *sections)
            wrong = key if section in ("form", "settings") else section
            raise WorkbookError(f"{row.file}: [{section}] {key}: unknown {wrong!r}. {suggestion(wrong, known)}")
    if not form.get("id"):
        raise WorkbookError(f'{file}: [form] id is missing. Write for instance id = "census_migration".')
    return Header(**{"title": form["id"], **form}, **sections)  # type: ignore[arg-type]


def to_rows(header: Header) -> list[tuple[str, str, str]]:
    """Section, key and text of everything that XLSForm's settings sheet cannot say, for the sheet `_form`."""
    words = [(name, getattr(header, name)) for name in (*_WORDS[4:], *_ROLES)]
    lines = [("form", name, value) for name, value in words if value]
    for section in _SECTIONS:
        lines += [(section, key, value) for key, value in getattr(header, section).items()]
    return lines


def to_settings(header: Header) -> dict[str, str]:
    """The one row of XLSForm's settings sheet."""
    settings = {"form_title": header.title, "form_id": header.id, "version": header.version}
    if header.languages:
        settings["default_language"] = header.headings[header.language]
    return {key: value for key, value in (settings | dict(header.settings)).items() if value}


def from_sheets(sheets: Sheets, name: str, file: str) -> Header:
    """The header of a workbook: its settings sheet, its sheet `_form` when it has one, its column headings."""
    row = (sheets.get("settings") or (Row({}, file, 0),))[0]
    form_id = row.get("form_id") or row.get("set_form_id") or re.sub(r"\W+", "_", name)
    written = [line for line in sheets.get("_form", ()) if line.get("section") != "columns"]
    ours = [line for line in written if (line.get("section"), line.get("key")) != ("form", "id")]
    head = from_rows([Row({"section": "form", "key": "id", "text": form_id}, file, 0), *ours], file)
    default, languages = _languages(sheets, row.get("default_language", ""), head.languages)
    if default in head.languages:  # our own order, and languages without a text yet
        there = (code for code in head.languages if code in languages or _is_headed(sheets, head.headings[code]))
        languages = {
            code: languages.get(code, head.languages[code]) for code in dict.fromkeys([default, *there])
        } | languages
    return _with(
        head,
        title=row.get("form_title") or row.get("set_form_title") or form_id,
        version=row.get("version", ""),
        language=default,
        languages=languages,
        settings={key: row[key] for key in SETTINGS if key in row},
    )


def display_name(code: str) -> str:
    """A language's name in itself: "ru" -> "Русский"; the code when nobody knows it."""
    try:
        name = Locale.parse(code, sep="-").get_display_name()
    except (UnknownLocaleError, ValueError):
        return code
    return name[:1].upper() + name[1:] if name else code


@cache
def direction(language: str) -> str:
    """`rtl` or `ltr`: which way a language is written, by its code; `ltr` when nobody knows it."""
    try:
        found: str = Locale.parse(language, sep="-").text_direction
    except (UnknownLocaleError, ValueError):
        return "ltr"
    return found


def suggestion(word: str, known: Iterable[str]) -> str:
    """A sentence that names the nearest known word, or all of them."""
    known = sorted(known)
    near = difflib.get_close_matches(word, known, n=1)
    return f"Did you mean {near[0]!r}?" if near else f"Known are: {', '.join(known) or 'none'}."


def _languages(sheets: Sheets, default: str, named: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Default language and all languages of the headings; none when no wording names a language."""
    suffixes = [
        split_language(column)[1] for sheet in ("survey", "choices") for row in sheets.get(sheet, ()) for column in row
    ]
    unsuffixed = any(split_language(column)[0] == "label" and "::" not in column for column in _columns(sheets))
    found = dict.fromkeys(_code_and_name(text, named) for text in suffixes if text)
    if not found and not default:
        return "en", {}
    if default:
        first = _code_and_name(default, named)
    else:
        first = _code_and_name("en", named) if unsuffixed else next(iter(found))
    return first[0], dict([first, *found])


def _is_headed(sheets: Sheets, heading: str) -> bool:
    """Does a language have a column, even if every cell of it is empty?"""
    return any(f"label::{heading}" in row.letters for row in sheets.get("survey", ()))


def _columns(sheets: Sheets) -> Iterator[str]:
    for row in sheets.get("survey", ()):
        yield from row


def _code_and_name(heading: str, named: Mapping[str, str]) -> tuple[str, str]:
    match = _LANGUAGE.match(heading)
    if match:
        return match[2], match[1]
    return heading, named.get(heading) or display_name(heading)


def _with(header: Header, **changes: object) -> Header:
    kept = {item.name: getattr(header, item.name) for item in fields(header)}
    return Header(**(kept | changes))


def _document(path: Path, file: str) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise WorkbookError(f"{file}: no such file. A form folder begins with form.toml.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WorkbookError(f"{file}: {error}. Correct that line.") from error


def _items(section: str, table: object, file: str) -> Iterable[tuple[str, object]]:
    if not isinstance(table, dict):
        raise WorkbookError(f"{file}: {section!r} stands outside a section. Put it below [form].")
    return table.items()


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
