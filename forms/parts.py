"""Part: the files of a form folder or of a module, read as sheets."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from forms import choicelists, composition, folding, header, sheets, translations
from forms.errors import WorkbookError
from forms.folding import Folded
from forms.header import Header
from forms.sheets import Row, Sheets


def read(folder: Path, head: Header, trail: tuple[str, ...], modules: dict[str, str]) -> Folded:
    """The sheets of a form folder or of a module's folder, its translations folded in and includes expanded.

    Translations of a folder go before those of the modules and shared code lists that it takes. `modules` receives the
    parameters that modules bring.
    """
    raw = raw_sheets(folder)
    if not trail:
        raw["choices"] += tuple(choicelists.shared_by_name(head))
    elif (folder / "module.toml").exists():
        modules.update(header.read_parameters(folder / "module.toml", f"{folder.name}/module.toml"))
    own = folding.fold(translations.qualify(raw, head.headings, head.language), folder, head.headings, head.language)
    taken: list[Folded] = []

    def read_module(name: str, row: Row) -> Sheets:
        if name in trail:
            circle = " -> ".join((*trail, name))
            raise WorkbookError(f"{row.where}: module {name!r} includes itself ({circle}). Remove one include.")
        taken.append(read(_module_folder(folder, name, row), head, (*trail, name), modules))
        return taken[-1].sheets

    found = composition.expand(own.sheets, read_module)
    if not trail:
        found["choices"] += tuple(choicelists.asked_for(found, head))
    whole = folding.override(found, own.left, head.headings, head.language)
    findings = (*own.findings, *(doubt for module in taken for doubt in module.findings), *whole.findings)
    made = {place: each for part in (*taken, own, whole) for place, each in part.made.items()}
    return Folded(whole.sheets, findings, made, {})


def raw_sheets(folder: Path) -> dict[str, tuple[Row, ...]]:
    """The rows of a folder's own files."""
    raw = {"survey": sheets.read_csv(folder / "survey.csv", f"{folder.name}/survey.csv", sheets.NEEDED["survey"])}
    _refuse_unknown_columns(raw["survey"])
    raw["choices"] = _folder_choices(folder)
    if (folder / "entities.csv").exists():
        raw["entities"] = sheets.read_csv(folder / "entities.csv", f"{folder.name}/entities.csv")
    return raw


def _module_folder(folder: Path, name: str, row: Row) -> Path:
    home = folder.parent if folder.parent.name == "_modules" else folder.parent / "_modules"
    if not (home / name / "survey.csv").exists():
        known = [path.name for path in home.glob("*/") if path.is_dir()] if home.is_dir() else []
        raise WorkbookError(f"{row.where}: no module {name!r} in {home.name}/. {header.suggestion(name, known)}")
    return home / name


def _folder_choices(folder: Path) -> tuple[Row, ...]:
    """choices.csv, then each lists/<list>.csv; the files of one list need no column list_name."""
    rows: list[Row] = []
    if (folder / "choices.csv").exists():
        file = f"{folder.name}/choices.csv"
        rows.extend(sheets.read_csv(folder / "choices.csv", file, sheets.NEEDED["choices"]))
    known = {row.get("list_name") for row in rows}
    for path in sorted((folder / "lists").glob("*.csv")):
        file = f"{folder.name}/lists/{path.name}"
        if path.stem in known:
            raise WorkbookError(f"{file}: the list {path.stem!r} is also in choices.csv. Keep it in one place.")
        rows.extend(choicelists.of_list(path.stem, sheets.read_csv(path, file, ("name",))))
    return tuple(rows)


def _refuse_unknown_columns(rows: Iterable[Row]) -> None:
    for row in rows:
        for column in row:
            base = sheets.split_language(column)[0]
            if base not in sheets.SURVEY and not column.startswith(sheets.PASSED_ON):
                raise WorkbookError(
                    f"{row.file}: unknown column {column!r}. {header.suggestion(column, sheets.SURVEY)} "
                    "A column of your own begins with x_."
                )
