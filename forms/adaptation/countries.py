"""Country: what the country of a survey sets in a standard: its name in each language and its code."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from forms import catalog, codelists, workbook
from forms.errors import WorkbookError
from forms.header import suggestion

_LIST, _CODE, _NAME = "country_iso3", "own_country_code", "country_name"


def parameters(standard: str, code: str, languages: Sequence[str]) -> dict[str, str]:
    """The parameters of a standard that a country sets, as far as the standard has them.

    `code` is an ISO 3166 code of three letters. Raises WorkbookError for one that the shared list has not.
    """
    rows = {row["name"]: row for row in codelists.read(_LIST).rows}
    if code not in rows:
        raise WorkbookError(f"--country: no country {code!r}. {suggestion(code, rows)}")
    place = Path(standard) if Path(standard).exists() else catalog.folder(standard)
    if not place.exists():
        raise WorkbookError(f"library: no form {standard!r}. {suggestion(standard, catalog.names())}")
    head = workbook.read_source(place).header
    names = {
        f"{_NAME}::{language}": rows[code][f"label::{language}"]
        for language in languages
        if f"label::{language}" in rows[code]
    }
    found = {_CODE: code, _NAME: rows[code].get(f"label::{head.language}", rows[code]["label::en"]), **names}
    return {name: text for name, text in found.items() if name.partition("::")[0] in head.parameters}
