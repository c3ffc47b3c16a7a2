"""Expressions: what they come to, as JavaRosa has it."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from forms.errors import XPathError
from forms.xpath import Context, Nodeset, Scope, evaluator, parse, parts
from forms.xpath.expressions import Binary, Call, Number, Path, Step, Text
from forms.xpath.nodes import Day, Node

NOW = datetime(2026, 11, 25, 13, 14, 15, 678000)


def tree() -> Node:
    """A filled form: a household with three people, one of them without age, and a question that is not relevant."""
    root = Node("data")
    for name, value in (("n", 3), ("word", "Ab c"), ("several", "1 3 96"), ("empty", None), ("hidden", "x")):
        root.add(Node(name, root, value))
    root.add(Node("day", root, Day(2024, 2, 29)))
    root.add(Node("at", root, datetime(2024, 2, 29, 23, 30)))
    for age, code in ((34, "1"), (None, "2"), (7, "1")):
        person = root.add(Node("person", root))
        person.add(Node("age", person, age))
        person.add(Node("code", person, code))
    root.named("hidden")[0].set_relevant(False)
    return root


def listed() -> Node:
    """A list of two places."""
    root = Node("root")
    for code, label in (("a", "Artesia"), ("b", "Copal")):
        item = root.add(Node("item", root))
        item.add(Node("name", item, code))
        item.add(Node("label", item, label))
    for node in root.walk():
        node.is_fixed = True
    return root


def scope(root: Node) -> Scope:
    return Scope(
        root, {"places": listed()}, lambda: NOW, UTC, {"deviceid": "t1"}, "2026112501",
        {"half": lambda given, context: 0.5},
    )  # fmt: skip


def value(expression: str, where: str = "data") -> Any:
    """What an expression comes to; `where` is data, or age or code of the second person."""
    root = tree()
    node = root if where == "data" else root.named("person")[1].named(where)[0]
    found = evaluator(expression)(Context(node, scope(root), node))
    return found.values() if isinstance(found, Nodeset) else found


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 4 - 3", 3),
        ("7 mod 4", 3),
        ("-7 mod 4", -3),
        ("7 div 2", 3.5),
        ("2 - -3", 5),
        ("-2 * 3", -6),
        (".5 + 1.", 1.5),
        ("1 < 2 and 2 <= 2 and 3 > 2 and 3 >= 3", True),
        ("1 = 1 or 1 div 0 = 'x'", True),
        ("1 != 1", False),
        ("true() = 'x'", True),
        ("'2' = 2.0", True),
        ("'02' = '2'", False),
        ("'a' < 'b'", False),
        ("'1' < '2'", True),
        ("1 = 1 = true()", True),
    ],
)
def test_an_operator(expression: str, expected: object) -> None:
    assert value(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("if(1, 'a', 'b')", "a"),
        ("if('', 'a', 'b')", "b"),
        ("coalesce(/data/empty, 'b')", "b"),
        ("coalesce(number('x'), 2)", 2),
        ("selected(/data/several, '3')", True),
        ("selected(/data/several, '9')", False),
        ("selected-at(/data/several, 2)", "96"),
        ("selected-at(/data/several, 3)", ""),
        ("count-selected(/data/several)", 3),
        ("count(/data/person)", 3),
        ("count-non-empty(/data/person/age)", 2),
        ("sum(/data/person/age)", 41),
        ("max(/data/person/age)", 34),
        ("min(/data/person/age)", 7),
        ("min(4, '3', 'x')", 3),
        ("join(', ', /data/person/code)", "1, 2, 1"),
        ("concat(/data/person/code)", "121"),
        ("concat('a', 1, true())", "a1true"),
        ("string-length(/data/word)", 4),
        ("substr('hello', 1, 3)", "el"),
        ("substr('hello', -3)", "llo"),
        ("substring-before('a-b', '-')", "a"),
        ("substring-before('ab', '-')", ""),
        ("substring-after('a-b-c', '-')", "b-c"),
        ("contains('abc', 'bc') and starts-with('abc', 'ab') and ends-with('abc', 'bc')", True),
        ("regex('A1', '[A-Z]\\d')", True),
        ("regex('A12', '[A-Z]\\d')", False),
        ("regex('Ñandú', '\\p{L}+')", True),
        ("translate('12 34', ' 1', '-')", "2-34"),
        ("normalize-space('  a  b ')", "a b"),
        ("string(3)", "3"),
        ("string(0.5)", "0.5"),
        ("string(3000000000)", "3.0E9"),
        ("string(1 div 0)", "Infinity"),
        ("number('1,5')", 1.5),
        ("int(-2.7)", -2),
        ("round(2.5)", 3),
        ("round(-2.5)", -2),
        ("round(33.336, 2)", 33.34),
        ("round(1234, -2)", 1200),
        ("abs(-3)", 3),
        ("pow(2, 10)", 1024),
        ("sqrt(16)", 4),
        ("log(1)", 0),
        ("boolean('x') and not(boolean(0))", True),
        ("boolean-from-string('TRUE') and boolean-from-string('1')", True),
        ("boolean-from-string('yes')", False),
        ("checklist(1, 2, true(), false(), true())", True),
        ("checklist(-1, 1, true(), true())", False),
        ("weighted-checklist(2, 3, true(), 2.5, false(), 9)", True),
        ("depend('a', 1)", "a"),
        ("digest('a', 'MD5', 'hex')", "0cc175b9c0f1b6a831c399e269772661"),
        ("digest('a', 'SHA-256')", "ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs="),
        ("base64-decode('w6k=')", "é"),
        ("property('deviceid')", "t1"),
        ("version()", "2026112501"),
        ("half() + 1", 1.5),
        ("indexed-repeat(/data/person/age, /data/person, 3)", [7]),
        ("instance('places')/root/item[name = 'b']/label", ["Copal"]),
    ],
)
def test_a_function(expression: str, expected: object) -> None:
    assert value(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("today()", datetime(2026, 11, 25)),
        ("now()", NOW),
        ("date('2024-02-29') + 1", 19783),
        ("date(0)", datetime(1970, 1, 1)),
        ("date('')", ""),
        ("date-time('2024-02-29T10:30:00.000+02:00')", datetime(2024, 2, 29, 8, 30)),
        ("decimal-date-time('1970-01-02T12:00:00.000Z')", 1.5),
        ("decimal-time('2024-02-29T06:00:00.000Z')", 0.25),
        ("format-date('2024-02-09', '%e %b %Y, %m/%y')", "9 Feb 2024, 02/24"),
        ("format-date-time(/data/at, '%H:%M:%S.%3 %a')", "23:30:00.000 Thu"),
        ("format-date('', '%Y')", ""),
        ("/data/at > /data/day", False),
        ("/data/day < today()", True),
        ("string(/data/at)", "2024-02-29"),
        ("/data/day = '2024-02-29'", True),
    ],
)
def test_dates_count_as_days(expression: str, expected: object) -> None:
    assert value(expression) == expected


@pytest.mark.parametrize("expression", ["number('')", "number('abc')", "'' + 1", "0 div 0", "5 mod 0", "max('x')"])
def test_what_is_no_number_is_nan(expression: str) -> None:
    assert math.isnan(value(expression))


@pytest.mark.parametrize("expression", ["/data/empty", "/data/hidden", "/data/nothing"])
def test_an_answer_that_is_empty_hidden_or_not_there_is_an_empty_text(expression: str) -> None:
    assert value(f"{expression} = ''") is True


def test_nothing_compares_with_an_empty_number() -> None:
    assert [value(f"/data/empty {sign} 1") for sign in ("<", ">", "=", "<=", ">=")] == [False] * 5


@pytest.mark.parametrize(
    ("expression", "where", "expected"),
    [
        (".", "code", ["2"]),
        ("../age", "code", [""]),
        ("../../person/code", "code", ["1", "2", "1"]),
        ("/data/person/code", "age", ["2"]),
        ("/data/person[./age > 5]/code", "code", ["1", "1"]),
        ("/data/person[position() = 3]/age", "code", [7]),
        ("../../person[./code = current()/../code]/code", "age", ["2"]),
        ("position(..)", "code", 2),
        ("count(../../person[position() < position(current()/..)])", "code", 1),
        (
            "/data/*",
            "code",
            [3, "Ab c", "1 3 96", "", datetime(2024, 2, 29), datetime(2024, 2, 29, 23, 30), "", "", ""],
        ),
        ("instance('places')/root/item[name = /data/word]/label", "code", []),
        ("instance('places')/root/item/name", "code", ["a", "b"]),
        ("once('new')", "code", "2"),
        ("once('new')", "age", "new"),
        ("string-length()", "code", 1),
    ],
)
def test_a_path_stays_in_the_row_that_it_is_written_in(expression: str, where: str, expected: object) -> None:
    assert value(expression, where) == expected


def test_a_number_in_brackets_finds_nothing() -> None:
    """JavaRosa takes conditions only; a place is written [position() = 1]."""
    assert value("/data/person[1]/code") == []


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("/data/person/age + 1", "repeated where one answer is wanted"),
        ("floor(1.5)", "not one that JavaRosa knows"),
        ("true(1)", "does not take that many arguments"),
        ("count(1)", "takes a path"),
        ("selected(/data/n, '1')", "takes the answer to a choice"),
        ("selected(/data/several, 1)", "takes the answer to a choice"),
        ("date('tomorrow')", "year-month-day"),
        ("date(1 div 0)", "is no date"),
        ("format-date(today(), '%Q')", "%Q cannot be written"),
        ("area(/data/word)", "on the tablet only"),
        ("regex('a', '(')", "cannot be read"),
        ("digest('a', 'CRC')", "digest\\(\\) knows"),
        ("instance('people')/root/item", "no list 'people'"),
        ("../../x", "beyond /data"),
    ],
)
def test_what_javarosa_refuses_is_refused_with_a_reason(expression: str, words: str) -> None:
    with pytest.raises(XPathError, match=words):
        value(expression)


@pytest.mark.parametrize(
    "expression", ["", "1 +", "(1", "a[", "'open", "1 2", "if(1,)", "a | b", "(a)/b", "$x", "a//b", "/data/..", "#"]
)
def test_what_is_no_expression_is_refused(expression: str) -> None:
    with pytest.raises(XPathError, match="cannot read"):
        parse(expression)


def test_an_expression_is_a_tree() -> None:
    assert parse("count(../a[b = '1']) > 2") == Binary(
        ">",
        Call(
            "count",
            (Path("here", 1, (Step("a", predicates=(Binary("=", Path("here", 0, (Step("b"),)), Text("1")),)),)),),
        ),
        Number(2.0),
    )


def test_the_parts_of_an_expression_include_those_in_conditions() -> None:
    assert [part.value for part in parts(parse("a[b = '1']/c + f('2')")) if isinstance(part, Text)] == ["1", "2"]


def test_names_may_hold_operators() -> None:
    assert parse("order-and-more") == Path("here", 0, (Step("order-and-more"),))


def test_uuid_gives_another_key_each_time() -> None:
    assert value("uuid()") != value("uuid()")
    assert len(value("uuid(7)")) == 7


def test_random_lies_between_nought_and_one() -> None:
    assert 0 <= value("random()") < 1


def test_a_moment_is_read_in_the_zone_of_the_tablet() -> None:
    root = tree()
    east = Scope(root, zone=timezone(timedelta(hours=5)))
    found = evaluator("date-time('2024-02-29T23:30:00.000Z')")(Context(root, east, root))
    assert found == datetime(2024, 3, 1, 4, 30)
