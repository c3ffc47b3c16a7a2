"""Translations: each text remembers its source, and tells when the source has moved on."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms import translations, workbook
from forms.errors import WorkbookError
from forms.sheets import Row
from forms.translations import source_hash

LANGUAGES = {"en": "English (en)", "ru": "Русский (ru)"}


def sheets(**cells):
    row = {f"{column}::English (en)": text for column, text in cells.items()}
    return {"survey": (Row({"type": "text", "name": "q", **row}, "survey.csv", 2),)}


def folded(tmp_path, source, *lines):
    (tmp_path / "translations").mkdir()
    (tmp_path / "translations/ru.csv").write_text("\n".join(("sheet,name,column,text,source", *lines)))
    return translations.fold(sheets(label=source), tmp_path, LANGUAGES, "en")


def rules(findings):
    return [finding.rule for finding in findings]


def test_a_text_goes_into_its_row(tmp_path):
    found, findings = folded(tmp_path, "Age", f"survey,q,label,Возраст,{source_hash('Age')}")
    assert found["survey"][0]["label::Русский (ru)"] == "Возраст"
    assert findings == ()


def test_a_text_whose_source_has_changed_is_stale(tmp_path):
    _, findings = folded(tmp_path, "Age at last birthday", f"survey,q,label,Возраст,{source_hash('Age')}")
    assert rules(findings) == ["translation-stale"]
    assert findings[0].row == 2
    assert source_hash("Age at last birthday") in findings[0].fix


def test_a_text_without_its_source_cannot_be_verified(tmp_path):
    _, findings = folded(tmp_path, "Age", "survey,q,label,Возраст,")
    assert [(finding.rule, finding.level) for finding in findings] == [("translation-unverified", "warning")]


def test_a_text_of_nothing_is_an_orphan(tmp_path):
    _, findings = folded(tmp_path, "Age", "survey,gone,label,Возраст,")
    assert rules(findings) == ["translation-orphan"]


def test_a_text_translated_twice_is_refused(tmp_path):
    with pytest.raises(WorkbookError, match=r"ru\.csv:3: label of 'q' is translated twice, first in line 2"):
        folded(tmp_path, "Age", "survey,q,label,Возраст,", "survey,q,label,Лет,")


def test_a_placeholder_that_was_lost_is_found():
    row = {"name": "q", "label::English (en)": "Was ${p_name} born in {{year}}?", "label::Русский (ru)": "${p_name}?"}
    findings = list(translations.audit({"survey": (Row(row, "survey.csv", 2),)}, LANGUAGES, "en"))
    assert rules(findings) == ["translation-placeholder"]
    assert "{{year}}" in findings[0].message


def test_messages_and_hints_are_translated_as_labels_are():
    findings = translations.audit(sheets(hint="Years", constraint_message="Too old"), LANGUAGES, "en")
    assert [finding.column for finding in findings] == ["hint::Русский (ru)", "constraint_message::Русский (ru)"]


@pytest.mark.parametrize("text", ["2026", "${p_name}", "1 – 5"])
def test_a_text_without_letters_needs_no_translator(text):
    found = translations.copy_wordless(sheets(label=text), LANGUAGES, "en")
    assert found["survey"][0]["label::Русский (ru)"] == text


@given(st.text(min_size=1))
def test_another_source_has_another_hash(text):
    assert source_hash(text) != source_hash(text + " ")
    assert len(source_hash(text)) == 8


def a_folder(tmp_path, russian=""):
    head = '[form]\nid = "f"\n[languages]\nen = "English"\nru = "Русский"\n'
    files = {"form.toml": head, "survey.csv": "type,name,label\ntext,a,Age\ntext,b,Sex\n"}
    for name, text in (files | ({"translations/ru.csv": russian} if russian else {})).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def lines(sheet):
    return [tuple(row.values())[1:] for row in csv.DictReader(io.StringIO(sheet))]


def test_the_translators_sheet_holds_every_text_with_its_hash(tmp_path):
    assert lines(workbook.translation_sheet(a_folder(tmp_path), "ru")) == [
        ("a", "label", "", source_hash("Age")),
        ("b", "label", "", source_hash("Sex")),
    ]


def test_the_translators_sheet_keeps_what_is_done_and_leaves_stale_text_stale(tmp_path):
    known = "sheet,name,column,text,source\nsurvey,a,label,Возраст,00000000\n"
    assert lines(workbook.translation_sheet(a_folder(tmp_path, known), "ru")) == [
        ("a", "label", "Возраст", "00000000"),
        ("b", "label", "", source_hash("Sex")),
    ]


def test_a_language_that_the_form_has_not_is_refused(tmp_path):
    with pytest.raises(WorkbookError, match="no language 'fr' to translate into"):
        workbook.translation_sheet(a_folder(tmp_path), "fr")


def test_a_text_without_letters_is_not_sent_to_the_translator():
    assert translations.worklist(sheets(label="2026", hint="Year"), LANGUAGES, "en", "ru") == [
        {
            "sheet": "survey",
            "name": "q",
            "column": "hint",
            "text": "",
            "source": source_hash("Year"),
            "original": "Year",
        }
    ]
