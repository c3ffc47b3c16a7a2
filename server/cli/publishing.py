"""The commands that bring a form to the field: draft, promote, code cards, handouts, revocation."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Any

import click

from server.cli.application import as_json, config, in_project, in_session, say
from server.cli.values import pairs

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
OUTPUT = click.Path(dir_okay=False, path_type=Path)
ACTOR = "command line"
FINDINGS = 1


@click.command()
@click.argument("form", required=False)
@in_project
@click.option("--set", "parameters", multiple=True, metavar="NAME=VALUE", help="Value for a {{name}} of the form.")
@click.option("--list", "lists", multiple=True, metavar="NAME=CSV", help="File that replaces a choice list.")
@click.option("--language", "languages", multiple=True, metavar="CODE", help="Language to send, the default first.")
@click.option("--pack", default="", help="Country pack of a library form.")
@click.option("--qr", help="Draw the code of the test tablets: a file .svg, or - for the terminal.")
@click.option("--promote", is_flag=True, help="Publish the draft to the field, as it was tried out.")
@click.option("--direct", is_flag=True, help="Publish to the field without a draft: for scripts and demonstrations.")
@as_json
@in_session
def publish(
    session: Any,
    form: str | None,
    project: str,
    parameters: tuple[str, ...],
    lists: tuple[str, ...],
    languages: tuple[str, ...],
    pack: str,
    qr: str | None,
    promote: bool,
    direct: bool,
    as_json: bool,
) -> int:
    """Give a form (adaptation, form folder, .xlsx, .md, or name in the library) to test tablets; then to the field.

    \b
    enumera server publish tjk --project survey --qr -
    enumera server publish --project survey --promote

    What stands against publishing is listed, and the exit code is 1: defects, languages that are not ready,
    statistics that nobody accepted to lose, changes after which old and new data could not stand side by side.
    """
    from server.operations import projects

    if (form is None) != promote or (promote and direct):
        raise click.UsageError("name a FORM for a draft (or --direct), or say --promote without one")
    project_id = projects.named(session, name=project).id
    if form is None:
        return _promote(session, project_id, as_json)
    sources = {"parameters": pairs(parameters), "lists": {name: Path(path) for name, path in pairs(lists).items()}}
    how = {**sources, "languages": languages, "pack": pack}
    if direct:
        return _publish_directly(session, project_id, form, how, as_json)
    return _draft(session, project_id, form, how, qr, as_json)


def _draft(session: Any, project_id: int, form: str, how: dict[str, Any], qr: str | None, as_json: bool) -> int:
    from server.handouts import codes
    from server.operations import drafts, progress

    day = progress.today(session, project_id=project_id)
    release = drafts.prepared(session, project_id=project_id, form=form, day=day, **how)
    if release.blockers:
        return _list_blockers(release.blockers, as_json)
    made = drafts.make(session, project_id=project_id, release=release, actor=ACTOR)
    settings = config()
    token, secret, twin = drafts.tablet(session, project_id=project_id, secret_key=settings.secret())
    address = codes.address(settings.public_url, secret, twin.id)
    if qr:
        _draw(codes.packed(codes.settings(address, token.user, twin)), qr)
    say({**_told(made), "data": release.data, "test_address": address, "serial": token.id}, as_json)
    if not as_json:
        name = progress.project(session, project_id=project_id).name
        click.echo(f"Try it out, then: enumera server publish --project {name} --promote", err=True)
    return 0


def _publish_directly(session: Any, project_id: int, form: str, how: dict[str, Any], as_json: bool) -> int:
    from forms import catalog
    from forms.adaptation.project import STANDARD
    from server.operations import instruments

    if (Path(form) / STANDARD).exists():
        from server.operations import drafts, progress

        day = progress.today(session, project_id=project_id)
        release = drafts.prepared(session, project_id=project_id, form=form, day=day, **how)
        if release.blockers:
            return _list_blockers(release.blockers, as_json)
        book = release.workbook
    else:
        book = catalog.read(form, how["parameters"], how["lists"], languages=how["languages"], pack=how["pack"])
    say(_told(instruments.publish(session, project_id=project_id, workbook=book, actor=ACTOR)), as_json)
    return 0


def _promote(session: Any, project_id: int, as_json: bool) -> int:
    from server.operations import drafts

    say(_told(drafts.promote(session, project_id=project_id, actor=ACTOR)), as_json)
    return 0


def _list_blockers(blockers: Any, as_json: bool) -> int:
    if as_json:
        say({"blockers": [vars(blocker) for blocker in blockers]}, as_json)
    else:
        for blocker in blockers:
            click.echo(str(blocker))
    click.echo(f"nothing was published: {len(blockers)} to put right", err=True)
    return FINDINGS


def _told(made: Any) -> dict[str, Any]:
    return {"instrument_id": made.id, "form": made.form_id, "version": made.version, "files": made.media}


def _draw(text: str, where: str) -> None:
    from server.handouts import codes

    if where == "-":
        import segno

        segno.make(text, error="l", micro=False).terminal(out=sys.stderr, compact=True)
    else:
        Path(where).write_text(codes.svg(text), encoding="utf-8")


@click.command("drafts")
@in_project
@click.option("--delete-tests", is_flag=True, help="Delete the test interviews.")
@as_json
@in_session
def list_drafts(session: Any, project: str, delete_tests: bool, as_json: bool) -> None:
    """List the drafts that test tablets have, with their test interviews; these are never counted."""
    import json

    from server.operations import drafts, projects

    project_id = projects.named(session, name=project).id
    if delete_tests:
        say({"deleted": drafts.discard_tests(session, project_id=project_id, actor=ACTOR)}, as_json)
        return
    rows = [
        {"form": one.instrument.form_id, "version": one.instrument.version, "tests": one.tests, "last": one.last}
        for one in drafts.current(session, project_id=project_id)
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, default=str))
    for row in [] if as_json else rows:
        click.echo("\t".join(str(value if value is not None else "") for value in row.values()))


@click.command()
@in_project
@click.option("--pdf", "output", type=OUTPUT, required=True, help="File for the cards, six on a page of A4.")
@click.option("--names", type=FILE, help="CSV: name (sign-in), display and second (the name in another script).")
@as_json
@in_session
def qr(session: Any, project: str, output: Path, names: Path | None, as_json: bool) -> None:
    """Print a card with the code of each tablet; who has units, or is in --names, and has no code gets one.

    The names in the file are printed and not kept.
    """
    from server.handouts import cards, codes
    from server.operations import accounts, projects, tablets

    settings, found = config(), projects.named(session, name=project)
    spelt = _spellings(names) if names else {}
    secret = settings.secret()
    issued = tablets.issue_missing(session, project_id=found.id, names=spelt.keys(), secret_key=secret)
    tokens = [one for one in tablets.in_use(session, project_id=found.id) if not spelt or one.user.name in spelt]
    tablets.note_printed(session, project_id=found.id, tokens=tokens, actor=ACTOR)
    made = [
        cards.Card(
            serial=token.id,
            user=token.user,
            address=codes.address(settings.public_url, accounts.token_secret(token, secret), found.id),
            **spelt.get(token.user.name, {}),
        )
        for token in tokens
    ]
    output.write_bytes(cards.sheets(found, made))
    output.chmod(0o600)  # whoever can read the file can send in every name on it
    say({"file": str(output), "cards": len(made), "issued": issued}, as_json)


def _spellings(path: Path) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows or not {"name", "display"} <= rows[0].keys():
        raise click.UsageError(f"{path.name}: the columns are name, display and, if wanted, second")
    return {row["name"]: {"name": row["display"], "second": row.get("second") or ""} for row in rows}


@click.command()
@in_project
@click.option("--language", required=True, help="Language of the page: en, ru, ar, tg, fr or es.")
@click.option("-o", "--output", type=OUTPUT, required=True, help="A file .pdf or .html.")
@as_json
@in_session
def handout(session: Any, project: str, language: str, output: Path, as_json: bool) -> None:
    """Write the page for whoever gets a tablet: install, scan, first interview, what to do without a network."""
    from server.handouts import guide
    from server.operations import projects

    settings, found = config(), projects.named(session, name=project)
    app = guide.offline(settings.public_url, settings.collect_apk)
    if output.suffix == ".html":
        output.write_text(guide.as_html(found, language, app), encoding="utf-8")
    elif output.suffix == ".pdf":
        output.write_bytes(guide.as_pdf(found, language, app))
    else:
        raise click.UsageError(f"{output.name!r} ends neither in .pdf nor in .html")
    say({"file": str(output)}, as_json)


@click.command()
@click.argument("serial", type=int)
@as_json
@in_session
def revoke(session: Any, serial: int, as_json: bool) -> None:
    """Take a tablet's address back, by the serial number on its card: its next request is refused."""
    from server.operations import tablets

    token = tablets.revoke(session, serial=serial, actor=ACTOR)
    say({"serial": token.id, "name": token.user.name, "revoked_at": token.revoked_at}, as_json)


COMMANDS = (publish, list_drafts, qr, handout, revoke)
