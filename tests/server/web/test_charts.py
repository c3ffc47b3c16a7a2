"""Places in drawings."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.operations.progress import DayTotal
from server.web import charts


def test_a_step_line_runs_level_and_then_up():
    drawn = charts.steps([0, 50, 100], [0, 0, 0], top=100, height=124)
    assert drawn.line == "M38 100.0V57.0H192.0V14.0H346.0"
    assert drawn.plan == ""
    assert drawn.end == (346.0, 14.0)


def test_a_plan_is_a_straight_line_over_the_same_days():
    assert charts.steps([0, 1], [0.0, 2.0], top=2, height=124).plan == "M38.0 100.0L346.0 14.0"


def test_the_last_days_start_where_the_day_before_them_ended():
    points = [DayTotal(date(2026, 6, day), day, 10 * day, 0.0) for day in range(1, 6)]
    shown = charts.days(points, top=50, shown=2)
    assert shown.line == charts.steps([30, 40, 50], [0, 0, 0], 50).line


@given(st.floats(1e-6, 1e9))
def test_a_scale_has_a_few_round_steps(top):
    step = charts.nice_step(top)
    assert 1.59 <= top / step <= 4.01
    assert float(f"{step:.0e}") == pytest.approx(step)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(-1, 1), st.floats(0.001, 1)), min_size=1, max_size=9))
def test_whiskers_stay_inside_the_drawing_and_keep_their_order(intervals):
    drawn, ticks = charts.whiskers([(value, min(low, value), max(high, value)) for value, low, high in intervals])
    assert all(charts.RIGHT <= one.low <= one.dot <= one.high <= charts.WIDTH for one in drawn)
    assert ticks[0].at == charts.RIGHT
    assert [tick.at for tick in ticks] == sorted(tick.at for tick in ticks)
