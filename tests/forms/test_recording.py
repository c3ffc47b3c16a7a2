"""Recording: an interview kept as a case, which holds when the form's cases are run."""

from __future__ import annotations

from pathlib import Path

import pytest

from forms import cases, preview, recording, trials
from forms.errors import WorkbookError
from forms.interview import Interview, filled, giving, pages

FORM = """\
[form]
id = "households"
title = "Households"
version = "2026112501"
language = "en"
"""
SURVEY = """\
type,name,label,constraint,constraint_message,relevant,calculation,appearance,repeat_count
start,start,,,,,,,
begin_repeat,person,Person,,,,,,
begin_group,who,Who,,,,,,
integer,age,How old?,. <= 99,At most 99.,,,,
end_group,,,,,,,,
text,school,Which school?,,,${age} < 18,,,
end_repeat,,,,,,,,
integer,rooms,How many rooms?,,,,,,
select_multiple yesno,has,What is there?,,,,,,
calculate,adults,,,,,count(${person}[${age} >= 18]),,
"""
CHOICES = "list_name,name,label\nyesno,1,Water\nyesno,2,Light\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A form folder without cases."""
    for name, text in (("form.toml", FORM), ("survey.csv", SURVEY), ("choices.csv", CHOICES)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def answered(folder: Path, **answers: str) -> Interview:
    """An interview with two persons, where `age_1` is the age of the first."""
    interview = Interview(preview.of(str(folder)).script)
    interview.add_row(interview.root, "person")
    for name, text in answers.items():
        question, _, row = name.partition("_")
        found = [node for node in recording.names(interview).values() if node.name == question]
        node = found[int(row or 1) - 1]
        giving.give(interview, interview.script.controls[node.place], node, text, keep_refused=True)
    return interview


def test_a_recorded_case_holds_when_the_cases_are_run(folder: Path) -> None:
    interview = answered(folder, age_1="40", age_2="7", school_2="North", rooms="3", has="1 2")
    case = recording.case_of(interview, "a child", asked=["school"], values=["adults"], valid=True)
    assert recording.record(folder, case) == folder / "cases" / "recorded.csv"
    (verdict,) = trials.hold(str(folder))
    assert (verdict.case, verdict.differences) == ("a child", ())


def test_answers_carry_the_number_of_their_row(folder: Path) -> None:
    case = recording.case_of(answered(folder, age_1="40", age_2="7", school_2="North", rooms="3"), "a child")
    assert case["answers"] == {
        "person[1]/who/age": "40",
        "person[2]/who/age": "7",
        "person[2]/school": "North",
        "rooms": "3",
    }


def test_what_is_not_asked_is_no_answer_of_the_case(folder: Path) -> None:
    interview = answered(folder, age_1="7", school_1="North")
    answer = recording.names(interview)["person[1]/who/age"]
    interview.set(answer, 30)
    case = recording.case_of(interview, "grown up", not_asked=["school"])
    assert "person[1]/school" not in case["answers"]
    recording.record(folder, case)


def test_a_refused_answer_is_expected_to_be_refused(folder: Path) -> None:
    recording.record(folder, recording.case_of(answered(folder, age_1="100"), "too old"))
    (case,) = cases.load(folder / "cases" / "recorded.csv")
    assert case["expect"]["constraint"] == {"person[1]/who/age": True}


def test_a_second_case_brings_its_own_columns(folder: Path) -> None:
    recording.record(folder, recording.case_of(answered(folder, rooms="3"), "rooms"))
    recording.record(folder, recording.case_of(answered(folder, age_1="40"), "adult", values=["adults"]))
    first, second = cases.load(folder / "cases" / "recorded.csv")
    assert first["answers"] == {"rooms": "3"}
    assert second["expect"]["values"] == {"adults": "1"}


def test_a_case_that_does_not_hold_is_refused_with_what_differs(folder: Path) -> None:
    case = recording.case_of(answered(folder, age_1="40"), "wrong", asked=["school"])
    with pytest.raises(WorkbookError, match=r"does not hold[\s\S]*school: not shown"):
        recording.record(folder, case)
    assert not (folder / "cases").exists()


@pytest.mark.parametrize("file", ["../form", "A", "", "a.csv"])
def test_cases_are_kept_among_the_cases_only(folder: Path, file: str) -> None:
    with pytest.raises(WorkbookError, match="cannot name a file"):
        recording.record(folder, recording.case_of(answered(folder), "none"), file)


def test_a_name_is_used_once(folder: Path) -> None:
    case = recording.case_of(answered(folder, rooms="3"), "rooms")
    recording.record(folder, case)
    with pytest.raises(WorkbookError, match="another name"):
        recording.record(folder, case)


def test_a_case_needs_a_name(folder: Path) -> None:
    with pytest.raises(WorkbookError, match="no name"):
        recording.record(folder, recording.case_of(answered(folder), " "))


def test_a_filled_form_from_elsewhere_becomes_the_same_case(folder: Path) -> None:
    interview = answered(folder, age_1="40", age_2="7", school_2="North", has="2")
    xml = filled.write(interview)
    script = preview.of(str(folder)).script
    assert recording.from_instance(script, xml, "sent") == recording.case_of(interview, "sent")


def test_times_and_keys_are_not_among_the_values(folder: Path) -> None:
    assert dict(recording.calculated(answered(folder))) == {"adults": "0"}


def test_the_preview_follows_the_files(folder: Path) -> None:
    before = preview.of(str(folder))
    assert preview.of(str(folder)) is before
    (folder / "survey.csv").write_text(SURVEY.replace("How many rooms", "How many bedrooms"), encoding="utf-8")
    assert b"bedrooms" in preview.of(str(folder)).xml


def test_a_list_that_nobody_brought_has_no_choices(folder: Path) -> None:
    more = "select_one_from_file villages.csv,village,Village,,,,,,\n"
    (folder / "survey.csv").write_text(SURVEY + more, encoding="utf-8")
    found = preview.of(str(folder))
    assert found.absent == ("villages.csv",)
    interview = Interview(found.script)
    (village,) = interview.nodes(("data", "village"))
    assert interview.choices(village) == ()


def test_the_set_up_of_the_cases_is_taken_when_it_is_wanted(folder: Path) -> None:
    (folder / "form.toml").write_text(FORM + '[parameters]\nplace = "here"\n', encoding="utf-8")
    (folder / "survey.csv").write_text(SURVEY.replace("How many rooms", "Rooms {{place}}"), encoding="utf-8")
    (folder / "cases").mkdir()
    (folder / "cases" / "setup.toml").write_text('[parameters]\nplace = "there"\n', encoding="utf-8")
    assert b"Rooms here" in preview.of(str(folder)).xml
    assert b"Rooms there" in preview.of(str(folder), as_in_cases=True).xml


# Screens


def keys(interview: Interview) -> list[str]:
    return [screen.key for screen in pages.screens(interview)]


def test_each_question_has_a_screen_and_the_next_row_is_offered(folder: Path) -> None:
    interview = Interview(preview.of(str(folder)).script)
    assert keys(interview) == ["/data/person[1]/who/age", "/data/person[2]", "/data/rooms", "/data/has"]
    interview.set(recording.names(interview)["person[1]/who/age"], 7)
    assert keys(interview)[1] == "/data/person[1]/school"


def test_a_number_of_rows_brings_their_screens(folder: Path) -> None:
    counted = "integer,n,How many?,,,,,,\n" + SURVEY.partition("\n")[2].replace("Person,,,,,,", "Person,,,,,,${n}")
    (folder / "survey.csv").write_text(f"{SURVEY.partition(chr(10))[0]}\n{counted}", encoding="utf-8")
    interview = Interview(preview.of(str(folder)).script)
    interview.set(recording.names(interview)["n"], 2)
    assert [key for key in keys(interview) if "age" in key] == ["/data/person[1]/who/age", "/data/person[2]/who/age"]
    assert "/data/person[3]" not in keys(interview)


@pytest.mark.parametrize("kind", ["begin_group,who,Who", "begin_repeat,person,Person"])
def test_questions_that_stand_together_share_a_screen(folder: Path, kind: str) -> None:
    survey = SURVEY.replace("integer,age", "text,name,Name?,,,,,,\ninteger,age")
    (folder / "survey.csv").write_text(survey.replace(f"{kind},,,,,,", f"{kind},,,,,field-list,"), encoding="utf-8")
    first = pages.screens(Interview(preview.of(str(folder)).script))[0]
    assert [node.name for _, node in first.questions] == ["name", "age"]


def test_the_contents_show_what_is_not_asked_too(folder: Path) -> None:
    interview = Interview(preview.of(str(folder)).script)
    row = pages.node_at(interview, "/data/person[1]")
    assert row is not None
    assert [(entry.node.name, entry.node.relevant) for entry in pages.contents(interview, row)] == [
        ("who", True),
        ("age", True),
        ("school", False),
    ]


@pytest.mark.parametrize("path", ["/data/person[2]", "/data/person[0]", "/data/nobody", "/other"])
def test_a_path_that_leads_nowhere_finds_nothing(folder: Path, path: str) -> None:
    assert pages.node_at(Interview(preview.of(str(folder)).script), path) is None
