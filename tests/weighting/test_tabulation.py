"""Tables made as written."""

from pathlib import Path

import numpy as np
import pytest

from tests.weighting.samples import TWO_STAGES, households, survey
from weighting import estimates, tabulation
from weighting.errors import EstimationError

ABROAD = """
[[table]]
id = "T1"
title.en = "Households with a member abroad"
title.ru = "Домохозяйства, член которых живёт за границей"
level = "household"
statistic = ["proportion", "total"]
variable = "abroad"
value = 1
by = ["region", "region:size"]
"""


def made(text=ABROAD):
    (spec,) = tabulation.parse(text)
    return tabulation.tabulate(spec, {"household": survey(households(), TWO_STAGES)})


def test_each_statistic_has_the_whole_and_then_its_breakdowns():
    blocks = made()[["statistic", "by"]].drop_duplicates().to_numpy().tolist()
    assert blocks == [[how, by] for how in ("proportion", "total") for by in ("", "region", "region:size")]


def test_the_numbers_are_those_of_the_estimates():
    frame = made().query("statistic == 'total' and by == 'region'")
    alone = estimates.total(survey(households(), TWO_STAGES), "abroad", value=1, by=["region"])
    assert frame["group"].tolist() == ["north", "south"]
    assert frame["se"].tolist() == alone["se"].tolist()


def test_groups_of_crossed_variables_join_their_codes():
    assert "south:3+" in made()["group"].tolist()


def test_codes_that_are_no_answer_leave_the_base_and_are_counted():
    rows = households().assign(abroad=lambda data: data["abroad"].where(data.index % 10 > 0, 98))
    surveys = {"household": survey(rows, TWO_STAGES)}
    (asked,) = tabulation.parse(ABROAD.replace("value = 1", "value = 1\nmissing = [98, 99]"))
    (counted,) = tabulation.parse(ABROAD)
    left, whole = (tabulation.tabulate(spec, surveys).iloc[0] for spec in (asked, counted))
    unknown = int((rows["abroad"] == 98).sum())
    assert unknown > 0
    assert (left["n"], left["n_missing"]) == (whole["n"] - unknown, whole["n_missing"] + unknown)
    known = rows[rows["abroad"] != 98]
    assert left["estimate"] == pytest.approx(np.average(known["abroad"] == 1, weights=known["weight"]))


@pytest.mark.parametrize(
    ("statistic", "rest"),
    [
        ("mean", 'variable = "x"'),
        ("ratio", 'variable = "x"\ndenominator = "y"'),
        ("total", 'where = { region = "south" }'),
    ],
)
def test_every_statistic_can_be_written(statistic, rest):
    frame = made(f'[[table]]\nid = "T"\ntitle = "One"\nlevel = "household"\nstatistic = "{statistic}"\n{rest}')
    assert frame["estimate"].notna().all()
    assert frame["statistic"].tolist() == [statistic]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("title.ru", "titel.ru", "unknown key 'titel' .did you mean 'title'"),
        ('level = "household"', "", "table 1: give level"),
        ('"proportion"', '"proporton"', "unknown statistic 'proporton' .did you mean 'proportion'"),
        ('variable = "abroad"', "", "needs a variable"),
        ('["proportion", "total"]', '"ratio"', "needs a denominator"),
        ('"household"', '"person"', "no survey of level 'person'"),
        ('"abroad"', '"abroat"', "table T1: .*'abroat' .did you mean 'abroad'"),
    ],
)
def test_a_table_that_cannot_be_made_is_told(old, new, message):
    with pytest.raises(EstimationError, match=message):
        made(ABROAD.replace(old, new))


def test_the_demo_tables_are_worded_in_three_languages():
    path = Path(__file__).parents[2] / "server" / "demo" / "survey" / "tables.toml"
    tables = tabulation.read(path)
    assert [table.id for table in tables] == ["T1", "T2", "T3"]
    assert all(set(table.title) == {"en", "ru", "ar"} for table in tables)
