"""Duration: what an interview takes at most, from the words that are read aloud and the answers that are given."""

from __future__ import annotations

import pytest

from forms import duration, workbook
from forms.definition import Form

ONE = """
| survey |         |      |                                |          |
|        | type    | name | label                          | relevant |
|        | integer | age  | How old are you, in full years |          |
"""
BRANCHES = """
| survey  |                  |        |                |              |
|         | type             | name   | label          | relevant     |
|         | select_one yesno | answer | Yes or no      |              |
|         | text             | why    | Why            | ${answer} = '1' |
|         | integer          | number | Number         | ${answer} = '2' |
| choices |                  |        |                |
|         | list_name        | name   | label          |
|         | yesno            | 1      | Yes            |
|         | yesno            | 2      | No             |
"""


def seconds(text: str, rows: int = duration.ROWS) -> float:
    return duration.longest(Form.from_workbook(workbook.from_markdown(text)), rows) * 60


def test_a_question_takes_the_time_to_read_and_to_answer_it() -> None:
    assert seconds(ONE) == pytest.approx(7 / duration.WORDS_A_SECOND + 4)


def test_of_two_branches_the_longer_one_counts() -> None:
    assert seconds(BRANCHES) == pytest.approx(3 / duration.WORDS_A_SECOND + 3 + 1 / duration.WORDS_A_SECOND + 10)


def test_a_repeat_counts_once_for_each_row() -> None:
    head, question = ONE.rsplit("\n", 2)[0], ONE.rstrip().rsplit("\n", 1)[1]
    opened = head + "\n|        | begin_repeat | person | Person | |\n" + question + "\n|        | end_repeat | | | |\n"
    once = opened.replace(question + "\n|        | begin_repeat", "|        | begin_repeat")
    assert seconds(once, rows=5) == pytest.approx(5 * seconds(ONE))
