"""The list sampled from: what it keeps, what it refuses, and its hash."""

from __future__ import annotations

import pytest

from sampling import frame as frames
from sampling.errors import FrameError
from sampling.frame import Frame
from tests.drawing import table
from tests.sampling import villages


def drawn(text: str) -> Frame:
    return Frame(table(text), "dwelling", "list.csv")


def rules(frame: Frame, **roles) -> dict[str, str]:
    return {finding.rule: finding.message for finding in frames.check(frame, **roles)}


def test_codes_keep_their_leading_zeros(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes("\ufeffdwelling,ea\r\n0102,01\r\n0101,01\r\n".encode())
    assert frames.read(path, "dwelling").units["dwelling"].tolist() == ["0101", "0102"]


def test_a_sound_frame_has_no_findings():
    found = frames.check(villages.frame(), strata=["region"], clusters=["ea"], sizes={"ea": "dwellings"})
    assert found == ()


def test_a_key_that_occurs_twice_is_named():
    frame = drawn("""
        dwelling | ea
        a1       | a
        a1       | a
        a2       | a""")
    assert "for a1;" in rules(frame)["duplicate"]


def test_an_empty_id_is_named_by_its_row_in_the_list():
    frame = drawn("""
        dwelling | ea
        b1       | b
        a1       | .
        .        | a""")
    messages = [finding.message for finding in frames.check(frame, clusters=["ea"])]
    assert messages[:2] == [
        "column 'ea' is empty (fill it in) in row(s) 2 below the first line",
        "column 'dwelling' is empty (fill it in) in row(s) 3 below the first line",
    ]


@pytest.mark.parametrize("code", ["a ", " a", "a\u00a0", "a\u200b"])
def test_a_code_with_a_blank_around_it_would_be_another_area(code):
    rows = villages.rows().assign(ea=lambda frame: ["a", code, *frame["ea"][2:]])
    assert "in row(s) 2 below" in rules(Frame(rows, "dwelling"), clusters=["ea"])["blank"]


def test_a_blank_inside_a_code_is_part_of_it():
    rows = villages.rows().assign(ea="North shore")
    assert "blank" not in rules(Frame(rows, "dwelling"), clusters=["ea"])


def test_an_error_of_excel_is_no_code():
    rows = villages.rows().assign(ea=lambda frame: ["#REF!", *frame["ea"][1:]])
    assert "in row(s) 1 below" in rules(Frame(rows, "dwelling"), clusters=["ea"])["excel"]


def test_an_area_in_two_strata_is_named():
    frame = drawn("""
        dwelling | ea | region
        a1       | a  | north
        a2       | a  | south
        b1       | b  | south""")
    assert rules(frame, strata=["region"], clusters=["ea"])["nesting"].startswith("ea a lie(s) in more than one region")


@pytest.mark.parametrize(
    ("size", "rule"), [("many", "not_a_number"), ("inf", "not_a_number"), ("0", "not_positive"), ("-2", "not_positive")]
)
def test_a_size_that_is_none_is_named(size, rule):
    frame = drawn(f"""
        dwelling | ea | size
        a1       | a  | 3
        b1       | b  | {size}""")
    assert f"for ea b ({size});" in rules(frame, clusters=["ea"], sizes={"ea": "size"})[rule]


def test_a_size_that_differs_within_an_area_is_named():
    frame = drawn("""
        dwelling | ea | size
        a1       | a  | 3
        a2       | a  | 4""")
    assert "within ea a;" in rules(frame, clusters=["ea"], sizes={"ea": "size"})["differing"]


def test_lost_leading_zeros_and_small_strata_are_warned_of():
    frame = drawn("""
        dwelling | ea  | region
        a1       | 101 | north
        b1       | 11  | south
        b2       | 102 | south""")
    found = frames.check(frame, strata=["region"], clusters=["ea"])
    assert [(finding.rule, finding.fatal) for finding in found] == [("unequal_length", False), ("small_stratum", False)]


def test_all_fatal_findings_are_told_at_once():
    frame = drawn("""
        dwelling | ea | size
        a1       | a  | 3
        a1       | b  | -1""")
    with pytest.raises(FrameError) as error:
        frames.demand(frame, frames.check(frame, clusters=["ea"], sizes={"ea": "size"}))
    assert "a1" in str(error.value)
    assert "size" in str(error.value)


def test_a_missing_column_is_answered_with_the_nearest():
    with pytest.raises(FrameError, match=r"no column 'dweling' .* did you mean 'dwelling'"):
        Frame(villages.rows(), "dweling")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"dwelling,ea,ea\na1,a,a\n", "column.s. ea occur more than once"),
        (b"dwelling,ea\n", "there is no unit"),
        (b"dwelling,ea\na1,a\n\na2\n", r"line\(s\) 4 do not have 2 values"),
        (b'dwelling,ea\na1,"a\na2,a\n', "list.csv:2: .* quotation mark that is not closed"),
        ("dwelling,ea\na1,a\na2,\u0430\n".encode("cp1251"), "list.csv:3: the file is not UTF-8"),
    ],
)
def test_a_file_that_is_no_table_is_refused(tmp_path, content, message):
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    with pytest.raises(FrameError, match=message):
        frames.read(path, "dwelling")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_semicolons_of_excel_are_understood(tmp_path, encoding):
    path = tmp_path / "list.csv"
    villages.rows().to_csv(path, index=False, sep=";", encoding=encoding)
    assert frames.read(path, "dwelling").digest == Frame(villages.rows(), "dwelling").digest


def test_the_frame_hash_is_free_of_row_order_column_order_and_line_ends(tmp_path):
    rows = villages.rows()
    shuffled = rows.sample(frac=1, random_state=1)[rows.columns[::-1]]
    path = tmp_path / "list.csv"
    shuffled.to_csv(path, index=False, lineterminator="\r\n")
    assert frames.read(path, "dwelling").digest == Frame(rows, "dwelling").digest


def test_the_frame_hash_changes_with_a_value():
    rows = villages.rows()
    rows.loc[3, "dwellings"] += 1
    assert Frame(rows, "dwelling").digest != villages.frame().digest
