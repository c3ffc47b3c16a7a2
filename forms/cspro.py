"""Census: a CSPro data file (fixed width) read as linked tables, with its codebook and what is odd about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from forms import cspro_lines, values
from forms.codebook import Codebook, Variable
from forms.cspro_dictionary import Dictionary, Item, Record, Value, read_dictionary
from forms.cspro_geography import not_coded_by_area
from forms.cspro_lines import Line, Sheet
from forms.tables import MISFIT_COLUMNS, Tables
from forms.wording import WORDS, in_language

__all__ = ["Census", "Dictionary", "codebook", "read", "read_dictionary", "records"]

REASONS = {"NOTAPPL": "not_applicable", "MISSING": "not_stated", "REFUSED": "refused"}
"""What CSPro's special values stand for."""

WIDEST_CODED_RANGE = 100
"""A labelled range of more codes than this is a bracket of numbers, not a set of codes."""


@dataclass(frozen=True)
class Census:
    """The cases of a data file.

    The root table, named after the dictionary's level, has a row for each case: the items that identify it
    (their text joined is the `key`) and those of the records that a case has once. Every other record is a
    table of its own. Numeric items are Int64, with decimals Float64, others text; blank is missing. `warnings`
    says in words what to know before using the numbers; line by line it is in `tables.misfits`.
    """

    tables: Tables
    codebook: Codebook
    warnings: tuple[str, ...]


def read(dictionary_path: Path | str, data_path: Path | str) -> Census:
    """Read a data file (.gz or not) by its dictionary; nothing in it is dropped silently.

    Values outside the value set stay and are listed; what is no number is missing and listed; lines that fit no
    record or no case are listed whole.

    Raises DataFileError when a file cannot be read or no line fits the dictionary.
    """
    dictionary = read_dictionary(Path(dictionary_path))
    sheet = cspro_lines.sort(dictionary, Path(data_path))
    frames = {dictionary.level: _root_frame(dictionary, sheet)}
    for record in dictionary.records:
        if record.maximum > 1:
            frames[record.name] = _record_frame(record, sheet)
    warnings = (
        *sheet.warnings(),
        *_records_lacking(dictionary, sheet),
        *_records_in_excess(dictionary, sheet),
        *not_coded_by_area(dictionary, frames),
    )
    misfits = pd.DataFrame(sheet.misfits, columns=list(MISFIT_COLUMNS), dtype="str")
    return Census(Tables(dictionary.level, frames, misfits), codebook(dictionary), warnings)


def records(dictionary_path: Path | str, data_path: Path | str) -> dict[str, pd.DataFrame]:
    """The lines of each record as they are written: one text column for each item, the case's items first.

    Codes keep their leading zeros; blank is "". Raises DataFileError as `read` does.
    """
    dictionary = read_dictionary(Path(dictionary_path))
    sheet = cspro_lines.sort(dictionary, Path(data_path))
    return {
        record.name: pd.DataFrame(
            {
                item.name: pd.Series(cspro_lines.texts(item, sheet.lines[record.name]), dtype="str").fillna("")
                for item in (*dictionary.ids, *record.items)
            }
        )
        for record in dictionary.records
    }


def _root_frame(dictionary: Dictionary, sheet: Sheet) -> pd.DataFrame:
    single = [record for record in dictionary.records if record.maximum == 1]
    firsts: dict[str, Line] = {}
    for lines in sheet.lines.values():
        for line in lines:
            firsts.setdefault(line.case, line)
    cases = list(sheet.cases)
    columns = {"key": pd.Series(cases, dtype="str")}
    columns |= _columns(dictionary.ids, [firsts[case] for case in cases], dictionary.level, sheet)
    for record in single:
        lines = sheet.lines[record.name]
        typed = pd.DataFrame(_columns(record.items, lines, record.name, sheet))
        placed = typed.set_axis([line.case for line in lines]).reindex(cases)
        columns |= {str(name): column.reset_index(drop=True) for name, column in placed.items()}
    return pd.DataFrame(columns)


def _record_frame(record: Record, sheet: Sheet) -> pd.DataFrame:
    lines = sheet.lines[record.name]
    seen: Counter[str] = Counter()
    keys = []
    for line in lines:
        seen[line.case] += 1
        keys.append(f"{line.case}/{record.name}[{seen[line.case]}]")
    parents = pd.Series([line.case for line in lines], dtype="str")
    columns = {"key": pd.Series(keys, dtype="str"), "parent": parents}
    return pd.DataFrame(columns | _columns(record.items, lines, record.name, sheet))


def _columns(items: Sequence[Item], lines: Sequence[Line], table: str, sheet: Sheet) -> dict[str, pd.Series]:
    return {item.name: _column(item, lines, table, sheet) for item in items}


def _column(item: Item, lines: Sequence[Line], table: str, sheet: Sheet) -> pd.Series:
    written = cspro_lines.texts(item, lines)
    points = {text: _pointed(item, text) for text in set(written) if text is not None}
    column, reasons = values.typed([text and points[text] for text in written], _number_kind(item))
    odd = {text: f"{item.name} is {reasons[points[text]]}" for text in points if points[text] in reasons}
    odd |= {
        text: f"{item.name} has a value outside its value set"
        for text in points
        if text not in odd and not _in_value_set(item, points[text])
    }
    if odd:
        for line, text in zip(lines, written, strict=True):
            if text in odd:
                sheet.report(line, (table, item.name, text), odd[text])
    return column


def _number_kind(item: Item) -> str:
    if not item.numeric:
        return "text"
    return "decimal" if item.decimals else "integer"


def _pointed(item: Item, text: str) -> str:
    """Write the point that the dictionary only means: `1250` with two decimals is 12.50."""
    if not item.decimals or item.decimal_mark or "." in text:
        return text
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    digits = digits.strip().zfill(item.decimals + 1)
    return f"{sign}{digits[: -item.decimals]}.{digits[-item.decimals :]}"


def _in_value_set(item: Item, text: str) -> bool:
    pairs = [pair for value in item.values for pair in value.ranges if pair[0]]
    if not pairs:
        return True
    if not item.numeric:
        return any(low <= text <= high for low, high in pairs)
    return any(float(low) <= float(text) <= float(high) for low, high in pairs)


def _records_lacking(dictionary: Dictionary, sheet: Sheet) -> Iterator[str]:
    for record in dictionary.records:
        if record.required:
            having = {line.case for line in sheet.lines[record.name]}
            numbers = [number for case, number in sheet.cases.items() if case not in having]
            if numbers:
                cases = cspro_lines.counted(len(numbers), "case")
                yield f"{cases} without the required record {record.name} (from line {cspro_lines.first(numbers)})"


def _records_in_excess(dictionary: Dictionary, sheet: Sheet) -> Iterator[str]:
    for record in dictionary.records:
        times = Counter(line.case for line in sheet.lines[record.name])
        numbers = [sheet.cases[case] for case, count in times.items() if count > record.maximum]
        if numbers:
            cases = cspro_lines.counted(len(numbers), "case")
            yield (
                f"{cases} with more than {record.maximum} records {record.name}, all kept "
                f"(from line {cspro_lines.first(numbers)})"
            )


def codebook(dictionary: Dictionary) -> Codebook:
    """What every item of a dictionary means: a variable for each, its value set as codes and missing codes."""
    variables = [Variable("key", dictionary.level, "text", labels=WORDS["key"])]
    variables += (_variable(item, dictionary.level) for item in dictionary.ids)
    for record in dictionary.records:
        if record.maximum == 1:
            variables += (_variable(item, dictionary.level) for item in record.items)
    for record in dictionary.records:
        if record.maximum > 1:
            variables.append(Variable("key", record.name, "text", labels=WORDS["key"]))
            variables.append(Variable("parent", record.name, "text", labels=WORDS["parent"]))
            variables += (_variable(item, record.name) for item in record.items)
    languages = dictionary.languages
    title = in_language(dictionary.labels, languages[0]) or dictionary.name
    return Codebook(title, languages[0], languages, tuple(variables))


def _variable(item: Item, table: str) -> Variable:
    missing = {
        _code(item, low): REASONS[value.special]
        for value in item.values
        if value.special in REASONS
        for low, _ in value.ranges or (("", ""),)
    }
    codes = {
        code: value.labels
        for value in item.values
        if value.labels and any(low for low, _ in value.ranges)
        for code in _codes(item, value)
    }
    kind = "category" if codes and _all_are_codes(item) else _number_kind(item)
    return Variable(item.name, table, kind, item.labels, codes, missing, path=f"{table}/{item.name}")


def _all_are_codes(item: Item) -> bool:
    """Is every value a labelled code? Otherwise the item counts or measures, and only some values have a name."""
    ordinary = [value for value in item.values if not value.special]
    return not (item.numeric and item.decimals) and all(value.labels and _codes(item, value) for value in ordinary)


def _codes(item: Item, value: Value) -> tuple[str, ...]:
    """The single codes that a value covers; none when it covers a bracket of numbers."""
    codes: list[str] = []
    for low, high in value.ranges:
        if low == high:
            codes.append(_code(item, low))
        elif not item.numeric or item.decimals or int(high) - int(low) >= WIDEST_CODED_RANGE:
            return ()
        else:
            codes += (str(number) for number in range(int(low), int(high) + 1))
    return tuple(codes)


def _code(item: Item, text: str) -> str:
    """A code as the table's column shows it: without leading zeros when the item is a number."""
    return str(int(text)) if item.numeric and not item.decimals and text else text
