"""Conditions: whether two of them let in the same people is told by their trees, then by working both out."""

from __future__ import annotations

import pytest

from forms.adaptation import conditions, formulas
from forms.adaptation.conditions import NARROWED, OTHER, SAME, WIDENED, Variable

AGE = {"age": Variable(is_number=True)}
LEVELS = tuple((str(code), str(code)) for code in range(9))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("${age} >= 15", "${ age }>=15"),
        ("${age} >= 15", "15 <= ${age}"),
        ("${age} >= 15 and ${sex} = '1'", "('1' = ${sex}) and (${age} >= 15)"),
        ("${a} = '1' or ${b} = '2' or ${c} = '3'", "(${c} = '3' or ${a} = '1') or ${b} = '2'"),
        ("'yes' = 'yes' and ${age} >= 15", "${age} >= 15"),
        ("${year} >= 2026 - 120", "${year} >= 1906"),
        ("not(${sex} = '1')", "${sex} != '1'"),
        ("count(${person}[./age > 3]) > 0", "0 < count(${person}[ ./age>3 ])"),
        ("", "true()"),
    ],
)
def test_conditions_put_otherwise_are_the_same(before: str, after: str) -> None:
    assert conditions.compare(before, after, AGE) == SAME


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ("${age} >= 15", "${age} >= 10", WIDENED),
        ("${age} >= 15", "${age} > 15", NARROWED),
        ("${age} >= 15", "${age} >= 10 and ${age} < 65", OTHER),
        ("${age} >= 15", "", WIDENED),
        ("", "${age} >= 0", NARROWED),
        ("${age} < 18", "${age} < 18 and ${age} >= 0", NARROWED),
        ("${sex} = '1'", "${sex} = '1' or ${sex} = '2'", WIDENED),
        ("${a} = '1' and ${age} >= 15", "${a} = '1' and ${age} >= 12", WIDENED),
        ("selected(${skills}, '3')", "selected(${skills}, '3') and not(selected(${skills}, '0'))", NARROWED),
        ("${a} = ${b}", "${a} != ${b}", OTHER),
    ],
)
def test_conditions_over_drawn_answers(before: str, after: str, verdict: str) -> None:
    assert conditions.compare(before, after, AGE) == verdict


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("${age} - ${years} >= 15", "${age} - ${years} >= 14"),
        ("string-length(${name}) > 3", "string-length(${name}) > 2"),
        ("count(${person}) > 3", "count(${person}) > 2"),
        ("${age} >= ", "${age} >= 3"),
    ],
)
def test_what_cannot_be_drawn_soundly_is_not_called_widened(before: str, after: str) -> None:
    assert conditions.compare(before, after, AGE) == OTHER


def test_dates_are_not_drawn() -> None:
    known = {"day": Variable(is_opaque=True)}
    assert conditions.compare("${day} > '2026-06-01'", "${day} > '2025-06-01'", known) == OTHER


def test_the_same_words_ask_fewer_when_a_code_was_split_beyond_their_bounds() -> None:
    condition = "${level} >= 3 and ${level} <= 8"
    split = {"level": Variable(codes=(*LEVELS, ("3", "31")))}
    assert conditions.compare(condition, condition, split) == NARROWED


def test_the_same_words_ask_the_same_when_the_parts_of_a_code_stay_on_its_side() -> None:
    condition = "${level} >= 3 and ${level} <= 8"
    split = {"level": Variable(codes=(*LEVELS, ("1", "11")))}
    assert conditions.compare(condition, condition, split) == SAME


def test_a_condition_rewritten_for_new_codes_asks_the_same() -> None:
    renamed = {"sex": Variable(codes=(("1", "M"), ("2", "F")))}
    assert conditions.compare("${sex} = '1'", "${sex} = 'M'", renamed) == SAME
    assert conditions.compare("${sex} = '1'", "${sex} = '1'", renamed) == NARROWED


def test_who_answers_a_widened_question_is_asked_what_follows_and_not_asked_what_excludes_them() -> None:
    wider = {"work": Variable(codes=(("1", "1"), ("2", "2")), is_wider=True)}
    assert conditions.compare("${work} = '1'", "${work} = '1'", wider) == WIDENED
    assert conditions.compare("not(${work} = '1')", "not(${work} = '1')", wider) == NARROWED


def test_rows_of_a_repeat_are_counted_alike_only_when_their_codes_are() -> None:
    condition = "count(${person}[./sex = '1']) > 0"
    harmless = {"sex": Variable(codes=(("1", "1"), ("2", "2"), ("2", "22")))}
    harmful = {"sex": Variable(codes=(("1", "1"), ("1", "11"), ("2", "2")))}
    assert conditions.compare(condition, condition, harmless) == SAME
    assert conditions.compare(condition, condition, harmful) == OTHER


def test_a_code_of_a_long_list_that_no_condition_names_stands_for_the_others() -> None:
    long = tuple((f"C{number}", f"C{number}") for number in range(300))
    known = {"country": Variable(codes=long)}
    assert conditions.compare("${country} != 'C7'", "${country} != 'C7' and ${country} != 'C8'", known) == NARROWED


@pytest.mark.parametrize(
    "text",
    [
        "${age} >= 15 and not(${b} = '2') or ${c} < -98",
        "instance('units')/root/item[name = ${unit}]/ea",
        'concat(${a}, "it\'s")',
        "position(..) + 1 div 2",
        "current()/../age * 2",
    ],
)  # fmt: skip
def test_a_tree_written_out_is_read_as_the_same_tree(text: str) -> None:
    tree = formulas.canonical(formulas.read(text) or formulas.SELF)
    assert formulas.canonical(formulas.read(formulas.write(tree)) or formulas.SELF) == tree


def test_a_question_that_is_gone_is_read_as_no_answer() -> None:
    tree = formulas.read("${age} >= 15 and ${gone} = '1'")
    assert tree is not None
    assert formulas.show(formulas.without(tree, frozenset(["gone"]))) == "(${age} >= 15) and ('' = '1')"
