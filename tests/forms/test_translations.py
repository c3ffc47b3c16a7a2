"""Translations: each text remembers its source, and tells when the source has moved on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms import folding, translations
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
    done = folding.fold(sheets(label=source), tmp_path, LANGUAGES, "en")
    whole = folding.override(done.sheets, done.left, LANGUAGES, "en")
    return whole.sheets, done.findings + whole.findings


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
