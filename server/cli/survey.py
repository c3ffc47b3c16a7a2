"""The commands of one survey on the server: draw, assign, cut, weigh, tabulate, export."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import click

from server.cli.application import as_json, in_project, in_session, say
from server.cli.values import pairs

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
ACTOR = "command line"


@click.command()
@click.argument("plan_file", metavar="PLAN", type=FILE)
@in_project
@click.option("--frame", "frame_file", type=FILE, help="The frame, if it is not where the plan says.")
@click.option("--name", default="sample", show_default=True, help="Name of the sample.")
@click.option("--label", required=True, help="Column with what an enumerator reads: an address.")
@click.option("--region", required=True, help="Column with the region.")
@click.option("--urban", required=True, help="Column with urban or rural.")
@click.option("--lat", help="Column with the latitude, in degrees.")
@click.option("--lon", help="Column with the longitude, in degrees.")
@as_json
@in_session
def draw(
    session: Any,
    plan_file: Path,
    project: str,
    frame_file: Path | None,
    name: str,
    label: str,
    region: str,
    urban: str,
    lat: str | None,
    lon: str | None,
    as_json: bool,
) -> None:
    """Draw a sample as a plan says and keep it; its units can then be assigned."""
    from sampling import frame, plan
    from server.operations import projects, samples

    written = plan.read(plan_file)
    units = frame.read(frame_file or plan_file.parent / written.frame, written.key)
    drawn = plan.draw(written, units)
    kept = samples.record(
        session,
        project_id=projects.named(session, name=project).id,
        name=name,
        plan_text=plan_file.read_text(encoding="utf-8"),
        sample=drawn,
        label_column=label,
        region_column=region,
        urban_column=urban,
        lat=lat,
        lon=lon,
        by=ACTOR,
    )
    say({"sample_id": kept.id, "units": len(drawn.units), "sample": drawn.record["sample"]}, as_json)


@click.command()
@click.argument("table", type=FILE)
@in_project
@as_json
@in_session
def assign(session: Any, table: Path, project: str, as_json: bool) -> None:
    """Give units to enumerators: a CSV file with the columns unit and enumerator (sign-in name)."""
    from server.operations import accounts, projects, samples

    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    if rows and not {"unit", "enumerator"} <= rows[0].keys():
        raise click.UsageError(f"{table.name}: the columns are unit and enumerator; it has {', '.join(rows[0])}")
    ids = {name: accounts.named(session, name=name).id for name in {row["enumerator"] for row in rows}}
    changed = samples.assign(
        session,
        project_id=projects.named(session, name=project).id,
        assignments={row["unit"]: ids[row["enumerator"]] for row in rows},
        by=ACTOR,
    )
    say({"units": len(rows), "changed": changed}, as_json)


@click.command()
@click.argument("name")
@in_project
@click.option("--as-of", help="Moment of the cut, like 2026-11-30T18:00:00+05:00; by default now.")
@as_json
@in_session
def cut(session: Any, name: str, project: str, as_of: str | None, as_json: bool) -> None:
    """Freeze what was counted under a name."""
    from server.operations import datasets, projects

    found = projects.named(session, name=project)
    say(datasets.cut(session, project_id=found.id, name=name, as_of=as_of), as_json)


@click.command()
@click.argument("dataset_id", type=int)
@click.option("--recipe", type=FILE, required=True, help="recipe.toml")
@click.option("--margins", multiple=True, metavar="NAME=CSV", help="Control totals that the recipe names; repeat.")
@as_json
@in_session
def weigh(session: Any, dataset_id: int, recipe: Path, margins: tuple[str, ...], as_json: bool) -> None:
    """Weigh a dataset as a recipe says."""
    from server.operations import weights

    totals = {name: Path(path).read_text(encoding="utf-8-sig") for name, path in pairs(margins).items()}
    text = recipe.read_text(encoding="utf-8")
    made = weights.apply(session, dataset_id=dataset_id, recipe=text, margins=totals)
    if as_json:
        say(made, as_json=True)
        return
    click.echo(f"weighting_id: {made['weighting_id']}")
    for step in made["steps"]:
        click.echo(f"{step['name']}\t{step['rows']} rows\tsum {step['sum_after']:.1f}\tdeff {step['deff_w']:.3f}")


@click.command()
@click.argument("weighting_id", type=int)
@click.option("--tables", type=FILE, required=True, help="tables.toml")
@as_json
@in_session
def tabulate(session: Any, weighting_id: int, tables: Path, as_json: bool) -> None:
    """Estimate the tables of a plan with the weights of a weighting."""
    from server.operations import estimates

    text = tables.read_text(encoding="utf-8")
    say(estimates.tabulate(session, weighting_id=weighting_id, tables=text), as_json)


@click.command()
@click.argument("dataset_id", type=int)
@click.option("-o", "--output", type=click.Path(path_type=Path, allow_dash=True), required=True, help="- is stdout.")
@click.option("--format", "form", type=click.Choice(["csv", "dta"]), help="csv, unless the output is a .dta.zip")
@click.option("--weighting", "weighting_id", type=int, help="Number of the weighting; the newest by default.")
@click.option("--language", default="en", show_default=True, help="Language of Stata's labels.")
@click.option("--identifying", is_flag=True, help="With what identifies persons and places; this is recorded.")
@in_session
def export(
    session: Any,
    dataset_id: int,
    output: Path,
    form: str | None,
    weighting_id: int | None,
    language: str,
    identifying: bool,
) -> None:
    """Write a dataset with its weights and design as files for Stata, R and Python."""
    from server.operations import exports

    chosen = form or ("dta" if output.name.endswith(".dta.zip") else "csv")
    made = exports.make(
        session,
        dataset_id=dataset_id,
        weighting_id=weighting_id,
        form=chosen,
        language=language,
        identifying=identifying,
        by=ACTOR,
    )
    with click.open_file(str(output), "wb") as file:
        file.write(made.data)


@click.command()
@click.argument("dataset_id", type=int)
@as_json
@in_session
def dataset(session: Any, dataset_id: int, as_json: bool) -> None:
    """Print what is in a dataset and what was left out."""
    from server.operations import datasets

    found = datasets.find(session, dataset_id=dataset_id)
    say({"name": found.name, "as_of": found.as_of, "digest": found.digest, **found.record}, as_json)


@click.command()
@in_project
@click.option("--table", "code", help="Only this table and what it rests on.")
@click.option("--frame", "frame_file", type=FILE, help="The sampling frame: draw the sample again, too.")
@as_json
@in_session
def verify(session: Any, project: str, code: str | None, frame_file: Path | None, as_json: bool) -> int:
    """Make draw, weights and tables again and compare them with what is stored; exit code 1 on a difference."""
    import json

    from sampling import frame
    from server.operations import projects, verification

    frame_of = (lambda key: frame.read(frame_file, key)) if frame_file else None
    project_id = projects.named(session, name=project).id
    checks = verification.verify(session, project_id=project_id, code=code, frame_of=frame_of)
    if as_json:
        click.echo(json.dumps([{**vars(check), "same": check.same} for check in checks], ensure_ascii=False))
    for check in [] if as_json else checks:
        click.echo(
            f"{check.what} {check.name}\t{'identical' if check.same else 'DIFFERENT'}\tsha256:{check.digest[:16]}"
        )
        for difference in check.differences:
            click.echo(f"  {difference}")
    return 0 if all(check.same for check in checks) else 1


COMMANDS = (draw, assign, cut, weigh, tabulate, dataset, export, verify)
