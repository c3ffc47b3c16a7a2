"""Each difference between two versions has one kind, and says what becomes of the answers."""

from __future__ import annotations

import textwrap

import pytest

from forms.adaptation import compare
from forms.adaptation.comparison import BROKEN, DEGRADED, EXACT, LOST, REFUSED, SAFE, SCRIPT, Change
from tests.drawing import workbook

FORM = """
| survey |                      |          |                                |          |                          |                        |                   |             |
|        | type                 | name     | label                          | hint     | relevant                 | constraint             | calculation       | required    |
|        | integer              | n        | How many people live here?     |          |                          | . >= 1                 |                   | yes         |
|        | begin_repeat         | person   | Person                         |          | ${n} > 0                 |                        |                   |             |
|        | integer              | age      | How old is this person?        | In years |                          | . >= 0 and . <= 120    |                   | yes         |
|        | begin_group          | adult    | Adults                         |          | ${age} >= 15             |                        |                   |             |
|        | select_one work      | work     | What did the person do?        |          |                          |                        |                   |             |
|        | text                 | job      | Which work is that?            |          | ${work} = '1'            |                        |                   |             |
|        | select_multiple lang | langs    | Which languages?               |          |                          |                        |                   |             |
|        | end_group            |          |                                |          |                          |                        |                   |             |
|        | calculate            | works    |                                |          |                          |                        | if(${work} = '1', 1, 0) |       |
|        | end_repeat           |          |                                |          |                          |                        |                   |             |
|        | select_one sex       | sex      | Sex of the respondent?         |          |                          |                        |                   |             |
|        | note                 | thanks   | Thank you                      |          |                          |                        |                   |             |
| choices | list_name | name | label      | x_standard |
|         | work      | 1    | Worked     |            |
|         | work      | 2    | Looked     |            |
|         | work      | 3    | Neither    |            |
|         | lang      | a    | Tajik      |            |
|         | lang      | b    | Russian    |            |
|         | sex       | 1    | Male       |            |
|         | sex       | 2    | Female     |            |
"""  # noqa: E501 - a drawn sheet


def changes(*edits: tuple[str, str], form: str = FORM) -> list[Change]:
    """What the comparison finds when these texts of the form are replaced."""
    edited = form
    for old, new in edits:
        assert old in edited, old
        edited = edited.replace(old, new)
    return list(compare.compare_versions(workbook(form), workbook(edited)).changes)


def one(*edits: tuple[str, str], form: str = FORM) -> Change:
    found = changes(*edits, form=form)
    assert len(found) == 1, [change.says for change in found]
    return found[0]


def line(name: str) -> str:
    """The line of the form in which a question stands."""
    return next(text for text in FORM.splitlines() if f"| {name} " in text) + "\n"


def test_a_form_is_the_same_as_itself() -> None:
    assert changes() == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("How old is this person?", "How  old is this person ?"),
        ("How old is this person?", "**How old** is this person"),
        ("| ${age} >= 15 ", "| 15 <= ${age}"),
        (". >= 0 and . <= 120", "(. <= 120) and (. >= 0)"),
    ],
)
def test_blanks_emphasis_and_order_change_nothing(old: str, new: str) -> None:
    assert changes((old, new)) == []


def test_an_added_question_is_additive_and_says_behind_what() -> None:
    change = one((line("sex"), line("sex") + "| | select_one sex | sex_head | Sex of the head? |\n"))
    assert (change.kind, change.state, change.sign, change.data) == ("additive", EXACT, "+", SAFE)
    assert change.says == "select_one sex added after drawn.sex"


def test_a_removed_question_is_lost() -> None:
    change = one((line("sex"), ""))
    assert (change.kind, change.state, change.name) == ("REMOVED", LOST, "sex")


def test_a_removed_note_takes_nothing_away() -> None:
    change = one((line("thanks"), ""))
    assert (change.kind, change.state) == ("editorial", EXACT)


def test_other_words_make_another_question_and_the_words_are_shown() -> None:
    change = one(("Which work is that?", "Which work was that?"))
    assert (change.kind, change.state, change.what) == ("DEFINITION", BROKEN, "text")
    assert change.says == 'text "is that?" → "was that?"'


def test_text_and_constraint_of_one_question_are_one_change() -> None:
    change = one(("How old is this person?", "How old was this person?"), (". <= 120", ". <= 99"))
    assert (change.kind, change.what, change.state) == ("DEFINITION", "text + constraint", BROKEN)


def test_the_name_of_a_question_read_aloud_in_another_is_no_other_wording() -> None:
    form = FORM.replace("Which work is that?", "Which work, at ${age} years?")
    with_ids = form.replace("| required    |", "| required    | x_qid |").replace(
        "| . >= 0 and . <= 120    |                   | yes         |",
        "| . >= 0 and . <= 120    |                   | yes         | roster.age |",
    )
    change = one(("| age ", "| years "), ("${age}", "${years}"), form=with_ids)
    assert (change.kind, change.says, change.data) == ("editorial", "renamed from age", SCRIPT)


def test_another_hint_is_editorial_but_another_number_in_it_is_not() -> None:
    assert one(("| In years |", "| Completed years |")).kind == "editorial"
    form = FORM.replace("| In years |", "| If 12 months or more |")
    change = one(("If 12 months", "If 6 months"), form=form)
    assert (change.kind, change.state) == ("DEFINITION", BROKEN)


@pytest.mark.parametrize(
    ("old", "new", "state"),
    [
        ("| integer              | age ", "| decimal              | age ", BROKEN),
        ("| select_one sex       | sex ", "| select_multiple sex       | sex ", BROKEN),
        ("| text                 | job ", "| note                 | job ", LOST),
    ],
)
def test_at_1_9_another_type_is_refused_for_data(old: str, new: str, state: str) -> None:
    change = one((old, new))
    assert (change.kind, change.state, change.data) == ("DEFINITION", state, REFUSED)


def test_a_constraint_that_lets_in_more_or_is_gone_takes_nothing_away() -> None:
    assert one((". <= 120", ". <= 130")).state == EXACT
    assert one((". >= 0 and . <= 120", "                 ")).state == EXACT


def test_a_constraint_that_lets_in_less_degrades() -> None:
    change = one((". <= 120", ". <= 99"))
    assert (change.kind, change.state) == ("DEFINITION", DEGRADED)


def test_a_widened_condition_stays_exact_by_a_filter() -> None:
    change = one(("${age} >= 15", "${age} >= 10"))
    assert (change.kind, change.state, change.name) == ("UNIVERSE", EXACT, "adult")
    assert change.says == "relevant widened: ${age} >= 15 → ${age} >= 10"


@pytest.mark.parametrize("condition", ["${age} >= 16", "${age} >= 10 and ${age} < 65"])
def test_a_condition_that_leaves_people_out_degrades(condition: str) -> None:
    change = one(("${age} >= 15", condition))
    assert (change.kind, change.state) == ("UNIVERSE", DEGRADED)


def test_a_condition_moved_from_a_group_to_its_questions_asks_the_same_people() -> None:
    found = changes(
        ("| adult    | Adults                         |          | ${age} >= 15", "| adult | Adults | | "),
        ("${work} = '1'            |", "${work} = '1' and ${age} >= 15 |"),
        (
            "| work     | What did the person do?        |          |    ",
            "| work | What did the person do? | | ${age} >= 15",
        ),
        ("| langs    | Which languages?               |          |    ", "| langs | Which languages? | | ${age} >= 15"),
    )
    assert {change.kind for change in found} == {"editorial"}


def test_a_condition_of_a_group_that_was_put_around_questions_is_seen() -> None:
    found = changes((line("sex"), "| | begin_group | new | New | | ${n} > 1 |\n" + line("sex") + "| | end_group | |\n"))
    assert {(change.kind, change.name) for change in found} == {("additive", "new"), ("UNIVERSE", "new")}


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("if(${work} = '1', 1, 0)", "if(${work} = '2', 1, 0)", "calculation"),
        ("| required    |", "| default |", "default"),
    ],
)
def test_another_calculation_or_default_is_another_definition(old: str, new: str, what: str) -> None:
    found = [change for change in changes((old, new)) if change.kind == "DEFINITION" and what in change.what]
    assert {change.state for change in found} == {BROKEN}


def test_a_question_that_may_stay_empty_now_is_a_note_one_that_may_not_degrades() -> None:
    age = line("age")
    assert one((age, age.replace("| yes  ", "|      "))).state == EXACT
    sex = line("sex")
    assert one((sex, sex.rstrip("\n|").rsplit("|", 1)[0] + "| yes |\n")).state == DEGRADED


def test_a_code_split_with_its_meaning_given_is_exact() -> None:
    change = one(
        (
            "|         | work      | 3    | Neither    |            |",
            "| | work | 3 | Student | 3 |\n| | work | 4 | Old | 3 |",
        ),
        ("| Worked     |            |", "| Worked | 1 |"),
        ("| Looked     |            |", "| Looked | 2 |"),
    )
    assert (change.kind, change.state, change.data) == ("RECODE", EXACT, SCRIPT)
    assert change.says == "choices 3→4, mapping given 4→3 (work)"


def test_a_code_that_the_standard_has_not_degrades() -> None:
    change = one(("| Looked     |            |", "| Looked     |            |\n| | work | 9 | Refused | |"))
    assert (change.kind, change.state) == ("RECODE", DEGRADED)


def test_a_code_that_nobody_can_answer_now_is_named() -> None:
    change = one(("|         | work      | 3    | Neither    |            |\n", ""))
    assert (change.kind, change.state, change.before) == ("RECODE", LOST, "3")


def test_a_code_counted_under_another_degrades_only() -> None:
    form = FORM.replace("| x_standard |", "| x_standard | x_takes |")
    change = one(
        ("|         | work      | 3    | Neither    |            |\n", ""),
        ("| Looked     |            |", "| Looked     |            | 3 |"),
        form=form,
    )
    assert (change.kind, change.state) == ("RECODE", DEGRADED)


def test_codes_in_another_order_change_nothing() -> None:
    first, second = "|         | sex       | 1    | Male       |            |", "| | sex | 2 | Female | |"
    change = one((first, second), ("|         | sex       | 2    | Female     |            |", first))
    assert (change.kind, change.state) == ("editorial", EXACT)


def test_at_1_9_a_code_that_means_another_thing_is_refused_for_data() -> None:
    swapped = one(("| 1    | Male       |            |", "| 1 | Female | |"), ("| 2    | Female     |", "| 2 | Male |"))
    assert (swapped.kind, swapped.state, swapped.data) == ("DEFINITION", BROKEN, REFUSED)
    said = one(
        ("| 1    | Male       |            |", "| 1 | Male | 2 |"), ("| Female     |            |", "| Female | 1 |")
    )
    assert (said.state, said.data) == (BROKEN, REFUSED)


def test_a_code_worded_a_little_otherwise_is_another_definition_for_which_data_stay() -> None:
    change = one(("| Worked     |", "| Worked for pay |"))
    assert (change.kind, change.state, change.data) == ("DEFINITION", BROKEN, SAFE)


@pytest.mark.parametrize(("iso3", "state", "data"), [("TJK", EXACT, SAFE), ("UZB", BROKEN, REFUSED)])
def test_a_list_with_identities_may_be_worded_freely_but_mean_nothing_else(iso3: str, state: str, data: str) -> None:
    form = FORM.replace("| x_standard |", "| x_standard | iso3 |").replace(
        "| Tajik      |            |", "| Tajik      |            | TJK |"
    )
    found = changes(("| Tajik      |            | TJK |", f"| Tojiki | | {iso3} |"), form=form)
    assert {(change.state, change.data) for change in found} == ({(state, data)} if iso3 == "UZB" else set())


def test_logic_that_reads_a_code_under_its_old_name_is_found() -> None:
    found = changes(
        ("| work      | 1    | Worked     |            |", "| work | 11 | Worked | 1 |"),
        ("| work      | 2    | Looked     |            |", "| work | 2 | Looked | 2 |"),
        ("| work      | 3    | Neither    |            |", "| work | 3 | Neither | 3 |"),
    )
    assert {(change.name, change.kind, change.state) for change in found} == {
        ("work", "RECODE", EXACT),
        ("job", "UNIVERSE", DEGRADED),
        ("works", "DEFINITION", BROKEN),
    }


def test_a_question_moved_to_another_table_is_lost() -> None:
    found = changes((line("langs"), ""), (line("sex"), line("langs") + line("sex")))
    assert [(change.kind, change.state, change.data) for change in found if change.what == "table"] == [
        ("DEFINITION", LOST, REFUSED)
    ]


def test_a_question_moved_within_its_table_is_editorial() -> None:
    change = one((line("langs"), ""), (line("work"), line("langs") + line("work")))
    assert (change.kind, change.state) == ("editorial", EXACT)


def test_a_question_moved_before_the_one_that_decides_whether_it_is_asked_degrades() -> None:
    found = changes((line("job"), ""), (line("work"), line("job") + line("work")))
    assert [(change.kind, change.state) for change in found if change.what == "order"] == [
        ("UNIVERSE", DEGRADED), ("editorial", EXACT)
    ]  # fmt: skip


def test_another_count_of_a_repeat_is_another_definition_of_its_rows() -> None:
    form = (
        FORM.replace("| required    |", "| repeat_count |")
        .replace("| yes         |", "|  |")
        .replace(
            "| ${n} > 0                 |                        |                   |             |",
            "| ${n} > 0 | | | ${n} |",
        )
    )
    change = one(("| ${n} |", "| ${n} + 1 |"), form=form)
    assert (change.name, change.kind, change.state) == ("person", "DEFINITION", BROKEN)


def test_the_label_of_a_repeat_without_count_asks_for_its_rows() -> None:
    change = one(("| person   | Person ", "| person   | Member "))
    assert (change.kind, change.state) == ("DEFINITION", BROKEN)


@pytest.mark.parametrize(
    ("column", "text", "kind"),
    [("appearance", "minimal", "editorial"), ("appearance", "search('units')", "RECODE")],
)
def test_looks_change_nothing_but_where_choices_come_from_does(column: str, text: str, kind: str) -> None:
    form = FORM.replace("| required    |", f"| {column} |").replace("| yes         |", "| |")
    change = one((line("sex"), line("sex").rstrip("| \n") + f" | | | | | {text} |\n"), form=form)
    assert change.kind == kind


def test_other_wording_in_another_language_is_editorial() -> None:
    form = textwrap.dedent("""
        | survey |         |      |                     |                     |
        |        | type    | name | label::English (en) | label::Русский (ru) |
        |        | integer | age  | Age?                | Возраст?            |
        | settings | form_id | default_language |
        |          | f       | English (en)     |
        """)
    change = one(("Возраст?", "Сколько лет?"), form=form)
    assert (change.kind, change.what) == ("editorial", "text in ru")
