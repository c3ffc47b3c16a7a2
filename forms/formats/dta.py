"""Column: one variable of a Stata file, and the file (release 118) that a list of them makes.

The layout is that of Stata's manual, `help dta`: little-endian, UTF-8. The file carries no time, so that the same
columns give the same bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO

import numpy as np
import numpy.typing as npt

from forms.errors import DataFileError

LONGEST_NAME = 32
LONGEST_LABEL = 80
LONGEST_STRING = 2045
"""Bytes; longer text is a strL."""

_INTEGERS = ((65530, "<i1", -127, 100), (65529, "<i2", -32767, 32740), (65528, "<i4", -2147483647, 2147483620))
_DOUBLE = 65526
_STRL = 32768
_FIRST_MISSING = {"<i1": 101, "<i2": 32741, "<i4": 2147483621}
_FIRST_MISSING_DOUBLE = 0x7FE0000000000000
_LABEL_MISSING = 2147483621


def missing(letter: str) -> int:
    """The number of an extended missing value in value labels: `.d` of "d"; `.` of ""."""
    return _LABEL_MISSING + (ord(letter) - ord("a") + 1 if letter else 0)


@dataclass(frozen=True)
class Column:
    """One variable.

    `values` are numbers (float64, whole when `whole`) or texts. `gaps` maps a letter to the rows that hold
    that missing value, "" to those of the plain `.`. `labels` maps whole numbers, and `missing(letter)`, to
    wording. `note` is text of any length that Stata shows with `notes`.
    """

    name: str
    values: npt.NDArray[np.float64] | Sequence[str]
    label: str = ""
    whole: bool = False
    gaps: Mapping[str, npt.NDArray[np.bool_]] = field(default_factory=dict)
    labels: Mapping[int, str] = field(default_factory=dict)
    format: str = ""
    note: str = ""


def write(stream: IO[bytes], columns: Sequence[Column], rows: int, title: str) -> None:
    """Write columns of `rows` values each as a Stata file.

    Raises DataFileError when there are more variables than Stata holds.
    """
    if len(columns) > 32767:
        raise DataFileError(f"{len(columns)} variables are more than Stata holds; write fewer in a table")
    stored = [_stored(column) for column in columns]
    names = _label_names(columns)
    data, strls = _data(stored, rows)
    sections = [
        ("variable_types", struct.pack(f"<{len(columns)}H", *(each.type for each in stored))),
        ("varnames", b"".join(_text(column.name, 129) for column in columns)),
        ("sortlist", bytes(2 * (len(columns) + 1))),
        (
            "formats",
            b"".join(_text(column.format or each.format, 57) for column, each in zip(columns, stored, strict=True)),
        ),
        ("value_label_names", b"".join(_text(names.get(_key(column), ""), 129) for column in columns)),
        ("variable_labels", b"".join(_text(column.label, 321) for column in columns)),
        ("characteristics", b"".join(_note(column) for column in columns if column.note)),
        ("data", data),
        ("strls", strls),
        ("value_labels", b"".join(_value_labels(name, dict(labels)) for labels, name in names.items() if labels)),
    ]
    _write_sections(stream, _header(len(columns), rows, title), sections)


@dataclass(frozen=True)
class _Stored:
    """A column as bytes: its Stata type, display format and array; long texts are kept aside."""

    type: int
    format: str
    array: npt.NDArray[np.generic]
    long_texts: tuple[bytes, ...] = ()


def _stored(column: Column) -> _Stored:
    if isinstance(column.values, np.ndarray):
        return _stored_numbers(column, column.values)
    texts = [text.encode() for text in column.values]
    longest = max((len(text) for text in texts), default=0)
    if longest > LONGEST_STRING:
        return _Stored(_STRL, "%9s", np.zeros(len(texts), "<u8"), tuple(texts))
    width = max(longest, 1)
    return _Stored(width, f"%{min(width, 244)}s", np.array(texts, dtype=f"S{width}"))


def _stored_numbers(column: Column, values: npt.NDArray[np.float64]) -> _Stored:
    known = values[~np.isnan(values)]
    low, high = (known.min(), known.max()) if len(known) else (0.0, 0.0)
    if column.whole:
        for code, kind, least, most in _INTEGERS:
            if least <= low and high <= most:
                array = np.where(np.isnan(values), 0, values).astype(kind)
                for letter, rows in column.gaps.items():
                    array[rows] = _FIRST_MISSING[kind] + missing(letter) - _LABEL_MISSING
                return _Stored(code, "%12.0g" if kind == "<i4" else "%8.0g", array)
    array = values.astype("<f8")
    bits = array.view("<u8")
    for letter, rows in column.gaps.items():
        bits[rows] = _FIRST_MISSING_DOUBLE + ((missing(letter) - _LABEL_MISSING) << 40)
    return _Stored(_DOUBLE, "%10.0g", array)


def _data(stored: Sequence[_Stored], rows: int) -> tuple[bytes, bytes]:
    layout = np.dtype([(f"c{place}", each.array.dtype) for place, each in enumerate(stored)])
    records = np.zeros(rows, layout)
    strls = []
    for place, each in enumerate(stored):
        records[f"c{place}"] = each.array
        for row, text in enumerate(each.long_texts):
            if text:
                variable, observation = place + 1, row + 1
                records[f"c{place}"][row] = variable | observation << 16
                strls.append(struct.pack("<3sIQBI", b"GSO", variable, observation, 130, len(text) + 1) + text + b"\0")
    # strLs are found by (variable, observation), and Stata writes them in the order of observations
    strls.sort(key=lambda entry: struct.unpack_from("<IQ", entry, 3)[::-1])
    return records.tobytes(), b"".join(strls)


def _text(text: str, width: int) -> bytes:
    """Text in a field of fixed width, ended by a zero byte."""
    return text.encode()[: width - 1].decode(errors="ignore").encode().ljust(width, b"\0")


def _note(column: Column) -> bytes:
    def entry(name: str, text: str) -> bytes:
        content = _text(column.name, 129) + _text(name, 129) + text.encode() + b"\0"
        return b"<ch>" + struct.pack("<I", len(content)) + content + b"</ch>"

    return entry("note0", "1") + entry("note1", column.note)


def _key(column: Column) -> tuple[tuple[int, str], ...]:
    return tuple(sorted(column.labels.items()))


def _label_names(columns: Sequence[Column]) -> dict[tuple[tuple[int, str], ...], str]:
    """Name each set of value labels after the first variable that has it."""
    names: dict[tuple[tuple[int, str], ...], str] = {}
    for column in columns:
        if column.labels:
            names.setdefault(_key(column), column.name)
    return names


def _value_labels(name: str, labels: Mapping[int, str]) -> bytes:
    texts = [text.encode() + b"\0" for text in labels.values()]
    starts = np.cumsum([0, *(len(text) for text in texts)])
    content = b"".join(
        (
            struct.pack("<2i", len(labels), int(starts[-1])),
            starts[:-1].astype("<i4").tobytes(),
            np.array(list(labels), "<i4").tobytes(),
            *texts,
        )
    )
    return b"<lbl>" + struct.pack("<i", len(content)) + _text(name, 129) + bytes(3) + content + b"</lbl>"


def _header(columns: int, rows: int, title: str) -> bytes:
    label = title[:LONGEST_LABEL].encode()
    return b"".join(
        (
            b"<stata_dta><header><release>118</release><byteorder>LSF</byteorder>",
            b"<K>" + struct.pack("<H", columns) + b"</K><N>" + struct.pack("<Q", rows) + b"</N>",
            b"<label>" + struct.pack("<H", len(label)) + label + b"</label>",
            b"<timestamp>\0</timestamp></header>",
        )
    )


def _write_sections(stream: IO[bytes], header: bytes, sections: Sequence[tuple[str, bytes]]) -> None:
    """Write the header, the map of where each section starts, and the sections."""
    starts = [0, len(header)]
    place = len(header) + len(b"<map></map>") + 14 * 8
    for name, content in sections:
        starts.append(place)
        place += len(name) * 2 + len("<></>") + len(content)
    starts += [place, place + len(b"</stata_dta>")]
    stream.write(header + b"<map>" + struct.pack("<14Q", *starts) + b"</map>")
    for name, content in sections:
        stream.write(f"<{name}>".encode())
        stream.write(content)
        stream.write(f"</{name}>".encode())
    stream.write(b"</stata_dta>")
