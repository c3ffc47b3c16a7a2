"""Files: the demo's interviews with weights and design as CSV and Stata, and the documents that made them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd

from forms import formats
from forms.codebook import Codebook, Variable
from sampling.design import Survey
from server import db
from server.demo import population, setup
from server.models.weights import Weighting
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


def write_documents(folder: Path, plan: str, weighting_id: int) -> list[Path]:
    """Write what drawing, weighing and estimating start from: documents, frame, margins, drawn units and persons.

    With these the commands `enumera sample`, `weight` and `estimate`, or a dozen lines of Python, make the same
    sample, weights and tables again. Returns the files.
    """
    with db.own_session() as session:
        frozen = datasets.load(session, dataset_id=session.get_one(Weighting, weighting_id).dataset_id)
        surveys = weights.surveys(session, weighting_id=weighting_id)
    people = population.load()
    hidden = [one.name for one in frozen.codebook.variables if one.identifying]
    units, persons = (surveys[level].data.drop(columns=hidden, errors="ignore") for level in ("household", "person"))
    made = [name for name in units.columns if name.startswith(("w_", "wt_"))]
    texts = {
        "plan.toml": plan,
        "frame.csv": people.frame.to_csv(index=False),
        "census.csv": population.margins(people),
        "units.csv": units.drop(columns=made).to_csv(index=False),
        "persons.csv": persons[_own(persons, frozen.tables.frames["person"])].to_csv(index=False),
        **{name: (setup.SURVEY / name).read_text(encoding="utf-8") for name in ("recipe.toml", "tables.toml")},
    }
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return [folder / name for name in texts]


def _own(persons: pd.DataFrame, roster: pd.DataFrame) -> list[str]:
    """The roster's columns and the key of the unit; the rest are the unit's own."""
    return [name for name in persons.columns if name in roster.columns or name == "household_id"]


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
