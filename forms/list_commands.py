"""Command line: `enumera forms lists`, the choice lists of an adaptation."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from forms.options import AS_JSON, print_rows

AREAS = "admin"
"""The word for all lists of regions and districts at once."""


@click.group("lists")
def lists() -> None:
    """Country lists and areas of an adaptation: load the office's own, see what is in use."""


def _codes(context: click.Context, option: click.Parameter, words: Sequence[str]) -> dict[str, str]:
    for word in words:
        if "=" not in word:
            raise click.BadParameter(f"{word!r} is not CODE=CODE", context, option)
    return dict(word.split("=", 1) for word in words)


@lists.command("set")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("name", metavar="LIST")
@click.option("--from", "source", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    *("--map", "mapped"), multiple=True, callback=_codes, metavar="CODE=CODE",
    help="A code of the standard that goes is counted under another one. May be given several times.",
)  # fmt: skip
@click.option(
    "--shares",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A CSV file with code and share: what part of the people each had in the last census.",
)
@AS_JSON
def put(folder: Path, name: str, source: Path, mapped: dict[str, str], shares: Path | None, as_json: bool) -> None:
    """Replace a choice list by the office's file, .csv or .xlsx; `admin` are all lists of areas at once.

    \b
    enumera forms lists set tjk country_iso3 --from countries.csv --map GBR=96
    enumera forms lists set tjk admin --from tjk_cod_ab.xlsx
    """
    from dataclasses import asdict

    from forms import sheets
    from forms.adaptation import lists as own

    if name == AREAS:
        reports = own.put_areas(folder, source)
    else:
        rows = sheets.read_csv(shares, shares.name, ("share",)) if shares else ()
        known = {row.get("code") or row.get("name", ""): row["share"] for row in rows if "share" in row}
        reports = (own.put(folder, name, source, mapped=mapped, shares=known),)
    if as_json:
        click.echo(json.dumps([asdict(report) for report in reports], ensure_ascii=False, indent=2))
        return
    for report in reports:
        for line in _told(report):
            click.echo(line)


@lists.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@AS_JSON
def show(folder: Path, as_json: bool) -> None:
    """The lists that were loaded into an adaptation: version, file, digest."""
    from dataclasses import asdict

    from forms.adaptation import lists as own

    rows = [asdict(each) for each in own.register(folder)]
    print_rows(rows, ("name", "version", "codes", "source", "sha256"), as_json)


def _told(report: Any) -> list[str]:
    """What a person should know of a list that was loaded."""
    counts = f"{len(report.added)} codes added, {len(report.relabelled)} worded anew, {len(report.closed)} closed"
    lines = [f"{report.name} {report.version}: {counts}, {len(report.removed)} of the standard without a code"]
    for code in report.removed:
        share = f", {report.shares[code]} of the last census" if code in report.shares else ""
        under = f"counted under {report.mapped[code]}" if code in report.mapped else f"not counted: --map {code}=CODE"
        lines.append(f"  - {code}{share}: {under}")
    return [*lines, *(f"  ! {note}" for note in report.notes)]
