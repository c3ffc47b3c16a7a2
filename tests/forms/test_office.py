"""The office edits a built workbook in Excel: what it meant arrives, what went wrong is said, nothing is lost."""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from forms import checks, workbook
from forms.errors import WorkbookError
from forms.translations import source_hash
from tests.drawing import workbook as drawn

FORM = """
    | survey |                  |       |                    |                     |              |            |     |
    |        | type             | name  | label::English (en)| label::Русский (ru) | relevant     | constraint | pii |
    |        | text             | unit  | Unit               | Единица             |              |            | no  |
    |        | integer          | age   | Age                | Возраст             |              | . <= 120   |     |
    |        | select_one yesno | work  | Does ${age} work?  | Работает ${age}?    | ${age} >= 15 |            |     |
    |        | note             | n     | Thanks, ${work}    | Спасибо, ${work}    | ${work}='1'  |            |     |
    | choices |           |      |                     |                     |
    |         | list_name | name | label::English (en) | label::Русский (ru) |
    |         | yesno     | 1    | Yes                 | Да                  |
    |         | yesno     | 2    | No                  | Нет                 |
    | settings |         |            |                  |
    |          | form_id | version    | default_language |
    |          | work    | 2026112401 | English (en)     |
    | _form |              |            |            |
    |       | section      | key        | text       |
    |       | form         | sample_key | unit       |
    |       | parameters   | year       | 2026       |
    |       | dispositions | 1          | 1.1        |
    """
Edit = Callable[[openpyxl.Workbook], object]


def built(folder: Path, edit: Edit) -> Path:
    """A built workbook, edited and saved."""
    path = folder / "form.xlsx"
    workbook.write_xlsx(drawn(FORM), path)
    book = openpyxl.load_workbook(path)
    edit(book)
    book.save(path)
    return path


def cell(sheet: str, name: str, heading: str, value: object) -> Edit:
    """Write into the cell of a row's name and a column's heading."""

    def edit(book: openpyxl.Workbook) -> None:
        grid = book[sheet]
        columns = {grid.cell(1, place).value: place for place in range(1, grid.max_column + 1)}
        line = next(n for n in range(2, grid.max_row + 1) if grid.cell(n, columns["name"]).value == name)
        grid.cell(line, columns[heading]).value = value

    return edit


def without(sheet: str, heading: str) -> Edit:
    """Delete a column."""

    def edit(book: openpyxl.Workbook) -> None:
        headings = [each.value for each in book[sheet][1]]
        book[sheet].delete_cols(headings.index(heading) + 1)

    return edit


def titled(sheet: str, title: str) -> Edit:
    return lambda book: setattr(book[sheet], "title", title)


def files(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.rglob("*.*")}


def imported(path: Path) -> Path:
    folder = path.parent / "imported"
    workbook.take_apart(path, folder)
    return folder


def test_of_an_edited_workbook_only_the_edited_cell_has_changed(tmp_path):
    for name in ("before", "after"):
        (tmp_path / name).mkdir()
    before = files(imported(built(tmp_path / "before", lambda book: None)))
    after = files(imported(built(tmp_path / "after", cell("survey", "age", "constraint", ". <= 130"))))
    assert after.pop("survey.csv") == before.pop("survey.csv").replace("120", "130")
    assert after == before


def test_a_wording_changed_in_one_language_makes_its_translation_stale(tmp_path):
    folder = imported(built(tmp_path, cell("survey", "age", "label::English (en)", "Age at the census")))
    [stale] = workbook.read(folder, draft=True).findings
    assert (stale.rule, stale.file.rpartition("/")[2]) == ("translation-stale", "ru.csv")
    assert "'age'" in stale.message


def test_a_wording_changed_in_all_languages_is_up_to_date(tmp_path):
    def reword(book):
        cell("survey", "age", "label::English (en)", "Age at the census")(book)
        cell("survey", "age", "label::Русский (ru)", "Возраст на день переписи")(book)

    assert workbook.read(imported(built(tmp_path, reword))).findings == ()


def test_what_only_form_toml_says_comes_back_from_excel(tmp_path):
    head = workbook.read(imported(built(tmp_path, lambda book: None))).header
    assert (head.sample_key, head.parameters, head.dispositions) == ("unit", {"year": "2026"}, {"1": "1.1"})


def test_a_column_that_the_office_added_survives(tmp_path):
    def add(book):
        book["survey"]["Z1"], book["survey"]["Z3"] = "Примечание отдела", "спросить ещё раз"

    folder = imported(built(tmp_path, add))
    workbook.write_xlsx(workbook.read(folder), tmp_path / "again.xlsx")
    assert workbook.read(tmp_path / "again.xlsx").survey[1]["x_примечание_отдела"] == "спросить ещё раз"


def test_a_workbook_explains_itself_in_the_languages_of_the_form(tmp_path):
    book = openpyxl.load_workbook(built(tmp_path, lambda book: None))
    assert [each.value for each in book["_readme"][1]] == ["English (en)", "Русский (ru)"]
    assert book["_readme"]["B2"].value == "Как изменить этот вопросник"
    assert book["survey"].freeze_panes == "C2"
    assert {cell.number_format for row in book["survey"].iter_rows() for cell in row if cell.value} == {"@"}
    assert {column.number_format for column in book["survey"].column_dimensions.values()} == {"@"}


def test_types_are_offered_with_the_lists_of_the_form(tmp_path):
    book = openpyxl.load_workbook(built(tmp_path, lambda book: None))
    offered = [each.value for each in book["_offers"]["A"]]
    assert "select_one yesno" in offered
    assert [rule.formula1 for rule in book["survey"].data_validations.dataValidation if "A2" in str(rule.sqref)] == [
        f"_offers!$A$2:$A${len(offered)}"
    ]


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (titled("survey", "Вопросы"), r"form\.xlsx: the sheet 'survey' is gone or has another name"),
        (titled("choices", "choices (2)"), r"form\.xlsx: the sheet 'choices' is gone or has another name"),
        (without("survey", "name"), r"form\.xlsx\[survey\]: no column 'name'"),
        (without("choices", "list_name"), r"form\.xlsx\[choices\]: no column 'list_name'"),
        (without("survey", "relevant"), r"form\.xlsx\[survey\]: the column 'relevant' is gone"),
        (cell("survey", "n", "name", "age"), r"\[survey\]:5: 'age' is already the name at form\.xlsx\[survey\]:3"),
        (cell("choices", "2", "name", "1"), r"\[choices\]:3: 'yesno/1' is already the name at"),
        (cell("survey", "age", "label::English (en)", None), r"\[survey\]:3 label::English \(en\): 'age' has no text"),
        (cell("survey", "age", "label::English (en)", "#REF!"), r"survey!\w3: Excel shows the error #REF!"),
        (cell("survey", "age", "constraint", datetime(2026, 6, 1)), r"survey!\w3: Excel made a date"),
        (cell("choices", "2", "name", datetime(2026, 2, 1)), r"choices!B3: Excel made a date"),
    ],
)
def test_what_cannot_be_taken_over_is_refused_with_its_place(tmp_path, edit, message):
    with pytest.raises(WorkbookError, match=message):
        imported(built(tmp_path, edit))


def test_a_misspelt_column_is_not_taken_for_a_column_of_the_office(tmp_path):
    def misspell(book):
        book["survey"]["Z1"], book["survey"]["Z3"] = "calculaton", "1 + 1"

    with pytest.raises(WorkbookError, match=r"unknown column 'calculaton'\. Did you mean 'calculation'\?"):
        imported(built(tmp_path, misspell))


@pytest.mark.parametrize(
    ("edit", "rule", "place"),
    [
        (cell("survey", "n", "relevant", "${work} = ‘1’"), "not-xpath", "relevant"),
        (cell("survey", "n", "relevant", "${work} = «1»"), "not-xpath", "relevant"),
        (cell("survey", "n", "relevant", "${age} > –98"), "not-xpath", "relevant"),
        (cell("survey", "age", "constraint", ". <= 120,5"), "not-xpath", "constraint"),
        (cell("survey", "age", "constraint", ". < 2026-06-01"), "date-bare", "constraint"),
        (cell("survey", "n", "relevant", "${аge} > 15"), "letters-mixed", "relevant"),
        (cell("survey", "age", "name", "аge"), "letters-mixed", "name"),
        (cell("survey", "work", "type", "select_оne yesno"), "letters-mixed", "type"),
        (cell("choices", "1", "name", "1.0"), "code-unknown", "relevant"),
        (cell("survey", "age", "label::Русский (ru)", None), "translation-missing", "label::Русский (ru)"),
        (cell("survey", "work", "label::Русский (ru)", "Работа?"), "translation-placeholder", "label::Русский (ru)"),
        (
            cell("survey", "n", "label::Русский (ru)", "${age}, ${work}"),
            "translation-placeholder",
            "label::Русский (ru)",
        ),
    ],
)
def test_what_was_typed_wrong_is_found_with_file_line_and_column(tmp_path, edit, rule, place):
    found = checks.check(workbook.read(built(tmp_path, edit), draft=True))
    [wrong] = [finding for finding in found if (finding.rule, finding.column) == (rule, place)]
    assert wrong.level == "error"
    assert wrong.row
    assert wrong.file.startswith("form.xlsx[")


@pytest.mark.parametrize(
    "edit",
    [
        cell("choices", "1", "name", 1.0),
        cell("survey", "age", "name", "age\u00a0"),
        cell("survey", "age", "name", "ag\u200be"),
        cell("survey", "work", "type", "select_one\u00a0yesno"),
        cell("survey", "work", "relevant", "${age}\u00a0>= 15"),
        cell("choices", "1", "list_name", " yesno "),
        titled("survey", "Survey "),
    ],
)
def test_what_nobody_sees_changes_nothing(tmp_path, edit):
    assert workbook.read(built(tmp_path, edit)).survey == drawn(FORM).survey
    assert workbook.read(tmp_path / "form.xlsx").choices == drawn(FORM).choices


def test_a_blank_that_does_not_break_stays_in_a_wording(tmp_path):
    path = built(tmp_path, cell("survey", "age", "label::Русский (ru)", "15\u00a0лет"))
    assert workbook.read(path).survey[1]["label::Русский (ru)"] == "15\u00a0лет"


def test_a_date_is_a_default_answer(tmp_path):
    def answer(book):
        book["survey"]["Z1"], book["survey"]["Z3"] = "default", datetime(2026, 6, 1)

    assert workbook.read(built(tmp_path, answer)).survey[1]["default"] == "2026-06-01"


@pytest.mark.parametrize(("codes", "file"), [(40, "choices.csv"), (41, "lists/yesno.csv")])
def test_a_long_list_gets_a_file_of_its_own(tmp_path, codes, file):
    def lengthen(book):
        for code in range(3, codes + 1):
            book["choices"].append(["yesno", str(code), f"Answer {code}", f"Ответ {code}"])

    text = (imported(built(tmp_path, lengthen)) / file).read_text(encoding="utf-8")
    assert f"{codes},Answer {codes}" in text


@pytest.mark.parametrize("name", ["form.xlsx", "form.xls"])
def test_an_old_or_locked_workbook_is_told_from_a_broken_one(tmp_path, name):
    (tmp_path / name).write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600))
    with pytest.raises(WorkbookError, match=r"an old (\.xls|Excel file).* save it as \.xlsx"):
        workbook.read(tmp_path / name)


def translations(folder: Path) -> tuple[Path, list[list[str]]]:
    path = folder / "translations/ru.csv"
    return path, list(csv.reader(path.read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_translators_file_may_be_reordered_and_have_semicolons(tmp_path, encoding):
    folder = imported(built(tmp_path, lambda book: None))
    before = workbook.read(folder).survey
    path, (header, *lines) = translations(folder)
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=";").writerows([header, *reversed(lines)])
    assert workbook.read(folder).survey == before


@pytest.mark.parametrize(
    ("pattern", "as_number"),
    [
        (r"0\d{7}", lambda text: str(int(text))),
        (r"[1-9]\d{5}e\d", lambda text: f'"{float(text):.2E}"'.replace(".", ",")),
    ],
)
def test_a_source_hash_that_excel_took_for_a_number_is_known_again(tmp_path, pattern, as_number):
    labels = (f"Age {number}" for number in itertools.count())
    label = next(label for label in labels if re.fullmatch(pattern, source_hash(label)))

    def reword(book):
        cell("survey", "age", "label::English (en)", label)(book)
        cell("survey", "age", "label::Русский (ru)", "Лет")(book)

    folder = imported(built(tmp_path, reword))
    path, _ = translations(folder)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(source_hash(label), as_number(source_hash(label))), encoding="utf-8")
    assert workbook.read(folder).findings == ()
    path.write_text(text.replace(source_hash(label), "ffffffff"), encoding="utf-8")
    assert [finding.rule for finding in workbook.read(folder, draft=True).findings] == ["translation-stale"]
