"""Command line: `enumera forms test` and `enumera forms edits`."""

from __future__ import annotations

import json

import click

from forms.options import AS_JSON, FORM, LISTS, PARAMETERS, print_rows


@click.command("test")
@click.argument("forms", nargs=-1, required=True, metavar="FORM...")
@PARAMETERS
@LISTS
@AS_JSON
@click.pass_context
def hold_cases(
    context: click.Context, forms: tuple[str, ...], parameters: dict[str, str], lists: dict[str, str], as_json: bool
) -> None:
    """Hold the cases of forms (cases/*.csv) on our own evaluator; exit 1 when one does not hold."""
    from forms import trials

    verdicts = [verdict for form in forms for verdict in trials.hold(form, parameters, lists)]
    if as_json:
        rows = [{**vars(verdict), "holds": verdict.holds} for verdict in verdicts]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        for verdict in verdicts:
            click.echo(str(verdict))
    failed = sum(not verdict.holds for verdict in verdicts)
    click.echo(f"{len(verdicts)} cases, {failed} failed", err=True)
    if failed:
        context.exit(1)


@click.command("edits")
@FORM
@PARAMETERS
@LISTS
@click.option("--language", help="Language of the messages; the form's default when not given.")
@AS_JSON
def list_edits(
    form: str, parameters: dict[str, str], lists: dict[str, str], language: str | None, as_json: bool
) -> None:
    """List a form's edits: rules that answers must keep (hard, required) or have confirmed (soft)."""
    from forms import catalog, edits
    from forms.definition import Form

    tree = Form.from_workbook(catalog.read(form, parameters, lists, draft=True))
    rows = [
        {
            "id": edit.id,
            "condition": edit.condition,
            "message": edit.messages.get(language or tree.language, ""),
            "source": edit.source,
        }
        for edit in edits.of(tree)
    ]
    print_rows(rows, ("id", "condition", "message"), as_json)
