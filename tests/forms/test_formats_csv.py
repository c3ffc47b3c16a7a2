"""A zip of CSV files holds the tables, linked, and all that the codebook says."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from forms import codebook, formats, tables
from forms.errors import DataFileError
from forms.tables import Tables
from tests.forms.households import filled, form

FORM = form()
BOOK = codebook.of(FORM)
TWO = tables.flatten(
    FORM,
    [
        filled(
            1,
            household_id="0101-001",
            rooms="3",
            rent="10.50",
            water="1",
            place="1.5 2",
            on="2026-02-03",
            start="2026-02-03T10:00:00.250+03:00",
            person=[{"p_name": 'A "b", ё\n=1+1', "sex": "2", "trip": [{"to": "TJK", "year": "x"}]}],
        ),
        filled(2, household_id="0101-002"),
    ],
)


def written(path: Path, what: Tables = TWO) -> dict[str, pd.DataFrame]:
    """The files of the zip, every cell as text."""
    formats.write(path, what, BOOK)
    with zipfile.ZipFile(path) as archive:
        return {
            name: pd.read_csv(io.BytesIO(archive.read(name)), dtype=str, keep_default_na=False)
            for name in archive.namelist()
        }


def test_the_zip_holds_the_tables_the_codebook_and_the_misfits(tmp_path: Path) -> None:
    files = written(tmp_path / "t.csv.zip")
    assert list(files) == ["household.csv", "person.csv", "trip.csv", "codebook.csv", "codes.csv", "misfits.csv"]
    assert files["misfits.csv"][["key", "value"]].to_numpy().tolist() == [["uuid:1/person[1]/trip[1]", "x"]]


def test_tables_hang_together_by_key_and_parent(tmp_path: Path) -> None:
    files = written(tmp_path / "t.csv.zip")
    assert files["person.csv"].parent.tolist() == files["household.csv"].key.tolist()[:1]
    assert files["trip.csv"].parent.tolist() == files["person.csv"].key.tolist()


def test_cells_are_written_plainly_and_missing_ones_are_empty(tmp_path: Path) -> None:
    household = written(tmp_path / "t.csv.zip")["household.csv"].set_index("household_id")
    assert household.loc[
        "0101-001", ["rooms", "rent", "water__1", "water__2", "place_lat", "on", "start"]
    ].tolist() == [
        "3",
        "10.5",
        "1",
        "0",
        "1.5",
        "2026-02-03",
        "2026-02-03T07:00:00.250Z",
    ]
    assert household.loc["0101-002"].drop(["key", "form_version"]).tolist() == [""] * 15


def test_text_with_quotes_and_line_breaks_comes_back(tmp_path: Path) -> None:
    assert written(tmp_path / "t.csv.zip")["person.csv"].p_name.tolist() == ['A "b", ё\n=1+1']


def test_codes_have_their_wording_in_every_language(tmp_path: Path) -> None:
    codes = written(tmp_path / "t.csv.zip")["codes.csv"]
    assert codes[codes.name == "to"].to_numpy().tolist() == [
        ["trip", "to", "TJK", "Tajikistan", "Таджикистан", ""],
        ["trip", "to", "KGZ", "Kyrgyzstan", "Кыргызстан", ""],
        ["trip", "to", "98", "Don't know", "Не знаю", "dont_know"],
    ]


def test_the_same_tables_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.csv.zip", "b.csv.zip"):
        formats.write(tmp_path / name, TWO, BOOK)
    assert (tmp_path / "a.csv.zip").read_bytes() == (tmp_path / "b.csv.zip").read_bytes()


def test_without_misfits_there_is_no_such_file(tmp_path: Path) -> None:
    assert "misfits.csv" not in written(tmp_path / "t.csv.zip", replace(TWO, misfits=TWO.misfits.iloc[:0]))


def test_a_suffix_without_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match=r"t\.sav: no format has this suffix; choose one of \.csv\.zip"):
        formats.write(tmp_path / "t.sav", TWO, BOOK)
