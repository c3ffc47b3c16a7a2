"""Margins: read from CSV, and held against the data cell by cell."""

import numpy as np
import pandas as pd
import pytest

from tests.drawing import table
from tests.weighting.samples import margins
from weighting.errors import MarginError
from weighting.margins import Margins

ROWS = table("""
    region  size
    1       1
    1       3+
    2       1
    2       3+
""")
ONES = np.ones(4)


def problems(drawn, rows=ROWS, weights=ONES):
    with pytest.raises(MarginError) as caught:
        margins(drawn).codes(rows, weights)
    return str(caught.value)


def test_margins_know_their_source_and_date():
    read = Margins.parse(
        "variable,code,total,source,date\nregion,1,10,Census,2027-03-01\nregion,2,20,Census,2027-03-01\n"
    )
    assert (read.source, read.date, read.variables) == ("Census", "2027-03-01", ["region"])
    assert read.tables["region"].to_dict() == {"1": 10, "2": 20}


def test_a_file_with_a_byte_order_mark_is_read(tmp_path):
    path = tmp_path / "census.csv"
    path.write_text("variable,code,total\nregion,01,10\n", encoding="utf-8-sig")
    assert Margins.read(path).tables["region"].to_dict() == {"01": 10}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("variable,code\nregion,1\n", "lacks the column.s. total"),
        ("variable,code,total\nregion,1,many\n", "region=1: not a total"),
        ("variable,code,total\nregion,1,-5\n", "region=1: not a total"),
        ("variable,code,total\nregion,1,5\nregion,1,6\n", "region=1: given twice"),
    ],
)
def test_a_bad_file_is_refused_with_its_rows(text, message):
    with pytest.raises(MarginError, match=message):
        Margins.parse(text)


def test_numbers_and_text_are_the_same_code():
    coded = margins("region 1 10\nregion 2 20").codes(ROWS, ONES)[0]
    assert coded.code.tolist() == [0, 0, 1, 1]
    assert coded.totals.tolist() == [10, 20]


def test_every_cell_at_fault_is_listed():
    told = problems("region 1 10\nregion 3 20\nsize 1 10\nsize 3+ 15")
    assert "region=2: 2 respondent(s), no total" in told
    assert "region=3: total without respondents" in told
    assert "size adds up to 25.00, region to 30.00" in told


def test_a_respondent_without_a_code_is_told():
    assert "size: 1 respondent(s) without a code" in problems(
        "size 1 10\nsize 3+ 5", ROWS.assign(size=["1", None, "1", "3+"])
    )


def test_a_unit_without_weight_needs_no_code():
    rows = ROWS.assign(size=["1", None, "1", "3+"])
    coded = margins("size 1 10\nsize 3+ 5").codes(rows, np.array([1.0, 0, 1, 1]))[0]
    assert coded.code.tolist() == [0, -1, 0, 1]


def test_a_total_of_nought_without_respondents_is_no_fault():
    assert margins("region 1 10\nregion 2 5\nregion 3 0").codes(ROWS, ONES)[0].totals.tolist() == [10, 5]


def test_variables_can_be_crossed():
    coded = margins("region:size 1:1 1\nregion:size 1:3+ 2\nregion:size 2:1 3\nregion:size 2:3+ 4").codes(ROWS, ONES)[0]
    assert coded.totals[coded.code].tolist() == [1, 2, 3, 4]


def test_a_variable_that_is_no_column_is_told_with_the_nearest():
    assert "did you mean 'region'" in problems("regions 1 10")


def test_a_total_of_a_number_becomes_an_auxiliary():
    both = Margins.of(
        pd.DataFrame({"variable": ["region", "region", "persons"], "code": [1, 2, ""], "total": [10, 20, 90]})
    )
    auxiliaries, totals = both.auxiliaries(ROWS.assign(persons=[3, 4, 5, 6]), ONES)
    assert auxiliaries.columns.tolist() == ["region=1", "region=2", "persons"]
    assert auxiliaries["persons"].tolist() == [3, 4, 5, 6]
    assert totals == [10, 20, 90]
