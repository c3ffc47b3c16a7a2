"""Sample: the units that were drawn, how likely each was, and the record that proves it."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sampling.design import Design, Survey
from sampling.errors import FrameError, SamplingError
from sampling.stages import Harvest, Stage

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Sample:
    """What a plan drew from a frame.

    units   one row for each drawn unit, in draw order: draw_order, stratum; for each stage k its inclusion
            probability prob_k given the stage before, the units drawn n_k of total_k; prob (over all stages),
            weight_base = 1 / prob; then every column of the frame, as text
    psus    one row for each drawn first-stage unit, with its frame columns that are the stage's
    joint   second-order inclusion probabilities of the first stage: stratum, psu_i, psu_j, prob_ij, each pair of
            different drawn units of a stratum once (psu_i before psu_j in the order of `psus`)
    design  the columns of `units` that describe the draw to `weighting`
    record  plan hash, frame hash, seed, generator, algorithm, counts, warnings, sample hash: all that is needed to
            draw again and compare; no date, so that the same draw has the same record
    """

    units: pd.DataFrame
    psus: pd.DataFrame
    joint: pd.DataFrame
    design: Design
    record: Record

    @property
    def survey(self) -> Survey:
        """The drawn units as a survey with their base weights."""
        return Survey(self.units, self.design, self.design.weight)

    def joint_matrix(self, stratum: str) -> pd.DataFrame:
        """The second-order probabilities of one stratum's PSUs, square, first-order on the diagonal."""
        psus = self.psus[self.psus["stratum"] == stratum]
        if psus.empty:
            raise SamplingError(f"there is no stratum {stratum!r} in the sample")
        ids = pd.Index(psus[self.design.ids[0]])
        pairs = self.joint[self.joint["stratum"] == stratum]
        i, j = ids.get_indexer(pd.Index(pairs["psu_i"])), ids.get_indexer(pd.Index(pairs["psu_j"]))
        matrix = np.diag(psus["prob_1"].to_numpy(dtype=np.float64))
        matrix[i, j] = matrix[j, i] = pairs["prob_ij"].to_numpy(dtype=np.float64)
        return pd.DataFrame(matrix, index=ids, columns=ids)


def units(harvests: Mapping[str, Harvest], frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """The table `Sample.units` of what was drawn in each stratum.

    frame  the frame's columns; name is what messages call it
    Raises FrameError when the frame has a column that the draw writes itself.
    """
    twigs = [twig for harvest in harvests.values() for twig in harvest.twigs]
    columns: dict[str, Any] = {
        "draw_order": np.arange(1, len(twigs) + 1),
        "stratum": pd.array([twig.path[0] for twig in twigs], dtype="str"),
    }
    for k in range(len(twigs[0].path) - 1):
        columns[f"prob_{k + 1}"] = [twig.probabilities[k] for twig in twigs]
        columns[f"n_{k + 1}"] = [twig.drawn[k] for twig in twigs]
        columns[f"total_{k + 1}"] = [twig.totals[k] for twig in twigs]
    columns["prob"] = [math.prod(twig.probabilities) for twig in twigs]
    columns["weight_base"] = [1.0 / probability for probability in columns["prob"]]
    taken = [column for column in frame.columns if column in columns]
    if taken:
        raise FrameError(f"{name}: the draw writes column(s) {', '.join(taken)} itself; rename the frame's")
    rows = frame.iloc[[int(twig.rows[0]) for twig in twigs]].reset_index(drop=True)
    return pd.concat([pd.DataFrame(columns), rows], axis=1)


def psus(units: pd.DataFrame, stages: Sequence[Stage]) -> pd.DataFrame:
    """The table `Sample.psus`: one row for each drawn first-stage unit, in draw order."""
    first = stages[0]
    columns = ["stratum", first.unit, *([first.size] if first.size else []), "prob_1", "n_1", "total_1"]
    if len(stages) > 1:
        columns += ["n_2", "total_2"]
    return units.drop_duplicates(first.unit)[columns].reset_index(drop=True)


def joint(harvests: Mapping[str, Harvest]) -> pd.DataFrame:
    """The table `Sample.joint`: pairs of drawn first-stage units of the same stratum, with their joint probability."""
    tables = []
    for stratum, harvest in harvests.items():
        i, j = np.triu_indices(len(harvest.psus), k=1)
        ids = np.array(harvest.psus, dtype=object)
        pairs = {"stratum": stratum, "psu_i": ids[i], "psu_j": ids[j], "prob_ij": harvest.joint[i, j]}
        tables.append(pd.DataFrame(pairs, index=range(len(i))))
    return pd.concat(tables, ignore_index=True).astype({"stratum": "str", "psu_i": "str", "psu_j": "str"})


def counts(numbers: pd.DataFrame, units: pd.DataFrame) -> list[dict[str, Any]]:
    """For the record: per stratum, what there was and what was drawn."""
    drawn = units.groupby("stratum")["weight_base"]
    return [
        {
            "stratum": row["stratum"],
            "frame_psus": int(row["psus"]),
            "frame_units": int(row["units"]),
            "psus": int(row["allocated"]),
            "units": len(drawn.get_group(row["stratum"])) if row["allocated"] else 0,
            "weight": round(math.fsum(drawn.get_group(row["stratum"])), 6) if row["allocated"] else 0.0,
        }
        for row in numbers.to_dict("records")
    ]


def digest(units: pd.DataFrame, key: str) -> str:
    """The sample hash: sha256 of the drawn keys and their probabilities to 12 digits, in the order of the keys."""
    lines = sorted(json.dumps([k, f"{p:.12g}"]) for k, p in zip(units[key], units["prob"], strict=True))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def write(sample: Sample, folder: Path | str) -> None:
    """Write sample.csv, psus.csv, joint.csv and record.json into `folder`, the same bytes on every system.

    Raises SamplingError when the folder holds another draw: a sample that is in the field is not overwritten.
    """
    folder = Path(folder)
    record = json.dumps(dict(sample.record), indent=2, ensure_ascii=False, sort_keys=True) + "\n"
    before = folder / "record.json"
    if before.exists() and before.read_text(encoding="utf-8") != record:
        raise SamplingError(f"{before} is the record of another draw; give another folder")
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in (("sample", sample.units), ("psus", sample.psus), ("joint", sample.joint)):
        table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n", encoding="utf-8")
    before.write_text(record, encoding="utf-8", newline="\n")


def read(folder: Path | str) -> Sample:
    """Read a sample as `write` wrote it.

    Raises SamplingError when a file is missing or sample.csv is not the sample of the record.
    """
    folder = Path(folder)
    try:
        record = json.loads((folder / "record.json").read_text(encoding="utf-8"))
        units, psus, joint = (_read_table(folder / f"{name}.csv") for name in ("sample", "psus", "joint"))
    except (FileNotFoundError, json.JSONDecodeError) as error:
        raise SamplingError(f"{folder} holds no complete sample ({error}); draw it again") from error
    given = record["design"]
    design = Design(
        tuple(given["ids"]), given["weight"], given["strata"], tuple(given["probabilities"]), given["lonely"]
    )
    if digest(units, design.ids[-1]) != record["sample"]:
        raise SamplingError(f"{folder / 'sample.csv'} was changed after the draw; draw it again from plan and frame")
    return Sample(units, psus, joint, design, record)


def describe(design: Design) -> dict[str, Any]:
    """A design as plain values for a record."""
    return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(design).items()}


def _read_table(path: Path) -> pd.DataFrame:
    """A table with text columns but for those the draw computed."""
    table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    for column in table.columns:
        stem, _, stage = str(column).rpartition("_")
        if column in {"prob", "weight_base", "prob_ij"} or (stem == "prob" and stage.isdigit()):
            table[column] = table[column].astype(np.float64)
        elif column == "draw_order" or (stem in {"n", "total"} and stage.isdigit()):
            table[column] = table[column].astype(np.int64)
    return table
