"""Placeholder: `{{name}}` in a cell, which stands for a parameter of the form: a year, a date, a country."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from forms import phrases
from forms.errors import WorkbookError
from forms.header import Header, suggestion
from forms.sheets import Row, Sheets, split_language

_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def fill(head: Header, found: Sheets, given: Mapping[str, str]) -> tuple[Header, dict[str, tuple[Row, ...]]]:
    """Put the values of parameters into every cell, the title and the settings.

    `given` overrides values of the header. In wording of a language, `day::ru` goes before `day`; a `day` that is
    given without its `day::ru` holds in every language. A name that is no parameter may be one of the shared phrases,
    `form_id` or `form_version`. Raises WorkbookError for a parameter that the form has not
    and for a placeholder without parameter.
    """
    values = _values(head, found, given)
    known = {**_shared(found), "form_id": head.id, "form_version": head.version, **values}
    codes = {heading: code for code, heading in head.headings.items()}

    def filled(text: str, where: str, language: str = "") -> str:
        for name in _PLACEHOLDER.findall(text):
            if name not in known:
                raise WorkbookError(
                    f"{where}: no parameter {name!r}. {suggestion(name, values)} "
                    "Parameters are listed in form.toml below [parameters]."
                )
        return _PLACEHOLDER.sub(lambda match: known.get(f"{match[1]}::{language}", known[match[1]]), text)

    def row(line: Row) -> Row:
        return line.replace(
            {
                column: filled(text, f"{line.where} {column}", codes.get(split_language(column)[1], ""))
                for column, text in line.items()
            }
        )

    settings = {key: filled(text, f"{head.id} settings {key}") for key, text in head.settings.items()}
    title = filled(head.title, f"{head.id} title")
    rows = {name: tuple(map(row, found[name])) for name in ("survey", "choices", "entities") if name in found}
    return replace(head, title=title, settings=settings, parameters=values), rows


def spoken_in(parameters: Mapping[str, str], old: str, new: str) -> dict[str, str]:
    """The parameters for a form whose default language becomes `new`: the plain ones are its, `name::old` the others'.

    A parameter that is not worded by language is one for all.
    """
    worded = {name.partition("::")[0] for name in parameters if "::" in name}
    found = dict(parameters)
    for name in worded if old != new else ():
        if (text := found.pop(f"{name}::{new}", None)) is not None and name in found:
            found.setdefault(f"{name}::{old}", found[name])
            found[name] = text
    return found


def fill_phrases(head: Header, found: Sheets) -> dict[str, tuple[Row, ...]]:
    """Put the shared phrases into the cells and leave the form's parameters as they are: `{{census_day}}` stays."""
    shared = {name: text for name, text in _shared(found).items() if name.partition("::")[0] not in head.parameters}
    codes = {heading: code for code, heading in head.headings.items()}

    def worded(text: str, language: str) -> str:
        return _PLACEHOLDER.sub(
            lambda match: shared.get(f"{match[1]}::{language}", shared.get(match[1], match[0])), text
        )

    def row(line: Row) -> Row:
        return line.replace(
            {column: worded(text, codes.get(split_language(column)[1], "")) for column, text in line.items()}
        )

    return {name: tuple(map(row, rows)) for name, rows in found.items()}


def _shared(found: Sheets) -> dict[str, str]:
    """The shared phrases that cells name, as parameters."""
    texts = (text for rows in found.values() for row in rows for text in row.values() if "{{" in text)
    names = {name for text in texts for name in _PLACEHOLDER.findall(text)}
    return {key: text for name in names for key, text in phrases.as_parameters(name).items()}


def _values(head: Header, found: Sheets, given: Mapping[str, str]) -> dict[str, str]:
    for name in given:
        if name.partition("::")[0] not in head.parameters:
            known = suggestion(name, head.parameters)
            raise WorkbookError(f"parameters: form {head.id!r} has no parameter {name!r}. {known}")
    if given and not any(_PLACEHOLDER.search(text) for rows in found.values() for row in rows for text in row.values()):
        raise WorkbookError(
            f"parameters: no cell of {head.id!r} has a {{{{parameter}}}} left. Build it anew from its folder."
        )
    kept = {name: value for name, value in head.parameters.items() if name.partition("::")[0] not in given}
    return {**kept, **{name: str(value) for name, value in given.items()}}
