"""Option: the words that many commands of `enumera forms` take, and how they print rows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import click

FORM = click.argument("form")
DRAFT = click.option("--draft", is_flag=True, help="Put marked source text where a translation is missing.")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def _pairs(context: click.Context, option: click.Parameter, words: Sequence[str]) -> dict[str, str]:
    """`name=value` words as a dict."""
    for word in words:
        if "=" not in word:
            raise click.BadParameter(f"{word!r} is not name=value", context, option)
    return dict(word.split("=", 1) for word in words)


PARAMETERS = click.option(
    *("-p", "--parameter", "parameters"), multiple=True, callback=_pairs, metavar="NAME=VALUE",
    help="Set a parameter of form.toml. May be given several times.",
)  # fmt: skip
LISTS = click.option(
    *("-l", "--list", "lists"), multiple=True, callback=_pairs, metavar="NAME=FILE",
    help="Replace a choice list by a CSV file. May be given several times.",
)  # fmt: skip
LANGUAGES = click.option(
    "--language", "languages", multiple=True, metavar="CODE",
    help="Language to keep, the default first. May be given several times; none keeps all.",
)  # fmt: skip
PACK = click.option("--pack", default="", metavar="NAME", help="Set the form up for a country: a pack in its folder.")


def print_rows(rows: Sequence[dict[str, Any]], columns: Sequence[str], as_json: bool) -> None:
    """Rows as JSON, or as a table with aligned columns."""
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    cells = [
        [" ".join(value) if isinstance(value := row[column], list) else str(value) for column in columns]
        for row in rows
    ]
    widths = [max(map(len, column)) for column in zip(*[list(columns), *cells], strict=True)]
    for line in [list(columns), *cells]:
        click.echo("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())
