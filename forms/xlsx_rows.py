"""Shift: one row more or one less in a sheet of an .xlsx, and everything that says where a cell stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from forms.xlsx_package import Package

LAST_ROW = 1_048_576

_REFERENCE = re.compile(r"(\$?[A-Z]{0,3}\$?)(\d+)(?::(\$?[A-Z]{0,3}\$?)(\d+))?", re.IGNORECASE)
_RELATIVE = re.compile(r"(?<![$\d])\d+")
_PREFIXED = re.compile(r"(?:('(?:[^']|'')+'|[^'!]+)!)?([^!]+)")
_NOTE = re.compile(rb"<(\w+):shape\s.*?</\1:shape>", re.DOTALL)
_NOTE_ROW = re.compile(rb"(<\w+:Row>\s*)(\d+)(\s*</\w+:Row>)")
_NOTE_ANCHOR = re.compile(rb"(<\w+:Anchor>)([^<]*)(</\w+:Anchor>)")
_RANGES = {
    "sqref": ("dataValidation", "conditionalFormatting", "protectedRange", "ignoredError"),
    "ref": ("mergeCell", "hyperlink", "autoFilter", "sortState", "sortCondition", "dimension", "f"),
}
_GROWN = ("dataValidation", "conditionalFormatting", "autoFilter", "dimension")
"""What a row that is put directly below belongs to as well: it looks and behaves like the row above it."""

_FORMULAS = ("f", "formula", "formula1", "formula2", "definedName")
_COUNTED = ("mergeCells", "dataValidations", "hyperlinks", "protectedRanges", "ignoredErrors")


@dataclass(frozen=True)
class Shift:
    """In a sheet, row `at` and those below go down by one (`by` 1), or row `at` goes and those below come up (-1).

    A new row is made after the row `like`: formats and drop-down lists that hold there hold in the new row too.
    """

    sheet: str
    at: int
    by: int
    like: int = 0

    def row(self, number: int) -> int | None:
        """Where a row is now; None when it is gone."""
        if self.by < 0 and number == self.at:
            return None
        return min(number + self.by, LAST_ROW) if number >= self.at else number

    def span(self, first: int, last: int, *, grows: bool = False) -> tuple[int, int] | None:
        """Where rows from first to last are now; None when all are gone."""
        if self.by > 0 and grows and first <= self.like <= last:
            return first, min(last + 1, LAST_ROW)
        if self.by > 0:
            return first + (first >= self.at), min(last + (last >= self.at), LAST_ROW)
        first, last = first - (first > self.at), last - (last >= self.at)
        return (first, last) if first <= last else None

    def reference(self, text: str, *, grows: bool = False) -> str | None:
        """`A5`, `$A$5:C9` or `3:5` as it is now; None when it is gone. Other words stay as they are."""
        match = _REFERENCE.fullmatch(text)
        if not match:
            return text
        first, last = int(match[2]), int(match[4] or match[2])
        moved = self.span(first, last, grows=grows)
        if moved is None:
            return None
        alone = match[4] is None and moved[0] == moved[1]
        return f"{match[1]}{moved[0]}" + ("" if alone else f":{match[3] or match[1]}{moved[1]}")

    def ranges(self, text: str, *, grows: bool = False) -> str:
        """Ranges between blanks; "" when all are gone."""
        return " ".join(filter(None, (self.reference(part, grows=grows) for part in text.split())))

    def formula(self, text: str, home: str, down: int | None = None) -> str:
        """A formula that stands in the sheet `home`; what it takes from a row that is gone becomes `#REF!`.

        With `down`, it is the formula of a whole range: what it says relative to that moves by so many rows.
        """
        from openpyxl.formula.tokenizer import Token, Tokenizer, TokenizerError  # slow to import

        if not any(letter.isdigit() for letter in text):
            return text
        try:
            tokens = Tokenizer(f"={text}").items
        except TokenizerError:  # a function that is newer than the reader of formulas
            return text
        return "".join(
            self._operand(token.value, home, down) if token.subtype == Token.RANGE else token.value for token in tokens
        )

    def _operand(self, text: str, home: str, down: int | None) -> str:
        match = _PREFIXED.fullmatch(text)
        if not match:
            return text
        sheet = (match[1] or home).strip("'").replace("''", "'")
        if sheet.casefold() != self.sheet.casefold():
            return text
        prefix = f"{match[1]}!" if match[1] else ""
        if down is not None and _RELATIVE.search(match[2]):
            return prefix + _RELATIVE.sub(lambda row: str(int(row[0]) + down), match[2])
        return prefix + (self.reference(match[2]) or "#REF!")


def move(package: Package, part: str, shift: Shift) -> None:
    """Make room for a row below the others, or close the gap of one that is gone, in a whole workbook."""
    root = package.tree(part)
    _move_formulas(package, shift)
    _move_cells(root, shift)
    _move_ranges(root, shift)
    for comments in (*package.related(part, "comments"), *package.related(part, "threadedComment")):
        _move_attributes(package.tree(comments), ("comment", "threadedComment"), shift)
    for drawing in package.related(part, "vmlDrawing"):
        package.parts[drawing] = _NOTE.sub(lambda note: _moved_note(note[0], shift), package.parts[drawing])
    for drawing in package.related(part, "drawing"):
        _move_pictures(package.tree(drawing), shift)
    for table in package.related(part, "table"):
        _move_table(package.tree(table), shift)


def _move_cells(root: Any, shift: Shift) -> None:
    for row in root.iterfind("{*}sheetData/{*}row"):
        moved = shift.row(int(row.get("r")))
        if moved is None:
            row.getparent().remove(row)
        elif str(moved) != row.get("r"):
            row.set("r", str(moved))
            for cell in row:
                cell.set("r", f"{cell.get('r').rstrip('0123456789')}{moved}")
    for line in list(root.iterfind("{*}rowBreaks/{*}brk")):
        number = shift.row(int(line.get("id")))
        if number is None:
            line.getparent().remove(line)
        else:
            line.set("id", str(number))


def _move_ranges(root: Any, shift: Shift) -> None:
    for attribute, names in _RANGES.items():
        for element in [element for name in names for element in root.iter(f"{{*}}{name}")]:
            if text := element.get(attribute):
                grows = element.tag.rpartition("}")[2] in _GROWN
                _set_or_remove(element, attribute, shift.ranges(text, grows=grows))
    for element in list(root.iter("{*}sqref")):  # Excel's own extensions say it as text
        moved = shift.ranges(element.text or "", grows=True)
        if moved:
            element.text = moved
        else:
            element.getparent().getparent().remove(element.getparent())
    for element in [element for name in _COUNTED for element in root.iter(f"{{*}}{name}")]:
        if not len(element):
            element.getparent().remove(element)
        elif element.get("count"):
            element.set("count", str(len(element)))


def _move_attributes(root: Any, names: tuple[str, ...], shift: Shift) -> None:
    for element in [element for name in names for element in root.iter(f"{{*}}{name}")]:
        _set_or_remove(element, "ref", shift.reference(element.get("ref", "")) or "")


def _set_or_remove(element: Any, attribute: str, text: str) -> None:
    if text:
        element.set(attribute, text)
    else:
        element.getparent().remove(element)


def _move_formulas(package: Package, shift: Shift) -> None:
    for home, element in _formulas(package):
        if element.text:
            down = _down(element, shift) if home == shift.sheet else None
            moved = shift.formula(element.text, home, down)
            if moved != element.text:
                element.text = moved


def _down(formula: Any, shift: Shift) -> int | None:
    """By how many rows the range goes down whose condition the formula is; None for the formula of a cell."""
    for around in formula.iterancestors():
        ranges = around.get("sqref") or around.findtext("{*}sqref")
        if ranges and (first := re.search(r"\d+", ranges)):
            moved = shift.span(int(first[0]), LAST_ROW, grows=True)
            return moved[0] - int(first[0]) if moved else 0
    return None


def _formulas(package: Package) -> Iterator[tuple[str, Any]]:
    """Each formula of the workbook, with the sheet that it speaks of when it names none."""
    for title, part in package.sheets().items():
        for name in _FORMULAS:
            yield from ((title, element) for element in package.tree(part).iter(f"{{*}}{name}"))
        for drawing in package.related(part, "drawing"):
            for chart in package.related(drawing, "chart"):
                yield from ((title, element) for element in package.tree(chart).iter("{*}f"))
    for element in package.tree(package.workbook).iter("{*}definedName"):
        yield "", element


def _moved_note(note: bytes, shift: Shift) -> bytes:
    """The shape of a comment, with the row it belongs to and the rows its box stands in."""
    found = _NOTE_ROW.search(note)
    if not found:
        return note
    old = int(found[2])
    new = shift.row(old + 1)
    if new is None:
        return b""
    down = new - 1 - old
    if not down:
        return note
    note = _NOTE_ROW.sub(lambda row: row[1] + str(old + down).encode() + row[3], note)
    return _NOTE_ANCHOR.sub(lambda anchor: anchor[1] + _moved_anchor(anchor[2], down) + anchor[3], note)


def _moved_anchor(text: bytes, down: int) -> bytes:
    numbers = text.split(b",")
    for place in (2, 6):
        if place < len(numbers):
            numbers[place] = b" %d" % max(0, int(numbers[place]) + down)
    return b",".join(numbers)


def _move_pictures(root: Any, shift: Shift) -> None:
    """Pictures go with the row that they begin in, and grow with the rows that they cover unless told not to."""
    for anchor in root:
        starts, ends = anchor.find("{*}from/{*}row"), anchor.find("{*}to/{*}row")
        if starts is None or anchor.get("editAs") == "absolute":
            continue
        top = int(starts.text)
        moved = shift.span(top + 1, LAST_ROW)
        down = moved[0] - 1 - top if moved else 0
        if ends is not None:
            bottom = int(ends.text)
            span = shift.span(top + 1, bottom + 1) or (top + 1, top + 1)
            ends.text = str(bottom + down if anchor.get("editAs") == "oneCell" else span[1] - 1)
        starts.text = str(top + down)


def _move_table(root: Any, shift: Shift) -> None:
    """An Excel table takes in a row put directly below it, and keeps one row below its headings."""
    grows = root.get("totalsRowCount", "0") == "0"
    for element in (root, *root.iter("{*}autoFilter")):
        moved = shift.ranges(element.get("ref", ""), grows=grows)
        first, last = (int(number) for number in re.findall(r"\d+", moved)) if ":" in moved else (0, 0)
        if first < last:
            element.set("ref", moved)
