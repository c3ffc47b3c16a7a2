"""Frame: the list that a sample is drawn from, one row for each ultimate unit."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sampling.errors import FrameError, suggest

SHOWN = 5


@dataclass(frozen=True)
class Finding:
    """One thing that a check found; a fatal one forbids drawing from the frame."""

    rule: str
    message: str
    fatal: bool = True


@dataclass(frozen=True)
class Frame:
    """The units that can be drawn.

    units  one row for each ultimate unit (dwelling, person, enumeration area). Every column is kept as text, so
           that codes keep their leading zeros; rows are kept in the order of the key, so that the order of the
           file never decides who is drawn. The index is the row's position in the list as given.
    key    the column that names each unit, the sample key of the survey
    name   what messages call the list, usually its file name
    """

    units: pd.DataFrame
    key: str
    name: str = "frame"

    def __post_init__(self) -> None:
        self.require(self.key, "the key")
        texts = self.units.reset_index(drop=True).apply(_as_text)
        object.__setattr__(self, "units", texts.sort_values(self.key, kind="stable"))

    def require(self, column: str, role: str) -> None:
        """Raise FrameError when the frame lacks `column`, saying what it was wanted for."""
        if column not in self.units.columns:
            raise FrameError(
                f"{self.name}: there is no column {column!r} ({role}); {suggest(column, map(str, self.units.columns))}"
            )

    @cached_property
    def digest(self) -> str:
        """The frame hash: sha256 of the rows as JSON, free of row order, column order, line ends and system."""
        columns = sorted(map(str, self.units.columns))
        rows = zip(*(self.units[column].tolist() for column in columns), strict=True)
        lines = sorted(json.dumps(row, ensure_ascii=False) for row in rows)
        text = "\n".join([json.dumps([self.key, *columns], ensure_ascii=False), *lines])
        return hashlib.sha256(text.encode()).hexdigest()

    def numbers(self, column: str) -> NDArray[np.float64]:
        """A column as numbers, one for each row; what is no finite number becomes NaN."""
        values = pd.to_numeric(self.units[column], errors="coerce").to_numpy(dtype=np.float64)
        return np.where(np.isfinite(values), values, np.nan)


def read(path: Path | str, key: str) -> Frame:
    """Read a frame from a CSV file: UTF-8, the first line names the columns.

    Excel of countries that write a decimal comma puts semicolons between columns: they are taken as such when the
    first line has them and no comma.
    Raises FrameError when the file is missing, empty or not UTF-8, repeats a column or has lines of unequal length.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise FrameError(f"{path}: there is no such file; give the path of the frame") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise FrameError(f"{path}:{line}: the file is not UTF-8; save it from Excel as 'CSV UTF-8'") from error
    header, rows = _split(text, path)
    repeated = sorted({column for column in header if header.count(column) > 1})
    if repeated:
        raise FrameError(f"{path}: column(s) {', '.join(repeated)} occur more than once; rename them")
    if not rows:
        raise FrameError(f"{path}: there is no unit; each unit has a line below the one that names the columns")
    columns = dict(zip(header, zip(*rows, strict=True), strict=True))
    return Frame(pd.DataFrame(columns, dtype="str"), key, path.name)


def check(
    frame: Frame, *, strata: Sequence[str] = (), clusters: Sequence[str] = (), sizes: Mapping[str, str] | None = None
) -> tuple[Finding, ...]:
    """Every finding about a frame, given the roles of its columns.

    strata    columns whose values together make the strata
    clusters  the unit of each stage before the last, from the first on, such as ("ea",)
    sizes     for units drawn by size, unit column -> column of its size measure
    Raises FrameError only when a column does not exist.
    """
    for column in (*strata, *clusters, *(sizes or {}).values()):
        frame.require(column, "a column of the plan")
    ids = [*strata, *clusters, frame.key]
    return (
        *_check_codes(frame, ids),
        *_check_key(frame),
        *_check_nesting(frame, strata, clusters),
        *(finding for unit, size in (sizes or {}).items() for finding in _check_size(frame, unit, size)),
        *_check_lengths(frame, ids),
        *_check_small_strata(frame, strata, (*clusters, frame.key)[0]),
    )


def demand(frame: Frame, findings: Sequence[Finding]) -> None:
    """Raise FrameError with every fatal finding, one a line."""
    fatal = [finding.message for finding in findings if finding.fatal]
    if fatal:
        raise FrameError("\n".join([f"{frame.name}: {len(fatal)} thing(s) to put right first", *fatal]))


def _split(text: str, path: Path) -> tuple[list[str], list[list[str]]]:
    """The first line of a CSV text, and the others, which have as many values."""
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=";" if ";" in first and "," not in first else ",", strict=True)
    rows: list[list[str]] = []
    ragged: list[int] = []
    begun = 1
    try:
        for row in reader:
            if row:
                rows.append(row)
                if len(row) != len(rows[0]):
                    ragged.append(begun)
            begun = reader.line_num + 1
    except csv.Error as error:
        raise FrameError(f"{path}:{begun}: {error}; look for a quotation mark that is not closed") from error
    if not rows:
        raise FrameError(f"{path}: the file is empty; the first line must name the columns")
    if ragged:
        raise FrameError(f"{path}: line(s) {_some(ragged)} do not have {len(rows[0])} values as the first line has")
    return rows[0], rows[1:]


def _as_text(values: pd.Series) -> pd.Series:
    return values.astype(object).where(values.notna(), "").map(str).astype("str")


def _some(values: Sequence[object]) -> str:
    """The first few of many values, and how many there are."""
    shown = ", ".join(str(value) for value in values[:SHOWN])
    return shown if len(values) <= SHOWN else f"{shown} ... ({len(values)} in all)"


def _check_codes(frame: Frame, columns: Sequence[str]) -> list[Finding]:
    """Codes are there, and hold what they seem to hold: a blank at the end makes another unit of the same name."""
    found = []
    for column in columns:
        values = frame.units[column]
        strange = {value: rule for value in values.unique() if (rule := _strange(value))}
        for rule, what in _STRANGE.items():
            those = [value for value, broken in strange.items() if broken == rule]
            rows = sorted(int(row) + 1 for row in frame.units.index[values.isin(those)]) if those else []
            if rows:
                found.append(Finding(rule, f"column {column!r} {what} in row(s) {_some(rows)} below the first line"))
    return found


_STRANGE = {
    "empty": "is empty (fill it in)",
    "blank": "has blanks or invisible characters around its code (take them out)",
    "excel": "has an error of Excel (enter the code anew)",
}
_UNSEEN = re.compile(r"\s|.*[\u00a0\u00ad\u200b-\u200f\u2007\u202f\u2060\ufeff]|.*\s$", re.DOTALL)
_EXCEL_ERROR = re.compile(r"#(REF|N/A|NAME|VALUE|DIV/0|NULL|NUM)[!?]?")


def _strange(code: str) -> str:
    """Which of `_STRANGE` a code is, or nothing."""
    if not code.strip():
        return "empty"
    if _UNSEEN.match(code):
        return "blank"
    return "excel" if _EXCEL_ERROR.fullmatch(code) else ""


def _check_key(frame: Frame) -> list[Finding]:
    keys = frame.units[frame.key]
    twice = sorted({str(key) for key in keys[keys.duplicated() & (keys.str.strip() != "")]})
    if not twice:
        return []
    message = f"key {frame.key!r} occurs more than once for {_some(twice)}; every unit needs its own"
    return [Finding("duplicate", message)]


def _check_nesting(frame: Frame, strata: Sequence[str], clusters: Sequence[str]) -> list[Finding]:
    """Each unit lies in one unit of the stage before, and the first-stage units in one stratum."""
    found = []
    for parents, child in pairwise([list(strata), *([cluster] for cluster in clusters)]):
        pairs = frame.units[[*parents, *child]].drop_duplicates()
        astray = sorted({str(unit) for unit in pairs[child[0]][pairs[child[0]].duplicated()]})
        if parents and astray:
            message = (
                f"{child[0]} {_some(astray)} lie(s) in more than one {' x '.join(parents)}; "
                f"give each part its own {child[0]}"
            )
            found.append(Finding("nesting", message))
    return found


def _check_size(frame: Frame, unit: str, size: str) -> list[Finding]:
    """Sizes are positive numbers, and one number for each unit."""
    values = frame.numbers(size)
    found = []
    for rule, wrong, advice in (
        ("not_a_number", np.isnan(values), "is not a number"),
        ("not_positive", values <= 0, "is zero or less, so that the unit could never be drawn,"),
    ):
        units = frame.units.loc[wrong, [unit, size]].drop_duplicates().sort_values(unit)
        if len(units):
            those = _some([f"{name} ({value})" for name, value in zip(units[unit], units[size], strict=True)])
            found.append(Finding(rule, f"size {size!r} {advice} for {unit} {those}; correct or remove them"))
    pairs = pd.DataFrame({"unit": frame.units[unit], "size": values}).drop_duplicates()
    differing = sorted(set(pairs["unit"][pairs["unit"].duplicated()]))
    if differing:
        found.append(Finding("differing", f"size {size!r} differs within {unit} {_some(differing)}; give it one size"))
    return found


def _check_lengths(frame: Frame, columns: Sequence[str]) -> list[Finding]:
    """Codes of unequal length often are codes that a spreadsheet robbed of their leading zeros."""
    found = []
    for column in columns:
        lengths = sorted({len(code) for code in frame.units[column].unique() if re.fullmatch(r"\d+", code)})
        if len(lengths) > 1:
            message = (
                f"codes in {column!r} have {' and '.join(map(str, lengths))} digits; are leading zeros lost? "
                "They sort as text"
            )
            found.append(Finding("unequal_length", message, fatal=False))
    return found


def _check_small_strata(frame: Frame, strata: Sequence[str], unit: str) -> list[Finding]:
    if not strata:
        return []
    counts = frame.units.groupby(list(strata))[unit].nunique()
    small = ["-".join(label) if isinstance(label, tuple) else str(label) for label in counts.index[counts < 2]]
    if not small:
        return []
    message = (
        f"stratum {_some(small)} has fewer than 2 {unit}: it will be drawn with certainty; "
        "join it to a similar stratum to estimate its variance"
    )
    return [Finding("small_stratum", message, fatal=False)]
