"""The workbook of a translator: each text beside its original, readable, and told apart by its own row."""

import openpyxl
import pytest

from forms import delivery, ledger, translator_files
from forms.header import direction
from forms.translations import source_hash
from tests.forms.translating import adapted, office_writes, sent


@pytest.fixture
def project(tmp_path):
    return adapted(tmp_path)


def rows(path):
    head, *lines = openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True)
    return [dict(zip(head, line, strict=True)) for line in lines]


def test_a_row_holds_original_text_context_and_length(project):
    row = next(row for row in rows(sent(project, "tg")) if row["original"] == "How old is ${p_name}?")
    assert row == {
        "original": "How old is ${p_name}?",
        "text": "${p_name} чандсола аст?",
        "context": "Question age. In: Member of the household. Asked of: all members.",
        "max length": 51,
        "original before": None,
        "still right": None,
        "key": "tjk|tg|survey|label|stay.age",
        "base": source_hash("${p_name} чандсола аст?"),
        "source": source_hash("How old is ${p_name}?"),
    }


def test_the_context_of_hints_messages_and_choices_names_their_question(project):
    told = {row["original"]: row["context"] for row in rows(sent(project, "tg"))}
    assert told["In full years."].startswith("Hint for the interviewer: How old is ${p_name}?")
    assert told["At most 119 years."].startswith("Shown when the answer cannot be: How old is ${p_name}?")
    assert told["Yes"] == "Answer to: Did ${p_name} live outside {{country}} for **12 months**?"
    assert told["Member of the household"] == "Heading of the section person."


def test_at_1_11_a_stale_row_shows_what_its_original_was(project):
    office_writes(project, "en", "p_name", "Full name")
    row = next(row for row in rows(sent(project, "ru")) if row["original"] == "Full name")
    assert (row["text"], row["original before"]) == ("Имя", "Name")


@pytest.mark.parametrize(
    ("language", "mirrored"), [("ar", True), ("fa", True), ("ur", True), ("tg", False), ("xx", False)]
)
def test_a_language_is_known_to_run_from_right_to_left(language, mirrored):
    assert (direction(language) == "rtl") == mirrored


def test_the_sheet_of_a_language_from_right_to_left_is_mirrored(project):
    sheet = openpyxl.load_workbook(sent(project, "ar"))["ar"]
    assert sheet.sheet_view.rightToLeft
    assert (sheet["B2"].alignment.readingOrder, sheet["A2"].alignment.readingOrder) == (2, 1)
    assert not openpyxl.load_workbook(sent(project, "tg"))["tg"].sheet_view.rightToLeft


def test_the_columns_that_are_kept_for_the_way_back_are_grey(project):
    sheet = openpyxl.load_workbook(sent(project, "tg"))["tg"]
    grey = {cell.value for cell in sheet[1] if sheet.cell(2, cell.column).fill.fgColor.rgb == "00EDEDED"}
    assert grey == {"key", "base", "source"}


def test_a_text_that_begins_like_a_formula_is_a_text(project):
    office_writes(project, "tg", "p_name", "=Ном")
    path = sent(project, "tg")
    assert delivery.take(project, path).counts == {"unchanged": 3}


def test_a_form_without_originals_has_an_empty_file(tmp_path, project):
    assert [row["text"] for row in rows(sent(project, "ar"))] == [None] * 8


@pytest.mark.parametrize("name", ["census_migration", "border_card"])
def test_a_library_form_comes_back_from_excel_as_it_was_sent(tmp_path, name):
    path = tmp_path / "t.xlsx"
    delivery.send(name, "ar", path)
    texts = {each.key: each.text for each in ledger.read(name).texts("ar") if each.text}
    assert {each.key: each.text for each in translator_files.read(path)} == texts
