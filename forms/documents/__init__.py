"""Document: a codebook as a file that people, spreadsheets or archives read, known by the file's suffix."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from forms.codebook import Codebook
from forms.documents import ddi, page, sheet
from forms.errors import DataFileError

DOCUMENTS: dict[str, Callable[[Codebook], bytes]] = {".html": page.render, ".xlsx": sheet.render, ".xml": ddi.render}


def write(path: Path | str, codebook: Codebook) -> None:
    """Write a codebook as a page (.html), a workbook (.xlsx) or DDI-Codebook 2.5 (.xml); the same gives the same bytes.

    Raises DataFileError when no document has the path's suffix.
    """
    path = Path(path)
    if path.suffix not in DOCUMENTS:
        raise DataFileError(f"{path.name}: no codebook has this suffix; choose one of {', '.join(DOCUMENTS)}")
    path.write_bytes(DOCUMENTS[path.suffix](codebook))
