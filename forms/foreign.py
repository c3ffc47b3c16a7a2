"""Foreign form: an XLSForm that others wrote, cleaned on its way into a form folder, with a report.

Wording stays as it is. What carries no meaning is cleaned (blanks that nobody sees, names that no tablet takes),
together with everything that refers to it; what only its authors can decide is reported.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from forms import checks, folder, grids, spreadsheet, workbook
from forms.findings import Finding
from forms.grids import Grid
from forms.sheets import WORDING, column_name, split_language

Kind = Literal["cleaned", "renamed", "dropped", "doubtful"]

_KOBO = re.compile(r"__version__|_version_(?:_\d+)*")
"""Questions that another server adds to every form, and that say nothing here."""

_BLANKS = re.compile(r"[\u00a0\u2007\u2009\u202f]")
_UNSEEN = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff]")
_REFERENCE = re.compile(r"\$\{\s*([^}]*?)\s*\}")
_FORMULAS = ("relevant", "constraint", "calculation", "choice_filter", "repeat_count", "default", "required", "trigger")
_LITERAL = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_EXAMPLES = 3


@dataclass(frozen=True)
class Note:
    """One thing that was done to the form, or that its authors have to decide; `place` is the cell or the line."""

    kind: Kind
    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.place}: {self.message}"


@dataclass(frozen=True)
class Import:
    """The files that were written, and what there is to report."""

    files: tuple[str, ...]
    notes: tuple[Note, ...]


def take(source: Path, target: Path) -> Import:
    """Make a form folder of any XLSForm (.xlsx, .xlsm, .xls, .csv, .md).

    Raises WorkbookError when the file cannot be read or the folder holds a form already.
    """
    found, notes = clean(grids.read(source))
    head, sheets = workbook.head_and_sheets(spreadsheet.unpack(found, source.name), source.stem, source.name)
    if source.suffix.lower() == ".xlsm":
        notes.append(Note("dropped", source.name, "macros: only cells are read"))
    settings = next((grid for grid in found if grid.name == "settings"), None)
    if settings is None or "form_id" not in map(column_name, _header(settings)):
        notes.append(Note("cleaned", source.name, f"the form had no id: it is {head.id!r} after the file"))
    files = folder.write(head, sheets, target)
    return Import(files, (*notes, *_doubts(target)))


def report(imported: Import, title: str) -> str:
    """The notes as Markdown, each kind below its own heading."""
    lines = [f"# Import of {title}", ""]
    for kind in ("cleaned", "renamed", "dropped", "doubtful"):
        notes = [note for note in imported.notes if note.kind == kind]
        if notes:
            lines += [f"## {kind.capitalize()} ({len(notes)})", ""]
            lines += [*(f"- {note.place}: {note.message}" for note in notes), ""]
    return "\n".join(lines) if len(lines) > 2 else f"# Import of {title}\n\nNothing to report.\n"


def clean(found: Sequence[Grid]) -> tuple[tuple[Grid, ...], list[Note]]:
    """The sheets with cleaned cells, and a note for each thing that was done."""
    notes: list[Note] = []
    trimmed = [_trimmed(grid, notes) for grid in found]
    survey = next((grid for grid in trimmed if grid.name == "survey"), None)
    choices = next((grid for grid in trimmed if grid.name == "choices"), None)
    names = _renamed(survey, "name", notes) if survey else {}
    lists = _renamed(choices, "list_name", notes) if choices else {}
    codes = _renamed(choices, "name", notes) if choices else {}
    renamed = [_with_names(grid, names, lists, codes) for grid in trimmed]
    return tuple(_without_ballast(grid, notes) for grid in renamed), notes


def _trimmed(grid: Grid, notes: list[Note]) -> Grid:
    """Without blanks at the ends, and in what machines read without blanks that do not break and unseen characters."""
    if grid.name not in ("survey", "choices", "settings", "entities"):
        return grid
    columns = [column_name(heading) for heading in _header(grid)]

    def tidy(number: int, place: int, text: str) -> str:
        column = columns[place] if place < len(columns) else ""
        plain = text.strip()
        if split_language(column)[0] not in WORDING:
            plain = _UNSEEN.sub("", _BLANKS.sub(" ", plain)).strip()
        if plain != text and plain and text.strip("\n ") != plain:
            notes.append(Note("cleaned", _place(grid, number, place), f"blanks that nobody sees in {text!r}"))
        elif plain != text and plain and column in ("type", "name", "list_name"):
            notes.append(Note("cleaned", _place(grid, number, place), f"blank at the end of {text!r}"))
        return plain

    return _mapped(grid, tidy)


def _renamed(grid: Grid, column: str, notes: list[Note]) -> dict[str, str]:
    """New names for those that no tablet takes, by the old ones."""
    place = _column(grid, column)
    changed: dict[str, str] = {}
    if place is None:
        return changed
    taken = {cells[place] for _, cells in grid.lines[1:] if place < len(cells)}
    for number, cells in grid.lines[1:]:
        old = cells[place] if place < len(cells) else ""
        new = _plain(old, code=column == "name" and grid.name == "choices")
        if old and new != old and old not in changed:
            while new in taken:
                new += "_"
            taken.add(new)
            changed[old] = new
            notes.append(Note("renamed", _place(grid, number, place), f"{old!r} is now {new!r}, also where it is used"))
    return changed


def _plain(name: str, *, code: bool) -> str:
    """A name with `_` for what XForm names do not have; of a code only blanks are changed."""
    if code:
        return re.sub(r"\s+", "_", name)
    plain = re.sub(r"[^\w.-]+", "_", name)
    return plain if not plain or plain[0].isalpha() or plain[0] == "_" else f"_{plain}"


def _with_names(grid: Grid, names: Mapping[str, str], lists: Mapping[str, str], codes: Mapping[str, str]) -> Grid:
    if grid.name not in ("survey", "choices", "settings") or not (names or lists or codes):
        return grid
    columns = [column_name(heading) for heading in _header(grid)]

    def told(number: int, place: int, text: str) -> str:
        column = columns[place] if place < len(columns) else ""
        if column == "name":
            return (names if grid.name == "survey" else codes).get(text, text)
        if column in ("type", "list_name"):
            return _list_renamed(text, lists) if column == "type" else lists.get(text, text)
        if column == "default" and text in codes:
            return codes[text]
        if grid.name == "choices" and split_language(column)[0] not in WORDING:
            return codes.get(text, text)
        text = _REFERENCE.sub(lambda match: f"${{{names.get(match[1], match[1])}}}", text)
        return _codes_renamed(text, codes) if column in _FORMULAS else text

    return _mapped(grid, told)


def _list_renamed(kind: str, lists: Mapping[str, str]) -> str:
    for old, new in sorted(lists.items(), key=lambda pair: -len(pair[0])):
        if match := re.search(rf"\s{re.escape(old)}(\s+or_other)?$", kind):
            return f"{kind[: match.start()]} {new}{match[1] or ''}"
    return kind


def _codes_renamed(text: str, codes: Mapping[str, str]) -> str:
    def literal(match: re.Match[str]) -> str:
        inner = match[1] if match[1] is not None else match[2]
        return match[0].replace(inner, codes[inner]) if inner in codes else match[0]

    return _LITERAL.sub(literal, text)


def _without_ballast(grid: Grid, notes: list[Note]) -> Grid:
    """Without questions of another server and without answers that stand twice, word for word."""
    if not grid.lines or grid.name not in ("survey", "choices"):
        return grid
    place = _column(grid, "name")
    kept = [grid.lines[0]]
    seen: set[tuple[str, ...]] = set()
    for number, cells in grid.lines[1:]:
        name = cells[place] if place is not None and place < len(cells) else ""
        if grid.name == "survey" and _KOBO.fullmatch(name):
            notes.append(Note("dropped", _place(grid, number, place or 0), f"{name!r}, which another server added"))
        elif grid.name == "choices" and cells in seen:
            notes.append(Note("dropped", _place(grid, number, place or 0), f"the answer {name!r} stands there already"))
        else:
            kept.append((number, cells))
        seen.add(cells)
    return replace(grid, lines=tuple(kept))


def _doubts(target: Path) -> Iterator[Note]:
    """What the house rules find, told once for each rule with its first places."""
    found = checks.check(workbook.read(target, draft=True))
    rules: dict[tuple[str, str], list[Finding]] = {}
    for finding in found:
        rules.setdefault((finding.rule, finding.level), []).append(finding)
    for (rule, level), findings in rules.items():
        first = "; ".join(
            f"{finding.message} ({finding.file}:{finding.row})" if finding.row else finding.message
            for finding in findings[:_EXAMPLES]
        )
        more = f"; and {len(findings) - _EXAMPLES} more" if len(findings) > _EXAMPLES else ""
        yield Note("doubtful", f"{rule} ({level})", f"{first}{more}. {findings[0].fix}")


def _mapped(grid: Grid, change: Callable[[int, int, str], str]) -> Grid:
    """The grid with each cell below the header changed."""
    lines = [
        (number, tuple(change(number, place, text) for place, text in enumerate(cells)))
        for number, cells in grid.lines[1:]
    ]
    return replace(grid, lines=(*grid.lines[:1], *lines))


def _header(grid: Grid) -> Iterable[str]:
    return grid.lines[0][1] if grid.lines else ()


def _column(grid: Grid, name: str) -> int | None:
    return next((place for place, heading in enumerate(_header(grid)) if column_name(heading) == name), None)


def _place(grid: Grid, number: int, place: int) -> str:
    return f"{grid.title}!{grids.letter(place)}{number}" if grid.lettered else f"{grid.file}:{number}"
