"""Tables: which estimates a survey publishes, written once in `tables.toml` and made from its weighted rows."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from sampling.design import Survey
from weighting import disclosure, estimates
from weighting.codes import Condition, Value, as_text, column, equals
from weighting.errors import EstimationError
from weighting.margins import JOINT
from weighting.naming import nearest

STATISTICS = ("total", "mean", "proportion", "ratio")
KEYS = ("id", "title", "level", "statistic", "variable", "value", "denominator", "by", "where", "missing")


@dataclass(frozen=True)
class Table:
    """One table.

    title        wording by language, such as {"en": "..."}
    level        which survey it is made from, such as "household" or "person"
    statistics   any of total, mean, proportion, ratio; one block of rows each
    variable     what is counted, averaged or divided; "" counts rows
    value        the value that counts; None for numbers, or every value of a proportion
    denominator  the variable below the line of a ratio
    by           breakdowns, one block of rows each after the whole; "region:urban" crosses two variables
    where        the rows the table is about
    missing      codes of the variable (and the denominator) that are no answer, such as 98 "does not know": such
                 rows are no part of the base, and the column n_missing counts them
    """

    id: str
    title: Mapping[str, str]
    level: str
    statistics: tuple[str, ...]
    variable: str = ""
    value: Value | None = None
    denominator: str = ""
    by: tuple[str, ...] = ()
    where: Condition = field(default_factory=dict)
    missing: tuple[Value, ...] = ()


def read(path: str | Path) -> tuple[Table, ...]:
    """The tables of a TOML file. Raises EstimationError."""
    return parse(Path(path).read_text(encoding="utf-8"), str(path))


def parse(text: str, where: str = "tables") -> tuple[Table, ...]:
    """The tables in TOML text; `where` names it in messages. Raises EstimationError for what it does not know."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise EstimationError(f"{where}: not TOML: {error}") from error
    _known(document, ("table",), where)
    return tuple(_table(written, f"{where}, table {number}") for number, written in enumerate(document["table"], 1))


def tabulate(table: Table, surveys: Mapping[str, Survey], level: float = 0.95) -> pd.DataFrame:
    """The estimates of a table.

    surveys  the weighted survey of each level
    Returns one row for each statistic, breakdown and group: statistic, by ("" for the whole), group (its code; of
    crossed variables joined by ":"), then the columns of `weighting.estimates.estimate`. Marks include the cells that
    are hidden to protect others (`weighting.disclosure`).
    Raises EstimationError for a level or column that is not there.
    """
    if table.level not in surveys:
        raise EstimationError(f"table {table.id}: no survey of level {table.level!r} (there are {', '.join(surveys)})")
    survey = _answered(table, surveys[table.level])
    blocks = [
        _block(table, survey, statistic, breakdown, level)
        for statistic in table.statistics
        for breakdown in ("", *table.by)
    ]
    made = pd.concat(blocks, ignore_index=True)
    return made.assign(mark=disclosure.protect(made))


def _answered(table: Table, survey: Survey) -> Survey:
    """The survey with the codes that are no answer taken out of the table's variables."""
    masked = {}
    for name in filter(None, (table.variable, table.denominator)) if table.missing else ():
        try:
            held = column(survey, name)
        except EstimationError as error:
            raise EstimationError(f"table {table.id}: {error}") from error
        for code in table.missing:
            held = held.mask(equals(held, code))
        masked[name] = held
    return replace(survey, data=survey.data.assign(**masked)) if masked else survey


def _block(table: Table, survey: Survey, statistic: str, breakdown: str, level: float) -> pd.DataFrame:
    by = breakdown.split(JOINT) if breakdown else []
    try:
        made = _estimate(table, survey, statistic, by, level)
    except EstimationError as error:
        raise EstimationError(f"table {table.id}: {error}") from error
    group = [JOINT.join(map(as_text, row)) for row in made[by].itertuples(index=False)] if by else [""] * len(made)
    made = made.drop(columns=by)
    made.insert(0, "statistic", statistic)
    made.insert(1, "by", breakdown)
    made.insert(2, "group", group)
    return made


def _estimate(table: Table, survey: Survey, statistic: str, by: list[str], level: float) -> pd.DataFrame:
    if statistic == "total":
        variables = [table.variable] if table.variable else []
        return estimates.total(survey, variables, value=table.value, by=by, where=table.where, level=level)
    if statistic == "mean":
        return estimates.mean(survey, table.variable, by=by, where=table.where, level=level)
    if statistic == "ratio":
        return estimates.ratio(survey, table.variable, table.denominator, by=by, where=table.where, level=level)
    return estimates.proportion(survey, table.variable, value=table.value, by=by, where=table.where, level=level)


def _table(written: Mapping[str, Any], where: str) -> Table:
    _known(written, KEYS, where)
    missing = [key for key in ("id", "title", "level", "statistic") if key not in written]
    if missing:
        raise EstimationError(f"{where}: give {', '.join(missing)}")
    statistics = _listed(written["statistic"])
    for statistic in statistics:
        if statistic not in STATISTICS:
            raise EstimationError(f"{where}: unknown statistic {statistic!r}{nearest(statistic, STATISTICS)}")
    if "variable" not in written and statistics != ("total",):
        raise EstimationError(f"{where}: {', '.join(statistics)} needs a variable")
    if "ratio" in statistics and "denominator" not in written:
        raise EstimationError(f"{where}: a ratio needs a denominator")
    title = written["title"]
    return Table(
        id=str(written["id"]),
        title=title if isinstance(title, Mapping) else {"en": str(title)},
        level=str(written["level"]),
        statistics=statistics,
        variable=str(written.get("variable", "")),
        value=written.get("value"),
        denominator=str(written.get("denominator", "")),
        by=_listed(written.get("by", [])),
        where=written.get("where", {}),
        missing=tuple(_several(written.get("missing", []))),
    )


def _several(written: Any) -> list[Any]:
    return written if isinstance(written, list) else [written]


def _listed(written: Any) -> tuple[str, ...]:
    return (written,) if isinstance(written, str) else tuple(str(item) for item in written)


def _known(written: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in written:
        if key not in known:
            raise EstimationError(f"{where}: unknown key {key!r}{nearest(key, known)}; known: {', '.join(known)}")
