"""Cell: text written into an existing .xlsx in place, so that everything else in the file stays as it was.

Formats, comments, pictures, formulas, further sheets and column widths survive; a program that reads a workbook and
writes it anew would lose what it does not know. The same edits of the same bytes give the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from forms import xlsx_rows
from forms.errors import WorkbookError
from forms.grids import letter, text_of
from forms.header import suggestion
from forms.sheets import LONGEST_CELL, column_name
from forms.xlsx_package import Package

_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_TRUTH = {"0": "FALSE", "1": "TRUE"}


@dataclass(frozen=True)
class Edit:
    """A text for one cell: its sheet by title, its row by the number that Excel shows, its column by heading."""

    sheet: str
    row: int
    column_name: str
    text: str


def change(data: bytes, edits: Iterable[Edit]) -> bytes:
    """The file with other texts in some cells; "" empties a cell. A column that is not there is added at the right.

    Headings are compared as forms know them (`Relevance` is `relevant`). A formula gives way to the text. Raises
    WorkbookError for a sheet that is not there, a row that cannot be, a text that no cell takes, and a cell that
    belongs to a formula of several cells.
    """
    package = Package(data)
    sheets: dict[str, _Sheet] = {}
    for edit in edits:
        sheet = sheets.setdefault(edit.sheet, _Sheet(package, edit.sheet))
        sheet.write(edit.row, edit.column_name, edit.text)
    for sheet in sheets.values():
        sheet.close()
    return package.pack()


def insert_row(data: bytes, sheet: str, after_row: int, cells: Mapping[str, str]) -> bytes:
    """The file with one more row in a sheet, below row `after_row`, that looks like it; `cells` are its texts.

    What stands below goes down by one, with comments, pictures, drop-down lists and whatever refers to it. Raises
    WorkbookError as `change` does, and for a row above the headings.
    """
    package = Package(data)
    opened = _Sheet(package, sheet)
    opened.insert(after_row)
    for heading, text in cells.items():
        opened.write(after_row + 1, heading, text)
    opened.close()
    return package.pack()


def delete_row(data: bytes, sheet: str, row: int) -> bytes:
    """The file without one row of a sheet; what stands below comes up. Raises WorkbookError for the headings."""
    package = Package(data)
    opened = _Sheet(package, sheet)
    opened.delete(row)
    opened.close()
    return package.pack()


class _Sheet:
    """A worksheet of an opened file."""

    def __init__(self, package: Package, title: str) -> None:
        titles = package.sheets()
        wanted = title.strip().lower()
        self.title = title if title in titles else next((name for name in titles if name.strip().lower() == wanted), "")
        if not self.title:
            raise WorkbookError(f"no sheet {title!r} in the workbook. {suggestion(title, titles)}")
        self.package = package
        self.part = titles[self.title]
        self.root = package.tree(self.part)
        self.data = self.root.find("{*}sheetData")
        self._strings: list[str] | None = None
        self._arrays: list[str] = []
        self._changed = False
        _number(self.data)
        self.rows = {int(row.get("r")): row for row in self.data}
        self.head = next((number for number, row in self.rows.items() if any(map(self._text, row))), 1)
        self.columns = self._columns()

    def write(self, number: int, heading: str, text: str) -> None:
        """Put a text into a cell."""
        place = f"{self.title} row {number}, {heading}"
        if not 1 <= number <= xlsx_rows.LAST_ROW:
            raise WorkbookError(f"{place}: rows go from 1 to {xlsx_rows.LAST_ROW:,}.")
        if len(text) > LONGEST_CELL or _UNWRITABLE.search(text):
            raise WorkbookError(f"{place}: too long for a cell ({LONGEST_CELL:,} characters), or a control character.")
        column = self.columns.get(column_name(heading))
        if column is None:
            if not text:
                return
            column = self._add_column(heading)
        self._put(number, column, text)

    def insert(self, after: int) -> None:
        """Make a new row below the row `after`, empty, in the format of its neighbours."""
        if after < self.head:
            raise WorkbookError(f"{self.title}: row {after} is above the headings. Put rows below row {self.head}.")
        like = after if after > self.head else after + 1
        old = self.rows.get(like)
        self._move(xlsx_rows.Shift(self.title, after + 1, 1, like))
        if old is not None:
            row = self._row(after + 1)
            for name in ("spans", "s", "customFormat", "outlineLevel"):
                if name in old.attrib:
                    row.set(name, old.get(name))
            for cell in old:
                if "s" in cell.attrib:
                    self._cell(after + 1, _column(cell)).set("s", cell.get("s"))

    def delete(self, number: int) -> None:
        """Take out a row."""
        if number <= self.head:
            raise WorkbookError(f"{self.title}: row {number} holds the headings, or stands above them. It stays.")
        self._begin()
        for cell in self.rows.get(number, ()):
            self._refuse_array(cell)
        self._move(xlsx_rows.Shift(self.title, number, -1))

    def close(self) -> None:
        """Bring in line what the file says elsewhere of the cells."""
        if not self._changed:
            return
        _recalculate(self.package)
        size = self.root.find("{*}dimension")
        places = [(int(row.get("r")), _column(cell)) for row in self.data for cell in row]
        if size is not None and places:
            lines, columns = [line for line, _ in places], [column for _, column in places]
            first, last = f"{letter(min(columns))}{min(lines)}", f"{letter(max(columns))}{max(lines)}"
            size.set("ref", first if first == last else f"{first}:{last}")

    def _move(self, shift: xlsx_rows.Shift) -> None:
        self._begin()
        xlsx_rows.move(self.package, self.part, shift)
        self.rows = {int(row.get("r")): row for row in self.data}

    def _begin(self) -> None:
        if not self._changed:
            self._changed = True
            _unshare(self.root)
            self._arrays = [
                formula.get("ref", "")
                for formula in self.root.iter("{*}f")
                if formula.get("t") in ("array", "dataTable")
            ]

    def _columns(self) -> dict[str, int]:
        """The place of each heading, the first one where two are one."""
        found: dict[str, int] = {}
        for cell in self.rows.get(self.head, ()):
            if text := self._text(cell).strip():
                found.setdefault(column_name(text), _column(cell))
        return found

    def _add_column(self, heading: str) -> int:
        """A column right of everything that says something."""
        said = (cell for row in self.data for cell in row if self._text(cell) or _formula(cell))
        last = max(map(_column, said), default=-1)
        self.columns[column_name(heading)] = last + 1
        self._put(self.head, last + 1, heading)
        return last + 1

    def _put(self, number: int, column: int, text: str) -> None:
        found = self._found(number, column)
        if text == ("" if found is None else self._text(found)) and not (found is not None and _formula(found)):
            return
        self._begin()
        cell = found if found is not None else self._cell(number, column)
        self._refuse_array(cell)
        for child in list(cell):
            cell.remove(child)
        for name in ("t", "cm", "vm"):
            cell.attrib.pop(name, None)
        if text:
            cell.set("t", "inlineStr")
            said = _new(_new(cell, "is"), "t")
            said.text = text
            said.set(_SPACE, "preserve")

    def _found(self, number: int, column: int) -> Any:
        row = self.rows.get(number)
        return None if row is None else next((cell for cell in row if _column(cell) == column), None)

    def _cell(self, number: int, column: int) -> Any:
        """The cell at a place, made where there is none: it looks like its row, its column, or what is beside it."""
        if (found := self._found(number, column)) is not None:
            return found
        row = self._row(number)
        left = [cell for cell in row if _column(cell) < column]
        above = self._found(number - 1, column) if number - 1 > self.head else None
        styles = [row.get("s") if row.get("customFormat") else None]
        if number != self.head:
            styles += [each.get("style") for each in self.root.iterfind("{*}cols/{*}col") if _covers(each, column)]
        styles += [each.get("s") for each in (*([] if above is None else [above]), *left[-1:])]
        cell = _new(row, "c")
        row.insert(len(left), cell)
        cell.set("r", f"{letter(column)}{number}")
        if style := next(filter(None, styles), ""):
            cell.set("s", style)
        return cell

    def _row(self, number: int) -> Any:
        if number not in self.rows:
            row = _new(self.data, "row")
            self.data.insert(sum(other < number for other in self.rows), row)
            row.set("r", str(number))
            self.rows[number] = row
        return self.rows[number]

    def _text(self, cell: Any) -> str:
        """What a cell shows."""
        kind, value = cell.get("t", "n"), cell.findtext("{*}v") or ""
        if kind == "inlineStr":
            return _said(cell.find("{*}is"))
        if kind == "s" and value:
            return self._string(int(value))
        if kind == "b":
            return _TRUTH.get(value, value)
        return text_of(float(value)) if kind == "n" and value else value

    def _string(self, number: int) -> str:
        if self._strings is None:
            part = next(self.package.related(self.package.workbook, "sharedStrings"), "")
            self._strings = [_said(each) for each in self.package.tree(part)] if part else []
        return self._strings[number] if number < len(self._strings) else ""

    def _refuse_array(self, cell: Any) -> None:
        """A cell of a formula that fills several cells cannot change alone."""
        line, column = int(cell.getparent().get("r")), _column(cell)
        for filled in self._arrays:
            if _holds(filled, line, column):
                raise WorkbookError(
                    f"{self.title}!{cell.get('r')}: part of a formula that fills {filled}. "
                    "Put its values in place of it first."
                )


def _said(text: Any) -> str:
    """The text of a string, without the reading aids that East Asian Excel puts beside it."""
    if text is None:
        return ""
    runs = [run.text or "" for run in text.iter("{*}t") if not run.getparent().tag.endswith("}rPh")]
    return "".join(runs)


def _new(parent: Any, name: str) -> Any:
    namespace = parent.tag.partition("}")[0]
    child = parent.makeelement(f"{namespace}}}{name}", nsmap=parent.nsmap)
    parent.append(child)
    return child


def _column(cell: Any) -> int:
    """The column of a cell, counted from 0."""
    number = 0
    for sign in cell.get("r").rstrip("0123456789"):
        number = number * 26 + ord(sign) - 64
    return number - 1


def _covers(columns: Any, column: int) -> bool:
    return int(columns.get("min")) <= column + 1 <= int(columns.get("max"))


def _formula(cell: Any) -> bool:
    return cell.find("{*}f") is not None


def _holds(ranges: str, line: int, column: int) -> bool:
    from openpyxl.utils import range_boundaries  # slow to import

    left, top, right, bottom = range_boundaries(ranges)
    return bool(left <= column + 1 <= right and top <= line <= bottom)


def _number(data: Any) -> None:
    """Write out the places of rows and cells that only their order tells."""
    line = 0
    for row in data:
        line = int(row.get("r", line + 1))
        row.set("r", str(line))
        place = -1
        for cell in row:
            if "r" not in cell.attrib:
                cell.set("r", f"{letter(place + 1)}{line}")
            place = _column(cell)


def _recalculate(package: Package) -> None:
    """Have Excel work out formulas anew when it opens the file: what they stand on has changed."""
    for chain in list(package.related(package.workbook, "calcChain")):
        package.drop(chain)  # names cells that may have no formula any more; Excel makes a new one
    calculation = package.tree(package.workbook).find("{*}calcPr")
    if calculation is not None:
        calculation.set("fullCalcOnLoad", "1")


def _unshare(root: Any) -> None:
    """Write out formulas that Excel keeps once for several cells: any of the cells may change or move."""
    from openpyxl.formula.translate import Translator  # slow to import

    masters: dict[str, tuple[str, str]] = {}
    for formula in root.iter("{*}f"):
        if formula.get("t") != "shared":
            continue
        place, key = formula.getparent().get("r"), formula.get("si", "")
        if formula.text:
            masters[key] = (formula.text, place)
        elif key in masters:
            text, origin = masters[key]
            formula.text = Translator(f"={text}", origin).translate_formula(place)[1:]
        for name in ("t", "si", "ref"):
            formula.attrib.pop(name, None)
