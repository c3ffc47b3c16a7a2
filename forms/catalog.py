"""Library: the questionnaires that come with the package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

from forms import packs, workbook
from forms.choicelists import ListSource
from forms.errors import WorkbookError
from forms.header import read_toml, suggestion
from forms.workbook import Workbook


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
    pack: str = "",
) -> Workbook:
    """Read a library form as a country sets it up (`pack`); the further arguments are those of `workbook.read`."""
    if name not in names():
        raise WorkbookError(f"library: no form {name!r}. {suggestion(name, names())}")
    return read(str(folder(name)), parameters, lists, draft=draft, languages=languages, pack=pack)


def read(
    form: str,
    parameters: Mapping[str, str] | None = None,
    lists: Mapping[str, ListSource] | None = None,
    *,
    draft: bool = False,
    languages: Sequence[str] = (),
    pack: str = "",
) -> Workbook:
    """Read the form folder or file at that path when there is one, else the library form of that name."""
    path = Path(form)
    if not path.exists():
        return load(form, parameters, lists, draft=draft, languages=languages, pack=pack)
    if not pack:
        return workbook.read(path, parameters, lists, draft=draft, languages=languages)
    country = packs.read(path, pack)
    known = read_toml(path / "form.toml", f"{path.name}/form.toml").languages
    book = workbook.read(
        path,
        packs.parameters(country, parameters or {}),
        packs.lists(country, lists or {}),
        draft=draft,
        languages=languages or packs.languages(country, known, draft=draft),
    )
    return packs.arrange(book, country, lists or ())
