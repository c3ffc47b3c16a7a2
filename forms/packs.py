"""Pack: what one country or variant sets in a form - parameters, choice lists and languages - kept beside the form."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from forms.choicelists import ListSource
from forms.errors import WorkbookError
from forms.header import suggestion
from forms.sheets import Row
from forms.workbook import Workbook

_SECTIONS = ("pack", "parameters", "lists", "first", "only")
_WORDS = ("title", "languages")


@dataclass(frozen=True)
class Pack:
    """What `packs/<name>/pack.toml` of a form folder says.

    `languages` are those of the country, the first to be asked first. `parameters` are those of the form, also as
    `country_name::es`; `lists` replace choice lists by files. `first` names codes that go to the head of a list,
    `only` those that alone stay in it, in that order.
    """

    name: str
    title: str
    languages: tuple[str, ...]
    parameters: Mapping[str, str]
    lists: Mapping[str, Path]
    first: Mapping[str, tuple[str, ...]]
    only: Mapping[str, tuple[str, ...]]


def names(folder: Path) -> tuple[str, ...]:
    """Names of the packs that lie in a form folder, in alphabetical order."""
    return tuple(sorted(path.parent.name for path in folder.glob("packs/*/pack.toml")))


def read(folder: Path, name: str) -> Pack:
    """A pack of a form folder. Raises WorkbookError when there is none of that name, or one that cannot be read."""
    if name not in names(folder):
        raise WorkbookError(f"{folder.name}: no pack {name!r}. {suggestion(name, names(folder))}")
    place = folder / "packs" / name
    where = f"{folder.name}/packs/{name}/pack.toml"
    document = _document(place / "pack.toml", where)
    head = document["pack"]
    lists = {key: place / text for key, text in document["lists"].items()}
    for key, path in lists.items():
        if not path.is_file():
            raise WorkbookError(f"{where}: [lists] {key}: there is no file {path.name}. Add it, or take the line out.")
    return Pack(
        name=name,
        title=str(head.get("title", name)),
        languages=_codes(head.get("languages", []), f"{where}: languages"),
        parameters={key: str(value) for key, value in document["parameters"].items()},
        lists=lists,
        first={key: _codes(value, f"{where}: [first] {key}") for key, value in document["first"].items()},
        only={key: _codes(value, f"{where}: [only] {key}") for key, value in document["only"].items()},
    )


def parameters(pack: Pack, given: Mapping[str, str]) -> dict[str, str]:
    """The pack's parameters with those of `given` before them; a `day` given puts the pack's `day::ru` aside too."""
    kept = {key: value for key, value in pack.parameters.items() if key.partition("::")[0] not in given}
    return {**kept, **given}


def lists(pack: Pack, given: Mapping[str, ListSource]) -> dict[str, ListSource]:
    """The pack's lists with those of `given` before them."""
    return {**pack.lists, **given}


def languages(pack: Pack, known: Iterable[str], *, draft: bool) -> tuple[str, ...]:
    """The languages of the pack, out of those that the form has.

    With `draft` a language that the form lacks is left out, and none means all of the form; else raises WorkbookError.
    """
    known = tuple(known)
    lacking = [code for code in pack.languages if code not in known]
    if lacking and not draft:
        raise WorkbookError(
            f"pack {pack.name!r}: the form is not translated into {', '.join(map(repr, lacking))}. Add translations/"
            f"{lacking[0]}.csv and a line below [languages] of form.toml; a draft does without. The form has: "
            f"{', '.join(known)}."
        )
    return tuple(code for code in pack.languages if code in known)


def arrange(workbook: Workbook, pack: Pack, replaced: Iterable[str] = ()) -> Workbook:
    """The workbook with its lists in the order of the pack; lists that were `replaced` by the caller stay as they are.

    Raises WorkbookError when a list has no such code or the form no such list.
    """
    choices = workbook.choices
    for order, rest in ((pack.first, True), (pack.only, False)):
        for name, codes in order.items():
            if name not in replaced:
                choices = _arranged(choices, name, codes, rest, pack.name)
    return replace(workbook, choices=choices)


def _arranged(choices: Sequence[Row], name: str, codes: Sequence[str], rest: bool, pack: str) -> tuple[Row, ...]:
    """The choices with those of one list in the order of codes, the others of the list behind them or left out."""
    rows = {row.get("name", ""): row for row in choices if row.get("list_name") == name}
    if not rows:
        known = {row.get("list_name", "") for row in choices}
        raise WorkbookError(f"pack {pack!r}: the form has no list {name!r}. {suggestion(name, known)}")
    for code in codes:
        if code not in rows:
            raise WorkbookError(f"pack {pack!r}: the list {name!r} has no code {code!r}. {suggestion(code, rows)}")
    chosen = [*codes, *(code for code in rows if rest and code not in codes)]
    others = [row for row in choices if row.get("list_name") != name]
    return (*others, *(rows[code] for code in chosen))


def _document(path: Path, where: str) -> dict[str, dict[str, Any]]:
    """The sections of a pack.toml, empty ones included."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WorkbookError(f"{where}: {error}. Correct that line.") from error
    for section, table in document.items():
        if section not in _SECTIONS or not isinstance(table, dict):
            raise WorkbookError(f"{where}: {section!r} is no section of a pack. {suggestion(section, _SECTIONS)}")
    for word in document.get("pack", {}):
        if word not in _WORDS:
            raise WorkbookError(f"{where}: [pack] {word}: unknown. {suggestion(word, _WORDS)}")
    return {section: document.get(section, {}) for section in _SECTIONS}


def _codes(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(code, str) for code in value):
        raise WorkbookError(f'{where} is no list of texts. Write for instance ["ro", "ru"].')
    return tuple(value)
