"""Files: the demo's interviews with their weights and design, as CSV and as Stata files with labels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd

from forms import formats
from forms.codebook import Codebook, Variable
from sampling.design import Survey
from server import db
from server.operations import datasets, weights
from weighting.recipe import FINAL

NAMES = ("popstan.csv.zip", "popstan.dta")


def write(folder: Path, dataset_id: int, weighting_id: int) -> list[Path]:
    """Write every table of a cut into `folder`, households and persons with weight and design columns.

    What identifies people (names, addresses, positions) is left out. Returns the files.
    """
    with db.own_session() as session:
        frozen = datasets.load(session, dataset_id=dataset_id)
        surveys = weights.surveys(session, weighting_id=weighting_id)
    book = _extended(frozen.codebook, surveys)
    hidden = {(one.table, one.name) for one in frozen.codebook.variables if one.identifying}
    frames = {
        name: _with_design(frame, surveys.get(name)).drop(
            columns=[column for table, column in hidden if table == name and column in frame]
        )
        for name, frame in frozen.tables.frames.items()
    }
    tables = replace(frozen.tables, frames=frames)
    return [path for name in NAMES for path in formats.write(folder / name, tables, book)]


def _with_design(frame: pd.DataFrame, survey: Survey | None) -> pd.DataFrame:
    """A table with the design columns and the final weight of each row's unit."""
    if survey is None:
        return frame
    household = survey.parent or survey
    units = household.data[household.data["key"] != ""].set_index("key")[_columns(household)]
    new = units[[column for column in units.columns if column not in frame.columns]]
    return frame.join(new, on="parent" if survey.parent is not None else "key", validate="m:1")


def _columns(survey: Survey) -> list[str]:
    return [*survey.design.columns, FINAL]


def _extended(book: Codebook, surveys: dict[str, Survey]) -> Codebook:
    """The codebook with the columns that the draw and the weights add."""
    return replace(book, variables=(*book.variables, *_added(book, surveys)))


def _added(book: Codebook, surveys: dict[str, Survey]) -> Iterator[Variable]:
    for table, survey in surveys.items():
        household = survey.parent or survey
        design = household.design
        told = {
            **dict.fromkeys(design.ids, "Sampled unit"),
            design.strata or "": "Stratum of the draw",
            **{name: f"Inclusion probability at stage {k}" for k, name in enumerate(design.probabilities, 1)},
            design.weight: "Base weight: 1 / inclusion probability",
            FINAL: "Weight after nonresponse adjustment and raking",
        }
        known = book.of_table(table)
        for name in _columns(household):
            if name not in known:
                numeric = pd.api.types.is_numeric_dtype(household.data[name])
                yield Variable(name, table, "decimal" if numeric else "text", {"en": told[name]})
