"""Outcome rates: those that the weighting uses, worked out by hand once, and never of another team's units."""

import pandas as pd
import pytest

from server.models.samples import Unit
from server.operations import progress, response
from tests.server.operations.test_progress import drawn, team
from weighting import dispositions

CODES = [*["1.1"] * 6, "1.2", "2.11", "2.11", "2.20", "2.36", "3.18", "3.90", "4.60", "4.50", None, None, None]


@pytest.fixture
def project(session):
    """Eighteen units of two regions; those of the first weigh 10, of the second 25."""
    units = [(None, 1, code, None, str(1 + number % 2), "a") for number, code in enumerate(CODES)]
    made = drawn(session, units)
    for unit in session.query(Unit).filter_by(project_id=made.id, region="2"):
        unit.base_weight = 25.0
    session.flush()
    return made


def everybody(session, project, **over) -> response.Outcome:
    return response.total(
        response.table(session, project_id=project.id, group="region", scope=over.pop("scope", None), **over)
    )


def test_units_are_counted_by_category(session, project):
    found = everybody(session, project)
    assert found.counts == {"I": 6, "P": 1, "R": 2, "NC": 1, "O": 1, "UH": 1, "UO": 1, "NE": 2}
    assert (found.final, found.pending) == (15, 3)


def test_the_rates_are_those_worked_out_by_hand(session, project):
    e = 11 / 13
    wanted = {
        "RR1": 6 / 13,
        "RR2": 7 / 13,
        "RR3": 6 / (11 + 2 * e),
        "RR4": 7 / (11 + 2 * e),
        "RR5": 6 / 11,
        "RR6": 7 / 11,
    }
    wanted |= {"COOP1": 6 / 10, "REF1": 2 / 13, "CON1": 10 / 13, "e": e}
    found = everybody(session, project).rates
    assert {name: found[name] for name in wanted} == pytest.approx(wanted, rel=1e-12)


def test_at_worst_every_open_unit_was_not_contacted(session, project):
    floor = everybody(session, project).floor
    assert (floor["RR2"], floor["CON1"]) == pytest.approx((7 / 16, 10 / 16), rel=1e-12)


def test_weighted_rates_are_those_of_the_weighting(session, project):
    final = session.query(Unit).filter(Unit.project_id == project.id, Unit.disposition.is_not(None)).all()
    codes, weights = pd.Series([unit.disposition for unit in final]), pd.Series([unit.base_weight for unit in final])
    wanted = dispositions.rates(codes, weights.to_numpy()).to_dict()
    assert everybody(session, project, weighted=True).rates == pytest.approx(wanted, rel=1e-12)
    assert wanted["RR2"] != everybody(session, project).rates["RR2"]


def test_today_and_the_response_page_say_the_same(session, project):
    rates = progress.rates(session, project_id=project.id, scope=None)
    found = everybody(session, project)
    assert (rates.rr2, rates.floor, rates.pending) == (found.rates["RR2"], found.floor["RR2"], found.pending)


def test_without_units_no_rate_is_known():
    nothing = response.total([])
    assert set(nothing.rates.values()) == {None}
    assert nothing.counts == dict.fromkeys(response.CATEGORIES, 0.0)


def test_a_supervisor_has_the_rates_of_the_own_team(session):
    supervisor, own, other = team(session)
    project = drawn(session, [(own.id, 1, "1.1", None, "1", "a"), (other.id, 1, "2.11", None, "1", "b")])
    (row,) = response.table(session, project_id=project.id, group="enumerator", scope=supervisor)
    assert (row.key, dict(row.codes)) == ("e01", {"1.1": 1.0})
