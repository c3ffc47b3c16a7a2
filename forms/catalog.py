"""Library: the questionnaires that come with the package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

from forms import workbook
from forms.errors import WorkbookError
from forms.header import suggestion
from forms.workbook import ListSource, Workbook


def folder(name: str = "") -> Path:
    """The folder of one library form, or the library's own."""
    return Path(str(files("forms"))) / "library" / name


def names() -> tuple[str, ...]:
    """Names of all library forms, in alphabetical order."""
    found = (path.parent.name for path in folder().glob("*/form.toml"))
    return tuple(sorted(name for name in found if not name.startswith("_")))


def load(
    name: str,
    parameters: Mapping[str, str] | None = None,
    lists: Mapping[str, ListSource] | None = None,
    *,
    draft: bool = False,
    languages: Sequence[str] = (),
) -> Workbook:
    """Read a library form; the further arguments are those of `workbook.read`."""
    if name not in names():
        raise WorkbookError(f"library: no form {name!r}. {suggestion(name, names())}")
    return workbook.read(folder(name), parameters, lists, draft=draft, languages=languages)


def read(
    form: str,
    parameters: Mapping[str, str] | None = None,
    lists: Mapping[str, ListSource] | None = None,
    *,
    draft: bool = False,
    languages: Sequence[str] = (),
) -> Workbook:
    """Read the form folder or file at that path when there is one, else the library form of that name."""
    if Path(form).exists():
        return workbook.read(form, parameters, lists, draft=draft, languages=languages)
    return load(form, parameters, lists, draft=draft, languages=languages)
