"""Commands: `enumera weight apply | diagnose` and `enumera estimate table`, over CSV files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    import pandas as pd

    from sampling.design import Survey

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def group() -> None:
    """Weigh the rows of a survey as a recipe says."""


@click.group()
def estimate_group() -> None:
    """Estimate tables from weighted rows, each number with its error."""


def _design_options(command: Any) -> Any:
    """The options that describe a draw, on every command that reads rows."""
    options = (
        click.option("--ids", required=True, help="Cluster columns, first stage first: ea,household_id"),
        click.option("--strata", help="Column of first-stage strata."),
        click.option("--weight", default="weight_base", show_default=True, help="Column of base weights."),
        click.option("--probabilities", default="", help="Inclusion probability of each stage: prob_1,prob_2"),
        click.option(
            "--lonely",
            type=click.Choice(["fail", "remove", "certainty", "adjust", "average"]),
            default="fail",
            show_default=True,
            help="What a stratum with one drawn PSU contributes.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


@group.command("apply")
@click.argument("recipe_file", metavar="RECIPE", type=FILE)
@click.argument("rows", type=FILE)
@click.option("--margins", multiple=True, metavar="NAME=CSV", help="Control totals the recipe names; repeat.")
@click.option("-o", "--output", type=click.Path(path_type=Path), default="-", help="Weighted rows; - is stdout.")
@click.option("--ledger", type=click.Path(path_type=Path), help="Write the ledger as JSON here.")
@click.option("--json", "as_json", is_flag=True, help="Print the ledger as JSON instead of the rows.")
@_design_options
def apply_recipe(
    recipe_file: Path,
    rows: Path,
    margins: tuple[str, ...],
    output: Path,
    ledger: Path | None,
    as_json: bool,
    **design: str,
) -> None:
    """Weigh ROWS (CSV, one row for each drawn unit) as RECIPE says.

    \b
    enumera weight apply recipe.toml units.csv --ids ea,household_id --strata stratum
        --probabilities prob_1,prob_2 --margins households=census.csv -o weighted.csv
    """
    from weighting import recipe
    from weighting.ledger import frame
    from weighting.margins import Margins

    totals = {name: Margins.read(path) for name, path in map(_named_file, margins)}
    weighted = recipe.apply(recipe.read(recipe_file), _survey(rows, design), totals)
    steps = [step.to_dict() for step in weighted.ledger]
    if ledger:
        ledger.write_text(json.dumps(steps, indent=1, default=str) + "\n", encoding="utf-8")
    if as_json:
        click.echo(json.dumps(steps, indent=1, default=str))
    click.echo(frame(weighted.ledger).to_string(index=False), err=True)
    if str(output) != "-":
        weighted.survey.data.to_csv(output, index=False)
    elif not as_json:
        click.echo(weighted.survey.data.to_csv(index=False), nl=False)


@group.command("diagnose")
@click.argument("rows", type=FILE)
@click.option("--disposition", default="disposition", show_default=True, help="Column of AAPOR codes.")
@click.option("--weight", help="Column of base weights for weighted rates.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def diagnose(rows: Path, disposition: str, weight: str | None, as_json: bool) -> None:
    """Print the AAPOR outcome rates of ROWS (CSV, one row for each drawn unit)."""
    from weighting import dispositions
    from weighting.errors import RecipeError
    from weighting.naming import require_columns

    data = _read(rows, (disposition,))
    require_columns(data, [disposition, *([weight] if weight else [])], RecipeError)
    rates = dispositions.rates(data[disposition], data[weight].to_numpy(dtype=float) if weight else None)
    click.echo(rates.to_json() if as_json else rates.to_string(float_format=lambda rate: f"{rate:.4f}"))


@estimate_group.command("table")
@click.argument("tables", type=FILE)
@click.argument("households", type=FILE)
@click.option("--persons", type=FILE, help="Member rows (CSV), for tables of level person.")
@click.option("--on", default="household_id", show_default=True, help="The column that links persons to households.")
@click.option("--recipe", "recipe_file", type=FILE, help="Weigh HOUSEHOLDS by this recipe first.")
@click.option("--margins", multiple=True, metavar="NAME=CSV", help="Control totals the recipe names; repeat.")
@click.option("--final", default="wt_final", show_default=True, help="Column of the weight in force.")
@click.option("--id", "wanted", help="Only this table.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="Print as CSV.")
@_design_options
def table(
    tables: Path,
    households: Path,
    persons: Path | None,
    on: str,
    recipe_file: Path | None,
    margins: tuple[str, ...],
    final: str,
    wanted: str | None,
    as_json: bool,
    as_csv: bool,
    **design: str,
) -> None:
    """Estimate the TABLES of a TOML file from HOUSEHOLDS (CSV, one row for each drawn unit).

    \b
    enumera estimate table tables.toml units.csv --ids ea,household_id --strata stratum
        --probabilities prob_1,prob_2 --recipe recipe.toml --margins households=census.csv --persons persons.csv

    A file of weighted rows holds weights, not the calibration behind them: without --recipe the errors are those
    of the design with the final weight, which are greater than they need be.
    """
    import pandas as pd

    from weighting import recipe, reliability, tabulation
    from weighting.margins import Margins

    if recipe_file:
        totals = {name: Margins.read(path) for name, path in map(_named_file, margins)}
        survey = recipe.apply(recipe.read(recipe_file), _survey(households, design), totals).survey
    else:
        survey = _survey(households, design, final)
    surveys = {"household": survey}
    if persons:
        surveys["person"] = survey.members(_read(persons, (on,)), on)
    chosen = [spec for spec in tabulation.read(tables) if wanted in (None, spec.id)]
    made = {spec.id: reliability.published(tabulation.tabulate(spec, surveys)) for spec in chosen}
    if as_json:
        click.echo(json.dumps({name: json.loads(frame.to_json(orient="records")) for name, frame in made.items()}))
        return
    if as_csv:
        click.echo(pd.concat(made, names=["table"]).reset_index("table").to_csv(index=False), nl=False)
        return
    for spec in chosen:
        click.echo(f"{spec.id}. {spec.title.get('en', spec.id)}")
        click.echo(made[spec.id].to_string(index=False, na_rep="", float_format=lambda number: f"{number:,.4g}") + "\n")


def _survey(rows: Path, options: dict[str, str], final: str | None = None) -> Survey:
    from sampling.design import Design, Survey

    ids, probabilities = _split(options["ids"]), _split(options["probabilities"])
    design = Design(ids, options["weight"], options["strata"] or None, probabilities, options["lonely"])
    text = (*ids, "disposition", *([design.strata] if design.strata else []))
    return Survey(_read(rows, text), design, final or design.weight)


def _read(path: Path, text: tuple[str, ...]) -> pd.DataFrame:
    """A CSV file with its identifiers and codes of more than digits kept as text."""
    import pandas as pd

    return pd.read_csv(path, dtype=dict.fromkeys(text, "str"), encoding="utf-8-sig")


def _split(names: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in names.split(",") if name.strip())


def _named_file(option: str) -> tuple[str, Path]:
    name, separator, path = option.partition("=")
    if not separator:
        raise click.BadParameter(f"{option!r}: write --margins NAME=FILE.csv")
    return name, Path(path)
