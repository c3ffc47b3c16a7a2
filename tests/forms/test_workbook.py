"""Workbooks: form folders, Excel files and Markdown read the same; what cannot be read says why."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from forms import catalog, workbook, xform
from forms.definition import Form
from forms.errors import TranslationError, WorkbookError
from forms.header import Header
from forms.sheets import Row
from forms.workbook import Workbook
from tests.drawing import workbook as drawn

FORM = """
[form]
id = "drawn"
title = "Drawn in {{year}}"
version = "2026112401"
language = "en"
sample_key = "household_id"

[languages]
en = "English"
ru = "Русский"

[parameters]
year = "2026"
"""
SURVEY = "type,name,label\ntext,household_id,Household of {{year}}\nselect_one place,birth,Where?\n"
PLACES = "name,label,label::ru\n1,Here,Здесь\n2,Abroad,За границей\n"
RUSSIAN = (
    "sheet,name,column,text,source\nsurvey,household_id,label,Домохозяйство {{year}} года,\nsurvey,birth,label,Где?,\n"
)


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "drawn"
    write(path, {"form.toml": FORM, "survey.csv": SURVEY, "lists/place.csv": PLACES, "translations/ru.csv": RUSSIAN})
    return path


def write(folder, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def refused(path, **options) -> str:
    with pytest.raises(WorkbookError) as error:
        workbook.read(path, **options)
    return error.value.message


def test_a_folder_becomes_rows_with_every_wording_named_by_its_language(folder):
    book = workbook.read(folder)
    assert dict(book.survey[0]) == {
        "type": "text",
        "name": "household_id",
        "label::English (en)": "Household of 2026",
        "label::Русский (ru)": "Домохозяйство 2026 года",
    }


def test_a_row_knows_its_file_and_line(folder):
    book = workbook.read(folder)
    assert [row.where for row in book.survey] == ["drawn/survey.csv:2", "drawn/survey.csv:3"]
    assert book.lists["place"][1].where == "drawn/lists/place.csv:3"


def test_a_row_after_a_cell_of_two_lines_knows_its_line(folder):
    write(
        folder, {"survey.csv": 'type,name,label\ntext,household_id,"Household of {{year}}"\nnote,n,"1\n2"\ntext,t,3\n'}
    )
    assert [row.line for row in workbook.read(folder, draft=True).survey] == [2, 3, 5]


def test_a_line_separator_inside_a_text_breaks_no_row(folder):
    write(folder, {"survey.csv": SURVEY.replace("Where?", "Where\u2028now?")})
    assert workbook.read(folder).survey[1]["label::English (en)"] == "Where\u2028now?"


def test_parameters_go_into_every_cell_and_into_the_title(folder):
    book = workbook.read(folder, parameters={"year": "2031"})
    assert book.survey[0]["label::Русский (ru)"] == "Домохозяйство 2031 года"
    assert book.settings["form_title"] == "Drawn in 2031"
    assert book.parameters == {"year": "2031"}


def test_a_parameter_that_the_form_has_not_is_refused(folder):
    assert refused(folder, parameters={"yaer": "2031"}) == (
        "parameters: form 'drawn' has no parameter 'yaer'. Did you mean 'year'?"
    )


def test_a_parameter_that_nobody_defines_is_refused(folder):
    write(folder, {"survey.csv": SURVEY + "note,n,Before {{day}}\n"})
    assert refused(folder, draft=True).startswith("drawn/survey.csv:4 label::English (en): no parameter 'day'.")


DAYS = FORM.replace('year = "2026"', 'year = "1 June"\n"year::ru" = "1 июня"')


def test_a_parameter_may_read_differently_in_each_language(folder):
    write(folder, {"form.toml": DAYS})
    row = workbook.read(folder).survey[0]
    assert (row["label::English (en)"], row["label::Русский (ru)"]) == (
        "Household of 1 June",
        "Домохозяйство 1 июня года",
    )


def test_a_parameter_given_for_all_languages_leaves_none_behind(folder):
    write(folder, {"form.toml": DAYS})
    row = workbook.read(folder, parameters={"year": "2031"}).survey[0]
    assert row["label::Русский (ru)"] == "Домохозяйство 2031 года"


def test_a_parameter_is_given_for_one_language(folder):
    write(folder, {"form.toml": DAYS})
    row = workbook.read(folder, parameters={"year": "9 May", "year::ru": "9 мая"}).survey[0]
    assert (row["label::English (en)"], row["label::Русский (ru)"]) == (
        "Household of 9 May",
        "Домохозяйство 9 мая года",
    )


def test_a_choice_list_can_be_replaced_by_rows(folder):
    rows = [{"name": "21", "label": "Endar", "label::ru": "Эндар"}]
    assert [dict(row) for row in workbook.read(folder, lists={"place": rows}).choices] == [
        {"list_name": "place", "name": "21", "label::English (en)": "Endar", "label::Русский (ru)": "Эндар"}
    ]


def test_a_choice_list_can_be_replaced_by_a_file(folder, tmp_path):
    write(tmp_path, {"countries.csv": "name,label,label::ru\n21,Endar,Эндар\n"})
    book = workbook.read(folder, lists={"place": tmp_path / "countries.csv"})
    assert [row["name"] for row in book.choices] == ["21"]


def test_a_list_that_the_form_has_not_is_refused(folder):
    assert "has no list 'places'. Did you mean 'place'?" in refused(folder, lists={"places": []})


def test_a_shared_code_list_comes_in_the_languages_of_the_form(folder):
    write(folder, {"form.toml": FORM + '[codelists]\ncountry = "iso3166/2026"\n'})
    land = workbook.read(folder).lists["country"][1]
    assert dict(land) == {
        "list_name": "country",
        "name": "AFG",
        "label::English (en)": "Afghanistan",
        "label::Русский (ru)": "Афганистан",
        "alpha2": "AF",
        "m49": "004",
    }


def test_a_missing_translation_is_refused_with_every_place(folder):
    write(folder, {"translations/ru.csv": RUSSIAN.replace("survey,birth,label,Где?,\n", "")})
    with pytest.raises(TranslationError) as error:
        workbook.read(folder)
    (finding,) = error.value.findings
    assert finding == (
        "drawn/survey.csv:3 label::Русский (ru): error: 'birth' has no ru text. "
        "Translate 'Where?' in translations/ru.csv or in this column. [translation-missing]"
    )


def test_a_draft_shows_the_source_text_where_a_translation_is_missing(folder):
    (folder / "translations/ru.csv").unlink()
    assert workbook.read(folder, draft=True).survey[1]["label::Русский (ru)"] == "⟦en⟧ Where?"


def test_a_picture_without_language_serves_in_all(folder):
    write(folder, {"survey.csv": SURVEY.replace("label\n", "label,image\n").replace("Where?", "Where?,map.png")})
    row = workbook.read(folder).survey[1]
    assert row["media::image::English (en)"] == row["media::image::Русский (ru)"] == "map.png"


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"form.toml": "[form"}, r"drawn/form.toml: .* Correct that line\."),
        ({"form.toml": "[form]\ntitle = 'x'"}, r"drawn/form.toml: \[form\] id is missing\."),
        ({"form.toml": FORM + "[prameters]\na = 1"}, r"unknown 'prameters'\. Did you mean 'parameters'\?"),
        ({"form.toml": FORM.replace("sample_key", "samplekey")}, r"unknown 'samplekey'\. Did you mean 'sample_key'\?"),
        (
            {"survey.csv": "type,name,lable\ntext,a,A"},
            r"drawn/survey.csv: unknown column 'lable'\. Did you mean 'label'",
        ),
        ({"survey.csv": "type,name,name\ntext,a,A"}, r"drawn/survey.csv: column 'name' stands there twice"),
        ({"survey.csv": "type,name,label\ntext,a,Who, where"}, r"drawn/survey.csv:2: 'where' stands beyond"),
        ({"survey.csv": 'type,name\ntext,"a'}, r"drawn/survey.csv:2: .*quotation mark"),
        ({"survey.csv": ""}, r"drawn/survey.csv: empty\."),
        ({"survey.csv": "type,name,label\ntext,a,A\x07"}, r"drawn/survey.csv:2 label: a control character"),
        ({"choices.csv": "list_name,name,label\nplace,1,Here"}, r"the list 'place' is also in choices\.csv"),
        ({"form.toml": FORM + "[codelists]\na = 'iso3166/1990'"}, r"'iso3166' is here in version 2026, not 1990"),
    ],
)
def test_a_folder_that_cannot_be_read_says_where_and_what_to_do(folder, files, message):
    write(folder, files)
    assert re.search(message, refused(folder, draft=True))


def test_a_file_that_is_not_utf_8_is_refused(folder):
    (folder / "survey.csv").write_bytes("type,name,label\ntext,a,É".encode("latin-1"))
    assert refused(folder) == "drawn/survey.csv:2: not UTF-8. Save it from Excel as 'CSV UTF-8'."


def test_a_semicolon_in_a_header_with_commas_separates_nothing(folder):
    write(folder, {"survey.csv": SURVEY.replace("label", 'label,x_a;b,"x_c"', 1)})
    assert workbook.read(folder).survey[1]["label::English (en)"] == "Where?"


def test_a_folder_without_survey_is_refused(folder):
    (folder / "survey.csv").unlink()
    assert refused(folder) == "drawn/survey.csv: no such file. Every form folder needs it."


def test_an_xlsx_that_is_none_is_refused(tmp_path):
    (tmp_path / "form.xlsx").write_bytes(b"type,name,label")
    assert refused(tmp_path / "form.xlsx").startswith("form.xlsx: not an Excel workbook (.xlsx).")


def test_a_file_that_is_not_there_is_refused(tmp_path):
    assert refused(tmp_path / "form.xlsx") == "form.xlsx: no such file."
    assert "no form. Give a form folder" in refused(tmp_path / "form.ods")


def test_a_workbook_without_survey_sheet_is_refused():
    with pytest.raises(WorkbookError, match=r"no sheet 'survey' with questions\. Did you mean 'surveys'\?"):
        drawn("| surveys |      |\n|         | type |\n|         | text |")


def test_an_include_outside_a_folder_is_refused():
    with pytest.raises(WorkbookError, match=r"drawn\[survey\]:3: only a form folder can include modules"):
        drawn("| survey |      |      |\n|        | type | name |\n|        | include | people |")


def test_a_form_without_languages_keeps_plain_labels():
    book = drawn("""
        | survey |      |      |       |
        |        | type | name | label |
        |        | text | a    | A     |
        """)
    assert dict(book.survey[0]) == {"type": "text", "name": "a", "label": "A"}
    assert book.header.headings == {}


def test_column_names_of_other_tools_are_understood():
    book = drawn("""
        | survey |         |      |         |           |           |
        |        | type    | name | caption | relevance | calculate |
        |        | integer | a    | A       | true()    | 1 + 1     |
        """)
    assert dict(book.survey[0]) == {
        "type": "integer",
        "name": "a",
        "label": "A",
        "relevant": "true()",
        "calculation": "1 + 1",
    }


def test_an_excel_workbook_is_written_with_the_same_bytes_each_time(folder, tmp_path):
    book = workbook.read(folder)
    for name in ("a.xlsx", "b.xlsx"):
        workbook.write_xlsx(book, tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_text_that_begins_like_a_formula_stays_a_text(tmp_path):
    book = drawn("""
        | survey |      |      |          |
        |        | type | name | label    |
        |        | note | a    | =1+1     |
        |        | text | b    | 007      |
        """)
    workbook.write_xlsx(book, tmp_path / "form.xlsx")
    assert [row["label"] for row in workbook.read(tmp_path / "form.xlsx").survey] == ["=1+1", "007"]


@pytest.mark.parametrize("name", catalog.names())
def test_a_library_form_is_the_same_from_folder_from_excel_and_from_a_new_folder(name, tmp_path):
    book = catalog.load(name)
    workbook.write_xlsx(book, tmp_path / "form.xlsx")
    workbook.take_apart(tmp_path / "form.xlsx", tmp_path / "again")
    for other in (workbook.read(tmp_path / "form.xlsx"), workbook.read(tmp_path / "again")):
        assert xform.compile(other).xml == xform.compile(book).xml
        assert Form.from_workbook(other) == Form.from_workbook(book)


def test_a_form_folder_is_never_written_over(folder, tmp_path):
    workbook.write_xlsx(workbook.read(folder), tmp_path / "form.xlsx")
    with pytest.raises(WorkbookError, match="a form is there already"):
        workbook.take_apart(tmp_path / "form.xlsx", folder)


def test_parameters_cannot_be_set_in_a_workbook_that_has_them_in_place(folder, tmp_path):
    workbook.write_xlsx(workbook.read(folder), tmp_path / "form.xlsx")
    assert "Build it anew from its folder." in refused(tmp_path / "form.xlsx", parameters={"year": "2031"})


def test_json_gives_the_workbook_back(folder):
    book = workbook.read(folder)
    again = workbook.from_json(workbook.to_json(book))
    assert (again.header, again.survey, again.choices) == (book.header, book.survey, book.choices)
    assert [row.where for row in again.survey] == [row.where for row in book.survey]


WORDS = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=30).filter(
    lambda text: text == text.strip() and "{{" not in text
)


@settings(max_examples=15, deadline=None)
@given(labels=st.lists(WORDS, min_size=1, max_size=4))
@example(labels=["_x0041_", "a\xa0b", "=1", "'x", "007", "1e5"])
def test_any_wording_survives_excel_and_a_folder(labels, tmp_path_factory):
    cells = [{"type": "note", "name": f"n{number}", "label": label} for number, label in enumerate(labels)]
    rows = [Row(row, "drawn", 1) for row in cells]
    book = Workbook(Header(id="drawn", title="Drawn"), tuple(rows))
    place = tmp_path_factory.mktemp("any")
    workbook.write_xlsx(book, place / "form.xlsx")
    workbook.take_apart(place / "form.xlsx", place / "again")
    assert workbook.read(place / "form.xlsx").survey == book.survey
    assert [row["label::English (en)"] for row in workbook.read(place / "again").survey] == labels
