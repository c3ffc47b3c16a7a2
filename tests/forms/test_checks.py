"""House rules: each has a specimen that breaks it, and sound forms break none."""

from pathlib import Path

import pytest

from forms import catalog, checks, workbook
from tests.drawing import workbook as drawn

SPECIMENS = Path(__file__).parent / "specimens"
INVALID = sorted((SPECIMENS / "invalid").glob("*.md"))
VALID = sorted((SPECIMENS / "valid").glob("*.md"))


def found(path: Path) -> tuple:
    return checks.check(workbook.read(path, draft=True))


def rule_of(path: Path) -> str:
    return path.read_text().splitlines()[0].removeprefix("rule: ")


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_a_specimen_breaks_its_rule(path):
    findings = [finding for finding in found(path) if finding.rule == rule_of(path)]
    assert findings
    assert all(finding.message and finding.fix.endswith((".", "%")) for finding in findings)


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_a_specimen_breaks_no_other_rule_at_level_error(path):
    others = [str(finding) for finding in found(path) if finding.level == "error" and finding.rule != rule_of(path)]
    assert others == []


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_a_sound_form_breaks_no_rule(path):
    assert [str(finding) for finding in found(path) if finding.level != "info"] == []


def test_every_rule_has_a_specimen():
    too_large_to_draw = {"list-external"}
    assert {rule.id for rule in checks.rules()} - {rule_of(path) for path in INVALID} == too_large_to_draw


def test_every_rule_says_what_it_asks_for():
    assert [rule.id for rule in checks.rules() if not rule.summary.endswith(".")] == []


@pytest.mark.parametrize("name", catalog.names())
def test_a_library_form_is_fit_for_the_field(name):
    findings = checks.check(catalog.load(name, draft=True))
    assert [str(finding) for finding in findings if finding.level != "info"] == []


def test_a_finding_names_file_line_column_and_cure():
    book = drawn("""
        | survey |         |      |       |
        |        | type    | name | label |
        |        | integer | AGE  | Age   |
        """)
    finding = next(finding for finding in checks.check(book) if finding.rule == "name-pattern")
    assert str(finding) == (
        "drawn[survey]:4 name: error: 'AGE' is no plain name. Write it like birth_country. [name-pattern]"
    )


def test_at_1_5_a_long_list_that_is_worded_by_language_cannot_leave_the_form():
    for codes, second, inside in ((301, "Lieu", True), (300, "Lieu", False), (301, "Place", False)):
        lines = "\n".join(f"| | place | {code} | Place {code} | {second} {code} |" for code in range(codes))
        book = drawn(
            "| survey | type | name | label::English (en) | label::Français (fr) |\n"
            "| | select_one place | a | A | B |\n"
            f"| choices | list_name | name | label::English (en) | label::Français (fr) |\n{lines}"
        )
        assert ("list-external" in {finding.rule for finding in checks.check(book)}) == inside


def test_a_lookup_by_the_rows_own_answer_is_no_repeat_predicate():
    book = drawn("""
        | survey |                  |        |       |              |                                              |
        |        | type             | name   | label | repeat_count | calculation                                  |
        |        | begin repeat     | person | P     | 2            |                                              |
        |        | select_one place | place  | Place |              |                                              |
        |        | calculate        | abroad |       |              | instance('place')/root/item[name=${place}]/x |
        |        | end repeat       |        |       |              |                                              |
        | choices |           |      |       |   |
        |         | list_name | name | label | x |
        |         | place     | 1    | Here  | 0 |
        """)
    assert "repeat-predicate" not in {finding.rule for finding in checks.check(book)}


def one_question(kind="text", name="b", **cells) -> set[str]:
    """The rules that a form breaks whose second question is this one; the first is a select of 1 and 2, or other."""
    columns = ["type", "name", "label", *cells]
    rows = [["select_one yes or_other", "a", "A", *[""] * len(cells)], [kind, name, "B", *cells.values()]]
    survey = "\n".join(f"| | {' | '.join(row)} |" for row in [columns, *rows])
    choices = "| choices | | | |\n| | list_name | name | label |\n| | yes | 1 | Yes |\n| | yes | 2 | No |"
    settings = "| settings | | |\n| | form_id | version |\n| | drawn | 2026112401 |"
    return {finding.rule for finding in checks.check(drawn(f"| survey |\n{survey}\n{choices}\n{settings}"))}


@pytest.mark.parametrize(
    ("rule", "cells"),
    [
        ("code-unknown", {"relevant": "${a} = '2' or ${a} = 'other'"}),
        ("code-unknown", {"relevant": "selected(${a}, '1')"}),
        ("date-bare", {"relevant": "today() > date('2026-06-01')"}),
        ("not-xpath", {"calculation": "concat('«', ${a}, '» – ')"}),
        ("not-xpath", {"relevant": "regex(${a}, '^[0-9]+$') and not(${a} = '')"}),
        ("required-word", {"required": "TRUE"}),
        ("required-word", {"required": "true()"}),
        ("required-word", {"required": "${a} = '1'"}),
        ("letters-mixed", {"name": "б"}),
        ("name-too-long", {"name": "b" * 28}),
        ("repeat-unbounded", {"kind": "integer", "constraint": ". <= 3"}),
    ],
)
def test_what_is_right_breaks_no_rule(rule, cells):
    assert rule not in one_question(**cells)


@pytest.mark.parametrize(
    ("rule", "cells"),
    [
        ("code-unknown", {"relevant": "selected(${a}, '3')"}),
        ("date-bare", {"calculation": "2026-06-01"}),
        ("not-xpath", {"relevant": "${a} = '1' and"}),
        ("not-xpath", {"calculation": "’1’"}),
        ("required-word", {"read_only": "нет"}),
        ("letters-mixed", {"relevant": "${а} = '1' or ${aа} = '1'"}),
        ("name-too-long", {"name": "b" * 29}),
    ],
)
def test_what_is_a_little_wrong_breaks_its_rule(rule, cells):
    assert rule in one_question(**cells)


def codes_of(name: str, *codes: str) -> set[str]:
    """The rules that a form breaks whose only question offers these codes."""
    lines = "\n".join(f"| | {name} | {code} | Answer {code} |" for code in codes)
    return {
        finding.rule
        for finding in checks.check(
            drawn(f"| survey | | | |\n| | type | name | label |\n| | select_one {name} | a | A |\n"
                  f"| choices | | | |\n| | list_name | name | label |\n{lines}")
        )
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "codes", "plain"),
    [
        ("isic4_sec", ["A", "98"], True),
        ("drawn", ["A", "I-01", "TJK"], True),
        ("language_iso639", ["en", "fr"], True),
        ("drawn", ["en", "fr"], False),
        ("reg862", ["Art3a", "Art3x"], False),
        ("reg862", ["Art3a", "Art7"], True),
        ("staff_ext", ["a17"], True),
    ],
)
def test_text_codes_stay_where_they_are_a_standards_or_the_offices(name, codes, plain):
    assert ("choice-not-numeric" not in codes_of(name, *codes)) == plain


def test_code_96_of_a_list_that_counts_on_to_it_is_no_other_answer():
    assert "other-without-text" in codes_of("drawn", "1", "2", "96")
    assert "other-without-text" not in codes_of("drawn", "93", "94", "95", "96")


def test_a_record_without_sample_needs_no_roles():
    assert "role-missing" not in one_question()


def test_a_confirmation_by_the_enumerator_needs_no_dont_know():
    form = """
        | survey |                |         |       |              |          |
        |        | type           | name    | label | repeat_count | required |
        |        | begin repeat   | person  | P     | 2            |          |
        |        | select_one yes | {name}  | A     |              | yes      |
        |        | end repeat     |         |       |              |          |
        | choices |           |      |       |
        |         | list_name | name | label |
        |         | yes       | 1    | Yes   |
        """
    broken = {
        name: {each.rule for each in checks.check(drawn(form.format(name=name)))} for name in ("sure", "confirm_x")
    }
    assert "dont-know-missing" in broken["sure"]
    assert "dont-know-missing" not in broken["confirm_x"]


@pytest.mark.parametrize(("constraint", "bounded"), [(". >= 1", False), (". >= 1 and . <= 9", True)])
def test_a_repeat_is_bounded_by_the_largest_number_of_its_rows(constraint, bounded):
    book = drawn(f"""
        | survey |              |        |       |              |              |
        |        | type         | name   | label | repeat_count | constraint   |
        |        | integer      | n      | N     |              | {constraint} |
        |        | begin repeat | person | P     | ${{n}}       |              |
        |        | text         | a      | A     |              |              |
        |        | end repeat   |        |       |              |              |
        """)
    assert ("repeat-unbounded" not in {finding.rule for finding in checks.check(book)}) == bounded


def test_a_sentence_among_the_parameters_is_translated_too():
    text = (SPECIMENS / "invalid/parameter-untranslated.md").read_text()
    text = text.replace("day::ru", "other").replace("1 июня", "x").replace("1 June", "a day that we all know well")
    found = checks.check(workbook.from_markdown(text, draft=True))
    assert {"fr", "ru"} == {finding.message[-3:-1] for finding in found if finding.rule == "parameter-untranslated"}
