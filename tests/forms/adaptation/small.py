"""A small standard: a household with its members, two indicators, in English and Russian, and its adaptation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl

from forms import adaptation, translations
from forms.adaptation import Project

HEAD = """
[form]
id = "small"
title = "Households"
version = "2026110101"
language = "en"
table = "household"
sample_key = "household_id"
result = "result"
visit = "visit_no"

[languages]
en = "English"
ru = "Русский"

[dispositions]
1 = "1.1"
2 = "1.2"
3 = ""
5 = "2.11"

[dispositions_at_close]
3 = "2.24"
"""

SURVEY = """type,name,label,constraint,constraint_message,relevant,repeat_count,required,calculation
start,start,,,,,,,
end,end,,,,,,,
deviceid,deviceid,,,,,,,
select_one_from_file households.csv,household_id,Household,,,,,yes,
integer,visit_no,Number of the visit,. >= 1 and . <= 9,From 1 to 9,,,yes,
select_one result,result,Result of the visit,,,,,yes,
integer,n_persons,How many persons live here?,. >= 1 and . <= 30,From 1 to 30,${result} = '1',,yes,
begin_repeat,person,Person,,,,${n_persons},,
integer,age,How old is this person?,. >= 0 and . <= 120,From 0 to 120,,,yes,
select_one place,born,Where was this person born?,,,,,yes,
end_repeat,,,,,,,,
"""

CHOICES = """list_name,name,label
result,1,Completed
result,2,Partly completed
result,3,Nobody at home
result,5,Refused
place,1,In this country
place,2,In another country
"""

RUSSIAN = {
    "Household": "Домохозяйство",
    "Number of the visit": "Номер визита",
    "From 1 to 9": "От 1 до 9",
    "Result of the visit": "Итог визита",
    "How many persons live here?": "Сколько здесь живёт человек?",
    "From 1 to 30": "От 1 до 30",
    "Person": "Человек",
    "How old is this person?": "Сколько лет этому человеку?",
    "From 0 to 120": "От 0 до 120",
    "Where was this person born?": "Где родился этот человек?",
    "Completed": "Завершено",
    "Partly completed": "Завершено частично",
    "Nobody at home": "Никого нет дома",
    "Refused": "Отказ",
    "In this country": "В этой стране",
    "In another country": "В другой стране",
}

CONTRACT = """
[indicators.S-1]
title = "Born abroad, share of persons"
table = "person"
statistic = "share"
of = { born = ["2"] }
among = { born = ["1", "2"] }

[indicators.S-2]
title = "Mean age"
table = "person"
statistic = "mean"
variable = "age"
"""


def write_standard(folder: Path) -> Path:
    """The standard as a form folder."""
    folder.mkdir(parents=True)
    files = {"form.toml": HEAD, "survey.csv": SURVEY, "choices.csv": CHOICES, "contract.toml": CONTRACT}
    for name, text in files.items():
        (folder / name).write_text(text.lstrip(), encoding="utf-8")
    lines = ["sheet,name,column,text,source"]
    for sheet, text in (("survey", SURVEY), ("choices", CHOICES)):
        head, *rows = [line.split(",") for line in text.strip().splitlines()]
        for row in rows:
            cells = dict(zip(head, row, strict=True))
            name = f"{cells['list_name']}/{cells['name']}" if sheet == "choices" else cells["name"]
            said = {column: cells.get(column) for column in ("label", "constraint_message")}
            lines += [
                f"{sheet},{name},{column},{RUSSIAN[source]},{translations.source_hash(source)}"
                for column, source in said.items()
                if source
            ]
    (folder / "translations").mkdir()
    (folder / "translations" / "ru.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def adapt(place: Path, form_id: str = "office") -> Project:
    """An adaptation of it, in a folder beside it."""
    return adaptation.create(str(write_standard(place / "small")), place / form_id, form_id=form_id)


def edit(project: Project, change: Callable[[openpyxl.Workbook], None]) -> Project:
    """The adaptation after somebody worked on form.xlsx."""
    path = project.folder / "form.xlsx"
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)
    return adaptation.open_folder(project.folder)


def put(sheet: str, name: str, column: str, text: str) -> Callable[[openpyxl.Workbook], None]:
    """Write a cell of the row of that name, in a new column if need be; a choice is named `list/code`."""

    def change(book: openpyxl.Workbook) -> None:
        page = book[sheet]
        heads = {cell.value: cell.column for cell in page[1]}
        for row in page.iter_rows(min_row=2):
            cells = {head: row[at - 1].value for head, at in heads.items()}
            own = f"{cells.get('list_name')}/{cells['name']}" if sheet == "choices" else cells["name"]
            if str(own) == name:
                at = heads.get(column) or page.max_column + 1
                page.cell(1, at).value = column
                page.cell(row[0].row, at).value = text or None
                return
        raise AssertionError(f"{sheet}: no {name}")

    return change


def add(after: str, **cells: str) -> Callable[[openpyxl.Workbook], None]:
    """Insert a question after another; `label_ru` and the like are its wording by language."""
    languages = {"en": "English (en)", "ru": "Русский (ru)"}

    def change(book: openpyxl.Workbook) -> None:
        page = book["survey"]
        heads = {cell.value: cell.column for cell in page[1]}
        at = 1 + next(row[0].row for row in page.iter_rows(min_row=2) if row[heads["name"] - 1].value == after)
        page.insert_rows(at)
        for key, text in cells.items():
            base, _, code = key.rpartition("_")
            page.cell(at, heads[f"{base}::{languages[code]}" if code in languages else key]).value = text

    return change


def drop(name: str) -> Callable[[openpyxl.Workbook], None]:
    """Delete a question."""

    def change(book: openpyxl.Workbook) -> None:
        page = book["survey"]
        at = next(cell.row for row in page.iter_rows(min_row=2) for cell in row if cell.value == name)
        page.delete_rows(at)

    return change
