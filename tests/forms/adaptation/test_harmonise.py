"""Answers to an adapted questionnaire go into the standard's questions and codes, and its logic is worked out anew."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from forms import catalog, identity, instances, workbook
from forms.adaptation import harmonise, project
from forms.adaptation.matching import match
from forms.cli import group
from forms.definition import Form
from forms.errors import WorkbookError
from forms.instances import Head, Instance
from tests.drawing import workbook as drawn

STANDARD = """
    | survey |                     |        |                    |                 |            |              |
    |        | type                | name   | label              | relevant        | constraint | calculation  |
    |        | integer             | rooms  | Rooms?             |                 |            |              |
    |        | begin_repeat        | person | Person             |                 |            |              |
    |        | select_one sex      | sex    | Sex?               |                 |            |              |
    |        | integer             | age    | Age?               |                 | . <= 120   |              |
    |        | select_one level    | school | School?            | ${age} >= 15    |            |              |
    |        | select_multiple job | jobs   | Jobs?              | ${age} >= 15    |            |              |
    |        | calculate           | adult  |                    |                 |            | ${age} >= 18 |
    |        | end_repeat          |        |                    |                 |            |              |
    | choices |           |      |        |
    |         | list_name | name | label  |
    |         | sex       | 1    | Male   |
    |         | sex       | 2    | Female |
    |         | level     | 1    | None   |
    |         | level     | 2    | Some   |
    |         | job       | 1    | Farm   |
    |         | job       | 2    | Shop   |
"""

ADAPTED = """
    | survey |                     |          |              |                 |            |          |
    |        | type                | name     | label        | relevant        | x_qid      |          |
    |        | begin_repeat        | member   | Person       |                 | drawn.person |        |
    |        | integer             | years    | Age?         |                 | drawn.age  |          |
    |        | select_one sex      | sex      | Sex?         |                 | drawn.sex  |          |
    |        | select_one level    | school   | School?      | ${years} >= 10  | drawn.school |        |
    |        | select_multiple job | work     | Jobs?        | ${years} >= 10  | drawn.jobs |          |
    |        | end_repeat          |          |              |                 |            |          |
    |        | integer             | cattle   | Cattle?      |                 | office.cattle |       |
    | choices |           |      |            |            |
    |         | list_name | name | label      | x_standard |
    |         | sex       | m    | Male       | 1          |
    |         | sex       | f    | Female     | 2          |
    |         | level     | 10   | None       | 1          |
    |         | level     | 21   | Short      | 2          |
    |         | level     | 22   | Long       | 2          |
    |         | level     | 30   | Religious  |            |
    |         | job       | 1    | Farm       | 1          |
    |         | job       | 2    | Shop       | 2          |
    |         | job       | 3    | Stall      | 2          |
    |         | job       | 4    | Fishing    |            |
"""


def harmonised(answers: Mapping[str, object], adapted: str = ADAPTED) -> Mapping[str, object]:
    """What the standard holds of the answers to an adapted form."""
    standard, other = drawn(STANDARD), drawn(adapted)
    plan = harmonise.plan_for(match(standard, other), standard, other, harmonise.prepared(standard))
    given = Instance(Head("drawn", "", "uuid:1", ""), answers)  # type: ignore[arg-type]
    (found,) = harmonise.harmonise([given], plan)
    assert found.head.form_id == "drawn"
    return found.answers


def person(**answers: str) -> Mapping[str, object]:
    """What the standard holds of one member."""
    rows = harmonised({"member": [answers]})["person"]
    assert isinstance(rows, list)
    return rows[0]


def test_answers_go_by_id_where_question_and_repeat_are_called_otherwise() -> None:
    found = harmonised({"cattle": "3", "member": [{"years": "30", "sex": "m"}, {"years": "17", "sex": "f"}]})
    assert found == {"person": [{"sex": "1", "age": "30", "adult": "1"}, {"sex": "2", "age": "17", "adult": "0"}]}


def test_finer_codes_become_the_code_of_the_standard_that_they_mean() -> None:
    assert person(years="40", school="22")["school"] == "2"
    assert person(years="40", school="10")["school"] == "1"


def test_a_code_that_the_standard_has_not_leaves_no_answer() -> None:
    assert "school" not in person(years="40", school="30")


def test_several_answers_go_over_one_by_one_and_each_stands_once() -> None:
    assert person(years="40", work="3 2 4 1")["jobs"] == "2 1"
    assert "jobs" not in person(years="40", work="4")


def test_whom_the_standard_would_not_have_asked_has_no_answer() -> None:
    assert person(years="12", school="22", work="1") == {"age": "12", "adult": "0"}


def test_what_the_standard_calculates_is_calculated_from_what_there_is() -> None:
    assert person(sex="m") == {"sex": "1", "adult": "0"}


def test_a_question_moved_into_a_repeat_has_no_answer_for_the_household() -> None:
    moved = ADAPTED.replace(
        "| integer             | years    |", "| integer | rooms | Rooms? | | drawn.rooms |\n | | integer | years |"
    )
    assert "rooms" not in harmonised({"member": [{"years": "30", "rooms": "4"}]}, moved)


def test_a_question_asked_once_for_all_answers_for_each_row() -> None:
    lines = ADAPTED.splitlines()
    school = next(line for line in lines if "drawn.school" in line).replace("${years} >= 10", "")
    once = "\n".join(line for line in lines if "drawn.school" not in line).replace(
        "|        | integer             | cattle", f"{school.strip()}\n    |        | integer             | cattle"
    )
    found = harmonised({"school": "21", "member": [{"years": "30"}, {"years": "8"}]}, once)
    assert found["person"] == [{"age": "30", "school": "2", "adult": "1"}, {"age": "8", "adult": "0"}]


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """An adaptation of the claims form in which the question on losses is called otherwise."""
    folder = project.create("claims", tmp_path / "office", languages=["en"]).folder
    book = openpyxl.load_workbook(folder / project.FORM)
    for column in book["survey"].iter_cols():
        for cell in column[1:]:
            if column[0].value != identity.QUESTION and isinstance(cell.value, str):
                cell.value = cell.value.replace("cl_loss", "losses")
    book.save(folder / project.FORM)
    return folder


@pytest.fixture
def sheets(office: Path, tmp_path: Path) -> Path:
    """One sheet of that form, filled."""
    tree = Form.from_workbook(workbook.read(office, draft=True))
    (tmp_path / "sheets").mkdir()
    filled = instances.build(tree, {"cl_id": "C-1", "losses": "1 4"}, instance_id="uuid:1")
    (tmp_path / "sheets" / "one.xml").write_bytes(filled)
    return tmp_path / "sheets"


def run(*words: object) -> Result:
    return CliRunner().invoke(group, ["harmonise", *map(str, words)])


def test_the_command_makes_tables_of_the_standard(office: Path, sheets: Path, tmp_path: Path) -> None:
    done = run(office, sheets, "-o", tmp_path / "made.csv.zip")
    assert done.exit_code == 0, done.output
    with ZipFile(tmp_path / "made.csv.zip") as packed, packed.open("claim.csv") as file:
        (claim,) = pd.read_csv(file, dtype="str").to_dict("records")
    assert {code: claim[f"cl_loss__{code}"] for code in "124"} == {"1": "1", "2": "0", "4": "1"}


def test_the_command_puts_data_of_before_into_a_newer_version(office: Path, sheets: Path, tmp_path: Path) -> None:
    done = run(office, sheets, "--to", catalog.folder("claims"), "-o", tmp_path / "made.csv.zip")
    assert done.exit_code == 0, done.output
    assert "claim: 1 rows" in done.stderr


def test_without_a_standard_the_command_asks_for_the_version_that_is_meant(sheets: Path, tmp_path: Path) -> None:
    done = run("claims", sheets, "-o", tmp_path / "made.csv.zip")
    assert isinstance(done.exception, WorkbookError)
    assert "--to" in done.exception.message
