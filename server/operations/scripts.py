"""Script: how an exported dataset is opened in Stata, R and Python with its design, and what its README says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from forms.formats.stata import stata_names
from sampling.design import Design
from weighting.recipe import FINAL

UNITS = "units"


@dataclass(frozen=True)
class Facts:
    """What the scripts speak of.

    frames   the tables as exported; `root` names that of the interviews, `members` those of repeats
    weights  the weight columns in the order in which they were made; the last one is for estimates
    raked    name and variables of the margins, where the last step rakes to single variables; else None
    steps    the weighting's steps in words; record the dataset's
    """

    name: str
    as_of: str
    digest: str
    weighting: int | None
    steps: tuple[str, ...]
    record: Mapping[str, Any]
    root: str
    frames: Mapping[str, pd.DataFrame]
    members: tuple[str, ...]
    design: Design
    weights: tuple[str, ...]
    raked: tuple[str, tuple[str, ...]] | None
    left_out: tuple[str, ...]
    identifying: bool

    @property
    def weight(self) -> str:
        """The column for estimates."""
        return FINAL if FINAL in self.weights else self.weights[0]

    @property
    def key(self) -> str:
        """The column that names the sampled unit."""
        return self.design.ids[-1]

    @property
    def two_stages(self) -> bool:
        """Does the draw give a probability at both of two stages?"""
        return len(self.design.ids) == len(self.design.probabilities) == 2


def of(facts: Facts, form: str) -> dict[str, str]:
    """The scripts and the README of an export in one format, by file name."""
    made = {"load.do": stata(facts)} if form == "dta" else {"load.R": r(facts), "load.py": python(facts)}
    return {**made, "README.txt": readme(facts, form)}


def stata(facts: Facts) -> str:
    """A do-file: opens each table with every drawn unit in it and declares the survey."""
    lines = [
        "* Open the tables with their survey design: do load.do, in the folder of the .dta files.",
        "* Variables and codes are labelled in the files. Every drawn unit is kept, for the design must be whole;",
        "* units without an interview lie outside the subpopulation `interviewed`:",
        "*     svy, subpop(interviewed): proportion VARIABLE, over(GROUP)",
        "version 14",
    ]
    for table in (*reversed(facts.members), facts.root):
        names = stata_names(facts.frames[table].columns)
        units = stata_names(facts.frames[UNITS].columns)
        key, kind = names[facts.key], "1:1" if table == facts.root else "m:1"
        there = "" if table == facts.root else 'parent != "" & '
        lines += [
            "",
            f"* ---- {table}",
            f"use {table}.dta, clear",
            f"merge {kind} {key} using {UNITS}.dta, nogenerate",
            f"generate byte interviewed = {there}{units[facts.weight]} > 0",
            "* Any positive weight outside the subpopulation leaves the estimates as they are.",
            f"generate double w_svy = cond(interviewed, {units[facts.weight]}, {units['w_base']})",
            *_svyset(facts, units),
            f"save {table}_svy.dta, replace",
        ]
    return "\n".join(lines) + "\n"


def _svyset(facts: Facts, names: Mapping[str, str]) -> list[str]:
    ids, strata = [names[name] for name in facts.design.ids], facts.design.strata
    stratum = f"strata({names[strata]})" if strata else ""
    if facts.two_stages and {"n_1", "total_1"} <= names.keys():
        second = f"|| {ids[1]}, fpc({names[facts.design.probabilities[1]]})"
        return [
            "* Stata has one sampling rate for each stratum: with areas drawn by size this stands for their average.",
            "generate double fpc_1 = n_1 / total_1",
            f"svyset {ids[0]} [pweight = w_svy], {stratum} fpc(fpc_1) singleunit(centered) {second}",
        ]
    return [f"svyset {ids[0]} [pweight = w_svy], {stratum} singleunit(centered)"]


def r(facts: Facts) -> str:
    """An R script: data frames, and designs of package `survey` with and without the raking."""
    reads = "\n".join(_r_read(table, frame) for table, frame in facts.frames.items())
    members = "\n".join(_r_members(table, facts) for table in facts.members)
    return R.format(
        reads=reads,
        root=facts.root,
        units=UNITS,
        key=facts.key,
        before=_before_raking(facts),
        design=_r_design(facts, facts.root, _before_raking(facts)),
        raked=_r_raked(facts),
        members=members,
    )


R = """\
# Open the tables with their survey design: source("load.R"), in the folder of the .csv files.
# Every drawn unit is kept with weight 0 where there was no interview, for the design must be whole.
library(survey)
options(survey.lonely.psu = "fail")
{reads}
with_all_units <- function(table) {{
  new <- c("{key}", setdiff(names(table), names({units})))
  merge({units}, table[new], by = "{key}", all.x = TRUE, sort = FALSE)
}}

# ---- {root}: design with the weight before calibration ({before})
{root}_all <- with_all_units({root})
{root}_design <- {design}
{raked}{members}"""

R_RAKED = """
# ---- {root}: raked to margins_{name}.csv. Units without an interview take no part: they form a cell of their own.
margins <- read.csv("margins_{name}.csv", colClasses = c(code = "character", total = "numeric"))
interviewed <- {root}_all${before} > 0
for (name in c({variables})) {{
  {root}_all[[paste0(name, "_margin")]] <- ifelse(interviewed, as.character({root}_all[[name]]), "no interview")
}}
{root}_all$w_positive <- pmax({root}_all${before}, 1e-9)
totals <- function(name) {{
  of <- margins[margins$variable == name & margins$total > 0, ]
  rows <- data.frame(c(of$code, if (!all(interviewed)) "no interview"),
                     c(of$total, if (!all(interviewed)) 1e-9 * sum(!interviewed)))
  setNames(rows, c(paste0(name, "_margin"), "Freq"))
}}
{root}_raked <- rake({design},
  list({formulas}), list({totals}), control = list(maxit = 500, epsilon = 1e-12))
"""


def _before_raking(facts: Facts) -> str:
    """The weight that the last calibration began with; where there is none, the one for estimates."""
    earlier = [name for name in facts.weights if name not in ("w_cal", FINAL)]
    return earlier[-1] if facts.raked else facts.weight


def _r_read(table: str, frame: pd.DataFrame) -> str:
    """Numbers are read as numbers; everything else, codes too, as text."""
    numbers = [name for name in frame.columns if _is_number(frame[name])]
    listed = ", ".join(f'"{name}"' for name in numbers)
    return (
        f'{table} <- read.csv("{table}.csv", colClasses = "character", na.strings = "", encoding = "UTF-8")\n'
        f"for (name in c({listed})) {table}[[name]] <- as.numeric({table}[[name]])"
    )


def _r_design(facts: Facts, table: str, weight: str) -> str:
    design = facts.design
    strata = f", strata = ~{design.strata}" if design.strata else ""
    ids = " + ".join(design.ids)
    if len(design.ids) == len(design.probabilities):
        chances = " + ".join(design.probabilities)
        return (
            f'svydesign(ids = ~{ids}{strata}, fpc = ~{chances}, pps = "brewer", weights = ~{weight}, '
            f"data = {table}_all)"
        )
    return f"svydesign(ids = ~{design.ids[0]}{strata}, weights = ~{weight}, data = {table}_all, nest = TRUE)"


def _r_raked(facts: Facts) -> str:
    if facts.raked is None:
        return ""
    name, variables = facts.raked
    return R_RAKED.format(
        root=facts.root,
        name=name,
        before=_before_raking(facts),
        variables=", ".join(f'"{variable}"' for variable in variables),
        design=_r_design(facts, facts.root, "w_positive"),
        formulas=", ".join(f"~{variable}_margin" for variable in variables),
        totals=", ".join(f'totals("{variable}")' for variable in variables),
    )


def _r_members(table: str, facts: Facts) -> str:
    return (
        f"\n# ---- {table}: the weight for estimates; its errors know nothing of the calibration\n"
        f"{table}_all <- with_all_units({table})\n"
        f"{table}_design <- {_r_design(facts, table, facts.weight)}\n"
    )


def python(facts: Facts) -> str:
    """A Python script: the tables as pandas data frames."""
    text = {
        table: [name for name in frame.columns if not _is_number(frame[name])] for table, frame in facts.frames.items()
    }
    columns = "\n".join(f"    {table!r}: {_wrapped(names)}," for table, names in text.items())
    return PYTHON.format(columns=columns, weight=facts.weight, root=facts.root)


PYTHON = '''\
"""Open the tables: python load.py, or `from load import tables`, in the folder of the .csv files.

Needs pandas. `tables["{root}"]` has a row for each interview, `tables["units"]` one for each drawn unit;
{weight} is the weight for estimates. Standard errors need the whole design: load.R, or `enumera estimate table`.
"""

from pathlib import Path

import pandas as pd

HERE = Path(__file__).parent

TEXT = {{
{columns}
}}
"""Columns that are text or codes, not numbers."""

only_empty = {{"keep_default_na": False, "na_values": [""]}}
tables = {{
    name: pd.read_csv(HERE / f"{{name}}.csv", dtype=dict.fromkeys(columns, "str"), **only_empty)
    for name, columns in TEXT.items()
}}


def share(table: str, variable: str, code: str) -> float:
    """The weighted share of rows with that code among those with an answer."""
    rows = tables[table].dropna(subset=[variable])
    weights = rows["{weight}"]
    return float(weights[rows[variable] == code].sum() / weights.sum())


if __name__ == "__main__":
    for name, rows in tables.items():
        total = f", sum of {weight} {{rows['{weight}'].sum():,.1f}}" if "{weight}" in rows else ""
        print(f"{{name}}: {{len(rows)}} rows{{total}}")
'''


def _wrapped(names: list[str], width: int = 100) -> str:
    lines, line = [], ""
    for name in names:
        if len(line) + len(name) > width:
            lines.append(line)
            line = ""
        line += f"{name!r}, "
    lines.append(line)
    return "[\n        " + "\n        ".join(part.rstrip() for part in lines) + "\n    ]"


def _is_number(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column.dtype)


def readme(facts: Facts, form: str) -> str:
    """What is in the files, how the weights were made, what was left out, and how far the errors can be trusted."""
    record = facts.record
    rows = "\n".join(f"  {table}.{form}: {len(frame):,} rows" for table, frame in facts.frames.items())
    dispositions = ", ".join(f"{code}: {count}" for code, count in record.get("dispositions", {}).items())
    apart = ", ".join(f"{why}: {count}" for why, count in record.get("left_out", {}).items()) or "none"
    return README.format(
        name=facts.name,
        as_of=facts.as_of,
        digest=facts.digest,
        rows=rows,
        key=facts.key,
        strata=facts.design.strata or "none",
        ids=", ".join(facts.design.ids),
        probabilities=", ".join(facts.design.probabilities) or "none; the first stage counts as with replacement",
        weights=", ".join(facts.weights),
        weighting=_weighting(facts),
        dispositions=dispositions,
        open=record.get("open_at_close", 0),
        apart=apart,
        left_out=_left_out(facts),
        accepted=_accepted(record.get("accepted", {})),
        errors=ERRORS_STATA if form == "dta" else ERRORS_R.format(root=facts.root),
    )


README = """\
Dataset {name}, as of {as_of}
SHA-256 of the frozen dataset: {digest}

Tables (linked by `key`, `parent` and `{key}`; described in codebook.csv, codes in codes.csv)
{rows}

units has every drawn unit, also those without an interview. AAPOR final dispositions: {dispositions}.
{open} of them were open at the close of fieldwork. Answer sheets that came and are not counted: {apart}.

Design
  strata {strata}; stages {ids}; inclusion probabilities {probabilities}

Weights
  {weights}; 0 for units without an interview
{weighting}

Left out
{left_out}

{accepted}Missing answers
  98 does not know, 99 refused, 95 does not apply (-98, -99 in numbers); .d, .r and .n in Stata. They are no part of
  the base of a share or a mean.

Texts that enumerators wrote (notes, "other, specify") stand as written: read them before you pass the files on.

{errors}
"""

ERRORS_R = """\
Standard errors
  {root}_design of load.R has the weight before calibration and gives this system's errors for it. {root}_raked
  (there when the recipe ends with one raking) gives the errors of the published tables, to twelve digits. Tables of
  members (persons) carry the calibrated weight, but a column of weights cannot tell a program about the calibration
  behind it: estimates are the same, standard errors differ by a few per cent, in either direction. Where that matters,
  sum the members to their interview and use {root}_raked.
"""

ERRORS_STATA = """\
Standard errors
  svyset knows neither unequal probabilities without replacement nor the calibration behind the weights. load.do
  declares both stages with their average sampling rates. Estimates are the same as in the published tables; standard
  errors, which there take the raking and the unequal probabilities into account, differ by a few per cent, in either
  direction.
"""


def _weighting(facts: Facts) -> str:
    if facts.weighting is None:
        return "  The dataset has not been weighed: these are base weights, without any adjustment for nonresponse."
    steps = "\n".join(f"  {number}. {step}" for number, step in enumerate(facts.steps, 1))
    return f"  Weighting {facts.weighting}, made by recipe.toml:\n{steps}"


def _accepted(accepted: Mapping[str, str]) -> str:
    """What is no longer the standard's, by whose word; nothing where all is."""
    if not accepted:
        return ""
    lines = "\n".join(f"  {name}: {text}" for name, text in accepted.items())
    return f"Statistics that are not those of the standard any more, by decision\n{lines}\n\n"


def _left_out(facts: Facts) -> str:
    if facts.identifying:
        return "  Nothing: THESE FILES IDENTIFY PERSONS AND PLACES. Keep them where nobody else can read them."
    listed = "\n".join(f"  {name}" for name in facts.left_out)
    what = "  Columns that identify persons or places, and columns of the frame that no document names:"
    return f"{what}\n{listed}" if listed else "  Nothing."
