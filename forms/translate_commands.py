"""Command line: `enumera forms translate`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from forms.options import AS_JSON, FORM, print_rows


@click.command("translate")
@FORM
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--status", is_flag=True, help="How far each language is; exit 1 when one is not ready.")
@click.option("--stale", is_flag=True, help="List texts whose original has changed, old and new.")
@click.option("--export", "language", metavar="LANG", help="Write the file for a translator; see -o.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="A file .xlsx or .po.")
@click.option(
    "--import", "returned", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Merge it, back again."
)
@click.option("--confirm", metavar="LANG", help="Stale texts of NAMEs (none: all) fit their new original.")
@click.option(
    "--take", nargs=2, type=(click.Choice(["theirs", "ours"]), str), metavar="theirs|ours LANG",
    help="Settle the conflicts of NAMEs (none: all).",
)  # fmt: skip
@AS_JSON
@click.pass_context
def translate(
    context: click.Context,
    form: str,
    names: tuple[str, ...],
    status: bool,
    stale: bool,
    language: str | None,
    output: Path | None,
    returned: Path | None,
    confirm: str | None,
    take: tuple[str, str] | None,
    as_json: bool,
) -> None:
    """Send texts to translators, merge what comes back, and say how far each language is.

    \b
    enumera forms translate tjk --status
    enumera forms translate tjk --export tg -o to_translate.xlsx
    enumera forms translate tjk --import translated.xlsx
    enumera forms translate tjk --take theirs tg roster.age
    enumera forms translate tjk --stale
    enumera forms translate tjk --confirm tg roster.age
    """
    asked = [status, stale, language is not None, returned is not None, confirm is not None, take is not None]
    if sum(asked) > 1:
        raise click.UsageError("Give one of --status, --stale, --export, --import, --confirm and --take.")
    if names and not (confirm or take):
        raise click.UsageError(f"{names[0]!r}: names go with --confirm and --take.")
    if (language is None) != (output is None):
        raise click.UsageError("--export and -o go together: --export tg -o to_translate.xlsx")
    if (returned or confirm or take) and not Path(form).exists():
        raise click.BadParameter(f"{form!r} is no file and no folder of yours", param_hint="FORM")
    if language and output:
        _send(form, language, output)
    elif returned:
        _take(context, form, returned, as_json)
    elif confirm:
        _confirm(form, confirm, names)
    elif take:
        _settle(form, *take, names)
    elif stale:
        _show_stale(form, as_json)
    else:
        _show_status(context, form, as_json)


def _show_status(context: click.Context, form: str, as_json: bool) -> None:
    from dataclasses import asdict

    from forms import ledger

    found = ledger.status(form)
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found], ensure_ascii=False, indent=2))
    else:
        rows = [_row(each, found[0].language) for each in found]
        print_rows(rows, tuple(rows[0]), as_json=False)
    if any(each.blocked for each in found):
        context.exit(1)


def _row(status: Any, source: str) -> dict[str, Any]:
    """A language as a line of the table."""
    done = {kind.upper(): f"{there}/{wanted}" for kind, (there, wanted) in status.done.items()}
    wrong = {"STALE": status.stale, "PLACEHOLDER": status.placeholder}
    doubtful = {f"SAME-AS-{source.upper()}": status.same, "LONG": status.long}
    why = f"  ✗ ({', '.join(status.blocked)})" if status.blocked else ""
    return {"LANG": status.language, **done, **wrong, **doubtful, "READY": f"{status.ready} %{why}"}


def _show_stale(form: str, as_json: bool) -> None:
    from forms import ledger

    book = ledger.read(form)
    rows = [
        {
            "language": text.language,
            "name": text.name,
            "column": text.column,
            "old": (text.made.original if text.made else "") or "(not kept)",
            "new": text.original,
            "text": text.text,
        }
        for texts in book.translated.values()
        for text in texts
        if text.stale
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        click.echo(
            f"{row['name']} {row['column']} [{row['language']}]: {row['old']!r} → {row['new']!r}: {row['text']!r}"
        )
    click.echo(f"{len(rows)} stale", err=True)


def _send(form: str, language: str, output: Path) -> None:
    from forms import delivery

    number = delivery.send(form, language, output)
    click.echo(f"{output}: {number} texts", err=True)


def _take(context: click.Context, form: str, path: Path, as_json: bool) -> None:
    from forms import delivery, merging

    done = delivery.take(form, path)
    told = [each for each in done.decisions if each.outcome != merging.UNCHANGED and (each.reason or each.ours is None)]
    if as_json:
        rows = [
            {"outcome": each.outcome, "reason": each.reason, "place": each.returned.place}
            | dict(zip(("sheet", "name", "column"), each.returned.key, strict=True))
            | {"language": each.returned.language, "text": each.returned.text}
            for each in done.decisions
        ]
        click.echo(json.dumps({"counts": done.counts, "texts": rows}, ensure_ascii=False, indent=2))
    else:
        for each in told:
            click.echo(str(each))
    counts = (merging.ACCEPTED, merging.CONFIRMED, merging.UNCHANGED, merging.CONFLICT, merging.REFUSED)
    click.echo(" · ".join(f"{done.counts.get(outcome, 0)} {outcome}" for outcome in counts), err=True)
    if any(done.counts.get(outcome) for outcome in (merging.CONFLICT, merging.REFUSED)):
        command = f"enumera forms translate {form} --take theirs|ours LANG [NAME]..."
        click.echo(f"What was not taken is kept beside the translations. Settle it: {command}", err=True)
        context.exit(1)


def _confirm(form: str, language: str, names: Sequence[str]) -> None:
    from forms import delivery

    for text in delivery.confirm(form, language, names):
        click.echo(f"{text.name} {text.column} [{language}]: {text.text}")


def _settle(form: str, who: str, language: str, names: Sequence[str]) -> None:
    from forms import delivery

    for each in delivery.settle(form, language, who, names):
        taken = each.theirs if who == "theirs" else each.ours
        click.echo(f"{each.name} {each.column} [{language}]: {taken}")
