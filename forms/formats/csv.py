"""CSV: a zip of linked tables in UTF-8, with the codebook and its codes beside them.

Numbers have a decimal point, times are ISO 8601 in UTC, missing is empty; `key` and `parent` link the tables.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO

import numpy as np
import pandas as pd

from forms.codebook import Codebook, describe
from forms.formats import archive
from forms.tables import Tables


def write(path: Path, tables: Tables, codebook: Codebook, language: str) -> tuple[Path, ...]:
    """Write `<table>.csv` for each table, `codebook.csv`, `codes.csv` and, when there are any, `misfits.csv`.

    Labels of every language are in the codebook, so that `language` changes nothing.
    """
    del language
    with archive.writing(path) as into:
        write_tables(into, tables, codebook)
    return (path,)


def write_tables(into: archive.Archive, tables: Tables, codebook: Codebook) -> None:
    """Write the same files into an archive that holds others too."""
    for table, frame in tables.frames.items():
        dates = {name for name, variable in codebook.of_table(table).items() if variable.kind == "date"}
        with into.file(f"{table}.csv") as stream:
            write_frame(stream, frame, dates)
    write_codebook(into, codebook, tables)


def write_codebook(
    into: archive.Archive, codebook: Codebook, tables: Tables, names: pd.DataFrame | None = None
) -> None:
    """Write the codebook, its codes and the tables' misfits; `names` as for `described`."""
    with into.file("codebook.csv") as stream:
        write_frame(stream, described(codebook, names))
    with into.file("codes.csv") as stream:
        write_frame(stream, _codes(codebook))
    if len(tables.misfits):
        with into.file("misfits.csv") as stream:
            write_frame(stream, tables.misfits)


def described(codebook: Codebook, names: pd.DataFrame | None = None) -> pd.DataFrame:
    """The codebook as a table; with `names`, the columns of the files that it lists, in their order."""
    rows = describe(codebook)
    return rows if names is None else names.merge(rows, on=["table", "name"], how="left")


def write_frame(stream: IO[bytes], frame: pd.DataFrame, dates: Iterable[str] = ()) -> None:
    """Write one table; the columns in `dates` are days without a time."""
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
    days = set(dates)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(frame.columns)
    writer.writerows(zip(*(_written(frame[name], name in days) for name in frame.columns), strict=True))
    text.flush()
    text.detach()


def _written(column: pd.Series, day: bool) -> Sequence[str]:
    """A column as text; each distinct value is written once, for there are few."""
    if isinstance(column.dtype, pd.DatetimeTZDtype) or np.issubdtype(column.dtype.type, np.datetime64):
        return _moments(column, day)
    return ["" if pd.isna(value) else str(value) for value in column.tolist()]


def _moments(column: pd.Series, day: bool) -> Sequence[str]:
    zone = ""
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        column, zone = column.dt.tz_convert("UTC").dt.tz_localize(None), "Z"
    values = column.to_numpy().astype("datetime64[D]" if day else "datetime64[ms]")
    texts = np.datetime_as_string(values).tolist()
    return ["" if missing else f"{text}{zone}" for text, missing in zip(texts, column.isna(), strict=True)]


def _codes(codebook: Codebook) -> pd.DataFrame:
    columns = ["table", "name", "code", *(f"label::{language}" for language in codebook.languages), "missing"]
    rows = [
        (
            variable.table,
            variable.name,
            code,
            *(variable.codes.get(code, {}).get(language, "") for language in codebook.languages),
            variable.missing.get(code, ""),
        )
        for variable in codebook.variables
        for code in dict.fromkeys((*variable.codes, *variable.missing))
    ]
    return pd.DataFrame(rows, columns=columns, dtype="str")
