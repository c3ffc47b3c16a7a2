"""Command line: `enumera forms`. Each command reads its words, calls one function and prints."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from forms import (
    adaptation_commands,
    harmonise_commands,
    list_commands,
    paper_commands,
    translate_commands,
    trial_commands,
)
from forms.findings import Finding
from forms.options import AS_JSON, DRAFT, FORM, LANGUAGES, LISTS, PACK, PARAMETERS, print_rows


@click.group("forms")
def group() -> None:
    """Questionnaires: list, check, build, translate, and read back.

    FORM is the name of a library form, a form folder, an .xlsx or a .md file.
    """


group.add_command(trial_commands.hold_cases)
group.add_command(trial_commands.list_edits)
group.add_command(translate_commands.translate)
group.add_command(list_commands.lists)
for command in (adaptation_commands.adapt, adaptation_commands.diff, adaptation_commands.accept):
    group.add_command(command)
group.add_command(harmonise_commands.harmonise)
group.add_command(paper_commands.print_form)


@group.command("list")
@AS_JSON
def list_forms(as_json: bool) -> None:
    """List the library's forms; minutes are those of the longest interview, estimated."""
    from forms import catalog

    rows = [{"name": name, **_summary(catalog.load(name, draft=True))} for name in catalog.names()]
    print_rows(rows, ("name", "version", "languages", "questions", "minutes", "title"), as_json)


@group.command()
@FORM
@PARAMETERS
@LISTS
@PACK
@AS_JSON
def show(form: str, parameters: dict[str, str], lists: dict[str, str], pack: str, as_json: bool) -> None:
    """Show a form's questions with their place, type, universe and wording."""
    from forms import catalog
    from forms.definition import Form

    tree = Form.from_workbook(catalog.read(form, parameters, lists, draft=True, pack=pack))
    rows = [
        {
            "path": question.path,
            "type": f"{question.type} {question.list_name or ''}".strip(),
            "universe": question.columns.get("universe", ""),
            "concept": question.columns.get("concept", ""),
            "label": question.labels.get(tree.language, ""),
        }
        for question in tree.questions()
    ]
    print_rows(rows, ("path", "type", "universe", "label"), as_json)


@group.command()
@FORM
@AS_JSON
def coverage(form: str, as_json: bool) -> None:
    """Compare a form with the topics that the United Nations recommend for a census."""
    from forms import catalog
    from forms import coverage as topics
    from forms.definition import Form

    covered = topics.of(Form.from_workbook(catalog.read(form, draft=True)))
    rows = [
        {
            "level": each.topic.level,
            "topic": each.topic.title,
            "covered": each.state,
            "asked": " ".join(each.asked),
            "standard": each.topic.standard,
        }
        for each in covered
    ]
    print_rows(rows, ("level", "topic", "covered", "asked"), as_json)
    core, additional = (topics.count(covered, level) for level in ("core", "additional"))
    click.echo(f"core {core[0]} of {core[1]}, additional {additional[0]} of {additional[1]}", err=True)


@group.command()
@FORM
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), required=True, help="CODEBOOK.html, .xlsx or .xml (DDI)."
)
@PARAMETERS
@LISTS
def codebook(form: str, output: Path, parameters: dict[str, str], lists: dict[str, str]) -> None:
    """Write what every variable means: a page, a workbook, or DDI-Codebook 2.5 for archives.

    FORM may be a CSPro dictionary (.dcf) too.
    """
    from forms import catalog, cspro, documents
    from forms import codebook as books
    from forms.definition import Form

    book = (
        cspro.codebook(cspro.read_dictionary(Path(form)))
        if ".dcf" in Path(form).suffixes
        else books.of(Form.from_workbook(catalog.read(form, parameters, lists, draft=True)))
    )
    documents.write(output, book)
    click.echo(f"{output}: {len(book.variables)} variables", err=True)


@group.command()
@click.argument("forms", nargs=-1, required=True, metavar="FORM...")
@PARAMETERS
@LISTS
@PACK
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
@click.option("--fix", is_flag=True, help="Show and put right what is plainly a slip, then check.")
@click.option("--dry-run", is_flag=True, help="Show what --fix would do, and do nothing.")
@AS_JSON
@click.pass_context
def check(
    context: click.Context,
    forms: tuple[str, ...],
    parameters: dict[str, str],
    lists: dict[str, str],
    pack: str,
    strict: bool,
    fix: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Hold forms against the house rules; exit 1 when one is not fit for the field.

    --fix changes no wording: it puts right blanks nobody sees, curled quotation marks, words of yes and no, spellings
    of types, ${x} in a repeat's condition, a missing version, and translations of texts that are gone.
    """
    from dataclasses import asdict

    from forms import catalog, checks

    if fix or dry_run:
        _repair(forms, write=not dry_run)
    books = [catalog.read(form, parameters, lists, draft=True, pack=pack) for form in forms]
    findings = [finding for book in books for finding in checks.check(book)]
    findings += [finding for form in forms for finding in _of_adaptation(form)]
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            click.echo(str(finding))
    counts = {level: sum(finding.level == level for finding in findings) for level in ("error", "warning", "info")}
    click.echo(", ".join(f"{number} {level}" for level, number in counts.items()), err=True)
    if counts["error"] or (strict and counts["warning"]):
        context.exit(1)


def _of_adaptation(form: str) -> Sequence[Finding]:
    """What an adaptation does to the statistics of its standard; nothing for any other form."""
    from forms.adaptation import findings, project
    from forms.adaptation.compare import compare

    folder = Path(form)
    if not (folder / project.STANDARD).exists():
        return ()
    return findings.of(compare(project.open_folder(folder)), form)


def _repair(forms: Sequence[str], *, write: bool) -> None:
    """Show the slips of forms as a diff on standard error, and put them right."""
    import datetime as dt

    from forms import repair

    for form in forms:
        if not Path(form).exists():
            raise click.BadParameter(f"{form!r} is no file and no folder", param_hint="--fix")
        repairs = repair.plan(Path(form), dt.date.today())  # noqa: DTZ011 - the version is the day on the office's clock
        for each in repairs:
            click.echo(each.diff, err=True)
        if write:
            repair.write(repairs)


@group.command()
@AS_JSON
def rules(as_json: bool) -> None:
    """List the house rules that `check` knows."""
    from forms import checks

    rows = [{"id": rule.id, "level": rule.level, "asks": rule.summary} for rule in checks.rules()]
    print_rows(rows, ("id", "level", "asks"), as_json)


@group.command()
@FORM
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="A file .xlsx or .xml.")
@PARAMETERS
@LISTS
@LANGUAGES
@PACK
@DRAFT
@AS_JSON
def build(
    form: str,
    output: Path,
    parameters: dict[str, str],
    lists: dict[str, str],
    languages: tuple[str, ...],
    pack: str,
    draft: bool,
    as_json: bool,
) -> None:
    """Build a form: .xlsx for Excel and ODK tools, .xml (XForm) for the tablet."""
    from forms import catalog, identity, workbook, xform

    if output.suffix not in (".xlsx", ".xml"):
        raise click.BadParameter(f"{output.name!r} ends neither in .xlsx nor in .xml", param_hint="--output")
    built = catalog.read(form, parameters, lists, draft=draft, languages=languages, pack=pack)
    compiled = xform.compile(built)
    if output.suffix == ".xlsx":
        workbook.write_xlsx(identity.marked(built), output)
    else:
        output.write_bytes(compiled.xml)
    for warning in compiled.warnings:
        click.echo(warning, err=True)
    row = {"file": str(output), "form_id": compiled.form_id, "version": compiled.version, "md5": compiled.md5}
    print_rows([{**row, "media": list(compiled.media)}], ("file", "form_id", "version", "md5"), as_json)


@group.command("import")
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="Write the report as Markdown.")
@AS_JSON
def import_form(source: Path, folder: Path, report: Path | None, as_json: bool) -> None:
    """Make a form folder of any XLSForm (.xlsx, .xlsm, .xls, .csv, .md) or of a CSPro dictionary (.dcf).

    What was cleaned, renamed and dropped on the way is reported, and what only the form's authors can decide.
    """
    from dataclasses import asdict

    from forms import cspro_draft, foreign

    draft = ".dcf" in source.suffixes
    imported = cspro_draft.take(source, folder) if draft else foreign.take(source, folder)
    if report:
        report.write_text(foreign.report(imported, source.name), encoding="utf-8")
    if as_json:
        click.echo(json.dumps(asdict(imported), ensure_ascii=False, indent=2))
        return
    for name in imported.files:
        click.echo(str(folder / name))
    for note in imported.notes:
        click.echo(str(note), err=True)


@group.command()
@FORM
@click.argument("instances", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="A file .csv.zip or .dta.")
@click.option("--language", help="Language of labels; the form's default when not given.")
@click.option(
    "--older", multiple=True, metavar="FORM", help="An older version of the form. May be given several times."
)
@PARAMETERS
@LISTS
def tables(
    form: str,
    instances: Path,
    output: Path,
    language: str | None,
    older: tuple[str, ...],
    parameters: dict[str, str],
    lists: dict[str, str],
) -> None:
    """Make linked tables of a folder of filled forms (*.xml, also below it).

    Forms filled with an older version are read with that version, and the tables have the columns of all.
    """
    from forms import catalog, codebook, formats, versions
    from forms import tables as flat
    from forms.definition import Form

    trees = [Form.from_workbook(catalog.read(each, parameters, lists, draft=True)) for each in (form, *older)]
    made = flat.flatten(trees, [_filled(path, trees) for path in sorted(instances.rglob("*.xml"))])
    for path in formats.write(output, made, codebook.of(versions.merge(trees)), language or trees[0].language):
        click.echo(str(path))
    for name, frame in made.frames.items():
        click.echo(f"{name}: {len(frame)} rows", err=True)
    for (table, question), misfits in made.misfits.groupby(["table", "name"]):
        click.echo(f"{table} {question}: {len(misfits)} answers do not fit ({misfits['reason'].iloc[0]})", err=True)


def _filled(path: Path, trees: Sequence[Any]) -> Any:
    """One filled form, read with its version or else with the first; an error names its file."""
    from forms import instances
    from forms.errors import InstanceError

    try:
        xml = path.read_bytes()
        version = instances.head(xml).version
        return instances.parse(xml, next((tree for tree in trees if tree.version == version), trees[0]))
    except InstanceError as error:
        raise InstanceError(f"{path.name}: {error.message}") from error


def _summary(book: Any) -> dict[str, Any]:
    from forms import duration
    from forms.definition import Form

    tree = Form.from_workbook(book)
    feeds = {word for question in tree.questions() for word in question.columns.get("indicator", "").split()}
    return {
        "id": tree.id,
        "version": tree.version,
        "blocks": book.header.blocks,
        "languages": list(tree.languages),
        "questions": sum(1 for _ in tree.questions()),
        "minutes": round(duration.longest(tree)),
        "indicators": sorted(feeds),
        "title": tree.title,
    }
