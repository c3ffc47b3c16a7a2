"""Stata: tables as .dta files with variable and value labels, missing codes as extended missing values.

Stata labels whole numbers only: codes that are numbers stay as they are, other codes become 1, 2, 3 ... with
the code at the head of the label. What stands for a missing answer becomes `.d` (does not know), `.r` (refused),
`.n` (not applicable) or `.s` (not stated).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from forms.codebook import Codebook, Variable
from forms.formats import archive, csv, dta
from forms.formats.dta import Column
from forms.tables import Tables
from forms.wording import in_language

Numbers = npt.NDArray[np.float64]
Rows = npt.NDArray[np.bool_]

LETTERS = {"dont_know": "d", "refused": "r", "not_applicable": "n", "not_stated": "s"}

_NOT_A_NAME = re.compile(
    r"_all|_b|_coef|_cons|_n|_N|_pi|_pred|_rc|_skip|byte|double|float|if|in|int|long|strL|using|with|str\d+|\d.*|"
)
_STATA_EPOCH = np.datetime64("1960-01-01", "ms")


def write(path: Path, tables: Tables, codebook: Codebook, language: str) -> tuple[Path, ...]:
    """Write each table to a file of its own and the codebook, with the names in Stata, beside them as .csv.

    One table is written to `path`, several to `<stem>_<table>.dta`; the codebook to `<stem>_codebook.csv`.
    """
    files = []
    for table, frame in tables.frames.items():
        file = path if len(tables.frames) == 1 else path.with_name(f"{path.stem}_{table}.dta")
        with file.open("wb") as stream:
            dta.write(stream, columns(table, frame, codebook, language), len(frame), codebook.title)
        files.append(file)
    listing = path.with_name(f"{path.stem}_codebook.csv")
    with listing.open("wb") as stream:
        csv.write_frame(stream, csv.described(codebook, _names(tables)))
    return (*files, listing)


def write_together(path: Path, tables: Tables, codebook: Codebook, language: str) -> tuple[Path, ...]:
    """Write a zip of `<table>.dta` for each table, `codebook.csv` with the names in Stata, and `codes.csv`."""
    with archive.writing(path) as into:
        write_tables(into, tables, codebook, language)
    return (path,)


def write_tables(into: archive.Archive, tables: Tables, codebook: Codebook, language: str) -> None:
    """Write the same files into an archive that holds others too."""
    for table, frame in tables.frames.items():
        with into.file(f"{table}.dta") as stream:
            dta.write(stream, columns(table, frame, codebook, language), len(frame), codebook.title)
    csv.write_codebook(into, codebook, tables, _names(tables))


def columns(table: str, frame: pd.DataFrame, codebook: Codebook, language: str) -> list[Column]:
    """A table's columns as Stata holds them; columns that the codebook does not know are taken by their type."""
    variables = codebook.of_table(table)
    names = stata_names(frame.columns)
    return [
        _column(names[name], frame[name], variables.get(name, Variable(name, table, "")), (language, codebook.language))
        for name in frame.columns
    ]


def stata_names(names: Iterable[str]) -> dict[str, str]:
    """Names that Stata takes: ASCII, at most 32 characters, no reserved word, different in more than case."""
    given: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        plain = re.sub(r"\W", "_", name, flags=re.ASCII)
        if _NOT_A_NAME.fullmatch(plain):
            plain = f"v_{plain}"
        candidate, number = plain[: dta.LONGEST_NAME], 0
        while candidate.lower() in taken:
            number += 1
            candidate = f"{plain[: dta.LONGEST_NAME - len(str(number)) - 1]}_{number}"
        taken.add(candidate.lower())
        given[name] = candidate
    return given


def cut(text: str, longest: int = dta.LONGEST_LABEL) -> str:
    """Text of at most so many characters, cut between words."""
    if len(text) <= longest:
        return text
    head = text[: longest - 1]
    whole = head if text[longest - 1] == " " else head.rpartition(" ")[0]
    return f"{(whole or head).rstrip()}…"


def _names(tables: Tables) -> pd.DataFrame:
    rows = [
        (table, name, stata)
        for table, frame in tables.frames.items()
        for name, stata in stata_names(frame.columns).items()
    ]
    return pd.DataFrame(rows, columns=["table", "name", "stata_name"], dtype="str")


def _column(name: str, series: pd.Series, variable: Variable, languages: tuple[str, str]) -> Column:
    text = in_language(variable.labels, *languages)
    label = cut(text)
    column = _values(series, variable, languages)
    return replace(column, name=name, label=label, note=text if label != text else "")


def _values(series: pd.Series, variable: Variable, languages: tuple[str, str]) -> Column:
    if isinstance(series.dtype, pd.CategoricalDtype):
        labels = {number: str(text) for number, text in enumerate(series.cat.categories, start=1)}
        return _whole(np.where(series.cat.codes < 0, np.nan, series.cat.codes + 1.0), {}, labels)
    if variable.kind == "category":
        wording = {code: in_language(texts, *languages) for code, texts in variable.codes.items()}
        return _codes([None if pd.isna(code) else str(code) for code in series.tolist()], wording, variable.missing)
    if isinstance(series.dtype, pd.DatetimeTZDtype) or np.issubdtype(series.dtype.type, np.datetime64):
        return _moments(series, day=variable.kind == "date")
    if pd.api.types.is_numeric_dtype(series.dtype):
        return _numbers(series, variable, languages)
    return Column("", ["" if pd.isna(value) else str(value) for value in series.tolist()])


def _codes(codes: Sequence[str | None], wording: Mapping[str, str], missing: Mapping[str, str]) -> Column:
    """Codes as whole numbers, missing ones as extended missing values, each with its wording."""
    letters = {code: LETTERS[reason] for code, reason in missing.items()}
    strange = sorted({code for code in codes if code is not None} - wording.keys() - letters.keys())
    numbers = _numbered([code for code in wording if code not in letters] + strange)
    values = np.array([numbers.get(code or "", np.nan) for code in codes], dtype=np.float64)
    gaps = {
        letter: np.array([code is not None and letters.get(code) == letter for code in codes], dtype=bool)
        for letter in sorted(set(letters.values()))
    }
    labels = _labelled({code: wording.get(code, "") for code in numbers}, numbers)
    labels |= {dta.missing(letters[code]): text for code, text in wording.items() if code in letters}
    return _whole(values, gaps, labels)


def _numbered(codes: Sequence[str]) -> dict[str, int]:
    """The number that stands for each code: itself when all are different whole numbers, else its place."""
    if all(re.fullmatch(r"-?\d{1,9}", code, re.ASCII) for code in codes):
        numbers = {code: int(code) for code in codes}
        if len(set(numbers.values())) == len(numbers):
            return numbers
    return {code: place for place, code in enumerate(codes, start=1)}


def _labelled(wording: Mapping[str, str], numbers: Mapping[str, int]) -> dict[int, str]:
    """Labels that tell every code: the code goes before the wording where the number or the wording do not."""
    times = Counter(wording.values())
    labels = {}
    for code, text in wording.items():
        plain = str(numbers[code]) == code
        if not plain or (text and times[text] > 1):
            text = f"{code} {text}".strip()
        if text:
            labels[numbers[code]] = text
    return labels


def _numbers(series: pd.Series, variable: Variable, languages: tuple[str, str]) -> Column:
    values = series.to_numpy(dtype=np.float64, na_value=np.nan)
    gaps = {
        LETTERS[reason]: np.isin(
            values, [float(code) for code, why in variable.missing.items() if code and why == reason]
        )
        for reason in set(variable.missing.values())
    }
    values = np.where(np.logical_or.reduce(list(gaps.values())), np.nan, values) if gaps else values
    labels = {int(code): in_language(texts, *languages) for code, texts in variable.codes.items()}
    if not set(values[~np.isnan(values)]) <= labels.keys():
        labels = {}  # a count of which only some values have a name stays a count
    if pd.api.types.is_float_dtype(series.dtype):
        return Column("", values, gaps=_with_plain(values, gaps))
    return _whole(values, gaps, labels)


def _whole(values: Numbers, gaps: Mapping[str, Rows], labels: Mapping[int, str]) -> Column:
    return Column("", values, whole=True, gaps=_with_plain(values, gaps), labels=labels)


def _with_plain(values: Numbers, gaps: Mapping[str, Rows]) -> dict[str, Rows]:
    """The rows of each missing value, the plain one first: the others come out of it."""
    return {"": np.isnan(values), **gaps}


def _moments(series: pd.Series, *, day: bool) -> Column:
    if isinstance(series.dtype, pd.DatetimeTZDtype):
        series = series.dt.tz_convert("UTC").dt.tz_localize(None)
    since = series.to_numpy().astype("datetime64[ms]") - _STATA_EPOCH
    values = since / np.timedelta64(1, "D" if day else "ms")
    return Column("", values, whole=day, gaps=_with_plain(values, {}), format="%td" if day else "%tc")
