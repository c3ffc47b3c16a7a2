"""Plan: a written sample design (`plan.toml`), and the draw that carries it out."""

from __future__ import annotations

import hashlib
import json
import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sampling import allocation, selection
from sampling import frame as frames
from sampling import sample as samples
from sampling.design import Design
from sampling.errors import FrameError, PlanError, suggest
from sampling.frame import Frame
from sampling.sample import Record, Sample
from sampling.stages import GENERATOR, Stage, Twig, descend

T = TypeVar("T")

PLAN_KEYS = ("frame", "key", "strata", "seed", "size", "stage")
SIZE_KEYS = ("psus", "households", "allocation", "minimum", "variable", "power")
STAGE_KEYS = ("unit", "select", "size", "take")
ALGORITHM = "enumera draw 1"  # to be raised when the same seed would draw other units


@dataclass(frozen=True)
class Plan:
    """A sample design as written in plan.toml.

    frame   path of the frame, from the plan's folder
    key     column that names each ultimate unit
    strata  columns whose values together make the strata; none: one stratum, "all"
    seed    of the random numbers
    size    number and allocation of first-stage units
    stages  from the first stage to the last, which draws `key`
    """

    frame: str
    key: str
    strata: tuple[str, ...]
    seed: int
    size: allocation.Size
    stages: tuple[Stage, ...]

    @property
    def digest(self) -> str:
        """The plan hash: sha256 of the plan's values, free of comments, layout and line ends."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True, ensure_ascii=False).encode()).hexdigest()

    @property
    def columns(self) -> dict[str, str]:
        """Frame columns that the plan needs, each with what for."""
        wanted = dict.fromkeys(self.strata, "strata")
        if self.size.variable:
            wanted[self.size.variable] = "[size] variable"
        for number, stage in enumerate(self.stages, 1):
            wanted[stage.unit] = f"[[stage]] {number} unit"
            if stage.size:
                wanted[stage.size] = f"[[stage]] {number} size"
        return {self.key: "key", **wanted}


def read(path: Path | str) -> Plan:
    """Read a plan from a TOML file. Raises PlanError as `parse`, and when there is no such file."""
    path = Path(path)
    try:
        return parse(path.read_text(encoding="utf-8"), path.name)
    except FileNotFoundError as error:
        raise PlanError(f"{path}: there is no such file; give the path of a plan.toml") from error
    except UnicodeDecodeError as error:
        raise PlanError(f"{path}: the file is not UTF-8; save it as UTF-8") from error


def parse(text: str, name: str = "plan") -> Plan:
    """Read a plan from TOML text.

    name  what messages call the plan
    Raises PlanError for what is no TOML, for unknown, missing and unfit keys, and for stages that do not follow.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PlanError(f"{name}: this is not TOML: {error}") from error
    _only(table, PLAN_KEYS, name)
    if isinstance(table.get("stage"), dict):
        raise PlanError(f"{name}: [stage] is one table; write each stage with two brackets, [[stage]]")
    stages = tuple(
        _stage(entry, f"{name}, [[stage]] {number}")
        for number, entry in enumerate(_value(table, "stage", list, name), 1)
    )
    seed = _value(table, "seed", int, name)
    if seed < 0:
        raise PlanError(f"{name}: seed is {seed}; write a whole number of zero or more")
    plan = Plan(
        frame=_value(table, "frame", str, name),
        key=_value(table, "key", str, name),
        strata=tuple(_texts(_value(table, "strata", list, name, []), f"{name}, strata")),
        seed=seed,
        size=_size(_value(table, "size", dict, name), stages, f"{name}, [size]"),
        stages=stages,
    )
    _check_stages(plan, name)
    return plan


def allocate(plan: Plan, frame: Frame) -> pd.DataFrame:
    """How many first-stage units each stratum gets.

    Returns one row for each stratum in the order of its name: stratum, units (rows of the frame), psus (first-stage
    units there are), measure (sum of their size, or the number of units), allocated (first-stage units to draw).
    Raises PlanError when the frame lacks a column of the plan or the numbers cannot be met, FrameError when the
    frame has findings that forbid a draw.
    """
    frames.demand(frame, check(plan, frame))
    return _allocate(plan, frame, _labels(plan, frame))


def check(plan: Plan, frame: Frame) -> tuple[frames.Finding, ...]:
    """Every finding about the frame in the roles that the plan gives its columns; PlanError if it lacks one."""
    for column, role in plan.columns.items():
        if column not in frame.units.columns:
            raise PlanError(
                f"the plan's {role} = {column!r} is no column of {frame.name}; "
                f"{suggest(column, map(str, frame.units.columns))}"
            )
    if frame.key != plan.key:
        raise PlanError(f"the plan's key is {plan.key!r}, but {frame.name} was read with the key {frame.key!r}")
    clusters = [stage.unit for stage in plan.stages[:-1]]
    sizes = {stage.unit: stage.size for stage in plan.stages if stage.size}
    return frames.check(frame, strata=plan.strata, clusters=clusters, sizes=sizes)


def draw(plan: Plan, frame: Frame) -> Sample:
    """Draw the sample that the plan describes; the same plan and frame give the same sample on every machine.

    Raises as `allocate`; FrameError too when a frame column has a name that the draw gives to a column of its own.
    """
    findings = check(plan, frame)
    frames.demand(frame, findings)
    labels = _labels(plan, frame)
    numbers = _allocate(plan, frame, labels)
    sizes = {stage.size: frame.numbers(stage.size) for stage in plan.stages if stage.size}
    table = frame.units.assign(**sizes)
    harvests = {
        stratum: descend(
            table, plan.stages, n, stratum=Twig(np.flatnonzero(labels == stratum), (stratum,)), seed=plan.seed
        )
        for stratum, n in zip(numbers["stratum"], map(int, numbers["allocated"]), strict=True)
    }
    own = plan.strata == ("stratum",)
    units = samples.units(harvests, frame.units.drop(columns="stratum") if own else frame.units, frame.name)
    design = Design(
        ids=tuple(stage.unit for stage in plan.stages),
        weight="weight_base",
        strata="stratum",
        probabilities=tuple(f"prob_{k}" for k in range(1, len(plan.stages) + 1)),
    )
    record = {
        "algorithm": ALGORITHM,
        "generator": GENERATOR,
        "plan": plan.digest,
        "frame": frame.digest,
        "seed": plan.seed,
        "design": samples.describe(design),
        "strata": samples.counts(numbers, units),
        "warnings": [*(finding.message for finding in findings), *_lonely(numbers)],
        "sample": samples.digest(units, plan.key),
    }
    return Sample(units, samples.psus(units, plan.stages), samples.joint(harvests), design, record)


def verify(record: Record, plan: Plan, frame: Frame) -> tuple[str, ...]:
    """Draw again and say what differs from the record; nothing when it is the same sample."""
    again = draw(plan, frame).record
    said = {
        "plan": "the plan is not the one that was drawn by",
        "frame": "the frame is not the one that was drawn from",
        "sample": "other units were drawn",
    }
    return tuple(
        f"{key}: {said.get(key, 'not as recorded')} (record {record.get(key)!r}, now {again[key]!r})"
        for key in again
        if record.get(key) != again[key]
    )


def _lonely(numbers: pd.DataFrame) -> list[str]:
    """Strata with one drawn unit of several: their variance cannot be estimated."""
    alone = numbers[(numbers["allocated"] == 1) & (numbers["psus"] > 1)]
    return [
        f"stratum {row['stratum']} gets 1 of {row['psus']} first-stage units, which shows no variance; "
        "write minimum = 2 or join it to a similar stratum"
        for row in alone.to_dict("records")
    ]


def _labels(plan: Plan, frame: Frame) -> NDArray[np.object_]:
    """The stratum of each row of the frame."""
    if not plan.strata:
        return np.full(len(frame.units), "all", dtype=object)
    values = list(zip(*(frame.units[column].tolist() for column in plan.strata), strict=True))
    labels = ["-".join(value) for value in values]
    if len(set(values)) != len(set(labels)):
        raise FrameError(f"{frame.name}: strata of {', '.join(plan.strata)} share a name; give codes without '-'")
    return np.array(labels, dtype=object)


def _allocate(plan: Plan, frame: Frame, labels: NDArray[np.object_]) -> pd.DataFrame:
    first = plan.stages[0]
    measure = frame.numbers(first.size) if first.size else np.ones(len(labels))
    rows = pd.DataFrame({"stratum": labels, "unit": frame.units[first.unit].to_numpy(), "measure": measure})
    if first.size:
        rows["measure"] = rows["measure"].where(~rows["unit"].duplicated(), 0.0)
    strata = rows.groupby("stratum").agg(units=("unit", "size"), psus=("unit", "nunique"), measure=("measure", "sum"))
    shares = allocation.shares(
        plan.size,
        strata["units"].to_numpy(dtype=np.float64),
        strata["measure"].to_numpy(dtype=np.float64),
        *_moments(frame, plan.size.variable, labels),
    )
    available = strata["psus"].to_numpy(dtype=np.int64)
    strata["allocated"] = allocation.whole(shares, plan.size.psus, available=available, minimum=plan.size.minimum)
    return strata.reset_index()


def _moments(
    frame: Frame, variable: str | None, labels: NDArray[np.object_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | tuple[()]:
    """Standard deviation and mean of the allocation's variable in each stratum."""
    if variable is None:
        return ()
    values = frame.numbers(variable)
    if np.isnan(values).any():
        raise FrameError(
            f"{frame.name}: {variable!r} is no number in {int(np.isnan(values).sum())} row(s); fill them in"
        )
    groups = pd.Series(values).groupby(labels)
    spread, mean = groups.std().fillna(0.0), groups.mean()
    return np.asarray(spread, dtype=np.float64), np.asarray(mean, dtype=np.float64)


def _only(table: Mapping[str, Any], keys: Sequence[str], where: str) -> None:
    for key in table:
        if key not in keys:
            raise PlanError(f"{where}: there is no key {key!r}; {suggest(key, keys)}")


def _value(table: Mapping[str, Any], key: str, kind: type[T], where: str, default: T | None = None) -> T:
    """A value of the right kind; without a default it must be there."""
    if key not in table:
        if default is None:
            raise PlanError(f"{where}: {key!r} is missing; add it")
        return default
    value = table[key]
    if kind is float and type(value) is int:
        value = float(value)
    if type(value) is not kind:
        names = {str: "text", int: "a whole number", float: "a number", list: "a list", dict: "a table"}
        raise PlanError(f"{where}: {key} = {value!r} is not {names[kind]}")
    return value


def _texts(values: Sequence[Any], where: str) -> Sequence[str]:
    if not all(isinstance(value, str) for value in values):
        raise PlanError(f'{where}: every entry must be a column name in quotes, such as ["region", "urban"]')
    if len(set(values)) < len(values):
        raise PlanError(f"{where}: a column stands there twice; keep it once")
    return values


def _choice(value: str, choices: Sequence[str], where: str) -> str:
    if value not in choices:
        raise PlanError(f"{where} = {value!r} is not one of them; {suggest(value, choices)}")
    return value


def _count(table: Mapping[str, Any], key: str, where: str) -> int | None:
    """A whole number of one or more, or None when it is not there."""
    number = _value(table, key, int, where, 0)
    if key in table and number < 1:
        raise PlanError(f"{where}: {key} = {number}; write 1 or more")
    return number or None


def _stage(entry: Any, where: str) -> Stage:
    if not isinstance(entry, dict):
        raise PlanError(f"{where}: write each stage as a [[stage]] table")
    _only(entry, STAGE_KEYS, where)
    select = _value(entry, "select", str, where)
    if select not in selection.JOINT:
        raise PlanError(
            f"{where}: select = {select!r} is not one of them; with equal probability: {', '.join(selection.EQUAL)}; "
            f"by size: {', '.join(selection.BY_SIZE)}"
        )
    size = _value(entry, "size", str, where, "") or None
    if (size is None) == (select in selection.BY_SIZE):
        advice = "add it" if size is None else "leave it out, or select by size"
        has = "needs a size column" if size is None else f"takes no size ({size!r})"
        raise PlanError(f"{where}: select = {select!r} {has}; {advice}")
    return Stage(_value(entry, "unit", str, where), select, size, _count(entry, "take", where))


def _size(table: Mapping[str, Any], stages: Sequence[Stage], where: str) -> allocation.Size:
    _only(table, SIZE_KEYS, where)
    method = _choice(
        _value(table, "allocation", str, where, "proportional"), allocation.METHODS, f"{where}: allocation"
    )
    variable = _value(table, "variable", str, where, "") or None
    if method == "neyman" and variable is None:
        raise PlanError(f"{where}: the Neyman allocation needs `variable`, a frame column to take the spread of")
    for key, users in (("variable", ("neyman", "power")), ("power", ("power",))):
        if key in table and method not in users:
            raise PlanError(f"{where}: {key} has no effect with allocation = {method!r}; leave it out")
    minimum = _value(table, "minimum", int, where, 2)
    power = _value(table, "power", float, where, 0.5)
    if minimum < 0:
        raise PlanError(f"{where}: minimum = {minimum} must not be negative")
    if not 0 <= power <= 1:
        raise PlanError(f"{where}: power = {power:g} must lie in 0 to 1")
    return allocation.Size(_psus(table, stages, where), method, minimum, variable, power)


def _psus(table: Mapping[str, Any], stages: Sequence[Stage], where: str) -> int:
    """First-stage units: as written, or the ultimate units divided by those to take in each."""
    psus, households = _count(table, "psus", where), _count(table, "households", where)
    if (psus is None) == (households is None):
        raise PlanError(f"{where}: write either psus (first-stage units) or households (ultimate units)")
    if psus is not None:
        return psus
    assert households is not None
    each = math.prod(stage.take or 1 for stage in stages)
    if households % each:
        less = households // each * each
        raise PlanError(
            f"{where}: households = {households} is no multiple of the {each} taken in each first-stage unit; "
            f"write {f'{less} or ' if less else ''}{less + each}"
        )
    return households // each


def _check_stages(plan: Plan, name: str) -> None:
    if not plan.stages:
        raise PlanError(f"{name}: there is no [[stage]]; a plan draws in one stage or more")
    for number, stage in enumerate(plan.stages, 1):
        if number == 1 and stage.take is not None:
            raise PlanError(f"{name}, [[stage]] 1: take is not for the first stage, whose number is in [size]")
        if number > 1 and stage.take is None:
            raise PlanError(f"{name}, [[stage]] {number}: take is missing; say how many units to draw in each")
    units = [stage.unit for stage in plan.stages]
    if units[-1] != plan.key:
        raise PlanError(
            f"{name}, [[stage]] {len(units)}: the last stage must draw the key {plan.key!r}, not {units[-1]!r}"
        )
    if len(set(units)) < len(units):
        raise PlanError(f"{name}: two stages draw the same unit; each stage needs its own column")
