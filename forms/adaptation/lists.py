"""List: a choice list of an adaptation replaced by the office's own file, with its version and its past."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from forms import areas, grids, identity, sheets, spreadsheet, translations
from forms.adaptation.project import Project, open_folder
from forms.adaptation.recodes import IDENTITIES, TAKES
from forms.choicelists import CLOSED
from forms.errors import WorkbookError
from forms.header import suggestion
from forms.sheets import Row, split_language

REGISTER = "lists.toml"
_ISO3 = re.compile(r"[A-Z]{3}")
_NAMES = {"code": "name"}


@dataclass(frozen=True)
class Report:
    """What a new list changed: `removed` are codes of the standard without a code now, `mapped` those of them that
    are counted under another code, `shares` the part of people that each had in the last census, where that is known.
    """

    name: str
    version: str
    added: tuple[str, ...]
    relabelled: tuple[str, ...]
    closed: tuple[str, ...]
    removed: tuple[str, ...]
    mapped: Mapping[str, str]
    shares: Mapping[str, str]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Loaded:
    """One line of the register of lists: which file is in use, since when and where it came from."""

    name: str
    version: str
    source: str
    sha256: str
    codes: int


def put(
    folder: Path,
    name: str,
    source: Path,
    *,
    mapped: Mapping[str, str] | None = None,
    shares: Mapping[str, str] | None = None,
    day: dt.date | None = None,
) -> Report:
    """Replace a list of an adaptation by a file (.csv, .xlsx) with `code` or `name`, `label` or `label::<language>`.

    Wording, order and further codes are the office's; the same code for another thing (another iso3, m49, pcode) is
    refused. `show_first` puts a code at the head, `valid_to` in the past closes it. `mapped` says under which code of
    the new list a code of the standard is counted that has none of its own: `{"GBR": "96"}`. Raises WorkbookError,
    and changes nothing then.
    """
    day = day or dt.date.today()  # noqa: DTZ011 - the office's own day
    project = open_folder(folder)
    standard = _rows_of(project.standard.lists, name, project)
    present = _rows_of(project.form.lists, name, project)
    rows = _in_order([_closed(row, day) for row in _worded(_read(source), project)])
    _refuse(rows, present, standard, source.name)
    rows = _with_takes(rows, standard, mapped or {}, source.name)
    report = _kept(folder, name, rows, source, present, standard, day)
    return replace(report, shares={code: text for code, text in (shares or {}).items() if code in report.removed})


def put_areas(
    folder: Path, source: Path, *, levels: Mapping[int, str] | None = None, day: dt.date | None = None
) -> tuple[Report, ...]:
    """Replace the lists of regions and districts by a file of common data sets; see `areas.read`.

    `levels` says which list holds which level: `{1: "admin1_ext", 2: "admin2_ext"}` are those of the library. Codes
    are the place codes without the country's letters where that is clear; the place code stands in the column pcode,
    the division around in a column called as its list. Codes like 98 (don't know) stay.
    """
    day = day or dt.date.today()  # noqa: DTZ011 - the office's own day
    project = open_folder(folder)
    wanted = levels or {
        number: name for number, name in enumerate(("admin1_ext", "admin2_ext"), 1) if name in project.form.lists
    }
    found = {level.number: level for level in areas.read(source)}
    if missing := sorted(set(wanted) - set(found)):
        raise WorkbookError(f"{source.name}: no areas of level {missing[0]}; there are {sorted(found)}.")
    kept = {name: _spare(_rows_of(project.form.lists, name, project)) for name in wanted.values()}
    short = areas.short_codes(
        [found[number] for number in wanted], [row["name"] for rows in kept.values() for row in rows]
    )
    reports = []
    for number, name in wanted.items():
        around = wanted.get(number - 1, "")
        rows = [_area_row(area, short, around, project) for area in found[number].areas] + list(kept[name])
        standard = _rows_of(project.standard.lists, name, project)
        present = _rows_of(project.form.lists, name, project)
        report = _kept(folder, name, rows, source, present, standard, day)
        reports.append(replace(report, notes=areas.not_nested([found[number]])))
    return tuple(reports)


def register(folder: Path) -> tuple[Loaded, ...]:
    """The lists that were loaded into an adaptation, with version, source and digest."""
    path = folder / "lists" / REGISTER
    if not path.exists():
        return ()
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    return tuple(Loaded(name, **said) for name, said in document.items())


def _rows_of(lists: Mapping[str, Sequence[Row]], name: str, project: Project) -> tuple[Row, ...]:
    if name not in lists:
        raise WorkbookError(f"{project.folder.name}: the form has no list {name!r}. {suggestion(name, lists)}")
    return tuple(lists[name])


def _read(source: Path) -> list[Row]:
    """The rows of the file's first sheet, its codes as `name`; every cell is text, so that 01 stays 01."""
    if source.suffix.lower() == ".csv":
        rows: Sequence[Row] = sheets.read_csv(source, source.name)
    else:
        found = spreadsheet.unpack(grids.read(source), source.name)
        rows = next((rows for rows in found.values() if rows), ())
    named = [
        row.replace({"name" if column == "code" else column: text for column, text in row.items()}) for row in rows
    ]
    if not named or not any("name" in row for row in named):
        raise WorkbookError(f"{source.name}: no column 'code' with codes in it. Its first line names the columns.")
    return named


def _worded(rows: Sequence[Row], project: Project) -> tuple[Row, ...]:
    """The rows with their wording named by language; a plain `label` is in the form's own."""
    head = project.form.header
    return translations.qualify({"choices": tuple(rows)}, head.headings, head.language)["choices"]


def _closed(row: Row, day: dt.date) -> Row:
    """The row, marked when its time is over on that day."""
    until = row.get("valid_to", "")
    if not until:
        return row
    try:
        over = dt.date.fromisoformat(until) < day
    except ValueError as error:
        raise WorkbookError(f"{row.place('valid_to')}: {until!r} is no date. Write it as 2027-12-31.") from error
    return row.replace({**row, CLOSED: "yes"}) if over else row


def _in_order(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: row.get("show_first", "").lower() not in ("yes", "1", "true", "x"))


def _refuse(rows: Sequence[Row], present: Sequence[Row], standard: Sequence[Row], file: str) -> None:
    """Codes that are missing or double, without wording, or that mean something else than before."""
    wrong: list[str] = []
    seen: dict[str, Row] = {}
    before = {row["name"]: row for row in (*standard, *present)}
    for row in rows:
        code = row.get("name", "")
        if not code:
            wrong.append(f"{row.where}: no code. Write it, or take the line out.")
            continue
        if (first := seen.setdefault(code, row)) is not row:
            wrong.append(f"{row.where}: {code!r} is the code at {first.where} already. A code stands there once.")
        if not any(split_language(column)[0] == "label" for column in row):
            wrong.append(f"{row.where}: {code!r} has no label. Write it.")
        wrong += _other_meaning(row, before.get(code))
    if wrong:
        raise WorkbookError(f"{file}: the list was not taken:", tuple(wrong))


def _other_meaning(row: Row, before: Row | None) -> Iterable[str]:
    """The rule code-meaning: data collected before must not change what they say."""
    if before is None:
        return
    for column in IDENTITIES:
        was, now = _identity(before, column), _identity(row, column)
        if was and now and was != now:
            yield (
                f"{row.place(column)}: code-meaning: {row['name']!r} was {column} {was} and is {now} now. "
                "Give the other thing a code of its own."
            )


def _identity(row: Row, column: str) -> str:
    code = row.get("name", "")
    return row.get(column) or (code if column in ("iso3", "alpha3") and _ISO3.fullmatch(code) else "")


def _with_takes(rows: Sequence[Row], standard: Sequence[Row], mapped: Mapping[str, str], file: str) -> list[Row]:
    """The rows with the standard codes that are counted under each."""
    codes = {row["name"] for row in rows}
    known = {row["name"] for row in standard}
    for code, under in mapped.items():
        if code not in known or under not in codes:
            wrong, of = (code, known) if code not in known else (under, codes)
            raise WorkbookError(f"{file}: {wrong!r} cannot be mapped: no such code. {suggestion(wrong, of)}")
    takes: dict[str, list[str]] = {}
    for code, under in mapped.items():
        takes.setdefault(under, []).append(code)

    def said(row: Row) -> dict[str, str]:
        code = row["name"]
        own = {identity.CODE: code} if code in known and identity.CODE not in row else {}
        under = [*row.get(TAKES, "").split(), *takes.get(code, [])]
        return {**row, **own, TAKES: " ".join(under)}

    return [row.replace(said(row)) for row in rows]


def _kept(
    folder: Path,
    name: str,
    rows: Sequence[Row],
    source: Path,
    present: Sequence[Row],
    standard: Sequence[Row],
    day: dt.date,
) -> Report:
    """Write the list, keep the one before, and say what changed."""
    text = _csv(rows)
    version = _next_version(folder, name, day)
    place = folder / "lists"
    (place / "history").mkdir(parents=True, exist_ok=True)
    for each, data in ((place / f"{name}.csv", text), (place / "history" / f"{name}-{version}.csv", text)):
        each.write_text(data, encoding="utf-8")
    loaded = Loaded(name, version, source.name, hashlib.sha256(text.encode()).hexdigest(), len(rows))
    _register(folder, loaded)
    return _report(name, version, rows, present, standard)


def _report(name: str, version: str, rows: Sequence[Row], present: Sequence[Row], standard: Sequence[Row]) -> Report:
    old = {row["name"]: row for row in present}
    new = {row["name"] for row in rows}
    reached = {row.get(identity.CODE, row["name"]) for row in rows}
    taken = {code: row["name"] for row in rows for code in row.get(TAKES, "").split()}
    removed = tuple(row["name"] for row in standard if row["name"] not in reached)
    return Report(
        name=name,
        version=version,
        added=tuple(row["name"] for row in rows if row["name"] not in old),
        relabelled=tuple(code for code in old if code in new and _reads_other(old[code], rows)),
        closed=tuple(row["name"] for row in rows if CLOSED in row),
        removed=removed,
        mapped={code: taken[code] for code in removed if code in taken},
        shares={},
    )


def _reads_other(before: Row, rows: Sequence[Row]) -> bool:
    """Has the code another wording in a language that both name?"""
    now = next(row for row in rows if row["name"] == before["name"])
    mine, old = _labels(now), _labels(before)
    return any(mine[language] != old[language] for language in mine.keys() & old.keys())


def _labels(row: Row) -> dict[str, str]:
    """The wording by language code, `Русский (ru)` and `ru` being one."""
    found = {}
    for column, text in row.items():
        base, language = split_language(column)
        if base == "label":
            found[language.rpartition("(")[2].rstrip(")")] = text
    return found


def _next_version(folder: Path, name: str, day: dt.date) -> str:
    used = {path.stem.rpartition("-")[2] for path in (folder / "lists" / "history").glob(f"{name}-*.csv")}
    return next(f"{day:%Y%m%d}{number:02}" for number in range(1, 100) if f"{day:%Y%m%d}{number:02}" not in used)


def _register(folder: Path, loaded: Loaded) -> None:
    lines = {each.name: each for each in (*register(folder), loaded)}
    text = "\n".join(
        f"[{each.name}]\nversion = {json.dumps(each.version)}\nsource = {json.dumps(each.source, ensure_ascii=False)}\n"
        f"sha256 = {json.dumps(each.sha256)}\ncodes = {each.codes}\n"
        for each in sorted(lines.values(), key=lambda each: each.name)
    )
    (folder / "lists" / REGISTER).write_text(text, encoding="utf-8")


def _spare(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The codes of a list of areas that are no areas: 98, 99 and the like."""
    return tuple(row for row in rows if re.fullmatch(r"9\d|-9\d", row["name"]))


def _area_row(area: areas.Area, short: Mapping[str, str], around: str, project: Project) -> Row:
    """An area as a choice; a language without a name of its own takes the first one that is there."""
    first = next(iter(area.names.values()))
    names = {code: area.names.get(code) or area.names.get("") or first for code in project.form.header.headings}
    labels = {f"label::{code}": text for code, text in names.items()} or {"label": first}
    parent = {around: short[area.parent]} if around else {}
    return Row({"name": short[area.pcode], **labels, **parent, "pcode": area.pcode}, area.where.partition(":")[0], 0)


def _csv(rows: Sequence[Row]) -> str:
    columns = [column for column in dict.fromkeys(column for row in rows for column in row) if column != "list_name"]
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(dict(row) for row in rows)
    return out.getvalue()
