"""A frozen file: types come back, and nothing but content decides its bytes."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.codebook import Codebook, Variable
from forms.tables import Tables
from server.operations import freezing

BOOK = Codebook("t", "en", ("en",), (Variable("a", "h", "category", codes={"2": {"en": "b"}, "1": {"en": "a"}}),))

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
COLUMNS = {
    "whole": (st.none() | st.integers(-(2**63), 2**63 - 1), "Int64"),
    "decimal": (st.none() | st.floats(allow_nan=False, allow_infinity=False), "Float64"),
    "plain": (st.floats(allow_infinity=False), "float64"),
    "text": (TEXT, "str"),
    "maybe": (st.none() | TEXT.filter(bool), "str"),
    "flag": (st.booleans(), "bool"),
    "small": (st.none() | st.sampled_from([0, 1]), "Int8"),
}


@st.composite
def frames(draw):
    rows = draw(st.integers(0, 4))
    return pd.DataFrame(
        {
            name: pd.Series(draw(st.lists(values, min_size=rows, max_size=rows)), dtype=kind)
            for name, (values, kind) in COLUMNS.items()
        }
    )


@settings(deadline=None)
@given(frames())
def test_what_is_frozen_comes_back(frame):
    tables, units, visits, book = freezing.unpack(freezing.pack(Tables("h", {"h": frame}), frame, frame, BOOK))
    for got in (tables.frames["h"], units, visits):
        pd.testing.assert_frame_equal(got, frame)
    assert book == BOOK


def test_times_come_back_to_the_microsecond():
    moments = pd.Series(pd.to_datetime(["2026-01-02T03:04:05.123456Z", None], utc=True)).astype("datetime64[us, UTC]")
    days = pd.Series(pd.to_datetime(["2026-01-02", None])).astype("datetime64[us]")
    frame = pd.DataFrame({"moment": moments, "day": days})
    units = freezing.unpack(freezing.pack(Tables("h", {}), frame, frame, BOOK))[1]
    pd.testing.assert_frame_equal(units, frame)


def test_the_order_of_codes_survives():
    frame = pd.DataFrame({"a": [1]})
    book = freezing.unpack(freezing.pack(Tables("h", {}), frame, frame, BOOK))[3]
    assert list(book.variables[0].codes) == ["2", "1"]


def test_a_type_that_would_not_come_back_is_refused():
    frame = pd.DataFrame({"a": [1 + 2j]})
    with pytest.raises(ValueError, match="cannot be frozen"):
        freezing.pack(Tables("h", {"h": frame}), frame, frame, BOOK)
