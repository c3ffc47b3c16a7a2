"""Chart: numbers as places in a drawing; the templates turn them into SVG with a table beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from server.operations.progress import DayTotal

WIDTH = 360.0
LEFT, RIGHT = 38.0, 14.0


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: its place and its value."""

    at: float
    value: float


@dataclass(frozen=True)
class Steps:
    """A step line (what is) and a straight one (what was planned) over days; paths in SVG's language."""

    height: float
    line: str
    plan: str
    ticks: tuple[Tick, ...]
    end: tuple[float, float]
    width: float = WIDTH
    left: float = LEFT
    right: float = RIGHT


@dataclass(frozen=True)
class Whisker:
    """A dot with its interval, and the line of the chart on which it lies."""

    at: float
    dot: float
    low: float
    high: float


def steps(values: Sequence[float], plan: Sequence[float], top: float, height: float = 170.0) -> Steps:
    """A step line of running totals at the end of each day, on a scale from 0 to `top`.

    The first of the values is where the line starts, at the left edge; `plan` has as many entries and is not
    drawn when all are 0.
    """
    upper, lower = 14.0, height - 24.0
    top = max(top, *values, *plan, 1.0)
    across = (WIDTH - LEFT - RIGHT) / max(len(values) - 1, 1)

    def level(value: float) -> float:
        return round(lower - (lower - upper) * value / top, 1)

    def end_of(index: int) -> float:
        return round(LEFT + across * index, 1)

    line = f"M{LEFT:g} {level(values[0])}" + "".join(
        f"V{level(value)}H{end_of(index)}" for index, value in enumerate(values[1:], start=1)
    )
    planned = "L".join(f"{end_of(index)} {level(value)}" for index, value in enumerate(plan)) if any(plan) else ""
    last = (end_of(len(values) - 1), level(values[-1]))
    ticks = tuple(Tick(level(value), value) for value in (0, top / 2, top))
    return Steps(height, line, f"M{planned}" if planned else "", ticks, last)


def whiskers(
    intervals: Sequence[tuple[float, float, float]], row_height: float = 40.0
) -> tuple[tuple[Whisker, ...], tuple[Tick, ...]]:
    """Estimates with their intervals (estimate, low, high) on one scale from 0, one below the other."""
    step = nice_step(max((high for _, _, high in intervals), default=1.0))
    top = step * max(math.ceil(max((high for _, _, high in intervals), default=1.0) / step - 1e-9), 1)
    across = WIDTH - 2 * RIGHT

    def place(value: float) -> float:
        return round(RIGHT + across * max(0.0, value) / top, 1)

    drawn = tuple(
        Whisker(row_height * (index + 1) - 10, place(value), place(low), place(high))
        for index, (value, low, high) in enumerate(intervals)
    )
    ticks = tuple(Tick(place(step * index), round(step * index, 9)) for index in range(round(top / step) + 1))
    return drawn, ticks


def nice_step(top: float, wanted: int = 4) -> float:
    """A step of 1, 2 or 5 times a power of ten that divides 0 to `top` into about `wanted` parts."""
    if top <= 0:
        return 1.0
    rough = top / wanted
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)


def days(points: Sequence[DayTotal], top: float, shown: int | None = None) -> Steps:
    """The step line of final units over the last `shown` days (all when None), from the evening before them."""
    before = points[-shown - 1] if shown and len(points) > shown else None
    last = points[-shown:] if shown else points
    values = [before.final if before else 0, *(point.final for point in last)]
    plan = [before.planned if before else 0.0, *(point.planned for point in last)]
    return steps(values, plan, top)
