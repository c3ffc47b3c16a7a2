"""A small standard questionnaire, an adaptation of it, and what offices and translators do to their texts."""

from __future__ import annotations

from pathlib import Path

import openpyxl

from forms import adaptation, delivery, ledger, translator_files, workbook, xlsx_cells
from forms.ledger import Text
from forms.xlsx_cells import Edit

FORM = """
[form]
id = "stay"
title = "Stay of {{country}}"
version = "2026112401"
language = "en"

[languages]
en = "English"
ru = "Русский"
tg = "Тоҷикӣ"
ar = "العربية"

[parameters]
country = "Popstan"
"""
SURVEY = """type,name,label,hint,constraint,constraint_message,universe
begin_group,person,Member of the household,,,,
text,p_name,Name,,,,all members
integer,age,How old is ${p_name}?,In full years.,. < 120,At most 119 years.,all members
select_one yesno,abroad,Did ${p_name} live outside {{country}} for **12 months**?,,,,aged 15 or more
end_group,,,,,,
"""
CHOICES = """list_name,name,label
yesno,1,Yes
yesno,2,No
"""
RUSSIAN = """sheet,name,column,text
survey,person,label,Член домохозяйства
survey,p_name,label,Имя
survey,age,label,Сколько лет: ${p_name}?
survey,age,hint,Полных лет.
survey,age,constraint_message,Не больше 119 лет.
survey,abroad,label,"${p_name}: жизнь вне {{country}} в течение **12 месяцев**?"
choices,yesno/1,label,Да
choices,yesno/2,label,Нет
"""
TAJIK = """sheet,name,column,text
survey,p_name,label,Ном
survey,age,label,${p_name} чандсола аст?
choices,yesno/1,label,Ҳа
"""


def standard(folder: Path) -> Path:
    """A form folder in English, all Russian, some Tajik and no Arabic."""
    files = {
        "form.toml": FORM,
        "survey.csv": SURVEY,
        "choices.csv": CHOICES,
        "translations/ru.csv": RUSSIAN,
        "translations/tg.csv": TAJIK,
    }
    place = folder / "stay"
    for name, text in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text, encoding="utf-8")
    for language in ("ru", "tg"):
        delivery.confirm(place, language, [])
    return place


def adapted(folder: Path, *languages: str) -> Path:
    """An adaptation of the standard, in these languages."""
    place = folder / "tjk"
    adaptation.create(str(standard(folder)), place, form_id="tjk", languages=languages or ("ru", "tg", "ar", "en"))
    return place


def built(folder: Path) -> Path:
    """The standard as one .xlsx."""
    workbook.write_xlsx(workbook.read(standard(folder), draft=True), folder / "stay.xlsx")
    return folder / "stay.xlsx"


def text(form: Path, language: str, name: str, column: str = "label") -> Text:
    """A text of a form by the name of its question or choice."""
    found = [each for each in ledger.read(form).texts(language) if each.column == column]
    return next(each for each in found if each.name.rpartition(".")[2] == name or each.name == name)


def office_writes(project: Path, language: str, name: str, new: str, column: str = "label") -> None:
    """The office types into a cell of form.xlsx (or of an .xlsx alone) and saves it."""
    book = project / "form.xlsx" if project.is_dir() else project
    form = ledger.read(project)
    sheet = "choices" if "/" in name else "survey"
    plain = name.rpartition("/")[2]
    row = next(row for row in form.written.sheets[sheet] if row.get("name") == plain)
    heading = f"{column}::{form.head.headings[language]}"
    book.write_bytes(xlsx_cells.change(book.read_bytes(), [Edit(sheet, row.line, heading, new)]))


def translator_writes(path: Path, texts: dict[str, object], heading: str = "text", column: str = "label") -> None:
    """The translator types into an .xlsx; texts by the name of the question or choice."""
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        places = {cell.value: cell.column for cell in sheet[1]}
        for line in range(2, sheet.max_row + 1):
            parsed = translator_files.parse_key(str(sheet.cell(line, places["key"]).value))
            assert parsed
            _, name, of = parsed[2]
            short = name.rpartition(".")[2]
            if of == column and (new := texts.get(name, texts.get(short, ""))) != "":
                sheet.cell(line, places[heading]).value = new
    book.save(path)


def sent(form: Path, language: str, name: str = "to_translate.xlsx") -> Path:
    """A file for the translator of a form, beside it."""
    path = form.parent / name
    delivery.send(form, language, path)
    return path
