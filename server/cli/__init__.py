"""The command line: `enumera`, put together from the packages' groups; nothing is imported before it is used."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import click

FINDINGS, USAGE, NOT_FOUND, CONFLICT, EXTERNAL, INTERRUPTED = 1, 2, 3, 4, 5, 130
"""Exit codes; 0 is success."""

COMMANDS = {
    "forms": ("forms.cli:group", "Write, check and build questionnaires; read filled ones."),
    "sample": ("sampling.cli:group", "Plan and draw samples."),
    "weight": ("weighting.cli:group", "Weigh the rows of a survey as a recipe says."),
    "estimate": ("weighting.cli:estimate_group", "Estimate tables, each number with its error."),
    "server": ("server.cli.server:group", "Set up and run the collection server."),
    "jobs": ("server.cli.jobs:group", "Look at long-running jobs and carry them out."),
    "demo": ("server.demo.command:demo", "Run the demonstration survey, from a census to weighted tables."),
}
"""Where each command lives, and what the help of `enumera` says of it."""

FROM_THE_SERVER = {
    "forms": {"preview": "server.cli.preview:preview_form", "qr-handout": "server.cli.publishing:qr"},
}
"""Commands of the other packages' groups that need the server, by the name that they have there."""

SHOWN_VERSIONS = ("enumera", "pyxform", "pandas", "numpy", "scipy", "flask", "sqlalchemy", "granian")


class Commands(click.Group):
    """Commands that are imported when one is called, not before."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import the command; None for an unknown name."""
        if name not in COMMANDS:
            return None
        command = _load(COMMANDS[name][0])
        for word, place in FROM_THE_SERVER.get(name, {}).items():
            assert isinstance(command, click.Group)
            command.add_command(_load(place), word)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in the help, from COMMANDS alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, told) for name, (_, told) in COMMANDS.items()])


def _load(place: str) -> click.Command:
    module, _, attribute = place.partition(":")
    command: click.Command = getattr(import_module(module), attribute)
    return command


@click.group(cls=Commands, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--version", "show_version", is_flag=True, help="Print the version; with --json those of its parts too.")
@click.option("--json", "as_json", is_flag=True, help="With --version: print JSON.")
@click.pass_context
def group(ctx: click.Context, show_version: bool, as_json: bool) -> None:
    """Census and survey toolkit for statistical offices.

    \b
    enumera demo                      the demonstration survey in a browser
    enumera forms check FOLDER        what is wrong with a questionnaire
    """
    if show_version:
        _print_version(as_json)
    elif ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code; each error is one line that says what to do."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    sys.exit(_run(arguments))


def _run(arguments: list[str] | None) -> int:
    try:
        result = group.main(args=arguments, prog_name="enumera", standalone_mode=False)
    except click.exceptions.NoSuchOption as error:
        return _complain(error.format_message(), USAGE)
    except click.UsageError as error:
        return _complain(f"{error.format_message()}{_nearest(error)}", USAGE)
    except click.ClickException as error:
        return _complain(error.format_message(), NOT_FOUND if isinstance(error, click.FileError) else USAGE)
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        return 0  # whoever read our output has seen enough
    except tuple(_known_errors()) as error:
        return _complain(str(error), _exit_code(error))
    return result if isinstance(result, int) else 0


def _complain(message: str, code: int) -> int:
    for line in message.splitlines():
        click.echo(f"error: {line}" if line == message.splitlines()[0] else f"  {line}", err=True)
    return code


def _nearest(error: click.UsageError) -> str:
    """The command that was probably meant."""
    command = error.ctx.command if error.ctx else None
    if error.ctx is None or not isinstance(command, click.Group) or "No such command" not in error.message:
        return ""
    typed = error.message.split("'")[1]
    names = command.list_commands(error.ctx)
    close = difflib.get_close_matches(typed, names, n=1)
    return f" Did you mean {close[0]!r}?" if close else f" The commands are {', '.join(names)}."


_ERRORS = {
    "forms.errors:FormError": FINDINGS,
    "sampling.errors:SamplingError": FINDINGS,
    "weighting.errors:WeightingError": FINDINGS,
    "server.errors:ConfigError": USAGE,
    "server.errors:Problem": USAGE,
    "sqlalchemy.exc:DBAPIError": EXTERNAL,
    "redis.exceptions:RedisError": EXTERNAL,
    "requests.exceptions:RequestException": EXTERNAL,
}


def _known_errors() -> Iterator[type[Exception]]:
    """The packages' errors, of packages that were imported: others cannot have been raised."""
    yield OSError
    for name in _ERRORS:
        module, _, attribute = name.partition(":")
        if module in sys.modules:
            yield getattr(sys.modules[module], attribute)


def _exit_code(error: BaseException) -> int:
    status = getattr(error, "status", None)
    if status is not None:
        codes = {401: NOT_FOUND, 403: NOT_FOUND, 404: NOT_FOUND, 409: CONFLICT}
        return codes.get(status, EXTERNAL if status >= 500 else USAGE)
    if isinstance(error, FileNotFoundError | PermissionError):
        return NOT_FOUND
    names = {f"{kind.__module__}:{kind.__name__}" for kind in type(error).__mro__}
    return next((code for name, code in _ERRORS.items() if name in names), EXTERNAL)


def _print_version(as_json: bool) -> None:
    import json

    versions: dict[str, Any] = {"python": sys.version.split()[0]}
    for name in SHOWN_VERSIONS:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = None
    click.echo(json.dumps(versions) if as_json else f"enumera {versions['enumera'] or '(not installed)'}")
