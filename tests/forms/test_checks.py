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
    too_large_to_draw = {"list-large"}
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


def test_a_long_list_belongs_into_a_file():
    lines = "\n".join(f"| | place | {code} | Place {code} |" for code in range(5001))
    book = drawn(f"| survey | | | |\n| | type | name | label |\n| | select_one place | a | A |\n"
                 f"| choices | | | |\n| | list_name | name | label |\n{lines}")  # fmt: skip
    assert "list-large" in {finding.rule for finding in checks.check(book)}


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
