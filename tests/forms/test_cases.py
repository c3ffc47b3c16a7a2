"""Cases of forms: how they are written, held against what a form did, and run from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from forms import cases, cli, trials
from forms.errors import WorkbookError

FORM = """\
[form]
id = "ages"
title = "Ages"
version = "2026112501"
language = "en"

[parameters]
most = "99"
"""
SURVEY = """\
type,name,label,constraint,constraint_message,relevant,calculation
integer,age,How old?,. <= {{most}},At most {{most}}.,,
text,school,Which school?,,,${age} < 18,
calculate,adult,,,,,"if(${age} >= 18, 1, 0)"
"""
CASES = """\
name,age,school,+school,-school,!age,=adult,@school,valid
a child is asked for the school,7,,1,,no,0,Which,yes
an adult is not,30,,,1,,1,,
too old is refused,121,,,,At most 120,,,
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A form folder with three cases."""
    (tmp_path / "cases").mkdir()
    for name, text in (("form.toml", FORM), ("survey.csv", SURVEY), ("cases/ages.csv", CASES)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "cases" / "setup.toml").write_text('[parameters]\nmost = "120"\n', encoding="utf-8")
    return tmp_path


def test_a_line_is_a_case(folder: Path) -> None:
    child, adult, old = cases.load(folder / "cases" / "ages.csv")
    assert child == {
        "name": "a child is asked for the school",
        "answers": {"age": "7"},
        "expect": {
            "values": {"adult": "0"},
            "relevant": ["school"],
            "not_relevant": [],
            "constraint": {"age": False},
            "label": {"school": "Which"},
            "valid": True,
        },
    }
    assert (adult["expect"]["not_relevant"], old["expect"]["constraint"]) == (["school"], {"age": "At most 120"})


def test_cases_may_be_written_as_json(tmp_path: Path) -> None:
    path = tmp_path / "cases.json"
    path.write_text('{"cases": [{"name": "a"}]}', encoding="utf-8")
    assert cases.load(path) == [{"name": "a"}]


def test_a_folder_without_cases_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WorkbookError, match="no cases"):
        cases.suite(tmp_path)


def test_cases_hold_on_a_form_that_is_set_up_for_them(folder: Path) -> None:
    assert [str(verdict) for verdict in trials.hold(str(folder))] == [
        "PASS  a child is asked for the school",
        "PASS  an adult is not",
        "PASS  too old is refused",
    ]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("30,,,1", "30,,1,", "school: not shown, should be"),
        ("7,,1,", "7,,,1", "school: shown, should not be"),
        ("no,0", "no,1", "adult: value ['0'], expected ['1']"),
        ("121,", "120,", "age: ok; expected to be refused"),
        ("At most 120", "At least", "age: constraint At most 120.; expected a refusal with 'At least'"),
        ("Which", "What", "school: label 'Which school?', expected to contain 'What'"),
        ("adult is not,30", "adult is not,", "adult: value ['0'], expected ['1']"),
        ("30,,,1", "30,A,,1", "answers never asked for: ['school'], expected []"),
    ],
)
def test_a_case_that_does_not_hold_says_why(folder: Path, before: str, after: str, said: str) -> None:
    assert before in CASES
    (folder / "cases" / "ages.csv").write_text(CASES.replace(before, after), encoding="utf-8")
    [failed] = [verdict for verdict in trials.hold(str(folder)) if not verdict.holds]
    assert said in failed.differences


def test_a_form_that_fails_is_a_case_that_does_not_hold() -> None:
    facts: dict[str, Any] = {"name": "a", "error": {"type": "XPathError", "message": "/data/b calculate: no"}}
    assert cases.check([{"name": "a"}], [facts]) == {"a": ["the engine failed: XPathError: /data/b calculate: no"]}


def test_the_command_passes_when_all_cases_hold(folder: Path) -> None:
    done = CliRunner().invoke(cli.group, ["test", str(folder)])
    assert (done.exit_code, done.stdout.splitlines()[0]) == (0, "PASS  a child is asked for the school")
    assert done.stderr == "3 cases, 0 failed\n"


def test_the_command_fails_when_one_does_not(folder: Path) -> None:
    done = CliRunner().invoke(cli.group, ["test", str(folder), "-p", "most=200", "--json"])
    assert done.exit_code == 1
    assert [row["holds"] for row in json.loads(done.stdout)] == [True, True, False]


def test_the_command_lists_edits(folder: Path) -> None:
    done = CliRunner().invoke(cli.group, ["edits", str(folder), "--json"])
    assert json.loads(done.stdout) == [
        {"id": "ages/age/hard", "condition": ". <= 99", "message": "At most 99.", "source": ""}
    ]
