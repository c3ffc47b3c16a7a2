"""Interviews held by our own evaluator: what is asked, calculated, refused, and what follows from an answer."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from forms import workbook, xform
from forms.errors import InterviewError
from forms.interview import Interview, prepare, run_cases
from forms.interview.script import Script
from forms.xpath.nodes import Node

NOW = datetime(2026, 11, 25, 10, 30)
EN, RU = "::English (en)", "::Русский (ru)"


def sheet(name: str, *rows: dict[str, str]) -> str:
    """A sheet of a form as Markdown."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    lines = [columns, *([row.get(column, "") for column in columns] for row in rows)]
    return "\n".join([f"| {name} |", *(f"| | {' | '.join(cells)} |" for cells in lines)]) + "\n"


def asks(kind: str, name: str, en: str, ru: str, **cells: str) -> dict[str, str]:
    return {"type": kind, "name": name, f"label{EN}": en, f"label{RU}": ru, **cells}


def works_out(name: str, calculation: str, **cells: str) -> dict[str, str]:
    return {"type": "calculate", "name": name, "calculation": calculation, **cells}


def offers(listed: str, code: str, en: str, ru: str, region: str = "") -> dict[str, str]:
    return {"list_name": listed, "name": code, f"label{EN}": en, f"label{RU}": ru, "region": region}


AT_LEAST = {f"constraint_message{EN}": "At least one.", f"constraint_message{RU}": "Хотя бы один."}
AT_MOST = {f"constraint_message{EN}": "At most 120.", f"constraint_message{RU}": "Не больше 120."}
HOUSEHOLD = sheet(
    "survey",
    {"type": "deviceid", "name": "tablet"},
    {"type": "start", "name": "start"},
    asks("integer", "n", "How many people?", "Сколько человек?", required="yes", constraint=". > 0", **AT_LEAST),
    asks("select_one region", "region", "Which region?", "Какая область?"),
    asks("select_one town", "town", "Which town?", "Какой город?", choice_filter="region = ${region}"),
    asks("begin_repeat", "person", "Person", "Человек", relevant="${n} > 0", repeat_count="${n}"),
    works_out("line", "position(..)"),
    asks("text", "name", "Name of ${line}?", "Имя ${line}?"),
    asks("integer", "age", "How old is ${name}?", "Сколько лет ${name}?", required="yes", constraint=". <= 120",
         default="${n} + 1", **AT_MOST),
    asks("integer", "year", "Year of birth?", "Год рождения?", relevant="${age} > 17"),
    works_out("same", "count(${person}[./name = current()/../name])"),
    {"type": "end_repeat"},
    works_out("adults", "count(${person}[./age > 17])"),
    works_out("oldest", "max(${age})"),
    works_out("place", "jr:choice-name(${town}, '${town}')"),
    works_out("key", "once(uuid())"),
    works_out("told_at", "now()", trigger="${n}"),
) + sheet(
    "choices",
    offers("region", "1", "North", "Север"),
    offers("region", "2", "South", "Юг"),
    offers("town", "a", "Artesia", "Артезия", "1"),
    offers("town", "b", "Copal", "Копал", "2"),
) + sheet("settings", {"default_language": "English (en)"})  # fmt: skip


def compiled(text: str) -> bytes:
    return xform.compile(workbook.from_markdown(text)).xml


@pytest.fixture(scope="module")
def script() -> Script:
    return prepare(compiled(HOUSEHOLD))


def begun(script: Script, **options: Any) -> Interview:
    return Interview(script, clock=lambda: NOW, zone=UTC, **options)


def node(interview: Interview, path: str) -> Node:
    """The node of a path below the root, rows by their number: person[2]/age."""
    found = interview.root
    for step in path.split("/"):
        name, _, number = step.partition("[")
        found = found.named(name)[int(number.rstrip("]") or 1) - 1 if number else 0]
    return found


def give(interview: Interview, path: str, text: str) -> None:
    where = node(interview, path)
    interview.set(where, interview.read(where, text))


def text(interview: Interview, path: str) -> str | None:
    return interview.text(node(interview, path))


def household(script: Script, *ages: str) -> Interview:
    interview = begun(script)
    give(interview, "n", str(len(ages)))
    for number, age in enumerate(ages, start=1):
        if number > 1:
            interview.add_row(interview.root, "person")
        give(interview, f"person[{number}]/age", age)
    return interview


def test_a_new_interview_holds_what_the_tablet_says_about_itself(script: Script) -> None:
    interview = begun(script, properties={"deviceid": "t1"})
    assert (text(interview, "tablet"), text(interview, "start")) == ("t1", "2026-11-25T10:30:00.000Z")


def test_a_question_hangs_on_the_answer_in_its_own_row(script: Script) -> None:
    interview = household(script, "30", "5")
    assert [node(interview, f"person[{row}]/year").relevant for row in (1, 2)] == [True, False]


def test_calculations_over_rows_follow_each_answer(script: Script) -> None:
    interview = household(script, "30", "5")
    assert (text(interview, "adults"), text(interview, "oldest")) == ("1", "30")
    give(interview, "person[2]/age", "40")
    assert (text(interview, "adults"), text(interview, "oldest")) == ("2", "40")


def test_what_is_no_longer_relevant_counts_as_empty_and_comes_back(script: Script) -> None:
    interview = household(script, "30")
    give(interview, "n", "0")
    assert (text(interview, "adults"), node(interview, "person[1]/age").relevant) == ("0", False)
    give(interview, "n", "1")
    assert (text(interview, "adults"), node(interview, "person[1]/age").relevant) == ("1", True)


def test_a_new_row_has_its_number_and_what_its_event_sets(script: Script) -> None:
    interview = household(script, "30", "5")
    row = interview.add_row(interview.root, "person")
    assert [row.named(name)[0].value for name in ("line", "age")] == [3, 3]


def test_rows_behind_one_that_is_removed_move_up(script: Script) -> None:
    interview = household(script, "30", "5", "60")
    interview.remove_row(interview.root.named("person")[0])
    assert [person.named("line")[0].value for person in interview.root.named("person")] == [1, 2]
    assert text(interview, "oldest") == "60"


def test_a_form_may_add_as_many_rows_as_it_counts(script: Script) -> None:
    interview = household(script, "30")
    repeat = script.repeats["data", "person"]
    assert not interview.may_add(interview.root, repeat)
    give(interview, "n", "2")
    assert interview.may_add(interview.root, repeat)


def test_a_row_that_reads_other_rows_waits_for_an_answer_of_its_own_on_a_tablet(script: Script) -> None:
    interview = household(script, "30", "5")
    give(interview, "person[1]/name", "A")
    give(interview, "person[2]/name", "A")
    assert [person.named("same")[0].value for person in interview.root.named("person")] == [1, 2]
    give(interview, "person[1]/name", "A")
    assert node(interview, "person[1]/same").value == 2


def test_a_form_knows_its_rules_over_rows(script: Script) -> None:
    assert script.dependencies.over_rows(script.form.repeats) == {("data", "person", "same")}


def test_choices_follow_the_answer_that_filters_them(script: Script) -> None:
    interview = begun(script)
    give(interview, "region", "2")
    assert [(choice.code, choice.label) for choice in interview.choices(node(interview, "town"))] == [("b", "Copal")]


def test_an_answer_that_can_no_longer_be_chosen_is_taken_away(script: Script) -> None:
    interview = begun(script)
    give(interview, "region", "2")
    give(interview, "town", "b")
    give(interview, "region", "1")
    interview.choices(node(interview, "town"))
    assert text(interview, "town") is None


def test_a_calculation_can_name_a_choice_in_the_language_of_the_interview(script: Script) -> None:
    interview = begun(script, language="Русский (ru)")
    give(interview, "region", "1")
    give(interview, "town", "a")
    assert text(interview, "place") == "Артезия"


def test_words_read_answers_out(script: Script) -> None:
    interview = household(script, "30")
    give(interview, "person[1]/name", "AB")
    control = script.controls["data", "person", "age"]
    assert interview.say(control.label, node(interview, "person[1]/age")) == "How old is AB?"


def test_an_event_sets_a_value_when_an_answer_changes(script: Script) -> None:
    interview = begun(script)
    assert text(interview, "told_at") is None
    give(interview, "n", "2")
    assert text(interview, "told_at") == "2026-11-25T10:30:00.000Z"


def test_a_key_that_is_made_once_stays(script: Script) -> None:
    interview = begun(script)
    key = text(interview, "key")
    give(interview, "n", "2")
    assert key
    assert text(interview, "key") == key


FILLED = """<data id="drawn"><tablet>t9</tablet><start>2026-01-02T03:04:05.000Z</start><n>2</n>
<person><line>9</line><name>A</name><age>30</age><same>1</same></person>
<person><line>9</line><name>A</name><age>5</age><same>2</same></person>
<adults>7</adults><key>k1</key><told_at>2026-01-02T03:04:06.000Z</told_at><meta><instanceID>uuid:1</instanceID></meta></data>"""


def test_a_received_interview_is_worked_out_in_full(script: Script) -> None:
    interview = begun(script, received=FILLED.encode())
    people = interview.root.named("person")
    assert [[person.named(name)[0].value for name in ("line", "same")] for person in people] == [[1, 2], [2, 2]]
    assert text(interview, "adults") == "1"


def test_keys_and_times_of_a_received_interview_stay(script: Script) -> None:
    interview = begun(script, received=FILLED.encode())
    assert [text(interview, name) for name in ("tablet", "start", "key", "told_at", "meta/instanceID")] == [
        "t9", "2026-01-02T03:04:05.000Z", "k1", "2026-01-02T03:04:06.000Z", "uuid:1",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("filled", "words"),
    [(b"<data", "not XML"), (b'<data id="other"/>', "'other'"), (b'<form id="drawn"/>', "not 'drawn'")],
)
def test_another_form_or_no_xml_is_not_taken_up(script: Script, filled: bytes, words: str) -> None:
    with pytest.raises(InterviewError, match=words):
        begun(script, received=filled)


# Cases


def facts(case: dict[str, Any], text: str = HOUSEHOLD, **options: Any) -> dict[str, Any]:
    [found] = run_cases(compiled(text), [{"name": "drawn", **case}], clock=lambda: NOW, zone=UTC, **options)
    return found | {"by_path": {fact["path"]: fact for fact in found.get("questions", [])}}


def test_a_case_tells_what_was_shown_and_refused() -> None:
    found = facts({"answers": {"n": "0", "town": "a"}})
    assert found["by_path"]["/data/n"]["given"] == {"answer": "0", "result": "constraint", "message": "At least one."}
    assert found["by_path"]["/data/n"]["value"] is None
    assert found["by_path"]["/data/town"]["given"]["message"] == "no such choice: a"
    assert (found["requiredMissing"], found["valid"]) == (["/data/n"], False)


def test_a_case_speaks_the_language_that_it_names() -> None:
    found = facts({"answers": {"n": "0"}, "lang": "Русский (ru)"})
    assert (found["by_path"]["/data/n"]["label"], found["by_path"]["/data/n"]["given"]["message"]) == (
        "Сколько человек?",
        "Хотя бы один.",
    )


def test_rows_of_a_case_are_as_many_as_the_form_counts() -> None:
    found = facts({"answers": {"n": "3", "age": "20", "person[2]/age": "121"}})
    assert [found["by_path"][f"/data/person[{row}]/age"]["value"] for row in (1, 2, 3)] == ["20", "4", "20"]
    assert found["by_path"]["/data/person[2]/age"]["given"]["result"] == "constraint"
    assert found["calculated"]["/data/adults"] == {"value": "2", "relevant": True}


def test_an_answer_that_was_never_asked_for_is_told() -> None:
    assert facts({"answers": {"year": "1990"}})["answersNotAsked"] == ["year"]


@pytest.mark.parametrize("kind", ["integer", "decimal", "date", "time", "dateTime", "geopoint"])
def test_an_answer_of_another_type_is_refused(kind: str) -> None:
    form = sheet("survey", {"type": kind, "name": "a", "label": "A"})
    given = facts({"answers": {"a": "soon"}}, form)["by_path"]["/data/a"]["given"]
    assert given["result"] == "bad-answer"


@pytest.mark.parametrize(
    ("kind", "answer", "kept"),
    [
        ("integer", "-98", "-98"),
        ("decimal", "0.5", "0.5"),
        ("decimal", "5", "5.0"),
        ("date", "2024-02-29", "2024-02-29"),
        ("date", "today-1", "2026-11-24"),
        ("time", "08:15", "08:15:00.000Z"),
        ("dateTime", "2024-02-29T08:15:00.000+05:00", "2024-02-29T03:15:00.000Z"),
        ("geopoint", "38.5 68.7", "38.5 68.7 0.0 0.0"),
        ("text", "Zoë", "Zoë"),
    ],
)
def test_an_answer_is_kept_as_the_tablet_writes_it(kind: str, answer: str, kept: str) -> None:
    form = sheet("survey", {"type": kind, "name": "a", "label": "A"})
    assert facts({"answers": {"a": answer}}, form)["by_path"]["/data/a"]["value"] == kept


def test_a_list_beside_the_form_is_read(tmp_path: Path) -> None:
    (tmp_path / "fruits.csv").write_text("\ufeffkey,name\n1,Apple\n2,Plum\n", encoding="utf-8")
    form = sheet(
        "survey",
        {"type": "select_one_from_file fruits.csv", "name": "a", "label": "A", "parameters": "value=key label=name"},
        works_out("b", "pulldata('fruits', 'name', 'key', 2)"),
        works_out("c", "instance('fruits')/root/item[key = 1]/name"),
    )
    found = facts({}, form, media=[tmp_path])
    assert found["by_path"]["/data/a"]["choices"] == [["1", "Apple"], ["2", "Plum"]]
    assert [found["calculated"][f"/data/{name}"]["value"] for name in "bc"] == ["Plum", "Apple"]


def test_a_list_that_is_missing_is_told() -> None:
    form = sheet("survey", {"type": "select_one_from_file fruits.csv", "name": "a", "label": "A"})
    with pytest.raises(InterviewError, match=r"needs the list fruits\.csv"):
        prepare(compiled(form))


def test_rules_that_go_in_a_circle_are_refused() -> None:
    form = sheet("survey", works_out("a", "${b} + 1"), works_out("b", "${a} + 1"))
    with pytest.raises(InterviewError, match=r"in a circle: /data/a \(calculate\), /data/b \(calculate\)"):
        prepare(compiled(form))


def test_a_rule_that_fails_is_told_with_its_place() -> None:
    form = sheet(
        "survey",
        {"type": "begin_repeat", "name": "r", "label": "R"},
        {"type": "integer", "name": "a", "label": "A"},
        {"type": "end_repeat"},
        works_out("b", "${a} + 1"),
    )
    found = facts({"answers": {"a": "1"}, "repeats": {"r": 2}}, form)
    assert found["error"]["message"].startswith("/data/b calculate: /data/r/a is repeated")
