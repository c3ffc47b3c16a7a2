"""Command line: `enumera forms harmonise`, which puts answers to one version into the questions of another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from forms.errors import InstanceError, WorkbookError


@click.command()
@click.argument("form")
@click.argument("instances", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="A file .csv.zip or .dta.")
@click.option("--to", metavar="FORM", help="The version to put the answers into; else the standard of an adaptation.")
@click.option(
    *("--media", "media"), multiple=True, type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with the lists that lie beside the form. May be given several times.",
)  # fmt: skip
def harmonise(form: str, instances: Path, output: Path, to: str | None, media: tuple[Path, ...]) -> None:
    """Put filled forms (*.xml, also below a folder) into the questions of the standard, and make tables of them.

    \b
    enumera forms harmonise tjk sheets/ -o standard.csv.zip              # an adaptation into its standard
    enumera forms harmonise tjk_2025 sheets/ --to tjk -o new.csv.zip     # what was collected before into a new version

    Codes go over as the column x_standard says, names as x_qid says; skips and calculations are worked out anew.
    """
    from forms import codebook, formats, tables
    from forms.adaptation import harmonise as harmonisation
    from forms.adaptation import matching

    versions = _versions(form, to)
    target, source = versions.before, versions.after
    folders = [*media, *(each for each in (Path(form) / "media",) if each.is_dir())]
    script = harmonisation.prepared(target, folders)
    plan = harmonisation.plan_for(matching.match(target, source), target, source, script)
    made = tables.flatten(plan.standard, harmonisation.harmonise(_filled(source, instances), plan))
    for path in formats.write(output, made, codebook.of(plan.standard), plan.standard.language):
        click.echo(str(path))
    for name, frame in made.frames.items():
        click.echo(f"{name}: {len(frame)} rows", err=True)
    for gone in plan.without:
        click.echo(f"{gone}: nothing to fill it from; empty", err=True)


def _versions(form: str, to: str | None) -> Any:
    """The version that answers go into before the one that they were given to."""
    from forms.adaptation import compare, project

    if to:
        return compare.of_forms(to, form)
    if not (Path(form) / project.STANDARD).exists():
        raise WorkbookError(f"{form}: no adaptation, so it has no standard. Say with --to which version is meant.")
    return compare.with_standard(form)


def _filled(source: Any, folder: Path) -> list[Any]:
    """The filled forms in a folder; an error names the file."""
    from forms import instances
    from forms.definition import Form

    tree, found = Form.from_workbook(source), []
    for path in sorted(folder.rglob("*.xml")):
        try:
            found.append(instances.parse(path.read_bytes(), tree))
        except InstanceError as error:
            raise InstanceError(f"{path.name}: {error.message}") from error
    return found
