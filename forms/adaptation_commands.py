"""Command line: `enumera forms adapt`, `diff` and `accept`."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from forms.options import AS_JSON, LANGUAGES, PACK, PARAMETERS

if TYPE_CHECKING:
    from forms.adaptation.comparison import Comparison, Effect

_FOLDER = click.argument("folder", type=click.Path(path_type=Path))


@click.command("adapt")
@click.argument("standard")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="Folder to begin in.")
@click.option("--id", "form_id", default="", help="Id of the adapted form; the standard's own when not given.")
@click.option("--country", default="", metavar="ISO3", help="Country of the survey: sets its name and code.")
@LANGUAGES
@PARAMETERS
@PACK
@AS_JSON
def adapt(
    standard: str,
    output: Path,
    form_id: str,
    country: str,
    languages: tuple[str, ...],
    parameters: dict[str, str],
    pack: str,
    as_json: bool,
) -> None:
    """Begin an adaptation of STANDARD, a library form or a form folder, in a new folder.

    The first language is asked first; the standard's own stays as the last one.
    """
    from forms import adaptation
    from forms.adaptation import countries

    given = {**countries.parameters(standard, country, languages), **parameters} if country else parameters
    project = adaptation.create(standard, output, form_id=form_id, languages=languages, parameters=given, pack=pack)
    files = sorted(path.name for path in output.iterdir())
    if as_json:
        head = project.form.header
        click.echo(json.dumps({"id": head.id, "adapted_from": head.adapted_from, "files": files}, ensure_ascii=False))
        return
    click.echo(f"created {output}: {'  '.join(files)}")
    click.echo(f"baseline pinned: {project.form.header.adapted_from} (diff is always against this)")


@click.command("diff")
@click.argument("forms", nargs=-1, required=True, metavar="FOLDER | BEFORE AFTER")
@click.option("--against", default="standard", metavar="standard|FORM", help="What FOLDER is compared with.")
@click.option("--assume-renames", is_flag=True, help="Take questions with nearly the same wording as renamed.")
@click.option("--only-breaking", is_flag=True, help="Show only changes that take an indicator away.")
@AS_JSON
@click.pass_context
def diff(
    context: click.Context,
    forms: tuple[str, ...],
    against: str,
    assume_renames: bool,
    only_breaking: bool,
    as_json: bool,
) -> None:
    """Say what changed and what that does to each indicator, table and to data collected before.

    One FOLDER is compared with its pinned standard, or with another form by --against; two forms with each other:
    any XLSForm, library form or folder. Exit 1 when an indicator is not exact and nobody accepted that, or when data
    of two versions cannot go together.
    """
    from forms.adaptation import compare, report

    if len(forms) > 2:
        raise click.UsageError("give a folder, or two forms")
    if len(forms) == 2:
        against, forms = forms[0], forms[1:]
    versions = compare.with_standard(forms[0]) if against == "standard" else compare.of_forms(against, forms[0])
    found = versions.compared(_renames(versions.guesses, assume_renames, ask=not as_json))
    if as_json:
        click.echo(json.dumps(report.as_json(found), ensure_ascii=False, indent=2))
    else:
        click.echo(report.lines(found, only_breaking=only_breaking))
    if found.open or (against != "standard" and found.data == "refused"):
        click.echo(report.accept_hint(found), err=True, nl=bool(found.open))
        context.exit(1)


@click.command("accept")
@_FOLDER
@click.argument("statistics", nargs=-1, required=True, metavar="STATISTIC...")
@click.option("--reason", required=True, help="Why the office wants it so; printed below each table.")
@click.option("--who", default="", help="Who accepts it; the login of this machine when not given.")
def accept(folder: Path, statistics: tuple[str, ...], reason: str, who: str) -> None:
    """Accept that each STATISTIC is no longer the standard's: CHANGES.md then says who, when and why.

    One reason may hold for several, as when a change of the definition of residence reaches most indicators.
    """
    from forms.adaptation import acceptance, compare, open_folder

    compared = compare.compare(open_folder(folder))
    effects = [_effect(compared, statistic) for statistic in statistics]
    for line in acceptance.accept(folder, effects, who or _login(), reason):
        click.echo(f"accepted: {line.statistic} {line.says}")


def _renames(guesses: Mapping[str, str], assume: bool, ask: bool) -> dict[str, str]:
    """The guesses that are taken: all of them, those that somebody at the terminal agrees to, or none."""
    if assume or not guesses:
        return dict(guesses)
    if not ask or not sys.stdin.isatty():
        click.echo(
            f"{len(guesses)} questions may only be renamed, by their wording; --assume-renames takes them all as such.",
            err=True,
        )
        return {}
    return {one: other for one, other in guesses.items() if click.confirm(f"Is {other} the question {one}?", err=True)}


def _effect(found: Comparison, statistic: str) -> Effect:
    """The effect that can be accepted under an id. Raises WorkbookError for one that is exact or not known."""
    from forms.errors import WorkbookError
    from forms.header import suggestion

    effects = {effect.id: effect for effect in found.indicators}
    if statistic not in effects:
        raise WorkbookError(f"{found.after}: no indicator {statistic!r}. {suggestion(statistic, effects)}")
    if effects[statistic].effect == "exact":
        raise WorkbookError(f"{statistic}: exact, as the standard has it. There is nothing to accept.")
    return effects[statistic]


def _login() -> str:
    """The login of whoever runs the command. Raises WorkbookError when the machine does not know one."""
    import getpass

    from forms.errors import WorkbookError

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError) as error:
        raise WorkbookError("this machine knows no login. Say who accepts it: --who CODE.") from error
