"""Area: the administrative divisions of a country by level, from a file in the layout of OCHA's common data sets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from forms import grids, sheets, spreadsheet
from forms.errors import WorkbookError
from forms.sheets import Row

_CODE = re.compile(r"adm(?:in)?(\d)_?(?:pcode|code)$")
_NAME = re.compile(r"adm(?:in)?(\d)_?(?:name_?)?([a-z]{2,3})?$")
_NOT_LANGUAGES = ("ref", "alt")


@dataclass(frozen=True)
class Area:
    """One division: its place code, its names by language code, and the code of the division that it lies in."""

    pcode: str
    names: Mapping[str, str]
    parent: str
    where: str


@dataclass(frozen=True)
class Level:
    """All divisions of one level (1 is below the country), in the order of the file."""

    number: int
    areas: tuple[Area, ...]


def read(path: Path) -> tuple[Level, ...]:
    """The levels of a file, one flat sheet or a sheet for each level.

    Columns are `ADM1_PCODE`, `ADM1_EN`, `adm2_name_ru` and the like. Raises WorkbookError with every row that has a
    code without name, a name without code, a code of two names or parents, or a parent that is not there.
    """
    rows = [row for found in _sheets(path).values() for row in found]
    numbers = sorted({number for row in rows for number in _columns(row)[0]})
    if not numbers:
        raise WorkbookError(f"{path.name}: no column like ADM1_PCODE. Take the file of common operational data sets.")
    wrong: list[str] = []
    levels = [Level(number, tuple(_areas(rows, number, wrong))) for number in numbers if number]
    wrong += _orphans(levels)
    if wrong:
        raise WorkbookError(f"{path.name}: areas do not fit together:", tuple(wrong))
    return tuple(levels)


def not_nested(levels: Sequence[Level]) -> tuple[str, ...]:
    """Areas whose code does not begin with that of the division around them: place codes usually do."""
    return tuple(
        f"{area.where}: {area.pcode} lies in {area.parent}, but does not begin with it"
        for level in levels
        for area in level.areas
        if area.parent and not area.pcode.startswith(area.parent)
    )


def short_codes(levels: Sequence[Level], taken: Iterable[str]) -> Mapping[str, str]:
    """A code in digits for each place code: without the two letters of the country, when that leaves all distinct.

    Place codes themselves when they have no such letters, or when digits would be one of the codes `taken` already
    (98 for don't know).
    """
    codes = [area.pcode for level in levels for area in level.areas]
    bare = {code: code[2:] for code in codes}
    letters = {code[:2] for code in codes}
    reserved = set(taken)
    if len(letters) == 1 and letters.pop().isalpha() and all(text.isdigit() for text in bare.values()):
        for level in levels:
            short = [bare[area.pcode] for area in level.areas]
            if len(set(short)) < len(short) or reserved & set(short):
                return {code: code for code in codes}
        return bare
    return {code: code for code in codes}


def _sheets(path: Path) -> dict[str, tuple[Row, ...]]:
    if path.suffix.lower() == ".csv":
        return {path.stem: sheets.read_csv(path, path.name)}
    return spreadsheet.unpack(grids.read(path), path.name)


def _columns(row: Row) -> tuple[dict[int, str], dict[int, dict[str, str]]]:
    """The columns of the codes by level, and those of the names by level and language ("" for no language)."""
    codes: dict[int, str] = {}
    names: dict[int, dict[str, str]] = {}
    for column in row:
        plain = column.lower().replace(" ", "_").replace("::", "_")
        if match := _CODE.fullmatch(plain):
            codes[int(match[1])] = column
        elif (match := _NAME.fullmatch(plain)) and match[2] not in _NOT_LANGUAGES:
            names.setdefault(int(match[1]), {})[match[2] or ""] = column
    return codes, names


def _areas(rows: Iterable[Row], number: int, wrong: list[str]) -> Iterator[Area]:
    found: dict[str, Area] = {}
    for row in rows:
        codes, names = _columns(row)
        said = {language: row[column] for language, column in names.get(number, {}).items()}
        code = row.get(codes.get(number, ""), "")
        if not code:
            if said and number == max(names):
                wrong.append(f"{row.where}: {next(iter(said.values()))!r} has no code of level {number}. Write it.")
            continue
        parent = row.get(codes.get(number - 1, ""), "") if number > 1 else ""
        area = Area(code, said, parent, row.where)
        if not said and number < max(level for level, column in codes.items() if column in row):
            continue  # the row is about a smaller area, and says where that lies
        if not said:
            wrong.append(f"{row.where}: {code} has no name. Write it into a column like ADM{number}_EN.")
        elif code not in found:
            found[code] = area
        elif (found[code].names, found[code].parent) != (area.names, area.parent):
            wrong.append(f"{row.where}: {code} is another area at {found[code].where}. A code means one area.")
    yield from found.values()


def _orphans(levels: Sequence[Level]) -> Iterator[str]:
    for above, level in pairwise(levels):
        known = {area.pcode for area in above.areas}
        for area in level.areas:
            if area.parent not in known:
                lies = f"lies in {area.parent!r}, which is not there" if area.parent else "does not say where it lies"
                yield f"{area.where}: {area.pcode} {lies}. Add it to level {above.number}, or correct the code."
