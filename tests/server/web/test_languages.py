"""The pages' words: every one translated, its places kept, its plurals right; numbers and dates of the locale."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po
from flask import Flask, g

from server.web import languages

WEB = Path(languages.__file__).parent
OTHERS = [code for code in languages.LANGUAGES if code != "en"]
KEYWORDS = {"gettext": None, "ngettext": (1, 2), "N_": None}
PLACE = re.compile(r"%\((\w+)\)s|%%")


def used() -> Iterator[str | tuple[str, ...]]:
    """Every text that a module or template marks for translation."""
    for path in sorted(WEB.rglob("*.py")):
        yield from (found[1] for found in extract_from_file("python", path, keywords=KEYWORDS))
    options = {"extensions": "jinja2.ext.i18n", "trimmed": "false"}
    for path in sorted((WEB / "templates").rglob("*.html")):
        yield from (found[1] for found in extract_from_file("jinja2.ext:babel_extract", path, options=options))


USED = {text if isinstance(text, str) else text[0] for text in used()}


def catalog(language: str):
    path = languages.TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        return read_po(file, locale=language)


def in_language(code: str, *functions):
    app = Flask("words")
    with app.test_request_context():
        g.language = code
        return [function() for function in functions]


def test_there_are_words():
    assert len(USED) > 200


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated_and_none_is_left_over(language):
    translated = {
        message.id if isinstance(message.id, str) else message.id[0]
        for message in catalog(language)
        if message.id and all([message.string] if isinstance(message.string, str) else message.string)
    }
    assert translated == USED


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_keeps_the_places_for_values(language):
    for message in catalog(language):
        if not message.id:
            continue
        if isinstance(message.id, str):
            assert sorted(PLACE.findall(message.id)) == sorted(PLACE.findall(message.string)), message.id
        else:
            wanted = set(PLACE.findall(message.id[1]))
            assert all(set(PLACE.findall(form)) <= wanted for form in message.string), message.id


@pytest.mark.parametrize(
    ("language", "counts"),
    [("ru", {1: 0, 2: 1, 5: 2, 11: 2, 21: 0, 22: 1}), ("ar", {0: 0, 1: 1, 2: 2, 3: 3, 10: 3, 11: 5, 99: 5, 100: 4})],
)
def test_each_count_takes_the_plural_form_of_its_language(language, counts):
    message = catalog(language)["%(num)s tablet is silent for 24 hours"]
    for count, form in counts.items():
        text = languages.catalog(language).ngettext(*message.id, count)
        assert text == message.string[form]


def test_numbers_are_written_as_the_locale_does():
    def written():
        return languages.number(4872.5, 1), languages.percent(0.358), languages.percent(0.358, 1)

    assert in_language("en", written) == [("4,872.5", "36%", "35.8%")]
    assert in_language("ru", written) == [("4\xa0872,5", "36\xa0%", "35,8\xa0%")]


def test_arabic_pages_keep_latin_digits():
    (texts,) = in_language("ar", lambda: languages.number(1234) + languages.day(date(2026, 11, 24)))
    assert re.search("[٠-٩]", texts) is None


def test_what_is_not_known_is_a_dash():
    unknown = in_language("en", lambda: languages.number(None), lambda: languages.percent(float("nan")))
    assert [*unknown, *in_language("en", lambda: languages.moment(None))] == ["–", "–", "–"]


def test_a_moment_stands_in_the_projects_time():
    at = datetime(2026, 11, 24, 20, 30, tzinfo=UTC)
    assert in_language("en", lambda: languages.moment(at, "Asia/Dushanbe")) == ["25 Nov, 01:30"]


def test_long_distances_are_told_in_kilometres():
    assert in_language("en", lambda: languages.metres(412.4), lambda: languages.metres(12_345)) == ["412 m", "12 km"]
