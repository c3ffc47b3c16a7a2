"""Command: `enumera demo`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

import click

from server.demo import state
from server.demo.state import DEFAULT_SEED

STEPS = {"form": 1, "frame": 2, "sample": 3, "people": 4, "server": 5, "simulator": 6}
"""Sentences that are counted, so that one sees how far the start is."""

DEFAULT_FOLDER = Path("enumera-demo")


@click.group(invoke_without_command=True)
@click.option("--once", is_flag=True, help="Do not wait between field days, print the tables, and end.")
@click.option("--resume", is_flag=True, help="Go on with the demonstration in the folder.")
@click.option("--clean", is_flag=True, help="Remove the demonstration's folder and end.")
@click.option("--fresh", is_flag=True, help="Remove the demonstration's folder and begin anew.")
@click.option("--port", default=8080, show_default=True, help="Port of the server; the next free one if it is busy.")
@click.option(
    "--seed", default=DEFAULT_SEED, show_default=True, help="Decides who is drawn and what happens in the field."
)
@click.option("--areas", type=int, help="Draw this many enumeration areas instead of the plan's 48.")
@click.option("--day-seconds", default=6.0, show_default=True, help="Length of one field day.")
@click.option("--dir", "folder", type=click.Path(path_type=Path), default=DEFAULT_FOLDER, show_default=True)
@click.option("--lan", is_flag=True, help="Serve the local network too, so that a telephone can scan a code.")
@click.option("--reveal", is_flag=True, help="Say at the end which enumerators did not do their work.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on each line.")
@click.pass_context
def demo(context: click.Context, folder: Path, as_json: bool, clean: bool, fresh: bool, **options: Any) -> None:
    """A survey from questionnaire to weighted table, on a real census and with simulated tablets.

    \b
    enumera demo                 sets up, serves and simulates until Ctrl-C
    enumera demo --once          the same as fast as it goes, and ends with the table
    """
    if context.invoked_subcommand is not None:
        return
    try:
        _run(folder, as_json, clean, fresh, options)
    except KeyboardInterrupt:
        if state.kept(folder) is None:
            click.echo("\nStopped before anything was kept.", err=True)
            return
        again = f" --dir {folder}" if folder != DEFAULT_FOLDER else ""
        click.echo(f"\nStopped. Data kept in {folder}.", err=True)
        click.echo(f"enumera demo --resume{again} goes on, enumera demo --clean{again} removes it.", err=True)


def _run(folder: Path, as_json: bool, clean: bool, fresh: bool, options: dict[str, Any]) -> None:
    there = state.kept(folder)
    if there and not (options["resume"] or clean or fresh) and not as_json and _on_terminal():
        choice = _ask(folder, there.day)
        options["resume"], fresh = choice == "resume", choice == "fresh"
        if choice == "leave":
            return
    if clean or fresh:
        removed = state.clean(folder)
        if clean:
            click.echo(f"{folder} removed." if removed else f"There is no {folder}.", err=True)
            return
    from server.demo import demonstration

    demonstration.run(demonstration.Options(folder=folder, **options), printer(as_json))


def _on_terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _ask(folder: Path, day: int) -> str:
    """What to do with the demonstration that is there."""
    click.echo(f"{folder} holds a demonstration, stopped after field day {day}.", err=True)
    choices = click.Choice(["resume", "fresh", "leave"])
    return str(click.prompt("Go on with it, begin anew, or leave it?", type=choices, default="resume", err=True))


@demo.command()
@click.option("--urls", type=click.File(), default="-", help="File with app-user addresses, one a line; they are keys.")
@click.option("--seed", default=DEFAULT_SEED, show_default=True)
@click.option("--days", default=14, show_default=True, help="Most field days.")
@click.option("--day-seconds", default=0.0, show_default=True)
@click.option("--patience", default=120.0, show_default=True, help="Seconds to go on trying when the server is away.")
@click.option("--dir", "folder", type=click.Path(path_type=Path), default=Path("enumera-tablets"), show_default=True)
@click.option("--json", "as_json", is_flag=True)
def tablets(as_json: bool, urls: TextIO, **options: Any) -> None:
    """Only the tablets: visit and send the dwellings that a server's household lists give them.

    Works against any server with app-user addresses like ODK Central's that serves the demo's form. The addresses
    are read from a file or standard input, not from the command line, where other users of the computer see them.
    """
    from server.demo import fieldwork

    fieldwork.run(urls=urls.read().split(), say=printer(as_json), **options)


def printer(as_json: bool) -> Callable[..., None]:
    """Prints sentences, or with `as_json` one object a line with the facts in them."""

    def say(kind: str, text: str, **facts: Any) -> None:
        if as_json and kind not in ("row", "note"):
            click.echo(json.dumps({"event": kind, **facts}, ensure_ascii=False))
        elif text and not as_json:
            click.echo(f"[{STEPS[kind]}/{len(STEPS)}] {text}" if kind in STEPS else text)

    return say
