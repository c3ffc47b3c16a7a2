"""Fieldwork: simulated tablets alone, against a server that somebody else runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event

from forms.definition import Form
from server.demo import population, setup, simulate


def run(
    *,
    urls: Sequence[str],
    seed: int,
    days: int,
    day_seconds: float,
    patience: float,
    folder: Path,
    say: Callable[..., None],
) -> None:
    """Work until no tablet has anything left to do, or for so many days. Outboxes are kept in `folder`."""
    stop = Event()
    form = Form.from_workbook(setup.questionnaire())
    team = simulate.team(simulate.names(urls), form, population.load(), folder, seed, stop)
    for member in team:
        member.tablet.patience = patience
    for day in range(1, days + 1):
        calls = simulate.run_day(team, day, stop, day_seconds)
        stored = len(simulate.confirmed(team))
        say("day", f"day {day}: {calls} calls, {stored} sheets stored", day=day, calls=calls, stored=stored)
        if not calls:
            break
    counts = dict(sorted(simulate.counts(team).items()))
    say("requests", ", ".join(f"{count} {kind}" for kind, count in counts.items()), counts=counts)
