"""Stata files open in pandas and in pyreadstat (ReadStat) with their labels intact."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms import codebook, formats, tables
from forms.codebook import Codebook, Variable
from forms.formats import stata
from forms.tables import Tables
from tests.forms.households import filled, form

FORM = form()
BOOK = codebook.of(FORM)
TRIPS = [{"to": "KGZ", "year": "2020"}, {"to": "98", "year": "-99"}, {"year": "70000"}, {"to": "TJK", "year": "-98"}]


def opened(path: Path, *variables: Variable, language: str = "en", **columns: object) -> tuple[pd.DataFrame, object]:
    """One table written and read back by pyreadstat, with its metadata."""
    frame = pd.DataFrame(columns)
    book = Codebook("Title", "en", ("en", "ru"), variables)
    formats.write(path / "t.dta", Tables("t", {"t": frame}), book, language)
    return pyreadstat.read_dta(path / "t.dta", user_missing=True)


def variable(name: str, kind: str, label: str = "", **rest: object) -> Variable:
    return Variable(name, "t", kind, {"en": label} if label else {}, **rest)  # type: ignore[arg-type]


def test_several_tables_are_a_file_each_with_the_codebook_beside(tmp_path: Path) -> None:
    files = formats.write(tmp_path / "s.dta", tables.flatten(FORM, [filled(1)]), BOOK)
    assert [file.name for file in files] == ["s_household.dta", "s_person.dta", "s_trip.dta", "s_codebook.csv"]
    assert pd.read_csv(files[-1]).query("name == 'water__96'").stata_name.tolist() == ["water__96"]


def test_both_readers_give_codes_labels_and_missing_reasons(tmp_path: Path) -> None:
    formats.write(tmp_path / "s.dta.zip", tables.flatten(FORM, [filled(1, person=[{"trip": TRIPS}])]), BOOK)
    with zipfile.ZipFile(tmp_path / "s.dta.zip") as archive:
        archive.extractall(tmp_path)
    frame, about = pyreadstat.read_dta(tmp_path / "trip.dta", user_missing=True)
    assert frame.to.tolist()[:2] + frame.year.tolist() == [2, "d", 2020, "r", 70000, "d"]
    assert about.variable_value_labels["to"] == {1: "TJK Tajikistan", 2: "KGZ Kyrgyzstan", "d": "Don't know"}
    assert about.column_names_to_labels["to"] == "Where did [p_name] go?"
    labelled = pd.read_stata(tmp_path / "trip.dta")
    assert labelled.to.astype(object).where(labelled.to.notna(), None).tolist() == [
        "KGZ Kyrgyzstan",
        None,
        None,
        "TJK Tajikistan",
    ]
    assert labelled.year.isna().tolist() == [False, True, False, True]


def test_numeric_codes_stay_as_they_are(tmp_path: Path) -> None:
    yes_no = {"1": {"en": "Yes", "ru": "Да"}, "2": {"en": "No", "ru": "Нет"}}
    frame, about = opened(tmp_path, variable("a", "category", codes=yes_no), language="ru", a=["2", "1", None, "7"])
    assert frame.a.fillna(0).tolist() == [2, 1, 0, 7]
    assert about.variable_value_labels["a"] == {1: "Да", 2: "Нет"}


def test_codes_with_leading_zeros_are_numbers_whose_label_tells_the_code(tmp_path: Path) -> None:
    codes = {"01": {"en": "Artesia"}, "15": {"en": "Tumar"}}
    frame, about = opened(tmp_path, variable("a", "category", codes=codes), a=["15", "01"])
    assert frame.a.tolist() == [15, 1]
    assert about.variable_value_labels["a"] == {1: "01 Artesia", 15: "Tumar"}


def test_one_wording_for_two_codes_is_told_apart(tmp_path: Path) -> None:
    codes = {"1": {"en": "Here"}, "2": {"en": "Here"}}
    _, about = opened(tmp_path, variable("a", "category", codes=codes), a=["2"])
    assert about.variable_value_labels["a"] == {1: "1 Here", 2: "2 Here"}


def test_a_text_code_that_the_list_lacks_is_kept_with_its_own_number(tmp_path: Path) -> None:
    codes = {"TJK": {"en": "Tajikistan"}}
    frame, about = opened(tmp_path, variable("a", "category", codes=codes), a=["XYZ", "TJK"])
    assert frame.a.map(about.variable_value_labels["a"]).tolist() == ["XYZ", "TJK Tajikistan"]


def test_ordered_categories_keep_their_order(tmp_path: Path) -> None:
    frame, about = opened(tmp_path, a=pd.Categorical(["b", None, "a"], ["b", "a"], ordered=True))
    assert frame.a.fillna(0).tolist() == [1, 0, 2]
    assert about.variable_value_labels["a"] == {1: "b", 2: "a"}


def test_a_count_of_which_some_values_have_a_name_stays_a_count(tmp_path: Path) -> None:
    _, about = opened(
        tmp_path, variable("n", "integer", codes={"0": {"en": "None"}}), n=pd.Series([0, 5], dtype="Int64")
    )
    assert about.variable_value_labels == {}


def test_days_and_moments_are_dates_in_stata(tmp_path: Path) -> None:
    moment = pd.Series(pd.to_datetime(["2026-02-03T10:00:00.250+03:00", None], utc=True, format="ISO8601"))
    day = pd.Series(np.array(["1959-12-31", "NaT"], dtype="datetime64[us]"))
    opened(tmp_path, variable("d", "date"), variable("m", "datetime"), d=day, m=moment)
    read = pd.read_stata(tmp_path / "t.dta")
    assert read.d.tolist()[0] == pd.Timestamp("1959-12-31")
    assert read.m.tolist()[0] == pd.Timestamp("2026-02-03 07:00:00.250")
    assert read.isna().iloc[1].all()


def test_long_text_is_kept_whole(tmp_path: Path) -> None:
    texts = ["ё" * 2000, "", None, "short"]
    frame, _ = opened(tmp_path, whole=texts, short=["a", "", None, "ёё"])
    assert frame.whole.tolist() == ["ё" * 2000, "", "", "short"]
    assert pd.read_stata(tmp_path / "t.dta").short.tolist() == ["a", "", "", "ёё"]


def test_long_labels_are_cut_at_a_word_and_kept_whole_in_the_codebook(tmp_path: Path) -> None:
    label = "Where did the person live exactly one year before the census reference date, in words of the household"
    _, about = opened(tmp_path, variable("a", "text", label), a=["x"])
    assert about.column_labels == ["Where did the person live exactly one year before the census reference date, in…"]
    assert pd.read_csv(tmp_path / "t_codebook.csv")["label::en"].tolist() == [label]


@given(st.text("ab ёж", min_size=1, max_size=120))
def test_a_cut_label_fits_and_begins_as_the_whole(text: str) -> None:
    short = stata.cut(text)
    assert len(short) <= 80
    assert text.startswith(short.removesuffix("…"))


def test_names_fit_stata_and_stay_different(tmp_path: Path) -> None:
    long = "a" * 40
    assert stata.stata_names(["int", "2x", "q__-98", long, long + "b", "Int", "str9", "v_int"]) == {
        "int": "v_int",
        "2x": "v_2x",
        "q__-98": "q___98",
        long: "a" * 32,
        long + "b": "a" * 30 + "_1",
        "Int": "Int",
        "str9": "v_str9",
        "v_int": "v_int_1",
    }


@given(st.lists(st.text(max_size=40), unique=True, max_size=8))
def test_any_names_become_different_names_of_at_most_32_characters(names: list[str]) -> None:
    given = stata.stata_names(names)
    assert len({name.lower() for name in given.values()}) == len(names)
    assert all(0 < len(name) <= 32 and name.isascii() and name.isidentifier() for name in given.values())


WHOLE = st.one_of(st.none(), st.integers(-(2**40), 2**40), st.sampled_from([-127, 100, 101, 32740, 32741, 2147483620]))


@given(values=st.lists(WHOLE, max_size=6))
def test_whole_numbers_of_any_size_come_back(
    values: list[int | None], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("whole")
    frame, _ = opened(folder, n=pd.Series(values, dtype="Int64"), key=["x"] * len(values))
    assert [None if pd.isna(value) else int(value) for value in frame.n] == values
    assert [None if pd.isna(value) else int(value) for value in pd.read_stata(folder / "t.dta").n] == values


@given(values=st.lists(st.floats(-1e300, 1e300), max_size=6))
def test_decimals_come_back_to_the_last_digit(values: list[float], tmp_path_factory: pytest.TempPathFactory) -> None:
    frame, _ = opened(tmp_path_factory.mktemp("decimal"), x=pd.Series(values, dtype="Float64"), key=["x"] * len(values))
    assert frame.x.tolist() == values


def test_the_same_tables_give_the_same_bytes(tmp_path: Path) -> None:
    flat = tables.flatten(FORM, [filled(1, person=[{"trip": TRIPS}])])
    for name in ("a.dta.zip", "b.dta.zip"):
        formats.write(tmp_path / name, flat, BOOK)
    assert (tmp_path / "a.dta.zip").read_bytes() == (tmp_path / "b.dta.zip").read_bytes()


def test_a_table_without_rows_keeps_its_variables(tmp_path: Path) -> None:
    formats.write(tmp_path / "s.dta", tables.flatten(FORM, []), BOOK)
    assert pd.read_stata(tmp_path / "s_person.dta").columns.tolist() == ["key", "parent", "p_name", "sex", "age"]


def test_a_form_with_one_table_is_one_file(tmp_path: Path) -> None:
    flat = tables.flatten(replace(FORM, children=FORM.children[:3]), [filled(1)])
    assert formats.write(tmp_path / "s.dta", flat, BOOK)[0].name == "s.dta"
