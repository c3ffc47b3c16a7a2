"""The ledger: how far a form is translated, and which translations were made from an original that has changed."""

import openpyxl
import pytest

from forms import catalog, checks, delivery, ledger, workbook, xform
from forms.errors import TranslationError, WorkbookError
from tests.forms.translating import (
    adapted,
    built,
    office_writes,
    sent,
    standard,
    text,
    translator_writes,
)  # fmt: skip


def of(form, language):
    return next(status for status in ledger.status(form) if status.language == language)


def stale(form, language):
    return {each.name: (each.made.original, each.original) for each in ledger.read(form).texts(language) if each.stale}


def test_at_1_10_a_label_that_is_empty_in_one_language_is_an_error(tmp_path):
    project = adapted(tmp_path, "ru", "en")
    office_writes(project, "ru", "age", "")
    [finding] = [each for each in workbook.read(project, draft=True).findings if each.level == "error"]
    assert (finding.rule, finding.column) == ("translation-missing", "label::Русский (ru)")
    with pytest.raises(TranslationError, match="'age' has no ru text"):
        workbook.read(project)


def test_at_1_10_labels_choices_hints_and_messages_are_counted(tmp_path):
    assert {code: of(adapted(tmp_path), code).done for code in ("ru",)} == {
        "ru": {"labels": (4, 4), "choices": (2, 2), "hints": (1, 1), "messages": (1, 1), "media": (0, 0)}
    }
    assert of(tmp_path / "tjk", "tg").done == {
        "labels": (2, 4),
        "choices": (1, 2),
        "hints": (0, 1),
        "messages": (0, 1),
        "media": (0, 0),
    }


def test_at_1_10_a_picture_is_counted_in_each_language(tmp_path):
    folder = standard(tmp_path)
    survey = folder / "survey.csv"
    head, *lines = survey.read_text(encoding="utf-8").splitlines()
    cells = [",age.png," if line.startswith("integer,age") else ",," for line in lines]
    columns = ",media::image::en,media::image::ru"
    texts = [head + columns, *(line + cell for line, cell in zip(lines, cells, strict=True))]
    survey.write_text("\n".join(texts), encoding="utf-8")
    assert [of(folder, code).done["media"] for code in ("en", "ru")] == [(1, 1), (0, 1)]


def test_at_1_10_a_language_is_ready_only_with_all_labels_and_choices(tmp_path):
    project = adapted(tmp_path)
    assert of(project, "ru").blocked == ()
    assert of(project, "tg").blocked == ("needs 100 % labels+choices", "1 hints missing", "1 messages missing")
    assert (of(project, "ru").ready, of(project, "tg").ready, of(project, "ar").ready) == (100, 37, 0)


@pytest.mark.parametrize("name", ["census_migration", "remittance_price", "trafficking_case"])
def test_at_1_10_a_language_is_blocked_when_check_finds_an_error_in_it(name):
    book = catalog.load(name, draft=True)
    wrong = {each.column.partition("::")[2] for each in book.findings if each.level == "error"}
    blocked = {book.header.headings[status.language] for status in ledger.status(name) if status.blocked}
    assert blocked == wrong


def test_a_text_in_its_originals_words_is_counted_as_the_same(tmp_path):
    project = adapted(tmp_path)
    office_writes(project, "tg", "person", "Member of the household")
    assert (of(project, "tg").same, of(project, "tg").long) == (1, 0)
    office_writes(project, "tg", "person", "Узви хоҷагӣ " * 9)
    assert (of(project, "tg").same, of(project, "tg").long) == (0, 1)


def test_at_1_11_an_original_that_changed_makes_each_of_its_translations_stale(tmp_path):
    project = adapted(tmp_path)
    office_writes(project, "en", "age", "What is the age of ${p_name}?")
    changed = {"stay.age": ("How old is ${p_name}?", "What is the age of ${p_name}?")}
    assert (stale(project, "ru"), stale(project, "tg"), stale(project, "ar")) == (changed, changed, {})
    findings = [each for each in workbook.read(project, draft=True).findings if each.rule == "translation-stale"]
    assert {(each.column, each.level) for each in findings} == {
        ("label::Русский (ru)", "error"), ("label::Тоҷикӣ (tg)", "error"),
    }  # fmt: skip
    assert "'How old is ${p_name}?', which is now 'What is the age of ${p_name}?'" in findings[0].message


def test_at_1_11_a_stale_text_blocks_the_form_until_it_is_confirmed(tmp_path):
    project = adapted(tmp_path, "ru", "en")
    office_writes(project, "en", "age", "What is the age of ${p_name}?")
    with pytest.raises(TranslationError, match="which is now"):
        workbook.read(project)
    delivery.confirm(project, "ru", ["age"])
    assert workbook.read(project).findings == ()
    office_writes(project, "en", "age", "Age of ${p_name}?")
    assert stale(project, "ru") == {"stay.age": ("What is the age of ${p_name}?", "Age of ${p_name}?")}


def test_at_1_11_an_original_that_is_put_back_makes_its_translations_fresh_again(tmp_path):
    project = adapted(tmp_path)
    office_writes(project, "en", "age", "Age")
    office_writes(project, "en", "age", "How old is ${p_name}?")
    assert stale(project, "ru") == {}


def test_at_1_11_a_translation_edited_in_excel_is_fresh_until_its_original_changes_again(tmp_path):
    project = adapted(tmp_path)
    office_writes(project, "en", "age", "Age of ${p_name}?")
    office_writes(project, "ru", "age", "Возраст: ${p_name}?")
    assert stale(project, "ru") == {}
    delivery.take(project, sent(project, "tg"))  # any command that writes puts the new pair on record
    office_writes(project, "en", "age", "Full years of ${p_name}?")
    assert stale(project, "ru") == {"stay.age": ("Age of ${p_name}?", "Full years of ${p_name}?")}


def test_at_1_11_staleness_survives_a_spreadsheet_that_writes_the_form_anew(tmp_path):
    project = adapted(tmp_path)
    office_writes(project, "en", "age", "Age of ${p_name}?")
    before = stale(project, "ru")
    openpyxl.load_workbook(project / "form.xlsx").save(project / "form.xlsx")
    assert stale(project, "ru") == before != {}


@pytest.mark.parametrize("file", ["t.xlsx", "t.po"])
def test_at_1_11_staleness_survives_export_and_import(tmp_path, file):
    project = adapted(tmp_path)
    office_writes(project, "en", "age", "Age of ${p_name}?")
    before = stale(project, "ru")
    delivery.take(project, sent(project, "ru", file))
    assert stale(project, "ru") == before != {}


def test_at_1_11_a_translator_confirms_a_stale_text_or_edits_it(tmp_path):
    project = adapted(tmp_path)
    office_writes(project, "en", "age", "Age of ${p_name}?")
    office_writes(project, "en", "p_name", "Full name")
    path = sent(project, "ru")
    translator_writes(path, {"age": "yes"}, heading="still right")
    translator_writes(path, {"p_name": "Полное имя"})
    assert delivery.take(project, path).counts == {"confirmed": 1, "accepted": 1, "unchanged": 6}
    assert stale(project, "ru") == {}


def test_a_renamed_question_keeps_its_translations_and_their_originals(tmp_path):
    project = adapted(tmp_path)
    office_writes(project, "en", "age", "Age of ${p_name}?")
    book = openpyxl.load_workbook(project / "form.xlsx")
    cells = [cell for row in book["survey"] for cell in row if cell.value == "age"]
    cells[0].value = "years"
    book.save(project / "form.xlsx")
    assert "stay.age" in stale(project, "ru")


def test_a_question_that_the_office_wrote_in_its_own_language_is_translated_from_that(tmp_path):
    project = adapted(tmp_path)
    book = openpyxl.load_workbook(project / "form.xlsx")
    headings = [cell.value for cell in book["survey"][1]]
    cells = {"type": "text", "name": "trade", "label::Русский (ru)": "Чем вы заняты?"}
    book["survey"].append([cells.get(heading) for heading in headings])
    book.save(project / "form.xlsx")
    assert text(project, "tg", "trade").original == "Чем вы заняты?"
    assert [each.name for each in ledger.read(project).texts("en")] == ["trade"]
    path = sent(project, "en")
    translator_writes(path, {"trade": "What is your work?"})
    delivery.take(project, path)
    assert text(project, "tg", "trade").original == "What is your work?"
    office_writes(project, "ru", "trade", "Какая у вас работа?")
    assert stale(project, "en") == {"trade": ("Чем вы заняты?", "Какая у вас работа?")}


def test_a_list_of_the_office_keeps_its_translations_in_its_own_file(tmp_path):
    project = adapted(tmp_path, "ru", "en")
    (project / "lists").mkdir(exist_ok=True)
    file = project / "lists" / "yesno.csv"
    file.write_text("name;label::en;note\n1;Yes;a\n2;No;b\n", encoding="utf-8")
    path = sent(project, "ru")
    translator_writes(path, {"yesno/1": "Да", "yesno/2": "Нет"})
    assert delivery.take(project, path).counts["accepted"] == 2
    assert file.read_text(encoding="utf-8") == "name;label::en;note;label::ru\n1;Yes;a;Да\n2;No;b;Нет\n"


def test_a_form_folder_may_word_a_text_of_a_module_anew(tmp_path):
    folder = standard(tmp_path)
    module = tmp_path / "_modules" / "end"
    (module / "translations").mkdir(parents=True)
    (module / "survey.csv").write_text("type,name,label\nnote,bye,Thank you\n", encoding="utf-8")
    (module / "translations/ru.csv").write_text("sheet,name,column,text,source\nsurvey,bye,label,Спасибо,\n")
    with (folder / "survey.csv").open("a") as file:
        file.write("include,end,,,,,\n")
    delivery.write(folder, "ru", "bye", "label", "Благодарим вас")
    assert text(folder, "ru", "bye").text == "Благодарим вас"
    assert not [each for each in workbook.read(folder, draft=True).findings if each.rule == "translation-orphan"]
    (module / "survey.csv").write_text("type,name,label\nnote,bye,Thank you all\n", encoding="utf-8")
    assert text(folder, "ru", "bye").stale


def test_a_built_workbook_knows_which_of_its_translations_are_stale(tmp_path):
    path = built(tmp_path)
    office_writes(path, "en", "age", "Age of ${p_name}?")
    assert list(stale(path, "ru")) == ["stay.age"] or list(stale(path, "ru")) == ["age"]
    delivery.confirm(path, "ru", ["age"])
    assert stale(path, "ru") == {}


def test_a_built_workbook_takes_translations_and_stays_a_form(tmp_path):
    path = built(tmp_path)
    office_writes(path, "en", "age", "Age of ${p_name}?")
    delivery.write(path, "tg", text(path, "tg", "age").name, "label", "Синни ${p_name}?")
    assert text(path, "tg", "age").text == "Синни ${p_name}?"
    office_writes(path, "en", "age", "Full years of ${p_name}?")
    assert text(path, "tg", "age").stale


def test_a_text_that_lost_its_placeholder_is_not_written(tmp_path):
    project = adapted(tmp_path)
    with pytest.raises(WorkbookError, match=r"lost placeholder \$\{p_name\}"):
        delivery.write(project, "tg", "stay.age", "label", "Чандсола?")


def test_a_language_that_the_form_has_not_is_refused(tmp_path):
    with pytest.raises(WorkbookError, match="no language 'fr' to translate into"):
        ledger.read(standard(tmp_path)).texts("fr")
    with pytest.raises(WorkbookError, match="no language 'en' to translate into"):
        ledger.read(standard(tmp_path)).texts("en")


def test_at_1_15_a_form_in_tajik_compiles_with_its_own_heading(tmp_path):
    project = adapted(tmp_path, "ru", "tg", "en")
    path = sent(project, "tg")
    translator_writes(path, {"person": "Узви хоҷагӣ", "yesno/2": "Не",
                             "abroad": "${p_name} берун аз {{country}} **12 моҳ** зистааст?"})  # fmt: skip
    translator_writes(path, {"age": "Солҳои пурра."}, column="hint")
    translator_writes(path, {"age": "На зиёда аз 119 сол."}, column="constraint_message")
    delivery.take(project, path)
    book = workbook.read(project)
    assert "label::Тоҷикӣ (tg)" in book.survey[0]
    compiled = xform.compile(book)
    assert b'lang="\xd0\xa2\xd0\xbe\xd2\xb7\xd0\xb8\xd0\xba\xd3\xa3 (tg)"' in compiled.xml
    assert "берун аз Popstan **12 моҳ** зистааст?" in compiled.xml.decode()
    assert [each for each in checks.check(book) if each.rule.startswith("translation")] == []


def test_at_1_11_a_question_copied_with_its_id_has_translations_of_its_own(tmp_path):
    project = adapted(tmp_path, "ru", "en")
    book = openpyxl.load_workbook(project / "form.xlsx")
    sheet = book["survey"]
    headings = [cell.value for cell in sheet[1]]
    name, label = headings.index("name"), headings.index("label::English (en)")
    cells = next(list(row) for row in sheet.iter_rows(values_only=True) if row[name] == "p_name")
    cells[name], cells[label] = "p_surname", "Surname"
    sheet.append(cells)
    book.save(project / "form.xlsx")
    path = sent(project, "ru")
    translator_writes(path, {"stay.p_name#2": "Фамилия"})
    assert delivery.take(project, path).counts["accepted"] == 1
    assert [text(project, "ru", called).text for called in ("stay.p_name", "stay.p_name#2")] == ["Имя", "Фамилия"]
    office_writes(project, "en", "p_surname", "Family name")
    assert stale(project, "ru") == {"stay.p_name#2": ("Surname", "Family name")}


@pytest.mark.parametrize(
    ("text", "rule", "level"),
    [
        ("Жизнь вне {{country}} в течение **12 месяцев**?", "translation-placeholder", "error"),
        ("${p_name} и ${p_name} вне {{country}}, **12 месяцев**?", "translation-placeholder", "warning"),
        ("${p_name}: жизнь вне {{country}} в течение 12 месяцев?", "translation-tag", "error"),
        ("${p_name}: жизнь вне {{country}} в течение **6 месяцев**?", "translation-number", "warning"),
        ("${p_name}: жизнь вне {{country}} в течение **12 месяцев**?" + " Или дольше?" * 6, "translation-long", "info"),
        ("Did ${p_name} live outside {{country}} for **12 months**?", "translation-same-as-source", "warning"),
    ],
)
def test_at_1_12_check_finds_what_a_translation_lost(tmp_path, text, rule, level):
    project = adapted(tmp_path, "ru", "en")
    office_writes(project, "ru", "abroad", text)
    found = [each for each in checks.check(workbook.read(project, draft=True)) if each.rule == rule]
    assert [(each.level, each.cell[:7]) for each in found] == [(level, "survey!")]
