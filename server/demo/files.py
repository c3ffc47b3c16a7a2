"""Files: the demo's interviews with weights and design as CSV and Stata, and the documents that made them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from server import db
from server.demo import population, setup
from server.models.weights import Weighting
from server.operations import datasets, exports, weights


def write(folder: Path, dataset_id: int, weighting_id: int) -> list[Path]:
    """Write the exports of a cut into `folder`, as the pages and `enumera server export` give them."""
    files = []
    with db.own_session() as session:
        for form, suffix in exports.SUFFIXES.items():
            made = exports.make(session, dataset_id=dataset_id, weighting_id=weighting_id, form=form, by="demo")
            files.append(folder / f"popstan{suffix}")
            files[-1].write_bytes(made.data)
    return files


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
