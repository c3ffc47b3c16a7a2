"""Wording: the few words that tables and codebooks need beside a form's own, by language."""

from __future__ import annotations

from collections.abc import Mapping

from forms.definition import Texts

WORDS: Mapping[str, Texts] = {
    "key": {"en": "Key of the row", "ru": "Ключ строки", "ar": "مفتاح السطر"},
    "parent": {
        "en": "Key of the row it belongs to",
        "ru": "Ключ строки, к которой относится",
        "ar": "مفتاح السطر الذي ينتمي إليه",
    },
    "form_version": {
        "en": "Version of the questionnaire",
        "ru": "Версия вопросника",
        "ar": "إصدار الاستبيان",
    },
    "lat": {"en": "latitude", "ru": "широта", "ar": "خط العرض"},
    "lon": {"en": "longitude", "ru": "долгота", "ar": "خط الطول"},
    "alt": {"en": "altitude", "ru": "высота", "ar": "الارتفاع"},
    "acc": {"en": "accuracy", "ru": "точность", "ar": "الدقة"},
    "yes": {"en": "Yes", "ru": "Да", "ar": "نعم"},
    "no": {"en": "No", "ru": "Нет", "ar": "لا"},
    "dont_know": {"en": "Don't know", "ru": "Не знаю", "ar": "لا أعرف"},
    "refused": {"en": "Refused", "ru": "Отказ", "ar": "رفض الإجابة"},
    "not_applicable": {"en": "Not applicable", "ru": "Не применимо", "ar": "لا ينطبق"},
    "not_stated": {"en": "Not stated", "ru": "Не указано", "ar": "غير مبين"},
}


def in_language(texts: Texts, language: str, *others: str) -> str:
    """The wording in the first of the languages that has it, else in any language, else ''."""
    for wanted in (language, *others):
        if texts.get(wanted):
            return texts[wanted]
    return next((text for text in texts.values() if text), "")


def compose(texts: Texts, detail: Texts) -> Texts:
    """`Wording: detail` in every language that the wording has."""
    if not texts:
        return detail
    return {language: f"{text}: {in_language(detail, language, 'en')}" for language, text in texts.items()}
