"""Form folder: a workbook taken apart into files that are read, compared and translated one by one."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from forms import header, translations
from forms.errors import WorkbookError
from forms.header import Header
from forms.sheets import MEDIA, SURVEY, Row, Sheets, split_language

LONG_LIST = 40
"""A choice list with more codes than this gets a file of its own below lists/, where it can be replaced."""


def write(head: Header, sheets: Sheets, folder: Path) -> tuple[str, ...]:
    """Write form.toml, survey.csv, choices.csv, lists/ and translations/ into a folder that has no form yet.

    `sheets` are those of `workbook.read_sheets`, wording named by language. Returns the files written.
    Raises WorkbookError when the folder holds a form already.
    """
    if (folder / "form.toml").exists():
        raise WorkbookError(f"{folder.name}: a form is there already. Choose another folder, or move that one away.")
    own = _plain_default(sheets, head)
    files = {"form.toml": _toml(head), "survey.csv": _csv(own["survey"], SURVEY)}
    short, long = _split_lists(own.get("choices", ()))
    if short:
        files["choices.csv"] = _csv(short, ("list_name", "name", "label"))
    for name, rows in long.items():
        files[f"lists/{name}.csv"] = _csv(rows, ("name", "label"))
    if own.get("entities"):
        files["entities.csv"] = _csv(own["entities"], ("list_name",))
    for code in head.languages:
        if code != head.language:
            files[f"translations/{code}.csv"] = translations.worksheet(sheets, head.headings, head.language, code)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return tuple(files)


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
