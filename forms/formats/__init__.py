"""Format: a way to write tables and their codebook to a file, known by the file's suffix."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from forms.codebook import Codebook
from forms.errors import DataFileError
from forms.formats import csv, stata
from forms.tables import Tables

Writer = Callable[[Path, Tables, Codebook, str], tuple[Path, ...]]

FORMATS: dict[str, Writer] = {
    ".csv.zip": csv.write,
    ".dta.zip": stata.write_together,
    ".dta": stata.write,
}


def write(path: Path | str, tables: Tables, codebook: Codebook, language: str = "en") -> tuple[Path, ...]:
    """Write tables in the format that the path's suffix names; the same tables give the same bytes.

    `language` is the language of labels; where it is lacking the codebook's own stands in. Returns the files
    written, in order: `.dta` holds one table a file, `<stem>_<table>.dta` when there are several.

    Raises DataFileError when no format has the suffix, or when a table does not fit the format.
    """
    path = Path(path)
    for suffix, writer in FORMATS.items():
        if path.name.endswith(suffix):
            return writer(path, tables, codebook, language)
    raise DataFileError(f"{path.name}: no format has this suffix; choose one of {', '.join(FORMATS)}")
