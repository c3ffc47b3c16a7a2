"""Coverage of the topics that the United Nations recommend: counted from the questions that can be asked."""

from __future__ import annotations

from forms import catalog, coverage, workbook
from forms.definition import Form

DRAWN = """
| survey |         |               |          |          |
|        | type    | name          | label    | relevant |
|        | integer | age           | Age      |          |
|        | integer | arr_last_year | Year     | false()  |
|        | text    | birth_where   | Where    |          |
"""


def states(text: str) -> dict[str, str]:
    return {each.topic.name: each.state for each in coverage.of(Form.from_workbook(workbook.from_markdown(text)))}


def test_a_topic_is_covered_when_all_its_items_are_asked() -> None:
    assert states(DRAWN)["age"] == "yes"


def test_a_topic_of_which_one_item_is_asked_is_covered_partly() -> None:
    assert states(DRAWN)["birth_country"] == "partly"


def test_a_question_that_is_never_shown_covers_nothing() -> None:
    assert states(DRAWN)["arrival"] == "no"


def test_the_census_module_covers_every_core_topic_on_migration() -> None:
    form = Form.from_workbook(catalog.load("census_migration", draft=True))
    covered = {each.topic.name: each.state for each in coverage.of(form)}
    migration = ("birth_country", "citizenship", "arrival", "past_residence", "sex", "age", "relation")
    assert {covered[name] for name in migration} == {"yes"}


def test_every_item_of_a_topic_is_in_the_item_list_or_the_sample() -> None:
    asked = Form.from_workbook(catalog.load("census_migration", draft=True))
    known = {question.name for question in asked.questions()}
    items = catalog.folder("_specification") / "items.csv"
    known |= {line.split(",")[1] for line in items.read_text(encoding="utf-8").splitlines()}
    assert {item for topic in coverage.topics() for item in topic.items} <= known
