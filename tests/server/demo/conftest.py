"""What tests of the demo stand on: the population and the form, read once."""

from __future__ import annotations

import pytest

from forms.definition import Form
from forms.workbook import Workbook
from server.demo import population, setup
from server.demo.population import Population


@pytest.fixture(scope="session")
def people() -> Population:
    return population.load()


@pytest.fixture(scope="session")
def questionnaire() -> Workbook:
    return setup.questionnaire()


@pytest.fixture(scope="session")
def form(questionnaire: Workbook) -> Form:
    return Form.from_workbook(questionnaire)
