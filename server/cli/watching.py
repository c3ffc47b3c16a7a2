"""The commands that watch one survey: the pages' numbers, as lines with tabs or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click

from server.cli.application import as_json, in_project, in_session, say

GROUPS = ("region", "stratum", "psu", "enumerator", "day")


@click.command()
@in_project
@as_json
@in_session
def today(session: Any, project: str, as_json: bool) -> None:
    """Print how far the survey is: the numbers of the Today page."""
    from server.operations import progress, projects

    project_id = projects.named(session, name=project).id
    on = progress.today(session, project_id=project_id)
    found = progress.summary(session, project_id=project_id, on=on, scope=None)
    say(
        {
            "on": on,
            "day": found.calendar.day,
            "days": found.calendar.days,
            **{name: getattr(found.units, name) for name in progress.COUNTS},
            "planned": round(found.planned),
            "rr2": found.rates.rr2,
            "rr2_floor": found.rates.floor,
            "to_review": found.to_review,
            "doubled": found.doubled,
            "quarantined": found.quarantined,
            "silent": [user.name for user in found.silent],
            "last_upload": found.last_upload,
        },
        as_json,
    )


@click.command()
@in_project
@click.option("--by", "group", type=click.Choice(GROUPS), default="region", show_default=True)
@as_json
@in_session
def progress(session: Any, project: str, group: str, as_json: bool) -> None:
    """Print the progress table, one line for each group."""
    from server.operations import progress as counts
    from server.operations import projects

    project_id = projects.named(session, name=project).id
    columns = ("key", *counts.COUNTS, "share", "last_upload")
    rows = counts.table(session, project_id=project_id, group=group, scope=None)
    _lines(columns, ({name: getattr(row, name) for name in columns} for row in rows), as_json)


@click.command()
@in_project
@click.option("--by", "group", type=click.Choice(("region", "stratum", "enumerator")), default="region")
@click.option("--weighted", is_flag=True, help="Sums of base weights instead of units.")
@as_json
@in_session
def response(session: Any, project: str, group: str, weighted: bool, as_json: bool) -> None:
    """Print dispositions and AAPOR's outcome rates, one line for each group and a last one for all."""
    from server.operations import projects
    from server.operations import response as outcomes

    project_id = projects.named(session, name=project).id
    rows = outcomes.table(session, project_id=project_id, group=group, scope=None, weighted=weighted)
    _lines(outcomes.COLUMNS, (outcomes.line(row) for row in (*rows, outcomes.total(rows))), as_json)


@click.command()
@in_project
@click.option("--state", default="all", show_default=True, help="A list of the Units page.")
@click.option("--limit", type=int, default=1000, show_default=True)
@as_json
@in_session
def units(session: Any, project: str, state: str, limit: int, as_json: bool) -> None:
    """Print drawn units in one state."""
    from server.operations import interviews, projects

    if state not in interviews.UNIT_STATES:
        raise click.UsageError(f"--state is one of {', '.join(interviews.UNIT_STATES)}")
    project_id = projects.named(session, name=project).id
    found = interviews.units(session, project_id=project_id, scope=None, state=state, offset=0, limit=limit)
    columns = ("key", "region", "psu", "enumerator", "visits", "disposition", "base_weight")
    rows = ({**vars(unit), "enumerator": unit.assigned_to.name if unit.assigned_to else None} for unit in found)
    _lines(columns, rows, as_json)


@click.command()
@in_project
@click.option("--state", default="all", show_default=True, help="A list of the Interviews page.")
@click.option("--limit", type=int, default=1000, show_default=True)
@as_json
@in_session
def sheets(session: Any, project: str, state: str, limit: int, as_json: bool) -> None:
    """Print answer sheets in one state, the newest first; their answers are not shown."""
    from server.operations import interviews, projects

    if state not in interviews.STATES:
        raise click.UsageError(f"--state is one of {', '.join(interviews.STATES)}")
    project_id = projects.named(session, name=project).id
    found = interviews.listed(session, project_id=project_id, scope=None, state=state, offset=0, limit=limit)
    columns = ("root_id", "unit_key", "visit", "disposition", "review_state", "quarantine", "received_at")
    _lines(columns, map(vars, found), as_json)


@click.command()
@click.argument("key")
@in_project
@as_json
@in_session
def unit(session: Any, key: str, project: str, as_json: bool) -> None:
    """Print the life of one drawn unit: its draw, to whom it was given, its visits, its final code."""
    from server.operations import interviews, projects

    project_id = projects.named(session, name=project).id
    found = interviews.life(session, project_id=project_id, key=key, scope=None)
    names = ("key", "label", "region", "stratum", "psu", "probability", "base_weight", "visits", "disposition")
    answer = {name: getattr(found.unit, name) for name in names}
    answer["given"] = [f"{entry.at} {person.name if person else '-'}" for entry, person in found.assignments]
    answer["sheets"] = [f"{interviews.happened_at(one)} {one.disposition or '-'} {one.root_id}" for one in found.visits]
    say(answer, as_json)


@click.command()
@click.argument("root_id")
@as_json
@in_session
def sheet(session: Any, root_id: str, as_json: bool) -> None:
    """Print what is known of one answer sheet; its answers are not shown."""
    from server.operations import interviews

    found = interviews.of_root(session, root_id=root_id, scope=None)
    names = (
        "root_id",
        "form_id",
        "version",
        "unit_key",
        "visit",
        "result",
        "disposition",
        "review_state",
        "quarantine",
    )
    answer = {name: getattr(found.sheet, name) for name in (*names, "started_at", "ended_at", "received_at", "sha256")}
    answer["versions"] = len(found.versions)
    answer["attachments"] = [file.name for file in found.attachments]
    answer["metres_from_dwelling"] = None if found.distance is None else round(found.distance)
    say(answer, as_json)


@click.command()
@in_project
@as_json
@in_session
def tables(session: Any, project: str, as_json: bool) -> None:
    """Print which tables have been made."""
    from server.operations import estimates, projects

    project_id = projects.named(session, name=project).id
    rows = (
        {"code": one.table.code, "dataset": one.dataset.name, "as_of": one.dataset.as_of, "digest": one.dataset.digest}
        for one in estimates.newest(session, project_id)
    )
    _lines(("code", "dataset", "as_of", "digest"), rows, as_json)


@click.command()
@click.argument("code")
@in_project
@as_json
@in_session
def table(session: Any, code: str, project: str, as_json: bool) -> None:
    """Print the newest estimates of a table; numbers that may not be published are left out."""
    from server.operations import estimates, projects
    from weighting import reliability

    project_id = projects.named(session, name=project).id
    columns = ("statistic", "by", "group", "value", *reliability.NUMBERS, "mark")
    shown = estimates.found(session, project_id, code)
    rows = shown.table.rows
    _lines(columns, (reliability.published_row({"n_missing": None, **row}) for row in rows), as_json)
    for sign in reliability.signs(row["mark"] for row in rows):
        click.echo(reliability.NOTES[sign], err=True)
    for name, text in shown.accepted.items():
        click.echo(f"{name}: {text}", err=True)


def _lines(columns: Sequence[str], rows: Iterable[Mapping[str, Any]], as_json: bool) -> None:
    chosen = [{name: row[name] for name in columns} for row in rows]
    if as_json:
        click.echo(json.dumps(chosen, ensure_ascii=False, default=str))
        return
    click.echo("\t".join(columns))
    for row in chosen:
        click.echo("\t".join("" if value is None else str(value) for value in row.values()))


COMMANDS = (today, progress, response, units, unit, sheets, sheet, tables, table)
