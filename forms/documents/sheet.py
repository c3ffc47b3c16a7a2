"""Sheet: a codebook as an .xlsx, one sheet of variables and one of codes, to be filtered and printed."""

from __future__ import annotations

from forms.codebook import Codebook
from forms.spreadsheet import Table, pack


def render(codebook: Codebook) -> bytes:
    """The codebook as a workbook: `variables`, one row each, and `codes`, one row for each code of a variable."""
    labels = [f"label::{language}" for language in codebook.languages]
    origin = ("universe", "concept", "indicator", "source", "path", "identifying")
    variables = [
        {
            "table": variable.table,
            "name": variable.name,
            "kind": variable.kind,
            **{f"label::{language}": variable.labels.get(language, "") for language in codebook.languages},
            **{column: str(getattr(variable, column)) for column in origin[:-1]},
            "identifying": "yes" if variable.identifying else "",
        }
        for variable in codebook.variables
    ]
    codes = [
        {
            "table": variable.table,
            "name": variable.name,
            "code": code,
            **{f"label::{language}": texts.get(language, "") for language in codebook.languages},
            "missing": variable.missing.get(code, "").replace("_", " "),
        }
        for variable in codebook.variables
        for code, texts in {
            **variable.codes,
            **{code: {} for code in variable.missing if code not in variable.codes},
        }.items()
    ]
    return pack(
        [
            Table("variables", ("table", "name", "kind", *labels, *origin), variables, 3),
            Table("codes", ("table", "name", "code", *labels, "missing"), codes, 3),
        ]
    )
