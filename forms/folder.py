"""Form folder: a workbook taken apart into files that are read, compared and translated one by one."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from forms import folding, header, translations
from forms.errors import WorkbookError
from forms.header import Header
from forms.sheets import MEDIA, PASSED_ON, SURVEY, WORDING, Row, Sheets, split_language

LONG_LIST = 40
"""A choice list with more codes than this gets a file of its own below lists/, where it can be replaced."""


def write(head: Header, sheets: Sheets, folder: Path) -> tuple[str, ...]:
    """Write form.toml, survey.csv, choices.csv, lists/ and translations/ into a folder that has no form yet.

    `sheets` are those of `workbook.read_sheets`, wording named by language. Returns the files written.
    A column of the survey sheet that has no meaning here is the author's and gets `x_` before its name.
    Raises WorkbookError when the folder holds a form already, when a column's name looks misspelt, and when a
    translation has no source text, or two rows of one name are translated: the folder could not keep them.
    """
    if head.original_language != head.language:  # the folder's files are translated from its own language
        head, sheets = replace(head, original=""), {**sheets, "_sources": ()}
    if (folder / "form.toml").exists():
        raise WorkbookError(f"{folder.name}: a form is there already. Choose another folder, or move that one away.")
    _refuse_lost_translations(sheets, head)
    own = _plain_default(_own_columns(sheets), head)
    files = {"form.toml": _toml(head), "survey.csv": _csv(own["survey"], SURVEY)}
    short, long = _split_lists(own.get("choices", ()))
    if short:
        files["choices.csv"] = _csv(short, ("list_name", "name", "label"))
    for name, rows in long.items():
        files[f"lists/{name}.csv"] = _csv(rows, ("name", "label"))
    if own.get("entities"):
        files["entities.csv"] = _csv(own["entities"], ("list_name",))
    filed = {**sheets, "choices": _as_filed(sheets.get("choices", ()), long)}
    for code in head.languages:
        if code != head.language:
            known = translations.remembered(sheets, head.headings, head.language, code)
            lines = translations.worklist(filed, head.headings, head.language, code, known)
            files[f"translations/{code}.csv"] = folding.to_csv(lines)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return tuple(files)


def _own_columns(sheets: Sheets) -> Sheets:
    """The sheets with `x_` before the author's own columns."""

    def renamed(row: Row) -> Row:
        return row.replace({_own_name(column, row): text for column, text in row.items()})

    return {**sheets, "survey": tuple(renamed(row) for row in sheets["survey"])}


def _own_name(column: str, row: Row) -> str:
    if split_language(column)[0] in SURVEY or column.startswith(PASSED_ON):
        return column
    if near := get_close_matches(column, SURVEY, n=1, cutoff=0.75):
        raise WorkbookError(
            f"{row.file}: unknown column {column!r}. Did you mean {near[0]!r}? A column of your own begins with x_."
        )
    return "x_" + re.sub(r"\W+", "_", column)


def _refuse_lost_translations(sheets: Sheets, head: Header) -> None:
    """Translations are kept by name, each beside its source text: what has neither would be lost."""
    lost: list[str] = []
    seen: dict[tuple[str, str], Row] = {}
    for sheet in ("survey", "choices"):
        for row in sheets.get(sheet, ()):
            name = translations.name_of(sheet, row)
            first = seen.setdefault((sheet, name), row)
            if first is not row and _translated(first, head) and _translated(row, head):
                lost.append(f"{row.where}: {name!r} is already the name at {first.where}. Give one another name.")
            lost += [
                f"{row.where} {column}: {name!r} has no text here, but in another language. Write it."
                for column in _translated(row, head)
                if column not in row
            ]
    if lost:
        raise WorkbookError("translations would be lost:", tuple(lost))


def _translated(row: Row, head: Header) -> list[str]:
    """The columns of the default language that the row translates."""
    default = head.headings.get(head.language, "")
    suffixes = {heading for heading in head.headings.values() if heading != default}
    split = [split_language(column) for column in row]
    return list(dict.fromkeys(f"{base}::{default}" for base, suffix in split if suffix in suffixes and base in WORDING))


def _plain_default(sheets: Sheets, head: Header) -> dict[str, tuple[Row, ...]]:
    """The rows in the default language alone, its columns without suffix."""

    def plain(row: Row) -> Row:
        cells = {}
        for column, text in row.items():
            base, suffix = split_language(column)
            if not suffix or suffix == head.headings.get(head.language):
                cells[base] = text
            elif base in MEDIA:
                cells[column] = text
        return row.replace(cells)

    return {
        name: tuple(plain(row) for row in rows)
        for name, rows in sheets.items()
        if name in ("survey", "choices", "entities")
    }


def _split_lists(choices: Iterable[Row]) -> tuple[list[Row], dict[str, list[Row]]]:
    lists: dict[str, list[Row]] = {}
    for row in choices:
        lists.setdefault(row.get("list_name", ""), []).append(row)
    long = {name: rows for name, rows in lists.items() if len(rows) > LONG_LIST}
    short = [row for name, rows in lists.items() if name not in long for row in rows]
    unnamed = {
        name: [row.replace({key: text for key, text in row.items() if key != "list_name"}) for row in rows]
        for name, rows in long.items()
    }
    return short, unnamed


def _as_filed(choices: Iterable[Row], long: Iterable[str]) -> tuple[Row, ...]:
    """The choices in the order in which the folder is read: choices.csv, then the files of lists/ by name."""
    places = {name: place for place, name in enumerate(sorted(long), start=1)}
    return tuple(sorted(choices, key=lambda row: places.get(row.get("list_name", ""), 0)))


def _csv(rows: Sequence[Row], first: Sequence[str]) -> str:
    present = dict.fromkeys(column for row in rows for column in row)
    columns = [column for column in first if column in present or column in ("type", "name", "label", "list_name")]
    columns += [column for column in present if column not in columns]
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(dict(row) for row in rows)
    return out.getvalue()


def _toml(head: Header) -> str:
    lines = [("form", "id", head.id), ("form", "title", head.title), ("form", "version", head.version)]
    lines += [("form", "language", head.language), *header.to_rows(head)]
    lines += [("form", key, value) for key, value in head.settings.items()]
    if not head.languages:
        lines.append(("languages", head.language, header.display_name(head.language)))
    sections: dict[str, list[str]] = {}
    for section, key, value in lines:
        sections.setdefault(section, []).append(f"{_key(key)} = {json.dumps(value, ensure_ascii=False)}")
    return "\n".join(f"[{section}]\n" + "\n".join(entries) + "\n" for section, entries in sections.items())


def _key(key: str) -> str:
    return key if key.replace("_", "a").isalnum() and key.isascii() else json.dumps(key, ensure_ascii=False)
