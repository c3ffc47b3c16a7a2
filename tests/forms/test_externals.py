"""Long lists leave the form as files, so that a tablet opens it quickly."""

from __future__ import annotations

import pytest

from forms import cases, externals, interview, workbook, xform
from tests.clients import javarosa

HEAD = """
| survey  | type                | name      | label::English (en) | label::Русский (ru) | choice_filter          |
|         | select_one district | district  | In which district?  | В каком районе?     |                        |
|         | select_one village  | village   | In which village?   | В каком селе?       | district = ${district} |
| choices | list_name           | name      | label::English (en) | label::Русский (ru) | district               |
|         | district            | 01        | North               | Север               |                        |
|         | district            | 02        | South               | Юг                  |                        |
"""


def form(villages: int, russian: str = "Deh") -> workbook.Workbook:
    """Two districts with villages in them, named in English `Deh 1`, `Deh 2` ..."""
    rows = "".join(
        f"| | village | {number:04} | Deh {number} | {russian} {number} | {1 + number % 2:02} |\n"
        for number in range(1, villages + 1)
    )
    settings = "| settings | form_id | version |\n| | areas | 2026112501 |\n"
    return workbook.from_markdown(f"{HEAD}{rows}{settings}")


def test_at_1_5_eight_hundred_villages_become_a_file_and_the_form_stays_small() -> None:
    compiled = xform.compile(form(2400))
    assert compiled.media == ("village.csv",)
    assert compiled.files["village.csv"].decode().splitlines()[:2] == ["name,label,district", "0001,Deh 1,02"]
    assert len(compiled.xml) < 300_000


def test_the_choices_of_a_file_are_still_filtered() -> None:
    compiled = xform.compile(form(500))
    offered = [f"{number:04}" for number in range(2, 501, 2)]
    case = {"name": "north", "answers": {"district": "01"}, "expect": {"choices": {"village": offered}}}
    [facts] = interview.run_cases(compiled.xml, [case], files=compiled.files)
    assert list(cases.differences(case, facts)) == []


@pytest.mark.skipif(not javarosa.available(), reason="no Java compiler (javac) on this machine")
def test_a_tablet_reads_the_file(tmp_path) -> None:
    compiled = xform.compile(form(2400))
    (tmp_path / "form.xml").write_bytes(compiled.xml)
    for name, data in compiled.files.items():
        (tmp_path / name).write_bytes(data)
    case = {"name": "north", "answers": {"district": "01", "village": "0002"}, "expect": {}}
    [facts] = javarosa.run_cases(tmp_path / "form.xml", [case], media=[tmp_path])["cases"]
    assert (facts.get("error"), facts["valid"]) == (None, True)


def test_a_list_of_three_hundred_stays_inside() -> None:
    assert xform.compile(form(externals.LARGE)).files == {}


def test_a_list_that_is_worded_by_language_stays_inside_and_is_named() -> None:
    book = form(2400, russian="Село")
    assert xform.compile(book).files == {}
    assert externals.kept_inside(book) == ("village",)


def test_the_codebook_still_knows_the_choices() -> None:
    from forms import codebook
    from forms.definition import Form

    variable = next(each for each in codebook.of(Form.from_workbook(form(2400))).variables if each.name == "village")
    assert len(variable.codes) == 2400
