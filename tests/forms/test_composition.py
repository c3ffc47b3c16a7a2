"""Modules: rows shared by several forms come in by include, renamed where asked for."""

import pytest

from forms import workbook, xform
from forms.composition import prefixed
from forms.errors import WorkbookError
from forms.sheets import Row

PEOPLE = "type,name,label,relevant\ninteger,age,Age,\nselect_one yesno,abroad,Abroad?,${age} > 14\n"
YESNO = "list_name,name,label\nyesno,1,Yes\nyesno,2,No\n"


@pytest.fixture
def library(tmp_path):
    write(tmp_path / "_modules/people", {"survey.csv": PEOPLE, "choices.csv": YESNO})
    return tmp_path


def write(folder, files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text)


def read(library, survey, **files):
    folder = library / "form"
    head = '[form]\nid = "form"\n'
    write(folder, {"form.toml": head, "survey.csv": survey, **{f"{name}.csv": text for name, text in files.items()}})
    return workbook.read(folder)


def refused(library, survey, **files):
    with pytest.raises(WorkbookError) as error:
        read(library, survey, **files)
    return error.value.message


def test_a_module_stands_where_it_is_included(library):
    book = read(library, "type,name,label\ntext,a,A\ninclude,people,\ntext,z,Z\n")
    assert [row["name"] for row in book.survey] == ["a", "age", "abroad", "z"]
    assert [row["name"] for row in book.lists["yesno"]] == ["1", "2"]


def test_rows_of_a_module_keep_their_place(library):
    assert read(library, "type,name\ninclude,people\n").survey[0].where == "people/survey.csv:2"


def test_a_module_included_twice_needs_two_prefixes_and_compiles(library):
    survey = "type,name,parameters\ninclude,people,prefix=head_\ninclude,people,prefix=spouse_\n"
    book = read(library, survey)
    assert [row["name"] for row in book.survey] == ["head_age", "head_abroad", "spouse_age", "spouse_abroad"]
    assert book.survey[3]["relevant"] == "${spouse_age} > 14"
    assert b"/data/spouse_age  &gt; 14" in xform.compile(book).xml


def test_references_to_other_forms_questions_keep_their_name():
    row = Row({"name": "age", "relevant": "${ages} > 1 and ${age} > 2 and ./age > 3 and age_x"}, "s.csv", 2)
    assert prefixed([row], "m_")[0]["relevant"] == "${ages} > 1 and ${m_age} > 2 and ./m_age > 3 and age_x"


def test_a_module_that_includes_itself_is_refused(library):
    write(library / "_modules/people", {"survey.csv": "type,name\ninclude,places\n"})
    write(library / "_modules/places", {"survey.csv": "type,name\ninclude,people\n"})
    assert "includes itself (people -> places -> people)" in refused(library, "type,name\ninclude,people\n")


def test_an_unknown_module_is_refused_with_the_nearest_one(library):
    message = refused(library, "type,name\ninclude,poeple\n")
    assert message == "form/survey.csv:2: no module 'poeple' in _modules/. Did you mean 'people'?"


def test_the_same_list_may_come_from_several_sides(library):
    book = read(library, "type,name\ninclude,people\n", choices=YESNO)
    assert len(book.lists["yesno"]) == 2


def test_another_list_of_the_same_name_is_refused(library):
    message = refused(library, "type,name\ninclude,people\n", choices=YESNO.replace("2,No", "0,No"))
    assert "choice list 'yesno' differs from the one at form/choices.csv:2" in message


def test_an_include_with_a_condition_is_refused(library):
    message = refused(library, "type,name,relevant\ninclude,people,true()\n")
    assert message.endswith("(found relevant). Put conditions on a group around it.")


def test_a_prefix_that_is_no_name_is_refused(library):
    assert "Write prefix=hh_." in refused(library, "type,name,parameters\ninclude,people,prefix=2\n")


def test_a_module_brings_parameters_and_the_form_goes_before_them(library):
    module = '[parameters]\nplace = "here"\n"place::ru" = "здесь"\n'
    survey = "type,name,label\ntext,a,Born {{place}}?\n"
    write(library / "_modules/people", {"survey.csv": survey, "module.toml": module})
    assert read(library, "type,name\ninclude,people\n").survey[0]["label::English (en)"] == "Born here?"
    write(library / "form", {"form.toml": '[form]\nid = "form"\n[parameters]\nplace = "there"\n'})
    book = workbook.read(library / "form")
    assert book.survey[0]["label::English (en)"] == "Born there?"
    assert dict(book.parameters) == {"place": "there"}
