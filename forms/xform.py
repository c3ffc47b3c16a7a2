"""XForm: the compiled questionnaire that a tablet downloads. The only caller of pyxform."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from pyxform.errors import PyXFormError
from pyxform.section import RepeatingSection
from pyxform.xls2xform import convert

from forms import externals, itext, sections
from forms.choicelists import CLOSED
from forms.definition import row_type
from forms.errors import CompileError
from forms.sheets import MEDIA, SURVEY, WORDING, Row, split_language
from forms.workbook import Workbook

# pyxform asks of every question in a group of a repeat whether its repeat is this one, and compares the two with all
# that is in them: a long roster then takes most of the time. Within one form two repeats are equal when they are one.
RepeatingSection.__eq__ = object.__eq__

_OURS = ("concept", "universe", "indicator", "source", "pii")
_ROW = re.compile(r"\[row : (\d+)\]\s*")
_SHEET = re.compile(r"On the '(\w+)' sheet")
_EMPTY_GROUP = re.compile(r'<group ref="[^"]*"\s*(?:/>|>(?:<label[^>]*/>|<label>[^<]*</label>)?</group>)')
"""What pyxform writes into the body for a group of calculations alone; ODK Validate refuses a group without content."""

_MEDIA = re.compile(r"jr://(?:file|file-csv|images|audio|video)/([^\"'<]+)")


@dataclass(frozen=True)
class XForm:
    """A compiled questionnaire.

    `md5` is the hex digest of `xml`, as form lists give it; `media` names the files that must lie beside
    the form; `warnings` are pyxform's, with the sheet's file and line; `files` are long lists of the form that became
    media (see `externals`), by name.
    """

    form_id: str
    version: str
    xml: bytes
    md5: str
    media: tuple[str, ...]
    warnings: tuple[str, ...]
    files: Mapping[str, bytes]


def compile(workbook: Workbook) -> XForm:  # noqa: A001 - the verb of this package
    """Compile a workbook, without the sections that its parameters leave out. The same rows give the same bytes.

    Raises CompileError where pyxform refuses.
    """
    workbook, files = externals.moved(_offered(sections.asked(workbook)))
    book: dict[str, object] = {"sheet_names": ["survey", "choices", "settings", "entities"]}
    for name, rows in (
        ("survey", [_survey_cells(row) for row in workbook.survey]),
        ("choices", _choice_cells(workbook)),
        ("settings", [workbook.settings]),
        ("entities", workbook.entities),
    ):
        columns = _columns(rows, workbook)
        book[f"{name}_header"] = [dict.fromkeys(columns)]
        book[name] = [{column: row[column] for column in columns if column in row} for row in rows]
    warnings: list[str] = []
    try:
        result = convert(book, warnings=warnings)
    except PyXFormError as error:
        raise CompileError(f"{workbook.header.id}: {_placed(str(error), workbook)}") from error
    xml = itext.share(_EMPTY_GROUP.sub("", result.xform)).encode()
    return XForm(
        form_id=workbook.header.id,
        version=workbook.header.version,
        xml=xml,
        md5=hashlib.md5(xml, usedforsecurity=False).hexdigest(),
        media=tuple(sorted(set(_MEDIA.findall(result.xform)))),
        warnings=tuple(_placed(text, workbook) for text in warnings),
        files=files,
    )


def _offered(workbook: Workbook) -> Workbook:
    """The workbook without codes whose time is over."""
    return replace(workbook, choices=tuple(row for row in workbook.choices if CLOSED not in row))


def _survey_cells(row: Row) -> dict[str, str]:
    """What of a row a tablet needs: the label of a calculation is for tables and codebooks, nobody sees it there."""
    unseen = row_type(row.get("type", "")).name == "calculate"
    return {
        column: text
        for column, text in row.items()
        if column not in _OURS and not column.startswith("x_") and not (unseen and split_language(column)[0] in WORDING)
    }


def _choice_cells(workbook: Workbook) -> list[dict[str, str]]:
    """Rows of the choices without columns that no expression reads: pyxform would send them to every tablet.

    Lists stand in the order in which they are first asked for, whatever files they came from.
    """
    shown = ("list_name", "name", "label", *MEDIA)
    read = set(re.findall(r"[\w.-]+", " ".join(_choice_expressions(workbook.survey))))
    if any("map" in row.get("appearance", "") for row in workbook.survey):
        read |= {"geometry", "marker-color", "marker-symbol", "stroke", "stroke-width", "fill"}
    return [
        {column: text for column, text in row.items() if split_language(column)[0] in shown or column in read}
        for row in sorted(workbook.choices, key=_place_of_list(workbook.survey))
    ]


def _place_of_list(survey: Iterable[Row]) -> Callable[[Row], tuple[int, str]]:
    asked = dict.fromkeys(row_type(row.get("type", "")).list_name for row in survey)
    places = {name: place for place, name in enumerate(asked)}
    return lambda row: (places.get(row.get("list_name"), len(places)), row.get("list_name", ""))


def _choice_expressions(survey: Iterable[Row]) -> Iterable[str]:
    for row in survey:
        for column, text in row.items():
            if column == "choice_filter" or "instance(" in text:
                yield text


def _columns(rows: Iterable[Mapping[str, str]], workbook: Workbook) -> list[str]:
    """All columns in one order, wherever the rows came from: pyxform writes attributes in the order it meets."""
    places = {column: place for place, column in enumerate(SURVEY)}
    languages = {heading: place for place, heading in enumerate(workbook.header.headings.values())}

    def place(column: str) -> tuple[int, int, str]:
        base, suffix = split_language(column)
        return places.get(base, len(places)), languages.get(suffix, -1), column

    return sorted({column for row in rows for column in row}, key=place)


def _placed(message: str, workbook: Workbook) -> str:
    """pyxform's message with the sheet's file and line instead of its own row number."""
    match = _ROW.search(message)
    if not match:
        return message
    sheet = _SHEET.search(message)
    rows = workbook.choices if sheet and sheet[1] == "choices" else workbook.survey
    index = int(match[1]) - 2  # pyxform counts the header as row 1
    if not 0 <= index < len(rows):
        return message
    return f"{rows[index].where}: {_ROW.sub('', message)}"
