"""XForm: what goes to the tablet."""

import hashlib

import pytest

from forms import xform
from forms.errors import CompileError
from tests.drawing import workbook as drawn

SELECTS = """
    | survey |                            |        |       |         |                    |             |
    |        | type                       | name   | label | concept | choice_filter      | calculation |
    |        | select_one_from_file h.csv | house  | House | unit    |                    |             |
    |        | select_one region          | region | R     |         |                    |             |
    |        | select_one district        | place  | P     |         | region = ${region} |             |
    |        | calculate                  | price  |       |         |                    | pulldata('a','b','c',1) |
    | choices |           |      |       |        |            |
    |         | list_name | name | label | region | stata_code |
    |         | region    | 1    | North |        | 9001       |
    |         | district  | 11   | Hill  | 1      | 9011       |
    | settings |         |            |
    |          | form_id | version    |
    |          | drawn   | 2026112401 |
    """


def test_a_form_compiles_with_its_id_version_and_md5():
    compiled = xform.compile(drawn(SELECTS))
    assert (compiled.form_id, compiled.version) == ("drawn", "2026112401")
    assert compiled.md5 == hashlib.md5(compiled.xml).hexdigest()
    assert b'id="drawn" version="2026112401"' in compiled.xml


def test_the_files_that_a_form_expects_are_named():
    assert xform.compile(drawn(SELECTS)).media == ("a.csv", "h.csv")


def test_columns_of_choices_travel_only_when_an_expression_reads_them():
    xml = xform.compile(drawn(SELECTS)).xml
    assert b"<region>1</region>" in xml
    assert b"9011" not in xml


def test_our_own_columns_stay_at_home():
    assert b"unit" not in xform.compile(drawn(SELECTS)).xml


def test_the_same_rows_in_another_order_of_columns_give_the_same_bytes():
    one = drawn("""
        | survey |      |      |       |          |          |
        |        | type | name | label | required | relevant |
        |        | text | a    | A     | yes      | true()   |
        """)
    other = drawn("""
        | survey |          |          |       |      |      |
        |        | relevant | required | label | name | type |
        |        | true()   | yes      | A     | a    | text |
        """)
    assert xform.compile(one).xml == xform.compile(other).xml


def test_what_pyxform_refuses_is_said_with_file_and_line():
    book = drawn("""
        | survey |      |      |       |         |
        |        | type | name | label | relevant |
        |        | text | a    | A     |         |
        |        | text | b    | B     | ${c} = 1 |
        """)
    with pytest.raises(CompileError, match=r"drawn: drawn\[survey\]:5: .*'c'"):
        xform.compile(book)


def test_an_undone_list_is_a_compile_error():
    with pytest.raises(CompileError):
        xform.compile(drawn("| survey | | | |\n| | type | name | label |\n| | select_one sex | a | A |"))


def test_a_group_of_calculations_alone_shows_no_page():
    text = """
        | survey |             |       |       |             |
        |        | type        | name  | label | calculation |
        |        | text        | a     | A     |             |
        |        | begin_group | sums  | Sums  |             |
        |        | calculate   | b     |       | 1 + 1       |
        |        | end_group   |       |       |             |
    """
    assert b'<group ref="/data/sums"' not in xform.compile(drawn(text)).xml
