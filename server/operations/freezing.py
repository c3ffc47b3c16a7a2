"""Freezing: tables, units and codebook as one file whose bytes depend on nothing but their content."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict

import pandas as pd

from forms.codebook import Codebook, Variable
from forms.tables import Tables

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The date of every member: the earliest that a zip file can hold."""

UNITS, VISITS = "units", "visits"


def pack(tables: Tables, units: pd.DataFrame, visits: pd.DataFrame, codebook: Codebook) -> bytes:
    """The frozen file: one CSV for each table, `codebook.json`, and `columns.json` with the type of each column.

    Members are stored, not compressed: compressors of different versions give different bytes, and the digest of a
    cut must be the same on every machine. Raises ValueError for a column type that would not come back.
    """
    frames = {UNITS: units, VISITS: visits, **{f"tables/{name}": frame for name, frame in tables.frames.items()}}
    columns = {name: {str(column): _kind(frame[column]) for column in frame} for name, frame in frames.items()}
    members = {f"{name}.csv": _csv(frame) for name, frame in frames.items()}
    members["columns.json"] = _json({"root": tables.root, "columns": columns})
    members["codebook.json"] = _json(asdict(codebook))
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(members):
            member = zipfile.ZipInfo(name, EPOCH)
            member.create_system = 3  # unix; the default tells which system wrote the file
            archive.writestr(member, members[name])
    return whole.getvalue()


def unpack(data: bytes) -> tuple[Tables, pd.DataFrame, pd.DataFrame, Codebook]:
    """Tables, units, visits and codebook of a frozen file, each column with the type it was frozen with."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        described = json.loads(archive.read("columns.json"))
        frames = {name: _frame(archive.read(f"{name}.csv"), columns) for name, columns in described["columns"].items()}
        codebook = json.loads(archive.read("codebook.json"))
    units, visits = frames.pop(UNITS), frames.pop(VISITS)
    tables = Tables(described["root"], {name.removeprefix("tables/"): frame for name, frame in frames.items()})
    variables = tuple(Variable(**variable) for variable in codebook["variables"])
    return (
        tables,
        units,
        visits,
        Codebook(codebook["title"], codebook["language"], tuple(codebook["languages"]), variables),
    )


_DTYPES = {
    "datetime64[us]": "date",
    "datetime64[us, UTC]": "datetime",
    **{name: name for name in ("Int8", "Int64", "int64", "Float64", "float64", "bool", "str")},
}
"""How each pandas type is named in `columns.json`; `text` is a `str` column without missing values."""


def _kind(column: pd.Series) -> str:
    kind = _DTYPES.get(str(column.dtype))
    if kind is None:
        raise ValueError(f"a column of type {column.dtype} cannot be frozen")
    return "text" if kind == "str" and not column.isna().any() else kind


def _csv(frame: pd.DataFrame) -> bytes:
    """CSV with missing cells empty, times in UTC, and floats in full."""
    written = frame.copy(deep=False)
    for name in frame:
        kind = _kind(frame[name])
        if kind == "date":
            written[name] = frame[name].dt.strftime("%Y-%m-%d")
        elif kind == "datetime":
            written[name] = frame[name].dt.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return written.to_csv(index=False, lineterminator="\n").encode()


def _frame(data: bytes, columns: Mapping[str, str]) -> pd.DataFrame:
    read = pd.read_csv(io.BytesIO(data), dtype="str", keep_default_na=False, na_values=[""], lineterminator="\n")
    return pd.DataFrame({name: _typed(read[name], kind) for name, kind in columns.items()})


def _typed(column: pd.Series, kind: str) -> pd.Series:
    if kind == "str":
        return column
    if kind == "text":
        return column.fillna("")
    if kind == "date":
        return pd.to_datetime(column, format="%Y-%m-%d").astype("datetime64[us]")
    if kind == "datetime":
        return pd.to_datetime(column, format="%Y-%m-%dT%H:%M:%S.%fZ", utc=True).astype("datetime64[us, UTC]")
    if kind == "bool":
        return column == "True"
    whole = kind.lower().startswith("int")
    return column.astype("Int64" if whole else "Float64").astype(kind)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()
