"""The contracts of the library say what each form really asks, and leave out no indicator without a reason."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from forms import catalog, levels, tables
from forms.adaptation import contract, indicators
from forms.adaptation.contract import Contract
from forms.definition import Form
from forms.errors import WorkbookError
from forms.levels import Level


@cache
def _form(name: str) -> Form:
    return Form.from_workbook(catalog.read(name, draft=True))


def _contract(name: str) -> Contract:
    return contract.read(catalog.folder(name))


def _above(level: Level, table: str) -> list[Level]:
    """The level of a table and those around it."""
    if level.table == table:
        return [level]
    for inner in level.levels:
        if found := _above(inner, table):
            return [level, *found]
    return []


@pytest.mark.parametrize("name", catalog.names())
def test_every_name_in_a_contract_is_a_question_of_its_table_or_of_one_around_it(name: str) -> None:
    root = levels.of(_form(name))
    promised = _contract(name)
    recipes = [each for indicator in promised.indicators for each in (indicator.recipe, indicator.instead) if each]
    for recipe in (*recipes, *promised.tables):
        asked = {question.name for level in _above(root, recipe.table) for question in level.questions}
        assert set(recipe.needs) <= asked, recipe


@pytest.mark.parametrize("name", catalog.names())
def test_every_indicator_that_a_question_names_is_promised_or_left_out_with_a_reason(name: str) -> None:
    promised = _contract(name)
    named = {
        found
        for question in _form(name).questions()
        for found in re.findall(r"I-\d+", question.columns.get("indicator", ""))
    }
    known = {re.match(r"I-\d+", indicator.id)[0] for indicator in promised.indicators}  # type: ignore[index]
    assert named - known == set(promised.left_out) & named
    assert all(len(reason) > 20 for reason in promised.left_out.values())


@pytest.mark.parametrize("name", catalog.names())
def test_every_number_of_a_contract_can_be_computed_even_when_nobody_was_interviewed(name: str) -> None:
    numbers = indicators.compute_all(_contract(name), tables.flatten(_form(name), []))
    assert numbers
    assert all(number in (0.0, None) or number == {} for number in numbers.values())


@pytest.mark.parametrize("name", catalog.names())
def test_codes_in_a_contract_are_codes_of_the_question(name: str) -> None:
    questions = {question.name: question for question in _form(name).questions()}
    for indicator in _contract(name).indicators:
        for asked, codes in (*indicator.recipe.of.items(), *indicator.recipe.among.items()):
            offered = _form(name).lists.get(questions[asked].list_name or "", ())
            plain = {code for code in codes if ".." not in code}
            assert not offered or plain <= {choice.name for choice in offered}, (indicator.id, asked)


def test_definitions_are_parameters_of_the_form() -> None:
    for name in catalog.names():
        assert set(_contract(name).definitions) <= set(catalog.read(name, draft=True).parameters)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[indicator.x]\ntitle = "X"', "unknown section 'indicator'"),
        ('[indicators.x]\nstatistic = "ratio"', "'ratio' is none"),
        ('[indicators.x]\nstatistic = "mean"', "a mean takes a variable"),
        ('[indicators.x]\nstatistic = "count"\nvariable = "age"', "a count takes no variable"),
        ('[indicators.x]\nstatistic = "count"\nof = { age = [1] }', "age is no list of texts"),
        ('[indicators.x]\nstatistic = "count"\nwhere = "here"', "where: unknown"),
        ("[indicators", "Correct that line"),
    ],
)
def test_a_contract_that_cannot_be_kept_is_refused_with_its_place(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / contract.FILE).write_text(text, encoding="utf-8")
    with pytest.raises(WorkbookError, match=re.escape(says)) as refused:
        contract.read(tmp_path)
    assert contract.FILE in refused.value.message


def test_a_substitute_takes_over_what_it_does_not_say(tmp_path: Path) -> None:
    (tmp_path / contract.FILE).write_text(
        '[indicators.x]\ntable = "person"\nstatistic = "median"\nvariable = "first"\namong = { age = ["15.."] }\n'
        'instead = { variable = "last" }\nsays = "the last one"\n',
        encoding="utf-8",
    )
    (indicator,) = contract.read(tmp_path).indicators
    assert indicator.instead is not None
    assert indicator.recipe.needs == ("first", "age")
    assert indicator.instead.needs == ("last", "age")
