"""Tables: one DataFrame for the interviews and one for each repeat, linked by `key` and `parent`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Tables:
    """Answers as linked tables.

    `frames` maps a table's name to its rows. Each has the column `key`, unique in the table; the tables of
    repeats also have `parent`, the `key` of the row they hang from. `root` names the table without parent.
    """

    root: str
    frames: Mapping[str, pd.DataFrame]
