"""Form: the tree that rows describe, with the same nodes that pyxform makes."""

import re

import pytest

from forms import catalog, sections, xform
from forms.definition import Form, Repeat, row_type
from forms.errors import WorkbookError
from tests.drawing import form
from tests.drawing import workbook as drawn

EVERYTHING = """
    | survey |                                   |          |       |              |             |
    |        | type                              | name     | label | repeat_count | calculation |
    |        | start                             | start    |       |              |             |
    |        | audit                             | audit    |       |              |             |
    |        | select_one_from_file houses.csv   | house    | House |              |             |
    |        | begin group                       | g        | G     |              |             |
    |        | select one from sex or other      | sex      | Sex   |              |             |
    |        | int                               | n        | N     |              |             |
    |        | begin repeat                      | person   | P     | ${n} + 1     |             |
    |        | select_multiple sex               | sexes    | Sexes |              |             |
    |        | begin_repeat                      | stay     | S     | ${n}         |             |
    |        | calculate                         | line     |       |              | position(..)|
    |        | end_repeat                        |          |       |              |             |
    |        | end repeat                        |          |       |              |             |
    |        | end group                         |          |       |              |             |
    |        | csv-external                      | prices   |       |              |             |
    | choices |           |      |       |     |
    |         | list_name | name | label | iso |
    |         | sex       | 1    | Male  | m   |
    """


def binds(book) -> set[str]:
    """Paths of the answer nodes of the compiled form; groups and the form's own meta nodes left out."""
    xml = xform.compile(book).xml.decode()
    root = re.search(r"<instance><(\w+) ", xml)[1]
    paths = re.findall(rf'<bind nodeset="/{root}/([^"]+)"', xml)
    parents = {"/".join(path.split("/")[:depth]) for path in paths for depth in range(1, path.count("/") + 1)}
    own = {"meta/instanceID", "meta/instanceName"}
    return {path for path in paths if path not in own and path not in parents}


@pytest.mark.parametrize("book", [catalog.load(name) for name in catalog.names()], ids=catalog.names())
def test_the_questions_of_a_library_form_are_the_binds_of_its_xform(book):
    asked = sections.asked(book)
    assert {question.path for question in Form.from_workbook(asked).questions()} == binds(book)


def test_nodes_that_pyxform_adds_are_in_the_form():
    assert {question.path for question in form(EVERYTHING).questions()} == binds(drawn(EVERYTHING))


def test_paths_go_through_groups_and_repeats():
    assert [question.path for question in form(EVERYTHING).questions()] == [
        *("start", "meta/audit", "house", "g/sex", "g/sex_other", "g/n", "g/person_count"),
        *("g/person/sexes", "g/person/stay/line"),
    ]


def test_repeats_come_outer_before_inner():
    assert [(repeat.name, repeat.count) for repeat in form(EVERYTHING).repeats()] == [
        ("person", "${n} + 1"),
        ("stay", "${n}"),
    ]


def test_a_repeat_in_a_group_is_a_repeat():
    group = form(EVERYTHING).children[-1]
    assert isinstance(group.children[-1], Repeat)


def test_choices_keep_their_columns_and_gain_the_other_that_is_asked_for():
    codes = form(EVERYTHING).lists["sex"]
    assert [(choice.name, dict(choice.filters)) for choice in codes] == [("1", {"iso": "m"}), ("other", {})]


def test_labels_and_further_columns_come_along():
    question = form("""
        | survey |      |      |                     |                  |          |     |
        |        | type | name | label::English (en) | hint::Русский (ru) | universe | pii |
        |        | text | a    | Age                 | Лет              | adults   | yes |
        """, draft=True).question("a")  # fmt: skip
    assert question.labels["en"] == "Age"
    assert question.hints["ru"] == "Лет"
    assert question.columns == {"universe": "adults", "pii": "yes"}


def test_the_roles_of_questions_come_from_the_header():
    tree = form("""
        | survey |      |              |           |
        |        | type | name         | label     |
        |        | text | household_id | Household |
        | _form  |                       |            |              |
        |        | section               | key        | text         |
        |        | form                  | sample_key | household_id |
        |        | dispositions          | 1          | 1.1          |
        |        | dispositions          | 3          |              |
        |        | dispositions_at_close | 3          | 2.24         |
        """)
    assert tree.sample_key == "household_id"
    assert tree.dispositions == {"1": "1.1", "3": ""}
    assert tree.dispositions_at_close == {"3": "2.24"}


@pytest.mark.parametrize(
    ("text", "name", "list_name"),
    [
        ("int", "integer", None),
        ("dateTime", "dateTime", None),
        ("datetime", "dateTime", None),
        ("select1 sex", "select_one", "sex"),
        ("select all that apply from  sex", "select_multiple", "sex"),
        ("select_multiple_from_file a.csv", "select_multiple_from_file", "a.csv"),
        ("rank sex", "rank", "sex"),
        ("begin lgroup", "begin_repeat", None),
        ("end group", "end_group", None),
        ("photo", "image", None),
        ("select one from sex or specify other", "select_one", "sex"),
    ],
)
def test_a_type_is_read_by_any_of_its_names(text, name, list_name):
    assert (row_type(text).name, row_type(text).list_name) == (name, list_name)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("| | begin group | g | G |", r"drawn\[survey\]:3: 'begin group' is never closed"),
        ("| | end group | | |", r"drawn\[survey\]:3: 'end group' closes nothing"),
        (
            "| | begin group | g | G |\n| | end repeat | | |",
            r"drawn\[survey\]:4: 'end repeat' closes 'begin group' 'g'",
        ),
        ("| | text | | A |", r"drawn\[survey\]:3: a row of type 'text' has no name"),
    ],
)
def test_rows_that_make_no_tree_say_where(rows, message):
    with pytest.raises(WorkbookError, match=message):
        form(f"| survey | | | |\n| | type | name | label |\n{rows}")
