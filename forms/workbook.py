"""Workbook: a questionnaire as rows of sheets, from a form folder, an .xlsx or a Markdown file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from forms import choicelists, header, memory, parts, placeholders, sheets, shorthand, translations
from forms.choicelists import ListSource
from forms.errors import TranslationError, WorkbookError
from forms.findings import Finding
from forms.header import Header
from forms.memory import Memory
from forms.sheets import Row, Sheets

_TYPES = (
    *("integer", "decimal", "text", "date", "dateTime", "geopoint", "note", "calculate"),
    *("begin_group", "end_group", "begin_repeat", "end_repeat"),
)
_CHOICES = ("list_name", "name", "label")
PROJECT_FORM = "form.xlsx"
"""The questionnaire in a folder that an office edits in Excel; lists/*.csv beside it replace its lists."""

_FORM_COLUMNS = ("section", "key", "text")


@dataclass(frozen=True)
class Workbook:
    """A questionnaire as rows: includes expanded, translations in place, parameters inserted.

    Wording stands in columns like `label::English (en)`, or in plain `label` when the form names no
    language. `folder` is where media files lie; `findings` tells what is wrong with the translations.
    """

    header: Header
    survey: tuple[Row, ...]
    choices: tuple[Row, ...] = ()
    entities: tuple[Row, ...] = ()
    folder: Path | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def settings(self) -> dict[str, str]:
        """The row of the settings sheet: form_title, form_id, version, default_language ..."""
        return header.to_settings(self.header)

    @property
    def parameters(self) -> Mapping[str, str]:
        """Values inserted for `{{name}}`."""
        return self.header.parameters

    @property
    def lists(self) -> dict[str, tuple[Row, ...]]:
        """The rows of each choice list."""
        found: dict[str, list[Row]] = {}
        for row in self.choices:
            found.setdefault(row.get("list_name", ""), []).append(row)
        return {name: tuple(rows) for name, rows in found.items()}


@dataclass(frozen=True)
class Written:
    """A form just as it is written: parameters and phrases stand as `{{name}}`.

    `findings` tells which translations are stale, `made` what each was made from.
    """

    header: Header
    sheets: Sheets
    findings: tuple[Finding, ...]
    made: Memory


def read(
    path: str | Path,
    parameters: Mapping[str, str] | None = None,
    lists: Mapping[str, ListSource] | None = None,
    *,
    draft: bool = False,
    languages: Sequence[str] = (),
) -> Workbook:
    """Read a form folder, an .xlsx or a .md file.

    `parameters` overrides values of form.toml, as `placeholders.fill` has it; `lists` replaces choice lists by
    name; `languages` are the codes of those that are wanted, the first becoming the default (none: all). A text that
    a language lacks, that is stale or that lost a placeholder raises TranslationError with every finding; with
    `draft` the source text is put there, marked `⟦en⟧`. Raises WorkbookError when the sheets cannot be read.
    """
    path = Path(path)
    written = read_written(path, lists or {}, languages)
    folder = path if path.is_dir() else path.parent
    whole = _finish(written.header, written.sheets, written.findings, parameters or {}, draft, folder)
    return in_languages(whole, languages) if languages else whole


def read_source(
    path: str | Path, lists: Mapping[str, ListSource] | None = None, languages: Sequence[str] = ()
) -> Workbook:
    """Read a form as its authors wrote it: parameters stand as `{{name}}`, soft checks beside their question.

    Includes, shared code lists, phrases and translations are in place; what a language lacks is a finding and stays
    empty. `languages` may name ones that the form has not been translated into: they come without text. Raises
    WorkbookError when the sheets cannot be read.
    """
    path = Path(path)
    written = read_written(path, lists or {})
    head, found, findings = written.header, written.sheets, written.findings
    if head.languages:
        found = translations.copy_wordless(found, head.headings, head.language)
        findings += tuple(translations.audit(found, head.headings, head.original_language))
    found = placeholders.fill_phrases(head, found)
    survey, choices, entities = (found.get(name, ()) for name in ("survey", "choices", "entities"))
    whole = Workbook(head, survey, choices, entities, path if path.is_dir() else path.parent, findings)
    return source_in(whole, languages) if languages else whole


def source_in(source: Workbook, languages: Sequence[str]) -> Workbook:
    """A workbook of `read_source` in these languages, the first being the default; new ones come without text."""
    head = source.header
    known = [code for code in languages if code in head.languages]
    small = in_languages(source, known or [head.language])
    named = {code: head.languages.get(code) or header.display_name(code) for code in languages}
    spoken = placeholders.spoken_in(head.parameters, head.language, languages[0])
    return replace(small, header=replace(small.header, language=languages[0], languages=named, parameters=spoken))


def filled(source: Workbook, parameters: Mapping[str, str] | None = None) -> Workbook:
    """What `read` makes of a workbook of `read_source`: shorthand written out, parameters inserted.

    `parameters` overrides values of its header. Texts that a language lacks stay empty.
    """
    head = source.header
    found = {name: getattr(source, name) for name in ("survey", "choices", "entities")}
    found["survey"] = shorthand.expand(source.survey, head.headings.values())
    head, whole = placeholders.fill(head, found, parameters or {})
    survey, choices, entities = (whole[name] for name in ("survey", "choices", "entities"))
    return replace(source, header=head, survey=survey, choices=choices, entities=entities)


def from_markdown(
    text: str,
    parameters: Mapping[str, str] | None = None,
    lists: Mapping[str, ListSource] | None = None,
    *,
    draft: bool = False,
) -> Workbook:
    """Read a form drawn as Markdown tables; the arguments are those of `read`."""
    head, found = head_and_sheets(sheets.read_markdown(text, "drawn"), "drawn", "drawn")
    return _finish(head, choicelists.replace_in(found, lists or {}, head), (), parameters or {}, draft, None)


def write_xlsx(workbook: Workbook, path: str | Path) -> None:
    """Write an .xlsx that Excel, ODK tools and `read` understand; the same workbook gives the same bytes.

    What XLSForm has no place for (table, sample_key, dispositions ...) stands on a sheet `_form`, and on a hidden
    sheet `_sources` what each translation was made from.
    """
    from forms import guide, spreadsheet  # slow to import, and seldom needed

    head = workbook.header
    tables = [
        spreadsheet.Table("survey", _columns(workbook.survey, head), workbook.survey, 2, _offers(workbook)),
        spreadsheet.Table("choices", _columns(workbook.choices, head) or _CHOICES, workbook.choices, 2),
        spreadsheet.Table("settings", list(workbook.settings), [workbook.settings]),
    ]
    if workbook.entities:
        tables.append(spreadsheet.Table("entities", _columns(workbook.entities, head), workbook.entities))
    built = [("columns", table.title, ", ".join(table.columns)) for table in tables if table.rows]
    form_rows = [dict(zip(_FORM_COLUMNS, line, strict=True)) for line in (*header.to_rows(head), *built)]
    tables.append(spreadsheet.Table("_form", _FORM_COLUMNS, form_rows))
    if len(head.languages) > 1:
        found = {"survey": workbook.survey, "choices": workbook.choices}
        lines = translations.fingerprints(found, head.headings, head.original_language)
        tables.append(spreadsheet.Table("_sources", (*translations.COLUMNS, "language"), lines, hidden=True))
    Path(path).write_bytes(spreadsheet.pack([spreadsheet.Table("_readme", *guide.rows(head.headings)), *tables]))


def take_apart(source: str | Path, folder: str | Path) -> tuple[str, ...]:
    """Make a form folder of an .xlsx or .md form. Returns the files written; see `folder.write`."""
    from forms import folder as folders  # only for import

    head, found = _read_file(Path(source))
    return folders.write(head, found, Path(folder))


def to_json(workbook: Workbook) -> str:
    """The workbook as JSON text; `from_json` gives it back."""
    kept = {
        name: [[row.file, row.line, dict(row)] for row in getattr(workbook, name)]
        for name in ("survey", "choices", "entities")
    }
    return json.dumps({"header": asdict(workbook.header), **kept}, ensure_ascii=False)


def from_json(text: str) -> Workbook:
    """The workbook that `to_json` wrote."""
    kept = json.loads(text)
    survey, choices, entities = (
        tuple(Row(cells, file, line) for file, line, cells in kept[name]) for name in ("survey", "choices", "entities")
    )
    return Workbook(Header(**kept["header"]), survey, choices, entities)


def read_sheets(path: Path) -> Sheets:
    """The sheets of a file just as they stand there; see `grids.FORMATS`."""
    from forms import grids, spreadsheet  # slow to import, and most forms are folders

    return spreadsheet.unpack(grids.read(path), path.name)


def _offers(workbook: Workbook) -> dict[str, Sequence[str]]:
    """What the drop-down lists of the survey sheet show: types with this form's lists, and yes."""
    asked = dict.fromkeys(row["type"] for row in workbook.survey if "type" in row)
    lists = [f"{select} {name}" for name in workbook.lists for select in ("select_one", "select_multiple")]
    offers = {"type": list(dict.fromkeys([*_TYPES, *lists, *asked])), "required": ["yes"], "pii": ["yes", "no"]}
    present = {column for row in workbook.survey for column in row}
    return {column: values for column, values in offers.items() if column in present}


def _columns(rows: Sequence[Row], head: Header) -> list[str]:
    """Columns in the order of a built sheet: XLSForm's, each wording in all languages, then the others."""
    present = dict.fromkeys(column for row in rows for column in row)
    said = {base for base, suffix in map(sheets.split_language, present) if suffix and base in sheets.WORDING}
    ordered = [
        name
        for base in ("list_name", *sheets.SURVEY)
        for name in (base, *(f"{base}::{heading}" for heading in head.headings.values()))
        if name in present or (base in said and name != base)  # a language without a text yet has its columns
    ]
    return ordered + [name for name in present if name not in ordered]


def read_written(path: Path, lists: Mapping[str, ListSource] | None = None, languages: Sequence[str] = ()) -> Written:
    """Read a form just as it is written; `lists` replaces choice lists, `languages` are those wanted of a folder."""
    if path.is_dir() and ((path / "form.toml").exists() or not (path / PROJECT_FORM).exists()):
        return _read_folder(path, lists or {}, languages)
    own = {file.stem: file for file in sorted(path.glob("lists/*.csv"))}
    head, found = _read_file(path / PROJECT_FORM if path.is_dir() else path)
    whole = choicelists.replace_in(found, {**own, **(lists or {})}, head)
    made = memory.of_project(path, whole, head) if path.is_dir() else memory.of_file(whole, head)
    level = "error" if path.is_dir() else "warning"
    return Written(head, whole, tuple(memory.stale(whole, made, head, level, path.name)), made)


def _read_file(path: Path) -> tuple[Header, Sheets]:
    return head_and_sheets(read_sheets(path), path.stem, path.name)


def head_and_sheets(found: Sheets, name: str, file: str) -> tuple[Header, Sheets]:
    """The header of sheets that were read from a file, and the sheets with their wording named by language."""
    if not found.get("survey"):
        raise WorkbookError(f"{file}: no sheet 'survey' with questions. {header.suggestion('survey', found.keys())}")
    for row in found["survey"]:
        if row.get("type") == "include":
            raise WorkbookError(f"{row.where}: only a form folder can include modules. Make one: enumera forms import.")
    head = header.from_sheets(found, name, file)
    if head.languages:
        found = translations.qualify(found, head.headings, head.language)
    return head, found


def _read_folder(folder: Path, lists: Mapping[str, ListSource], languages: Sequence[str]) -> Written:
    head = header.read_toml(folder / "form.toml", f"{folder.name}/form.toml")
    if languages:
        _refuse_unknown_languages(head, languages)
        wanted = {code: name for code, name in head.languages.items() if code in (head.language, *languages)}
        head = replace(head, languages=wanted)
    modules: dict[str, str] = {}
    folded = parts.read(folder, head, (), modules)
    brought = {name: text for name, text in modules.items() if name.partition("::")[0] not in head.parameters}
    head = replace(head, parameters={**brought, **head.parameters})
    found = choicelists.replace_in(folded.sheets, lists, head)
    findings = tuple(doubt for doubt in folded.findings if not _speaks_of_a_replaced_list(doubt, lists))
    return Written(head, found, findings, folded.made)


def _refuse_unknown_languages(head: Header, languages: Sequence[str]) -> None:
    for code in languages:
        if code not in head.languages:
            raise WorkbookError(
                f"languages: form {head.id!r} has no {code!r}. {header.suggestion(code, head.languages)}"
            )


def in_languages(workbook: Workbook, languages: Sequence[str]) -> Workbook:
    """The workbook without the wording of other languages than these, the first becoming the default.

    Raises WorkbookError for a language that the form has not.
    """
    head = workbook.header
    _refuse_unknown_languages(head, languages)
    small = replace(head, language=languages[0], languages={code: head.languages[code] for code in languages})
    suffixes = {"", *small.headings.values()}

    def spoken(row: Row) -> Row:
        return row.replace(
            {column: text for column, text in row.items() if sheets.split_language(column)[1] in suffixes}
        )

    survey, choices = (tuple(map(spoken, rows)) for rows in (workbook.survey, workbook.choices))
    return replace(workbook, header=small, survey=survey, choices=choices)


def with_lists(workbook: Workbook, lists: Mapping[str, ListSource]) -> Workbook:
    """The workbook with these choice lists in place of its own. Raises WorkbookError for one that it has not."""
    whole = {"survey": workbook.survey, "choices": workbook.choices}
    return replace(workbook, choices=choicelists.replace_in(whole, lists, workbook.header)["choices"])


def _speaks_of_a_replaced_list(finding: Finding, lists: Mapping[str, ListSource]) -> bool:
    return finding.rule == "translation-orphan" and any(f"'{name}/" in finding.message for name in lists)


def _finish(
    head: Header,
    found: Sheets,
    findings: tuple[Finding, ...],
    parameters: Mapping[str, str],
    draft: bool,
    folder: Path | None,
) -> Workbook:
    if head.languages:
        found = translations.copy_wordless(found, head.headings, head.language)
        findings += tuple(translations.audit(found, head.headings, head.original_language))
    errors = [finding for finding in findings if finding.level == "error"]
    if errors and not draft:
        raise TranslationError(
            f"{head.id}: {len(errors)} texts are missing or out of date. Complete them, or build a draft.",
            tuple(str(finding) for finding in errors),
        )
    if draft and head.languages:
        found = translations.fill(found, head.headings, head.language)
    found = {**found, "survey": shorthand.expand(found["survey"], head.headings.values())}
    head, found = placeholders.fill(head, found, parameters)
    survey, choices, entities = (found.get(name, ()) for name in ("survey", "choices", "entities"))
    return Workbook(head, survey, choices, entities, folder, findings)
