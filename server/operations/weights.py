"""Weights: carry out a recipe on a frozen cut, and give its surveys again."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from flask import current_app
from sqlalchemy.orm import Session

from sampling.design import Survey
from server.errors import not_found
from server.models.datasets import Dataset
from server.models.weights import Weighting
from server.operations import datasets, events
from weighting import recipe as recipes
from weighting.margins import Margins

PERSONS = "person"


def apply(session: Session, *, dataset_id: int, recipe: str, margins: Mapping[str, str]) -> dict[str, Any]:
    """Weigh a dataset as a recipe (TOML text) says; `margins` are control totals by name, as CSV text.

    Returns weighting_id and the ledger's steps. Raises WeightingError when recipe, margins and data do not fit,
    Problem 404.1 without the dataset.
    """
    frozen = datasets.load(session, dataset_id=dataset_id)
    weighted = _carry_out(recipe, dict(margins), datasets.survey(frozen))
    steps = [plain(step.to_dict()) for step in weighted.ledger]
    weights = pd.DataFrame(
        {frozen.sample_key: weighted.survey.data[frozen.sample_key], recipes.FINAL: weighted.survey.weights}
    )
    text = io.StringIO()
    weights.to_csv(text, index=False, lineterminator="\n")
    row = Weighting(
        dataset_id=dataset_id,
        recipe=recipe,
        margins=dict(margins),
        ledger=steps,
        digest=current_app.extensions["storage"].put(text.getvalue().encode()),
    )
    session.add(row)
    session.flush()
    dataset = session.get_one(Dataset, dataset_id)
    events.record(
        session,
        actor="jobs",
        verb="weight.apply",
        subject=dataset.name,
        project_id=dataset.project_id,
        details={"weighting_id": row.id, "digest": row.digest},
    )
    return {"weighting_id": row.id, "steps": [{k: v for k, v in step.items() if k != "cells"} for step in steps]}


def surveys(session: Session, *, weighting_id: int) -> dict[str, Survey]:
    """The weighted surveys by level: `household`, and `person` when the form has a roster of that name.

    They are made again from the frozen dataset, recipe and margins: the calibrations take part in the variance.
    """
    row = session.get(Weighting, weighting_id)
    if row is None:
        raise not_found(f"Weighting {weighting_id}")
    frozen = datasets.load(session, dataset_id=row.dataset_id)
    households = _carry_out(row.recipe, dict(row.margins), datasets.survey(frozen)).survey
    levels = {frozen.tables.root: households}
    roster = frozen.tables.frames.get(PERSONS)
    if roster is not None:
        levels[PERSONS] = members(households, roster)
    return levels


def members(households: Survey, roster: pd.DataFrame) -> Survey:
    """The persons of the interviewed units; columns of their unit are read through the survey's `parent`."""
    key = households.design.ids[-1]
    units = households.data.loc[households.data["key"] != "", ["key", key]].set_index("key")[key]
    return households.members(roster.assign(**{key: roster["parent"].map(units)}), on=key)


def _carry_out(recipe: str, margins: Mapping[str, str], survey: Survey) -> recipes.Weighted:
    read = {name: Margins.parse(text, name) for name, text in margins.items()}
    return recipes.apply(recipes.parse(recipe), survey, read)


def plain(value: Any) -> Any:
    """NumPy numbers and missing values as JSON has them."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if value is pd.NA or (isinstance(value, float) and not np.isfinite(value)):
        return None
    return value
