import pytest

from server.demo import population, supplement
from weighting.margins import Margins


def test_the_population_is_that_of_the_census(people):
    assert (len(people.frame), len(people.households), len(people.persons)) == (4872, 4456, 24271)


def test_the_foreign_born_are_those_of_the_census(people):
    abroad = people.persons[people.persons["d_foreign_born"] == "1"]
    assert abroad["sex"].value_counts().to_dict() == {"1": 462, "2": 459}
    assert abroad["birth_country"].value_counts().to_dict() == {"21": 547, "22": 122, "40": 118, "50": 56, "71": 78}


def test_every_household_has_its_head_and_its_members_together(people):
    heads = people.persons[people.persons["rel_head"] == "1"].groupby("household_id").size()
    assert heads.eq(1).all()
    assert len(heads) == 4456
    assert all(len(people.members(row.household_id)) == row.n_persons for row in people.households.itertuples())


def test_vacant_dwellings_stay_in_the_frame(people):
    vacant = set(people.frame["household_id"]) - set(people.households["household_id"])
    assert len(vacant) == 416
    assert not any(people.dwelling(key).persons for key in vacant)


def test_regions_and_kinds_make_eight_strata(people):
    assert people.frame["stratum"].nunique() == 8
    assert people.frame.groupby("ea")["stratum"].nunique().eq(1).all()


def test_dwellings_lie_in_the_open_ocean_close_to_their_area(people):
    assert people.frame["lat"].between(-1.5, 1.5).all()
    assert people.frame["lon"].between(-2, 2).all()
    spread = people.frame.groupby("ea")[["lat", "lon"]].agg(lambda column: column.max() - column.min())
    assert spread.to_numpy().max() < 0.01


def test_margins_add_up_to_the_occupied_households(people):
    margins = Margins.parse(population.margins(people))
    assert {name: table.sum() for name, table in margins.tables.items()} == {"stratum": 4456, "hh_size": 4456}


def test_about_a_quarter_of_the_households_have_a_member_abroad(people):
    assert people.households["emi_gate"].eq("1").sum() == 1097
    assert len(people.emigrants) == people.households["n_emigrants"].sum() == 1509


def test_nobody_arrives_before_birth_or_after_the_census(people):
    arrived = people.persons[people.persons["arr_last_year"] != ""]
    year, age = arrived["arr_last_year"].astype(int), arrived["age"].astype(int)
    assert (year >= supplement.CENSUS_YEAR - age).all()
    assert (year <= supplement.CENSUS_YEAR).all()


def test_who_lived_in_the_country_five_years_before_came_before_then(people):
    here = people.persons[people.persons["res5_where"].isin(["1", "2"]) & (people.persons["arr_last_year"] != "")]
    over_five = here[here["age"].astype(int) > 5]
    assert over_five["arr_last_year"].astype(int).max() < supplement.FIVE_YEARS_BEFORE


@pytest.mark.parametrize(("persons", "expected"), [(1, "1"), (2, "2"), (4, "3-4"), (5, "5-6"), (7, "7+"), (23, "7+")])
def test_sizes_are_classed_as_in_the_margins(persons, expected):
    assert population.size_class(persons) == expected
