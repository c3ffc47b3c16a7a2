"""The merge of three: what was sent, what the form says, what came back; nothing that anybody wrote is lost."""

import csv
from datetime import datetime

import openpyxl
import pytest

from forms import conflicts, delivery, ledger, workbook
from forms.errors import WorkbookError
from tests.forms.translating import adapted, office_writes, sent, standard, text, translator_writes


def told(done):
    return {each.returned.key[1].rpartition(".")[2]: (each.outcome, each.reason) for each in done.decisions}


def waiting(form, language):
    return {each.name: (each.ours, each.theirs) for each in conflicts.read(ledger.read(form), language)}


def rewritten(path, change):
    """The file with each row, headings first, as `change` makes them."""
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        rows = [list(row) for row in sheet.iter_rows(values_only=True)]
        sheet.delete_rows(1, len(rows))
        for row in change(rows):
            sheet.append(row)
    book.save(path)


def test_a_text_that_only_the_translator_changed_goes_into_the_form(tmp_path):
    project = adapted(tmp_path)
    path = sent(project, "tg")
    translator_writes(path, {"person": "Узви хоҷагӣ", "p_name": "Номи шахс"})
    assert delivery.take(project, path).counts == {"accepted": 2, "unchanged": 2}
    assert (text(project, "tg", "person").text, text(project, "tg", "p_name").text) == ("Узви хоҷагӣ", "Номи шахс")


def test_at_1_13_a_text_that_only_the_office_changed_stays(tmp_path):
    project = adapted(tmp_path)
    path = sent(project, "tg")
    office_writes(project, "tg", "p_name", "Номи шахс")
    assert told(delivery.take(project, path))["p_name"] == ("unchanged", "the form has a newer text")
    assert text(project, "tg", "p_name").text == "Номи шахс"


def test_at_1_13_a_text_that_both_changed_is_a_conflict_and_the_form_keeps_its_own(tmp_path):
    project = adapted(tmp_path)
    path = sent(project, "tg")
    office_writes(project, "tg", "p_name", "Номи шахс")
    translator_writes(path, {"p_name": "Ному насаб"})
    assert delivery.take(project, path).counts["conflict"] == 1
    assert text(project, "tg", "p_name").text == "Номи шахс"
    assert waiting(project, "tg") == {"stay.p_name": ("Номи шахс", "Ному насаб")}


def test_at_1_13_a_conflict_is_settled_either_way(tmp_path):
    project = adapted(tmp_path)
    path = sent(project, "tg")
    for name, ours, theirs in (("p_name", "а", "б"), ("age", "в ${p_name}", "г ${p_name}")):
        office_writes(project, "tg", name, ours)
        translator_writes(path, {name: theirs})
    delivery.take(project, path)
    delivery.settle(project, "tg", "theirs", ["p_name"])
    delivery.settle(project, "tg", "ours", ["age"])
    assert [text(project, "tg", name).text for name in ("p_name", "age")] == ["б", "в ${p_name}"]
    assert waiting(project, "tg") == {}
    assert not (project / "translations/conflicts_tg.csv").exists()


def test_at_1_13_a_text_that_the_office_wrote_after_the_conflict_is_not_overwritten(tmp_path):
    project = adapted(tmp_path)
    path = sent(project, "tg")
    office_writes(project, "tg", "p_name", "а")
    translator_writes(path, {"p_name": "б"})
    delivery.take(project, path)
    office_writes(project, "tg", "p_name", "в")
    with pytest.raises(WorkbookError, match="the form has meanwhile 'в'"):
        delivery.settle(project, "tg", "theirs", [])
    assert text(project, "tg", "p_name").text == "в"


def test_the_same_text_from_both_is_no_conflict(tmp_path):
    project = adapted(tmp_path)
    path = sent(project, "tg")
    office_writes(project, "tg", "p_name", "Номи шахс")
    translator_writes(path, {"p_name": "Номи шахс"})
    assert delivery.take(project, path).counts == {"unchanged": 3}


def test_at_1_13_a_text_whose_original_changed_meanwhile_is_taken_and_stale(tmp_path):
    project = adapted(tmp_path)
    path = sent(project, "tg")
    office_writes(project, "en", "p_name", "Full name")
    translator_writes(path, {"p_name": "Номи шахс"})
    assert told(delivery.take(project, path))["p_name"] == ("accepted", "stale: its original has changed since")
    taken = text(project, "tg", "p_name")
    assert (taken.text, taken.stale, taken.made.original) == ("Номи шахс", True, "Name")


def test_an_empty_cell_never_deletes(tmp_path):
    project = adapted(tmp_path)
    path = sent(project, "tg")
    rewritten(path, lambda rows: [rows[0], *([row[0], None, *row[2:]] for row in rows[1:])])
    assert delivery.take(project, path).counts == {}
    assert text(project, "tg", "p_name").text == "Ном"


def test_at_1_12_lost_placeholders_and_tags_are_refused_and_kept_aside(tmp_path):
    project = adapted(tmp_path)
    path = sent(project, "tg")
    translator_writes(path, {"age": "Чандсола?", "abroad": "${p_name} берун аз {{country}} 12 моҳ?"})
    done = delivery.take(project, path)
    assert told(done)["age"] == ("refused", "lost placeholder ${p_name}")
    assert told(done)["abroad"] == ("refused", "lost tag **, **")
    assert waiting(project, "tg") == {
        "stay.age": ("${p_name} чандсола аст?", "Чандсола?"),
        "stay.abroad": ("", "${p_name} берун аз {{country}} 12 моҳ?"),
    }
    with pytest.raises(WorkbookError, match=r"lost placeholder \$\{p_name\}"):
        delivery.settle(project, "tg", "theirs", ["age"])


def test_at_1_12_another_number_is_taken_with_a_note(tmp_path):
    project = adapted(tmp_path)
    path = sent(project, "tg")
    translator_writes(path, {"abroad": "${p_name} берун аз {{country}} **6 моҳ**?"})
    assert told(delivery.take(project, path))["abroad"] == ("accepted", "lost number 12 and added number 6")


def test_rows_in_another_order_and_a_renamed_sheet_make_no_difference(tmp_path):
    project = adapted(tmp_path)
    path = sent(project, "tg")
    translator_writes(path, {"person": "Узви хоҷагӣ"})
    rewritten(path, lambda rows: [rows[0], *reversed(rows[1:])])
    book = openpyxl.load_workbook(path)
    book["tg"].title = "Лист1"
    book.create_sheet("notes").append(["Thank you"])
    book.save(path)
    assert delivery.take(project, path).counts == {"accepted": 1, "unchanged": 3}


def test_columns_in_another_order_make_no_difference(tmp_path):
    project = adapted(tmp_path)
    path = sent(project, "tg")
    translator_writes(path, {"person": "Узви хоҷагӣ"})
    rewritten(path, lambda rows: [["mine", *reversed(rows[0])], *([None, *reversed(row)] for row in rows[1:])])
    assert delivery.take(project, path).counts == {"accepted": 1, "unchanged": 3}


def test_without_its_keys_a_text_is_placed_by_its_original(tmp_path):
    project = adapted(tmp_path)
    path = sent(project, "tg")
    translator_writes(path, {"person": "Узви хоҷагӣ"})
    rewritten(path, lambda rows: [row[:2] for row in rows])
    assert delivery.take(project, path).counts == {"accepted": 1, "unchanged": 3}
    rewritten(path, lambda rows: [rows[0], ["Something else", "Чизи дигар"]])
    assert delivery.take(project, path).decisions[0].reason == "no text, or several, have its original"


def test_without_keys_and_language_a_file_is_refused(tmp_path):
    project = adapted(tmp_path)
    path = sent(project, "tg")
    rewritten(path, lambda rows: [row[:2] for row in rows])
    book = openpyxl.load_workbook(path)
    book["tg"].title = "Лист1"
    book.save(path)
    with pytest.raises(WorkbookError, match="in 'лист1', which this form has not"):
        delivery.take(project, path)


def test_a_file_of_another_form_is_refused_whole(tmp_path):
    project = adapted(tmp_path)
    other = sent(standard(tmp_path / "other"), "tg")
    before = (project / "form.xlsx").read_bytes()
    with pytest.raises(WorkbookError, match=r"made for the form 'stay', and this is 'tjk'"):
        delivery.take(project, other)
    assert (project / "form.xlsx").read_bytes() == before
    assert waiting(project, "tg") == {}


def test_a_row_of_another_form_is_refused_alone(tmp_path):
    project = adapted(tmp_path)
    path = sent(project, "tg")
    translator_writes(path, {"person": "Узви хоҷагӣ"})
    rewritten(path, lambda rows: [*rows, ["Name", "Ном", *[None] * 4, "stay|tg|survey|label|stay.p_name", "", ""]])
    done = delivery.take(project, path)
    assert done.counts == {"accepted": 1, "unchanged": 3, "refused": 1}
    assert done.decisions[-1].reason == "belongs to another form, 'stay'"


def test_a_file_in_a_language_that_the_form_has_not_is_refused(tmp_path):
    project = adapted(tmp_path, "ru", "tg", "en")
    path = sent(project, "tg")
    rewritten(path, lambda rows: [[str(cell or "").replace("tjk|tg|", "tjk|uz|") for cell in row] for row in rows])
    with pytest.raises(WorkbookError, match="in 'uz', which this form has not"):
        delivery.take(project, path)


def test_a_text_whose_question_is_gone_is_kept_aside(tmp_path):
    project = adapted(tmp_path)
    path = sent(project, "tg")
    translator_writes(path, {"person": "Узви хоҷагӣ", "age": "Синни ${p_name}?"})
    book = openpyxl.load_workbook(project / "form.xlsx")
    line = next(row[0].row for row in book["survey"] if "age" in [cell.value for cell in row])
    book["survey"].delete_rows(line)
    book.save(project / "form.xlsx")
    done = delivery.take(project, path)
    assert told(done)["age"] == ("refused", "the question, or its text, is gone")
    assert waiting(project, "tg") == {"stay.age": ("", "Синни ${p_name}?")}
    with pytest.raises(WorkbookError, match="is gone"):
        delivery.settle(project, "tg", "theirs", ["age"])


def test_two_texts_for_one_place_are_both_refused_and_kept_aside(tmp_path):
    project = adapted(tmp_path)
    path = sent(project, "tg")
    translator_writes(path, {"person": "Узви хоҷагӣ"})
    again = "Аъзои хоҷагӣ"
    rewritten(path, lambda rows: [*rows, *([row[0], again, *row[2:]] for row in rows if row[1] == "Узви хоҷагӣ")])
    done = delivery.take(project, path)
    assert done.counts == {"refused": 2, "unchanged": 3}
    assert all("stands there twice" in each.reason for each in done.decisions if each.outcome == "refused")
    kept = [each.theirs for each in conflicts.read(ledger.read(project), "tg")]
    assert kept == ["Узви хоҷагӣ", again]
    assert text(project, "tg", "person").text == ""


def test_one_text_twice_is_taken_once(tmp_path):
    project = adapted(tmp_path)
    path = sent(project, "tg")
    translator_writes(path, {"person": "Узви хоҷагӣ"})
    rewritten(path, lambda rows: [*rows, *(row for row in rows if row[1] == "Узви хоҷагӣ")])
    assert delivery.take(project, path).counts == {"accepted": 1, "unchanged": 4}


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (datetime(2026, 6, 1), "Excel made a date of it"),
        (0.5, "Excel made a number of it"),
        (True, "Excel made a number of it"),
        ("=A1&B1", "is a formula"),
        ("#REF!", "Excel shows the error #REF!"),
        ("#N/A", "Excel shows the error #N/A"),
        ("Н" * 32_768, "a cell of Excel holds 32,767"),
    ],
)
def test_a_cell_that_is_no_text_is_refused_with_its_place(tmp_path, value, reason):
    project = adapted(tmp_path)
    path = sent(project, "tg")
    if isinstance(value, str) and len(value) > 32_767:
        path = sent(project, "tg", "t.po")
        path.write_text(path.read_text().replace('msgstr "Ном"', f'msgstr "{value}"'))
    else:
        translator_writes(path, {"p_name": value})
    [refused] = [each for each in delivery.take(project, path).decisions if each.outcome == "refused"]
    assert reason in refused.reason
    assert refused.returned.place.startswith(path.name)
    assert text(project, "tg", "p_name").text == "Ном"


def test_a_workbook_without_texts_is_refused(tmp_path):
    project = adapted(tmp_path)
    with pytest.raises(WorkbookError, match="no sheet has the columns 'original' and 'text'"):
        delivery.take(project, project / "form.xlsx")
    (tmp_path / "a.ods").write_bytes(b"PK")
    with pytest.raises(WorkbookError, match=r"Save it as \.xlsx"):
        delivery.take(project, tmp_path / "a.ods")


def test_a_form_folder_takes_translations_into_its_csv(tmp_path):
    folder = standard(tmp_path)
    path = sent(folder, "tg")
    translator_writes(path, {"person": "Узви хоҷагӣ"})
    assert delivery.take(folder, path).counts == {"accepted": 1, "unchanged": 3}
    with (folder / "translations/tg.csv").open() as file:
        assert [row["text"] for row in csv.DictReader(file)] == ["Ном", "${p_name} чандсола аст?", "Ҳа", "Узви хоҷагӣ"]
    assert {each.rule for each in workbook.read(folder, draft=True).findings} == {"translation-missing"}
