"""Shorthand columns: what they stand for, and what is refused."""

from __future__ import annotations

import pytest

from forms import workbook, xform
from forms.errors import WorkbookError

DRAWN = """
| survey  |                  |      |                      |         |                |                          |
|         | type             | name | label                | specify | soft_when      | soft_message             |
|         | select_one why   | why  | Why did you come?    | yes     |                |                          |
|         | integer          | age  | How old are you?     |         | ${age} > 100   | Is ${age} right?         |
| choices |                  |      |                      |
|         | list_name        | name | label                |
|         | why              | 1    | Work                 |
|         | why              | 96   | Another reason       |
|         | yesno            | 1    | Yes                  |
|         | yesno            | 2    | No                   |
"""


def rows_of(text: str) -> dict[str, dict[str, str]]:
    return {row["name"]: dict(row) for row in workbook.from_markdown(text).survey}


def test_specify_asks_for_the_other_answer_in_words() -> None:
    written = rows_of(DRAWN)["why_oth"]
    assert (written["type"], written["relevant"]) == ("text", "${why} = '96'")


def test_a_soft_condition_becomes_a_check_and_its_confirmation() -> None:
    written = rows_of(DRAWN)
    assert list(written) == ["why", "why_oth", "age", "chk_age", "confirm_age"]
    assert written["chk_age"]["calculation"] == "if(${age} > 100, 1, 0)"
    assert (written["confirm_age"]["label"], written["confirm_age"]["relevant"]) == (
        "Is ${age} right?",
        "${chk_age} = 1",
    )


def test_shorthand_compiles_without_warning() -> None:
    assert xform.compile(workbook.from_markdown(DRAWN)).warnings == ()


def test_specify_is_refused_where_there_are_no_choices() -> None:
    with pytest.raises(WorkbookError, match=r"specify: 'age' has no choices"):
        workbook.from_markdown(DRAWN.replace("How old are you?     |         |", "How old are you?     | yes     |"))


def test_a_soft_condition_without_message_is_refused() -> None:
    with pytest.raises(WorkbookError, match="no soft_message"):
        workbook.from_markdown(DRAWN.replace("Is ${age} right?", "                "))


@pytest.mark.parametrize("kind", ["yes", "no"])
def test_what_a_row_stands_for_identifies_as_it_does(kind) -> None:
    written = rows_of(f"""
| survey  |      |      |       |              |              |        |
|         | type | name | label | soft_when    | soft_message | pii    |
|         | text | name | Name? | ${{name}} = 'x' | Is it x?     | {kind} |
| choices |           |      |       |
|         | list_name | name | label |
|         | yesno     | 1    | Yes   |
""")
    assert {row["pii"] for row in written.values()} == {kind}
