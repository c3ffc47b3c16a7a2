"""No hidden cell can be computed from the cells that are shown."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.drawing import table
from weighting import disclosure
from weighting.reliability import HIDDEN


def rows(drawing: str) -> pd.DataFrame:
    """A table's rows from their drawing; `.` stands for an empty text."""
    drawn = table(drawing).astype(object).replace({".": ""}).fillna("")
    return drawn.assign(group=drawn["group"].map(str), statistic="total", value=None, n=drawn["n"].astype(int))


def hidden(drawing: str) -> list[str]:
    made = rows(drawing)
    return made.loc[disclosure.protect(made) == HIDDEN, "group"].tolist()


def test_a_lone_hidden_cell_takes_the_smallest_other_one_with_it():
    drawing = """
        by     | group | n  | mark
        -------+-------+----+-----
        .      | .     | 200| .
        region | a     | 20 | *
        region | b     | 80 | .
        region | c     | 100| .
        """
    assert hidden(drawing) == ["a", "b"]


def test_two_hidden_cells_protect_each_other():
    drawing = """
        by     | group | n  | mark
        -------+-------+----+-----
        .      | .     | 130| .
        region | a     | 20 | *
        region | b     | 10 | *
        region | c     | 100| .
        """
    assert hidden(drawing) == ["a", "b"]


def test_a_table_without_hidden_cells_stays_as_it_is():
    made = rows("by | group | n | mark\n---+---+---+---\n. | . | 90 | .\nsex | 1 | 40 | ( )\nsex | 2 | 50 | .")
    assert disclosure.protect(made).tolist() == made["mark"].tolist()


def test_a_breakdown_with_one_group_needs_no_other_cell():
    assert hidden("by | group | n | mark\n---+---+---+---\n. | . | 9 | *\nsex | 1 | 9 | *") == ["", "1"]


@settings(deadline=None)
@given(st.lists(st.integers(0, 60), min_size=6, max_size=6))
def test_crossed_tables_keep_their_secrets(cases):
    """Solve the table's own sums for the hidden cells: none has a single solution."""
    cells = pd.DataFrame({"a": np.repeat([1, 2], 3), "b": np.tile([1, 2, 3], 2), "n": cases})
    blocks = [("", "", cells["n"].sum())]
    blocks += [(by, str(code), part.sum()) for by in "ab" for code, part in cells.groupby(by)["n"]]
    blocks += [("a:b", f"{row.a}:{row.b}", row.n) for row in cells.itertuples()]
    made = pd.DataFrame(blocks, columns=["by", "group", "n"]).assign(statistic="total", value=None)
    made["mark"] = np.where(made["n"] < 25, HIDDEN, "")
    unknown = (disclosure.protect(made) == HIDDEN).to_numpy()
    system = system_of(made)
    left = np.linalg.matrix_rank(system[:, unknown])
    for position in np.flatnonzero(unknown):
        others = unknown.copy()
        others[position] = False
        alone = np.linalg.matrix_rank(system[:, others]) < left
        assert not alone, made.iloc[position].tolist()


def system_of(made: pd.DataFrame) -> np.ndarray:
    """whole = a1 + a2 = b1 + b2 + b3, a1 = a1b1 + a1b2 + a1b3, b1 = a1b1 + a2b1, whole = all six."""
    place = {(row.by, row.group): position for position, row in enumerate(made.itertuples())}
    sums = [(("", ""), [("a", "1"), ("a", "2")]), (("", ""), [("b", code) for code in "123"])]
    sums.append((("", ""), [("a:b", f"{a}:{b}") for a in "12" for b in "123"]))
    sums += [(("a", a), [("a:b", f"{a}:{b}") for b in "123"]) for a in "12"]
    sums += [(("b", b), [("a:b", f"{a}:{b}") for a in "12"]) for b in "123"]
    matrix = np.zeros((len(sums), len(made)))
    for number, (whole, parts) in enumerate(sums):
        matrix[number, place[whole]] = -1
        matrix[number, [place[part] for part in parts]] = 1
    return matrix


@pytest.mark.parametrize("marks", [["*", "", ""], ["", "*", "*"]])
def test_a_cell_that_sums_determine_is_found(marks):
    found = disclosure.recoverable(np.array([mark == "*" for mark in marks]), np.array([[-1.0, 1.0, 1.0]]))
    assert found.tolist() == ([0] if marks[0] else [])
