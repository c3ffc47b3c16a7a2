"""Line: one line of a CSPro data file, given its record and its case."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from forms.cspro_dictionary import Dictionary, Item, Record, read_text
from forms.errors import DataFileError


@dataclass(frozen=True)
class Line:
    """One line: its number in the file, its text padded with blanks to its record's length, the case's key."""

    number: int
    text: str
    case: str


@dataclass
class Sheet:
    """A file's lines by record, the cases in order with their first line, and what is odd.

    `misfits` are rows of `Tables.misfits`; `found` maps each kind of oddity to the lines that have it.
    """

    lines: dict[str, list[Line]]
    cases: dict[str, int] = field(default_factory=dict)
    misfits: list[tuple[str, ...]] = field(default_factory=list)
    found: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def report(self, line: Line, place: tuple[str, str, str], reason: str, kind: str = "") -> None:
        """List what is odd in a line at (table, item, value), and count it among its kind."""
        table, name, value = place
        self.misfits.append((table, line.case, name, value, f"line {line.number}: {reason}"))
        self.found[kind or reason].append(line.number)

    def warnings(self) -> Iterator[str]:
        """One sentence for each kind of oddity, with the first lines that have it."""
        for kind, numbers in self.found.items():
            yield f"{counted(len(numbers), 'line')}: {kind} ({first(numbers)})"


def counted(number: int, noun: str) -> str:
    """`1 line`, `2,345 lines`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def first(numbers: Sequence[object]) -> str:
    """The first five, and dots when there are more."""
    return ", ".join(str(number) for number in numbers[:5]) + (" ..." if len(numbers) > 5 else "")


def sort(dictionary: Dictionary, path: Path) -> Sheet:
    """Give every line of a file its record and its case.

    Lines whose end is cut are padded, for CSPro leaves blanks out there. A line without a known record, without
    a case or with a record that its case may not have again is listed whole in `misfits`.

    Raises DataFileError when the file cannot be read or no line fits the dictionary.
    """
    sheet = Sheet({record.name: [] for record in dictionary.records})
    by_type = {record.type.strip(): record for record in dictionary.records}
    kind = slice(dictionary.type_start, dictionary.type_start + dictionary.type_length)
    taken: set[tuple[str, str]] = set()
    for number, raw in enumerate(read_text(path).split("\n"), start=1):
        text = raw.rstrip("\r")
        if not text.strip():
            continue
        line = Line(number, text, _case(dictionary, text))
        record = by_type.get(text[kind].strip())
        if record is None:
            sheet.report(line, ("", "", text), f"record type {text[kind]!r} is not in the dictionary")
        elif not line.case.strip():
            sheet.report(line, (record.name, "", text), "no case is named")
        elif record.maximum == 1 and (record.name, line.case) in taken:
            sheet.report(line, (record.name, "", text), f"the case has its {record.name} already")
        else:
            taken.add((record.name, line.case))
            sheet.cases.setdefault(line.case, number)
            _place(sheet, record, line)
    if not sheet.cases:
        raise DataFileError(f"{path.name}: no line fits dictionary {dictionary.name}; is it this file's dictionary?")
    return sheet


def texts(item: Item, lines: Sequence[Line]) -> list[str | None]:
    """An item's text in every line; None where it is blank."""
    part = slice(item.start, item.start + item.length)
    return [line.text[part].strip() or None for line in lines]


def _case(dictionary: Dictionary, text: str) -> str:
    return "".join(text[item.start : item.start + item.length].ljust(item.length) for item in dictionary.ids)


def _place(sheet: Sheet, record: Record, line: Line) -> None:
    text = line.text
    end = max(item.start + item.length for item in record.items)
    sheet.lines[record.name].append(Line(line.number, text.ljust(end), line.case))
    if text[end:].strip():
        sheet.report(line, (record.name, "", text[end:]), f"text after the last item of {record.name}")
    elif len(text) < end:
        for item in record.items:
            if item.numeric and item.start < len(text) < item.start + item.length:
                cut = (record.name, item.name, text[item.start :])
                sheet.report(line, cut, f"the line ends within {item.name}")
