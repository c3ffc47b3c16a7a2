"""The `enumera sample` commands: how many, how shared, which units, and the proof."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sampling.frame import Frame
    from sampling.plan import Plan

PLAN = click.argument("plan", type=click.Path(path_type=Path))
FRAME = click.option("--frame", type=click.Path(path_type=Path), help="The frame, if it is not where the plan says.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group("sample")
def group() -> None:
    """Plan and draw samples.

    \b
    enumera sample size --share 0.1 --half-width 0.02 --deff 1.5 --response 0.9
    enumera sample draw plan.toml -o sample
    """


@group.command()
@click.option("--share", type=float, help="Expected proportion, 0 to 1.")
@click.option("--spread", type=float, help="Expected standard deviation, for a mean.")
@click.option("--half-width", type=float, required=True, help="Half of the confidence interval.")
@click.option("--confidence", type=float, default=0.95, show_default=True)
@click.option("--deff", type=float, default=1.0, show_default=True, help="Design effect.")
@click.option("--response", type=float, default=1.0, show_default=True, help="Share that answers, 0 to 1.")
@click.option("--population", type=int, help="Units in the population.")
@JSON
def size(share: float | None, spread: float | None, half_width: float, as_json: bool, **given: Any) -> None:
    """How many units a wanted precision needs.

    \b
    enumera sample size --share 0.5 --half-width 0.05
    enumera sample size --spread 12.5 --half-width 1 --population 4456
    """
    from sampling import size as sizes

    if (share is None) == (spread is None):
        raise click.UsageError("give either --share (a proportion) or --spread (a mean)")
    if share is not None:
        need = sizes.proportion(share, half_width, **given)
    else:
        assert spread is not None
        need = sizes.mean(spread, half_width, **given)
    if as_json:
        click.echo(json.dumps({"interviews": need.interviews, "drawn": need.drawn}))
    else:
        click.echo(f"interviews {need.interviews:,}\ndrawn      {need.drawn:,}")


@group.command()
@PLAN
@FRAME
@JSON
def allocate(plan: Path, frame: Path | None, as_json: bool) -> None:
    """How many first-stage units each stratum gets.

    \b
    enumera sample allocate plan.toml
    enumera sample allocate plan.toml --frame dwellings.csv --json
    """
    from sampling import plan as plans

    numbers = plans.allocate(*_open(plan, frame))
    click.echo(numbers.to_json(orient="records") if as_json else numbers.to_string(index=False))


@group.command()
@PLAN
@FRAME
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="Folder to write.")
@JSON
def draw(plan: Path, frame: Path | None, output: Path, as_json: bool) -> None:
    """Draw the sample and write sample.csv, psus.csv, joint.csv and record.json.

    \b
    enumera sample draw plan.toml -o sample
    enumera sample draw plan.toml --frame dwellings.csv -o sample --json
    """
    from sampling import plan as plans
    from sampling import sample as samples

    sample = plans.draw(*_open(plan, frame))
    samples.write(sample, output)
    for warning in sample.record["warnings"]:
        click.echo(f"warning: {warning}", err=True)
    if as_json:
        click.echo(json.dumps(dict(sample.record), ensure_ascii=False, sort_keys=True))
    else:
        click.echo(
            f"{len(sample.units):,} units in {len(sample.psus):,} first-stage units, seed {sample.record['seed']}"
        )
        click.echo(f"frame  sha256 {sample.record['frame']}\nsample sha256 {sample.record['sample']}\nin {output}")


@group.command()
@PLAN
@click.argument("folder", type=click.Path(path_type=Path))
@FRAME
@JSON
def verify(plan: Path, folder: Path, frame: Path | None, as_json: bool) -> None:
    """Draw again and compare with the sample in FOLDER; exit 1 when it is another one.

    \b
    enumera sample verify plan.toml sample
    enumera sample verify plan.toml sample --frame dwellings.csv --json
    """
    from sampling import plan as plans
    from sampling import sample as samples

    differences = plans.verify(samples.read(folder).record, *_open(plan, frame))
    if as_json:
        click.echo(json.dumps({"identical": not differences, "differences": differences}, ensure_ascii=False))
    else:
        click.echo("\n".join(differences) or "identical")
    if differences:
        raise SystemExit(1)


def _open(path: Path, frame: Path | None) -> tuple[Plan, Frame]:
    """A plan and its frame, which lies beside it unless another is given."""
    from sampling import frame as frames
    from sampling import plan as plans

    plan = plans.read(path)
    return plan, frames.read(frame or path.parent / plan.frame, plan.key)
