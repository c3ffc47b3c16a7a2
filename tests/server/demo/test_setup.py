import pytest
from sqlalchemy import func, select

from sampling import plan as plans
from server.app import create_app
from server.demo import population, setup
from server.models.samples import Unit
from server.models.users import User
from server.operations import accounts


@pytest.fixture
def app(config):
    """An application without tables: setting up makes them."""
    config.data_dir.mkdir(parents=True)
    made = create_app(config)
    yield made
    made.extensions["engine"].dispose()


@pytest.fixture
def site(app):
    with app.app_context():
        yield setup.establish(app, seed=3, areas=16, say=lambda *_, **__: None)


def test_the_plan_takes_another_seed_and_number_of_areas():
    plan = plans.parse(setup.plan_text(11, 20))
    assert (plan.seed, plan.size.psus) == (11, 20)


def test_the_plan_as_written_draws_576_dwellings_in_48_areas():
    plan = plans.parse(setup.plan_text(None, None))
    assert (plan.size.psus, plan.stages[1].take) == (48, 12)


def test_every_drawn_dwelling_is_given_to_an_enumerator(site, session):
    drawn = session.scalar(select(func.count()).select_from(Unit))
    given = session.scalar(select(func.count()).select_from(Unit).join(User, Unit.assigned_to_id == User.id))
    assert drawn == given == 16 * 12


def test_an_area_is_worked_by_one_enumerator(site, session):
    hands = select(func.count(func.distinct(Unit.assigned_to_id))).group_by(Unit.psu)
    assert set(session.scalars(hands)) == {1}


def test_each_enumerator_has_a_tablet_address_that_opens(site, app, session):
    assert sorted(site.tablets) == list(setup.ENUMERATORS)
    secret = site.tablets["e07"].split("/")[5]
    key = app.config["SECRET_KEY"]
    assert accounts.redeem(session, secret=secret, kind="tablet", secret_key=key).user.name == "e07"


def test_the_addresses_are_the_same_after_a_restart(site, app):
    assert setup.read(app) == site


def test_the_links_sign_in_different_roles(site, app, session):
    secrets = [address.rpartition("/")[2] for address in setup.links(app, site).values()]
    key = app.config["SECRET_KEY"]
    roles = [accounts.redeem(session, secret=one, kind="link", secret_key=key).user.role for one in secrets]
    assert roles == ["manager", "supervisor", "analyst", "admin"]


def test_the_form_is_adapted_to_popstan(questionnaire, form):
    assert "Popstan" in form.title
    assert {f"{code:02d}" for code in range(1, 16)} <= {choice.name for choice in form.lists["admin1_ext"]}
    assert questionnaire.header.languages.keys() == {"en", "ru", "ar"}


def test_the_limits_of_the_census_file_are_those_that_its_reader_warns_of():
    warned = {warning.split()[0] for warning in population.warnings() if "is not coded by" in warning}
    told = setup.cautions()
    assert {caution["source"].split()[0] for caution in told} == warned
    assert all(set(caution["text"]) == {"en", "ru", "ar"} for caution in told)
