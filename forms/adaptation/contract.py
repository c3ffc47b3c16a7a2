"""Contract: what statistics a questionnaire feeds: its indicators, how each is computed, and its table shells."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from forms.errors import WorkbookError
from forms.header import suggestion

STATISTICS = ("count", "share", "total", "mean", "median", "distribution")
_OF_A_VARIABLE = STATISTICS[2:]

Condition = Mapping[str, tuple[str, ...]]
"""Which rows are meant: a question's name -> codes, or ranges of numbers such as `15..64`, `5..`; all must hold."""

_RECIPE = ("table", "statistic", "of", "among", "variable")
_WORDS = {
    "contract": ("definitions", "left_out"),
    "indicators": ("title", *_RECIPE, "instead", "says"),
    "tables": ("title", "table", "rows", "columns", "layers", "among", "indicators"),
}


@dataclass(frozen=True)
class Recipe:
    """How a number is made of the tables of a form.

    `count` counts the rows of `table` that meet `of` and `among`; `share` divides them by the rows that meet `among`.
    `total`, `mean`, `median` and `distribution` are those of `variable` over the rows that meet both.
    """

    table: str
    statistic: str
    of: Condition = field(default_factory=dict)
    among: Condition = field(default_factory=dict)
    variable: str = ""

    @property
    def needs(self) -> tuple[str, ...]:
        """The names of the questions and calculations that the number is made of."""
        return tuple(dict.fromkeys([*filter(None, [self.variable]), *self.of, *self.among]))


@dataclass(frozen=True)
class Indicator:
    """A published number: `instead` may stand in for it with less detail, and `says` what is lost then."""

    id: str
    title: str
    recipe: Recipe
    instead: Recipe | None = None
    says: str = ""


@dataclass(frozen=True)
class TableShell:
    """A table planned before fieldwork: the questions of its rows, columns and layers, and who is in it."""

    id: str
    title: str
    table: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    layers: tuple[str, ...]
    among: Condition

    @property
    def needs(self) -> tuple[str, ...]:
        """The names of all questions of the table."""
        return tuple(dict.fromkeys([*self.rows, *self.columns, *self.layers, *self.among]))


@dataclass(frozen=True)
class Contract:
    """What a form promises. `definitions` are parameters whose value decides what is measured (months of stay).

    `left_out` says of an indicator that questions of the form name why the form does not compute it.
    """

    indicators: tuple[Indicator, ...] = ()
    tables: tuple[TableShell, ...] = ()
    definitions: tuple[str, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)


FILE = "contract.toml"


def read(folder: Path) -> Contract:
    """The contract of a form folder; an empty one when it has none. Raises WorkbookError for what it cannot say."""
    path = folder / FILE
    if not path.exists():
        return Contract()
    where = f"{folder.name}/{FILE}"
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WorkbookError(f"{where}: {error}. Correct that line.") from error
    for section in document:
        if section not in _WORDS:
            raise WorkbookError(f"{where}: unknown section {section!r}. {suggestion(section, _WORDS)}")
    _refuse_unknown(document.get("contract", {}), "contract", f"{where}: [contract]")
    return Contract(
        tuple(_indicators(document.get("indicators", {}), where)),
        tuple(_tables(document.get("tables", {}), where)),
        tuple(document.get("contract", {}).get("definitions", ())),
        dict(document.get("contract", {}).get("left_out", {})),
    )


def _indicators(found: Mapping[str, Mapping[str, Any]], where: str) -> Iterator[Indicator]:
    for name, said in found.items():
        place = f"{where}: [indicators.{name}]"
        _refuse_unknown(said, "indicators", place)
        instead = _recipe({**said, **said["instead"]}, place) if "instead" in said else None
        yield Indicator(name, said.get("title", name), _recipe(said, place), instead, said.get("says", ""))


def _recipe(said: Mapping[str, Any], place: str) -> Recipe:
    statistic = said.get("statistic", "")
    if statistic not in STATISTICS:
        raise WorkbookError(f"{place} statistic: {statistic!r} is none. {suggestion(statistic, STATISTICS)}")
    if (statistic in _OF_A_VARIABLE) != ("variable" in said):
        raise WorkbookError(f"{place}: a {statistic} takes {'a' if 'variable' not in said else 'no'} variable.")
    of, among = (_condition(said.get(word, {}), f"{place} {word}") for word in ("of", "among"))
    return Recipe(str(said.get("table", "")), statistic, of, among, said.get("variable", ""))


def _tables(found: Mapping[str, Mapping[str, Any]], where: str) -> Iterator[TableShell]:
    for name, said in found.items():
        place = f"{where}: [tables.{name}]"
        _refuse_unknown(said, "tables", place)
        rows, columns, layers = (tuple(said.get(word, ())) for word in ("rows", "columns", "layers"))
        among = _condition(said.get("among", {}), f"{place} among")
        yield TableShell(name, said.get("title", name), said.get("table", ""), rows, columns, layers, among)


def _condition(said: Mapping[str, Any], place: str) -> dict[str, tuple[str, ...]]:
    for name, codes in said.items():
        if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
            raise WorkbookError(f'{place}: {name} is no list of texts. Write for instance ["1", "15..64"].')
    return {name: tuple(codes) for name, codes in said.items()}


def _refuse_unknown(said: Mapping[str, Any], section: str, place: str) -> None:
    for word in said:
        if word not in _WORDS[section]:
            raise WorkbookError(f"{place} {word}: unknown. {suggestion(word, _WORDS[section])}")
