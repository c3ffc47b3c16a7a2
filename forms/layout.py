"""Layout: how the sheets of a built workbook look: the order of columns, their widths, and colours by what a row is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from forms.sheets import MEDIA, QUESTION_ID, STANDARD_CODE, WORDING, split_language

KEPT = (QUESTION_ID, STANDARD_CODE)
"""Columns that the office leaves alone: by them a question and a code are told again after any change."""

_NAMES = ("list_name", "type", "name")
_LOGIC = (
    *("required", "required_message", "relevant", "choice_filter", "constraint", "constraint_message"),
    *("soft_when", "soft_message", "calculation", "repeat_count", "default", "trigger", "read_only", "specify"),
    *("appearance", "parameters", "rows", "autoplay", "save_to", "no_app_error_string"),
)
_ABOUT = ("concept", "universe", "indicator", "source", "pii")
_ORDER = (*_NAMES, "label", "hint", "guidance_hint", *MEDIA, *_LOGIC, *_ABOUT)
_EXPRESSIONS = ("relevant", "constraint", "calculation", "choice_filter", "repeat_count", "soft_when", "trigger")
_WIDTHS = {
    **dict.fromkeys(WORDING, 46),
    **dict.fromkeys(("relevant", "constraint", "calculation", "choice_filter", "soft_when"), 34),
    **dict.fromkeys(("concept", "universe", "source"), 28),
    **dict.fromkeys(("text", "original"), 60),
    "type": 27,
    "name": 24,
    "list_name": 18,
    "required": 10,
    "appearance": 16,
    "key": 26,
    QUESTION_ID: 26,
    STANDARD_CODE: 12,
}


OFFERS = {"required": ("yes", "no"), "read_only": ("yes", "no"), "specify": ("yes",), "pii": ("yes", "no")}
"""What the drop-down lists of the sheet of questions show beside its types."""


@dataclass(frozen=True)
class Shade:
    """How rows look for which a formula about their first cells is true, in colours RRGGBB; `line` stands above."""

    when: str
    fill: str = ""
    ink: str = ""
    bold: bool = False
    line: str = ""


SURVEY_SHADES = (
    Shade('LEFT($A2,11)="begin_group"', "DCE6F2", "1F3A5F", bold=True),
    Shade('LEFT($A2,12)="begin_repeat"', "D5EBDD", "1D5138", bold=True),
    Shade('LEFT($A2,9)="end_group"', "DCE6F2", "7D8CA1"),
    Shade('LEFT($A2,10)="end_repeat"', "D5EBDD", "7D9A89"),
    Shade(
        'OR($A2="calculate",$A2="hidden",$A2="start",$A2="end",$A2="today",$A2="deviceid",$A2="username",$A2="audit")',
        "EFEFEF",
        "6B6B6B",
    ),
    Shade('$A2="note"', "FFF8E1"),
    Shade('LEFT($A2,7)="select_"', "F3F8FD"),
)
"""Looked at in this order, the first that holds wins; a row typed or moved later looks right by itself."""

CHOICES_SHADES = (Shade("$A2<>$A1", line="8FA3BF"),)
"""A line between two lists."""

HEADINGS = (("1F3A5F", _NAMES), ("1F6F5C", (*WORDING, *MEDIA)), ("5B3F73", _LOGIC), ("55606E", _ABOUT))
"""Colours of headings: what a row is, what people read, what the tablet does, what the office says about it."""

PLAIN_HEADING, OWN_HEADING, KEPT_HEADING = "1F3A5F", "8A6D3B", "A6A6A6"
KEPT_FILL, KEPT_INK = "F2F2F2", "A6A6A6"
HINT = ("Kept by Enumera", "This id tells the question or code again after any change. Leave it as it is.")
REFUSAL = "This cell is kept by Enumera. Do you want to change it all the same?"


def arranged(columns: Iterable[str]) -> list[str]:
    """The columns as an officer looks for them: type, name, wording, logic, remarks, own ones, and what is kept."""
    places = {column: place for place, column in enumerate(_ORDER)}

    def place(column: str) -> int:
        base = split_language(column)[0]
        return len(_ORDER) + 1 if column in KEPT else places.get(base, len(_ORDER))

    return sorted(columns, key=place)


def heading(column: str) -> str:
    """The colour of a column's heading in the sheets of questions and choices."""
    base = split_language(column)[0]
    if column in KEPT:
        return KEPT_HEADING
    return next((colour for colour, names in HEADINGS if base in names), OWN_HEADING)


def width(column: str) -> int:
    """The width of a column in characters."""
    return _WIDTHS.get(split_language(column)[0], max(14, min(40, len(column) + 4)))


def is_expression(column: str) -> bool:
    """Does the column hold what a machine works out, where each sign counts?"""
    return column in _EXPRESSIONS


def depths(rows: Sequence[Mapping[str, str]]) -> list[int]:
    """How many groups and repeats are around each row; the row that opens one stands outside, its end inside."""
    found, depth = [], 0
    for row in rows:
        kind = row.get("type", "").replace(" ", "_")
        found.append(depth)
        depth += kind.startswith("begin_") - (kind.startswith("end_") and depth > 0)
    return found
