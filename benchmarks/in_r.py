"""In R: do an export's files give the published estimates and errors in R `survey`?

    python benchmarks/in_r.py enumera-demo [--out benchmarks/in_r.md]

Runs the exported load.R of a finished demonstration (Rscript with the package `survey`), estimates tables T1 and T2
there before and after raking, and holds them against this system's.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from sqlalchemy import select

from sampling.design import Survey
from server import db
from server.app import create_app
from server.config import Config
from server.models.weights import Weighting
from server.operations import weights
from weighting import tabulation

R = """
suppressMessages(source("load.R"))
options(digits = 16)
told <- function(name, r) cat(name, sprintf("%.15g", c(coef(r), as.matrix(SE(r)))), "\\n")
abroad <- function(d) update(d, yes = as.integer(emi_gate %in% "1"), base = as.integer(emi_gate %in% c("1", "2")))
summed <- function(d, rows) {
  keys <- as.character(d$variables$household_id)
  of <- function(x) { s <- tapply(x, rows$household_id, sum)[keys]; ifelse(is.na(s), 0, as.numeric(s)) }
  update(d, yes = of(rows$d_foreign_born %in% 1), base = of(!is.na(rows$d_foreign_born)))
}
both <- function(name, d) {
  told(paste0(name, " proportion"), svyratio(~yes, ~base, d))
  told(paste0(name, " total"), svytotal(~yes, d))
}
for (how in c("before", "raked")) {
  d <- abroad(if (how == "before") household_design else household_raked)
  both(paste0(how, "/T1/"), d)
  for (region in 1:4) both(paste0(how, "/T1/", region), subset(d, region == as.character(.GlobalEnv$region)))
  both(paste0(how, "/T2/"), summed(d, person))
  for (sex in 1:2) both(paste0(how, "/T2/", sex), summed(d, person[person$sex == sex, ]))
}
persons <- update(person_design, yes = as.integer(d_foreign_born %in% 1), base = as.integer(!is.na(d_foreign_born)))
both("weights only/T2/", persons)

# What Stata's svyset in load.do stands for: one rate for each stratum, simple random sampling at both stages.
household_all$rate <- household_all$n_1 / household_all$total_1
household_all$w_svy <- ifelse(household_all$wt_final > 0, household_all$wt_final, household_all$w_base)
svyset <- svydesign(ids = ~ea + household_id, strata = ~stratum, fpc = ~rate + prob_2, weights = ~w_svy,
                    data = household_all)
svyset <- subset(svyset, wt_final > 0)
both("svyset/T1/", abroad(svyset))
both("svyset/T2/", summed(svyset, person))
"""

Numbers = dict[str, tuple[float, float]]


def in_r(archive: Path) -> Numbers:
    """Estimate and standard error by name, as R gives them."""
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(archive) as files:
            files.extractall(folder)
        (Path(folder) / "compare.R").write_text(R, encoding="utf-8")
        done = subprocess.run(["Rscript", "compare.R"], cwd=folder, capture_output=True, text=True, check=True)
    numbers = {}
    for line in done.stdout.splitlines():
        *name, estimate, error = line.split()
        numbers[" ".join(name)] = (float(estimate), float(error))
    return numbers


def here(folder: Path) -> Numbers:
    """The same as this system gives them."""
    app = create_app(Config(data_dir=folder))
    with app.app_context(), db.own_session() as session:
        newest = session.scalars(select(Weighting).order_by(Weighting.id.desc())).first()
        assert newest is not None, "run `enumera demo --once` first"
        raked = weights.surveys(session, weighting_id=newest.id)
    before = replace(raked["household"], weight="w_adj_nr", adjustments=())
    persons = raked["person"].data.drop(columns=raked["person"].weight)
    return {
        **_numbers("raked", raked),
        **_numbers("before", {"household": before, "person": before.members(persons, before.design.ids[-1])}),
    }


def _numbers(how: str, surveys: Mapping[str, Survey]) -> Numbers:
    tables = tabulation.read(Path(__file__).parents[1] / "server" / "demo" / "survey" / "tables.toml")[:2]
    return {
        f"{how}/{table.id}/{row['group']} {row['statistic']}": (row["estimate"], row["se"])
        for table in tables
        for row in tabulation.tabulate(table, surveys).to_dict("records")
        if row["by"] in ("", "region", "sex")
    }


def report(ours: Numbers, theirs: Numbers) -> str:
    """The comparison in Markdown."""
    lines = [
        "# An export in R",
        "",
        "The exported load.R in R `survey`, against this system (`python benchmarks/in_r.py enumera-demo`): before",
        "raking (`w_adj_nr`), and raked. The last two columns are relative differences.",
        "",
        "| weights/table/group | estimate | SE | estimate | SE |",
        "|---|--:|--:|--:|--:|",
    ]
    for name, (estimate, error) in ours.items():
        other, its_error = theirs[name]
        differences = f"{abs(other / estimate - 1):.0e} | {abs(its_error / error - 1):.0e}"
        lines.append(f"| {name} | {estimate:.6g} | {error:.6g} | {differences} |")
    lines += [
        "",
        "A program that knows the final weights but not the raking gives the same estimates and other errors:",
        "",
    ]
    lines += [
        f"* {what}, {table} {kind}: {100 * (theirs[f'{name}/{table}/ {kind}'][1] / error - 1):+.1f} %"
        for name, what in {"weights only": "R with `wt_final`", "svyset": "the design that load.do tells Stata"}.items()
        for table, kind in (("T1", "proportion"), ("T1", "total"), ("T2", "proportion"), ("T2", "total"))
        if f"{name}/{table}/ {kind}" in theirs
        for error in [ours[f"raked/{table}/ {kind}"][1]]
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Compare, print and write the report."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="of a finished demonstration")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    text = report(here(options.folder), in_r(options.folder / "popstan.csv.zip"))
    print(text)
    if options.out:
        options.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
