"""Choice list: where the answers of a select come from: the form, the shared code lists, or an office's own file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from forms import codelists, sheets, translations
from forms.errors import WorkbookError
from forms.header import Header, suggestion
from forms.sheets import Row, Sheets

ListSource = str | Path | Sequence[Mapping[str, str]]
"""A choice list from outside: a CSV file, or its rows with `name`, `label`, `label::ru` ..."""

CLOSED = "x_closed"
"""Column of a list: `yes` for a code that was valid once; it is not offered any more, and files still label it."""

_SELECT = re.compile(r"(?:select_one|select_multiple|rank)\s+(\S+)")


def replace_in(found: Sheets, lists: Mapping[str, ListSource], head: Header) -> dict[str, tuple[Row, ...]]:
    """Put the rows of `lists` where the list of that name stood."""
    choices = list(found.get("choices", ()))
    for name, source in lists.items():
        places = [index for index, row in enumerate(choices) if row.get("list_name") == name]
        if not places:
            known = {row.get("list_name", "") for row in choices}
            raise WorkbookError(f"lists: form {head.id!r} has no list {name!r}. {suggestion(name, known)}")
        rows = of_list(name, _list_rows(name, source))
        if head.languages:
            qualified = translations.qualify({"choices": tuple(rows)}, head.headings, head.language)
            rows = list(qualified["choices"])
        kept = [row for row in choices if row.get("list_name") != name]
        choices = kept[: places[0]] + rows + kept[places[0] :]
    return {**found, "choices": tuple(choices)}


def _list_rows(name: str, source: ListSource) -> tuple[Row, ...]:
    if isinstance(source, str | Path):
        return sheets.read_csv(Path(source), Path(source).name, ("name",))
    return tuple(
        Row({sheets.column_name(key): str(value) for key, value in row.items()}, f"list {name}", number)
        for number, row in enumerate(source, start=1)
    )


def of_list(name: str, rows: Iterable[Row]) -> list[Row]:
    return [row.replace({"list_name": name, **row.cells}) for row in rows]


def shared_by_name(head: Header) -> Iterator[Row]:
    """The lists that form.toml takes from the shared code lists by name and version."""
    for name, reference in head.codelists.items():
        yield from _shared_list(name, reference, head)


def asked_for(found: Sheets, head: Header) -> Iterator[Row]:
    """The shared code lists that questions name and that neither the form nor a module brings."""
    brought = {row.get("list_name") for row in found["choices"]}
    asked = dict.fromkeys(match[1] for row in found["survey"] if (match := _SELECT.match(row.get("type", ""))))
    soft = any("soft_when" in row for row in found["survey"])
    shared = set(codelists.names())
    for name in [*asked, *(["yesno"] if soft and "yesno" not in asked else [])]:
        if name not in brought and name in shared:
            rows = _shared_list(name, name, head)
            yield from translations.qualify({"choices": tuple(rows)}, head.headings, head.language)["choices"]


def _shared_list(name: str, reference: str, head: Header) -> Iterator[Row]:
    """The rows of a shared code list, in the languages of the form."""
    for row in codelists.read(reference).rows:
        cells = {
            column: text for column, text in row.items() if sheets.split_language(column)[1] in ("", *head.languages)
        }
        yield row.replace({"list_name": name, **cells})
