"""Demonstration: the whole chain, from the questionnaire to a weighted table beside the census truth."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Event

from flask import Flask

from forms.definition import Form
from server.app import create_app
from server.config import Config
from server.demo import files, population, process, results, setup, simulate, state
from server.demo.personas import Persona, crew
from server.demo.results import Line
from server.demo.setup import Site
from server.demo.simulate import Enumerator
from server.demo.state import DEFAULT_SEED, State
from server.errors import Problem

MOST_DAYS = 20


@dataclass(frozen=True)
class Options:
    """How a demonstration is to be run.

    `areas` draws fewer or more enumeration areas than the plan's 48; `lan` serves the local network too, so that a
    telephone can take part.
    """

    folder: Path = Path("enumera-demo")
    port: int = 8080
    seed: int = DEFAULT_SEED
    areas: int | None = None
    day_seconds: float = 6.0
    once: bool = False
    resume: bool = False
    reveal: bool = False
    lan: bool = False


def run(options: Options, say: setup.Say) -> None:
    """Set up or resume, serve, simulate, weigh, compare. With `once` it ends then; else it serves until Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the server is stopped too
    begun = _begun(options)
    with state.claim(options.folder):
        _run(options, begun, say)


def _run(options: Options, begun: State, say: setup.Say) -> None:
    say("note", "Popstan migration survey: a country that does not exist, drawn from the records of a census file")
    port = process.free_port(options.port)
    if port != options.port:
        say("port", f"port {options.port} is busy; using {port}", port=port)
    address = process.network_address() if options.lan else "127.0.0.1"
    config = Config(data_dir=options.folder, public_url=f"http://{address}:{port}")
    app = create_app(config)
    with app.app_context():
        site = _site(app, options, begun, say)
        server = process.start(config, port, "0.0.0.0" if options.lan else address)  # noqa: S104 - what --lan asks for
        try:
            say("server", f"server: {config.public_url}", url=config.public_url, pid=server.process.pid)
            _invite(app, site, say)
            _field_and_results(options, begun, site, server, say)
            if not options.once:
                say("serving", "Ctrl-C stops. Nothing leaves this computer.")
                server.process.wait()
                raise Problem(503.5, f"The server has ended; {server.log} says why.")
        finally:
            server.stop()


def _begun(options: Options) -> State:
    """The state to go on from, or that of a new beginning in an empty folder."""
    there = state.kept(options.folder)
    if there and not options.resume:
        raise Problem(
            409.53,
            f"{options.folder} holds a demonstration, stopped after field day {there.day}.\n"
            f"enumera demo --resume --dir {options.folder} goes on with it,\n"
            f"enumera demo --fresh --dir {options.folder} removes it and begins anew.",
        )
    if there:
        return there
    if options.folder.exists() and any(options.folder.iterdir()):
        raise Problem(409.53, f"{options.folder} holds something else; choose an empty folder with --dir.")
    options.folder.mkdir(parents=True, exist_ok=True)
    begun = State(options.seed, options.areas)
    begun.save(options.folder)
    return begun


def _site(app: Flask, options: Options, begun: State, say: setup.Say) -> Site:
    """The survey in the folder, set up if need be; a setup that was interrupted leaves nothing to stumble over."""
    if begun.day == 0 and not setup.stands():
        site = None
        try:
            site = setup.establish(app, seed=begun.seed, areas=begun.areas, say=say)
        finally:
            if site is None:
                app.extensions["engine"].dispose()
                shutil.rmtree(options.folder, ignore_errors=True)
        return site
    site = setup.read(app)
    say("resumed", f"resumed after field day {begun.day}, seed {begun.seed}", day=begun.day, seed=begun.seed)
    return site


def _invite(app: Flask, site: Site, say: setup.Say) -> None:
    for name, address in setup.links(app, site).items():
        say("link", f"  {name:<10} {address}", name=name, address=address)
    devices = f"{app.extensions['config'].public_url}/p/{site.project_id}/devices"
    say("note", f"  each link signs in once, within 30 minutes; codes for real tablets: {devices}")


def _field_and_results(options: Options, begun: State, site: Site, server: process.Running, say: setup.Say) -> None:
    stop = Event()
    form = Form.from_workbook(setup.questionnaire())
    people = population.load()
    team = simulate.team(site.tablets, form, people, options.folder / "tablets", begun.seed, stop)
    seconds = 0.0 if options.once else options.day_seconds
    say(
        "simulator",
        "tablets: among the enumerators 3 hide members abroad and 1 invents interviews - can you tell who?",
        day_seconds=seconds,
    )
    made = _field(options, begun, site, team, stop, seconds, say)
    if made.weighting_id is None:
        raise Problem(500.1, f"The last weights could not be made: {made.why}")
    _show(begun, made.weighting_id, options, say)
    plan = setup.plan_text(begun.seed, begun.areas)
    documents = files.write_documents(options.folder / "survey", plan, made.weighting_id)
    for path in files.write(options.folder, made.dataset_id, made.weighting_id):
        say("file", f"  {path}", path=str(path))
    say("documents", f"  {options.folder / 'survey'}: {', '.join(path.name for path in documents)}")
    _tell_counts(team, server, say)


def _field(
    options: Options,
    begun: State,
    site: Site,
    team: Sequence[Enumerator],
    stop: Event,
    seconds: float,
    say: setup.Say,
) -> results.Made:
    """Field days until nobody has anything left to do; after each the dataset is cut, weighed and tabulated."""
    made, day = None, begun.day
    while day < MOST_DAYS:
        calls = simulate.run_day(team, day + 1, stop, seconds, _watcher(team, day + 1))
        if not calls and made is not None:
            break
        day += 1 if calls else 0
        final, sampled = setup.standing(site)
        made = results.make(site.project_id, f"day-{day:02d}", weigh=not calls or 2 * final >= sampled)
        State(begun.seed, begun.areas, day).save(options.folder)
        made_calls = f"{calls} call{'' if calls == 1 else 's'}"
        text = f"day {day}: {made_calls}, {final} of {sampled} dwellings final, {made.interviews} interviews"
        facts = {"day": day, "calls": calls, "final": final, "sampled": sampled, "interviews": made.interviews}
        say("day", f"{text}; {_first(made)}", **facts)
        if not calls:
            break
    assert made is not None, "the loop runs at least once"
    return made


def _watcher(team: Sequence[Enumerator], day: int) -> Callable[[], None] | None:
    """On a terminal, a line that tells how far the day is."""
    if not sys.stderr.isatty():
        return None

    def watch() -> None:
        waiting = sum(len(member.outbox.waiting()) for member in team)
        sent = len(simulate.confirmed(team))
        print(f"\r  day {day}: {sent} sheets stored, {waiting} on tablets \x1b[K\r", end="", file=sys.stderr)

    return watch


def _first(made: results.Made) -> str:
    """The first table's first number, or why there is none yet."""
    if made.weighting_id is None:
        return made.why
    first = results.compare(made.weighting_id)[0]
    interval = f"{100 * first.low:.1f} - {100 * first.high:.1f}"
    return f"households with a member abroad {100 * first.estimate:.1f} % ({interval})"


def _show(begun: State, weighting_id: int, options: Options, say: setup.Say) -> None:
    """The tables as collected beside the truth, and what changes when the work of four enumerators is set aside."""
    astray = _astray(begun)
    lines = results.compare(weighting_id)
    others = results.compare(weighting_id, [one.name for one in astray])
    for row in results.columns(lines):
        say("row", row)
    say("note", "Four enumerators do not do their work. With their interviews set aside and the rest weighed again:")
    if others:
        for row in results.columns([line for line in others if not line.by]):
            say("row", row)
    else:
        say("note", "  too few interviews are left for weights")
    say("tables", "", collected=_facts(lines), without_the_four=_facts(others))
    say(
        "note", "The census did not ask about members abroad; that part of the truth is simulated, and so is the field."
    )
    if options.reveal:
        for one in astray:
            deed = "invents interviews" if one.fabricates else "hides members abroad"
            say("reveal", f"  {one.name} {deed}", name=one.name, fabricates=one.fabricates, suppresses=one.suppresses)
    else:
        say("note", "Who are the four? Look for them on the pages, then: enumera demo --resume --once --reveal")


def _astray(begun: State) -> list[Persona]:
    people = crew(begun.seed, setup.ENUMERATORS).values()
    return [one for one in people if one.fabricates or one.suppresses]


def _facts(lines: Sequence[Line]) -> list[dict[str, object]]:
    return [{**asdict(line), "inside": line.inside} for line in lines]


def _tell_counts(team: Sequence[Enumerator], server: process.Running, say: setup.Say) -> None:
    counts = simulate.counts(team)
    server_mb = process.peak_memory(server.process.pid)
    own_mb = process.peak_memory(os.getpid()) - server_mb
    say(
        "requests",
        f"tablets: {counts['POST 201']} POST /submission answered 201; peak memory {server_mb} + {own_mb} MB",
        counts=dict(sorted(counts.items())),
        server_mb=server_mb,
        simulator_mb=own_mb,
    )
