"""Values on the command line: NAME=VALUE."""

from __future__ import annotations

import click


def pairs(given: tuple[str, ...]) -> dict[str, str]:
    """The values by name. Raises UsageError for what has no equals sign."""
    found = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            raise click.UsageError(f"{text!r} is not NAME=VALUE")
        found[name] = value
    return found
