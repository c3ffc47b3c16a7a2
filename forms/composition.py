"""Module: rows that several questionnaires share, brought in by `include`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from forms.errors import WorkbookError
from forms.sheets import Row, Sheets

Reader = Callable[[str, Row], Sheets]
"""Reads the sheets of a module, its own includes already expanded; the row is where it is asked for."""


def expand(sheets: Sheets, read_module: Reader) -> dict[str, tuple[Row, ...]]:
    """Replace each `include` row by the rows of its module, and add the module's choice lists.

    `parameters` of an include row may say `prefix=<text>`: every name of the module then begins with it, and
    the module's own references follow. A list that several parts bring must be the same in each.
    """
    survey: list[Row] = []
    choices = list(sheets.get("choices", ()))
    for row in sheets["survey"]:
        if row.get("type") != "include":
            survey.append(row)
            continue
        module = read_module(_module_name(row), row)
        survey.extend(prefixed(module["survey"], _prefix(row)))
        choices.extend(_new_choices(choices, module.get("choices", ()), row))
    return {**sheets, "survey": tuple(survey), "choices": tuple(choices)}


def prefixed(rows: Iterable[Row], prefix: str) -> tuple[Row, ...]:
    """The rows with `prefix` before their names, also where they refer to each other (`${x}`, `./x`)."""
    rows = tuple(rows)
    names = sorted({row["name"] for row in rows if "name" in row})
    if not prefix or not names:
        return rows
    one_of = "|".join(re.escape(name) for name in names)
    reference = re.compile(rf"(\$\{{\s*|(?<=[./])/)({one_of})(?![\w.-])")

    def renamed(row: Row) -> Row:
        cells = {column: reference.sub(rf"\1{prefix}\2", text) for column, text in row.items()}
        if "name" in row:
            cells["name"] = prefix + row["name"]
        return row.replace(cells)

    return tuple(renamed(row) for row in rows)


def _module_name(row: Row) -> str:
    extra = sorted(set(row) - {"type", "name", "parameters"})
    if "name" not in row or extra:
        raise WorkbookError(
            f"{row.where}: an include row takes a name and perhaps `parameters` with prefix=..., nothing else"
            + (f" (found {', '.join(extra)}). Put conditions on a group around it." if extra else ".")
        )
    return row["name"]


def _prefix(row: Row) -> str:
    parameters = row.get("parameters", "")
    match = re.fullmatch(r"(?:prefix\s*=\s*([a-z][a-z0-9_]*))?", parameters.strip())
    if match is None:
        raise WorkbookError(f"{row.where} parameters: {parameters!r} is not understood. Write prefix=hh_.")
    return match[1] or ""


def _new_choices(known: Iterable[Row], added: Iterable[Row], include: Row) -> list[Row]:
    ours, theirs = _by_list(known), _by_list(added)
    for name in ours.keys() & theirs.keys():
        if [dict(row) for row in ours[name]] != [dict(row) for row in theirs[name]]:
            raise WorkbookError(
                f"{include.where}: the module's choice list {name!r} differs from the one at "
                f"{ours[name][0].where}. Use one list, or give one of them another name."
            )
    return [row for name, rows in theirs.items() if name not in ours for row in rows]


def _by_list(rows: Iterable[Row]) -> Mapping[str, list[Row]]:
    lists: dict[str, list[Row]] = {}
    for row in rows:
        lists.setdefault(row.get("list_name", ""), []).append(row)
    return lists
