"""Language: the reader's language, its catalog, and how it writes numbers and dates."""

from __future__ import annotations

import gettext as gettext_module
import io
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers, units
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, g, request

from forms.header import direction

LANGUAGES: Mapping[str, str] = {"en": "English", "ru": "Русский", "ar": "العربية"}
"""The languages of the pages, by code, in their own words."""

COOKIE = "language"

TRANSLATIONS = Path(__file__).parent / "translations"

_LOCALES = {"en": "en_GB"}


def init_app(app: Flask) -> None:
    """Give the templates the reader's words, numbers and dates."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: catalog(current()).gettext(text),
        lambda one, many, count: catalog(current()).ngettext(one, many, count),
        newstyle=True,
    )
    filters = (number, percent, compact, metres, day, plain_day, iso_day, moment, opening, isolated)
    app.jinja_env.filters.update({function.__name__: function for function in filters})
    app.before_request(_clear)


def current() -> str:
    """The code of this request's language: chosen by cookie, by the person, by the browser, else English."""
    if "language" not in g:
        g.language = _chosen()
    return g.language


def gettext(text: str, **values: object) -> str:
    """The text in the reader's language; `values` fill its %(name)s places."""
    return catalog(current()).gettext(text) % values


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    """The form of the text that goes with `count` in the reader's language."""
    return catalog(current()).ngettext(one, many, count) % {"num": number(count), **values}


def N_(text: str) -> str:  # noqa: N802 - the name that extractors of messages know
    """Mark a text for translation where it stands; it is translated where it is shown."""
    return text


@cache
def catalog(language: str) -> gettext_module.NullTranslations:
    """The translations of one language, read from its .po file; English needs none."""
    path = TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return gettext_module.NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return gettext_module.GNUTranslations(compiled)


def number(value: float | None, decimals: int = 0) -> str:
    """A number with the locale's grouping and decimal sign; "–" for none. Digits stay Latin."""
    if value is None or value != value:
        return "–"
    places = "0" * decimals
    written = numbers.format_decimal(value, format=f"#,##0.{places}" if places else "#,##0", locale=locale())
    return _apart(written)


def percent(value: float | None, decimals: int = 0) -> str:
    """A share as the locale writes per cent; "–" for none."""
    if value is None or value != value:
        return "–"
    pattern = locale().percent_formats[None].pattern
    wanted = pattern.replace("#,##0", "#,##0." + "0" * decimals) if decimals else pattern
    return _apart(numbers.format_percent(value, format=wanted, locale=locale()))


def compact(value: float) -> str:
    """A large number in short: `12K`."""
    decimals = 0 if value % 1000 == 0 else 1
    return _apart(numbers.format_compact_decimal(value, locale=locale(), fraction_digits=decimals), "\u2068")


def metres(value: float) -> str:
    """A distance in metres, from ten kilometres on in kilometres."""
    far = value >= 10_000
    unit = "length-kilometer" if far else "length-meter"
    shown = round(value / 1000) if far else round(value)
    return _apart(units.format_unit(shown, unit, length="short", locale=locale()), "\u2068")


def opening(text: str) -> str:
    """The text as it stands at the beginning of a line: its first letter a capital."""
    return text[:1].upper() + text[1:]


def isolated(text: object) -> str:
    """A name or key inside a sentence, kept from turning the words around it (Unicode's first strong isolate)."""
    return f"\u2068{text}\u2069"


def _apart(number: str, isolate: str = "\u2066") -> str:
    """A number kept from being torn by the right-to-left words around it.

    Digits and signs run from left to right; a number with a word in it ("\u2068") goes by its first letter.
    """
    return f"{isolate}{number}\u2069" if direction(current()) == "rtl" else number


def day(value: date | None, form: str = "medium") -> str:
    """A date as the locale writes it; "–" for none."""
    return "–" if value is None else dates.format_date(value, format=form, locale=locale())


def plain_day(value: date) -> str:
    """Day and month only: `24 Nov`."""
    return dates.format_skeleton("MMMd", value, locale=locale())


def iso_day(value: str) -> str:
    """An ISO date as the locale writes it."""
    return day(date.fromisoformat(value))


def moment(value: datetime | None, timezone: str = "UTC") -> str:
    """Date and time in the project's time zone; "–" for none."""
    if value is None:
        return "–"
    local = value.astimezone(ZoneInfo(timezone))
    clock = dates.format_time(local, format="HH:mm", locale=locale())
    return locale().datetime_formats["medium"].format(clock, plain_day(local.date()))


def locale() -> Locale:
    """The reader's locale."""
    return _locale(current())


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(_LOCALES.get(language, language))


def _chosen() -> str:
    cookie = request.cookies.get(COOKIE, "")
    if cookie in LANGUAGES:
        return cookie
    user = g.get("user")
    if user is not None and user.language in LANGUAGES:
        return user.language
    return request.accept_languages.best_match(list(LANGUAGES)) or "en"


def _clear() -> None:
    """Decide the language anew for each request, after the person is known."""
    g.pop("language", None)
