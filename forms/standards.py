"""Standard list: the countries, currencies and languages of a shared code list under their names in Unicode CLDR."""

from __future__ import annotations

import csv
import io

from babel import Locale

from forms import codelists
from forms.errors import WorkbookError
from forms.header import suggestion

LANGUAGES = ("en", "fr", "es", "ru", "ar", "tg", "ro", "sq", "bn", "sr", "de", "it")
"""The languages in which the library words its standard lists."""

_NAMED = {
    "country_iso3": "territories",
    "country_iso3x": "territories",
    "country_iso3u": "territories",
    "country_iso3t": "territories",
    "country_mrz": "territories",
    "currency_iso4217": "currencies",
    "language_iso639": "languages",
}


def names() -> tuple[str, ...]:
    """The shared lists whose wording comes from CLDR."""
    return tuple(_NAMED)


def renew(name: str) -> str:
    """The CSV text of a shared list, every code that CLDR knows under its present name there.

    Codes, their order and the rows that CLDR does not know (stateless, don't know, totals) stay as they are.
    Raises WorkbookError when the list's wording is not from CLDR.
    """
    if name not in _NAMED:
        raise WorkbookError(f"codelists: the wording of {name!r} is not from CLDR. {suggestion(name, _NAMED)}")
    known = [cldr_names(_NAMED[name], language) for language in LANGUAGES]
    rows = codelists.read(name).rows
    columns = [f"label::{language}" for language in LANGUAGES]
    out = io.StringIO()
    further = [
        column for column in dict.fromkeys(key for row in rows for key in row) if not column.startswith("label::")
    ]
    writer = csv.DictWriter(out, [*further[:1], *columns, *further[1:]], restval="", lineterminator="\n")
    writer.writeheader()
    for row in rows:
        code = row["name"]
        said = {column: texts[code] for column, texts in zip(columns, known, strict=True) if code in texts}
        writer.writerow({**row, **said})
    return out.getvalue()


def cldr_names(kind: str, language: str) -> dict[str, str]:
    """Code -> name in one language, first letter in upper case; `kind` as Babel calls it.

    Countries go by their three-letter codes (Germany also by the `D` of machine readable zones).
    """
    found: dict[str, str] = dict(getattr(Locale.parse(language), kind))
    if kind == "territories":
        found = {code: found[two] for code, two in _alpha2().items() if two in found}
        found["D"] = found["DEU"]
    return {code: text[:1].upper() + text[1:] for code, text in found.items()}


def _alpha2() -> dict[str, str]:
    """Three-letter country codes and the two letters under which CLDR has them."""
    return {row["name"]: row["alpha2"] for row in codelists.read("iso3166").rows if "alpha2" in row}
