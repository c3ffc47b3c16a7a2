"""Dictionary: where each item of a CSPro data file stands, and what its codes mean.

Read are the JSON dictionaries of CSPro 8 and the older ones in sections (`[Item]`, `Name=`), both with one
level. Positions count from 0. Text without a language is taken for English, CSPro's default language.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from forms.definition import Texts
from forms.errors import DataFileError

UNNAMED_LANGUAGE = "en"

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Value:
    """One line of a value set: its wording and the codes that it covers, each from low to high.

    `special` is "" or CSPro's word for what the value stands for: NOTAPPL, MISSING, REFUSED or DEFAULT.
    """

    labels: Texts
    ranges: tuple[tuple[str, str], ...]
    special: str = ""


@dataclass(frozen=True)
class Item:
    """One field of a line; one with several occurrences is several items, `NAME_1`, `NAME_2` ...

    A number of `decimals` digits after the point has the point written (`decimal_mark`) or only meant.
    `values` is its first value set; blank means not applicable.
    """

    name: str
    labels: Texts
    numeric: bool
    start: int
    length: int
    decimals: int = 0
    decimal_mark: bool = False
    values: tuple[Value, ...] = ()


@dataclass(frozen=True)
class Record:
    """One kind of line: the code that marks it, its items, and how many of them a case may have."""

    name: str
    labels: Texts
    type: str
    items: tuple[Item, ...]
    required: bool
    maximum: int


@dataclass(frozen=True)
class Dictionary:
    """A data file's layout: where the code of the record stands, the items that identify a case, the records."""

    name: str
    labels: Texts
    languages: tuple[str, ...]
    level: str
    type_start: int
    type_length: int
    ids: tuple[Item, ...]
    records: tuple[Record, ...]


def read_dictionary(path: Path) -> Dictionary:
    """Read a dictionary file, `.dcf` or `.dcf.gz`; an item's first value set is taken.

    Raises DataFileError when it is no dictionary, has more than one level or lacks something that is needed.
    """
    text = read_text(path)
    try:
        source = json.loads(text) if text.lstrip().startswith("{") else _from_sections(text)
        return _dictionary(source, path)
    except (KeyError, ValueError, TypeError) as error:
        raise DataFileError(
            f"{path.name} is not a CSPro dictionary that can be read ({type(error).__name__}: {error}); "
            "open it in CSPro and save it again"
        ) from error


def read_text(path: Path) -> str:
    """Read a text file, .gz or not, in UTF-8 or else in Latin-1; a byte order mark is left out.

    Raises DataFileError when the file is not there or is damaged.
    """
    try:
        content = path.read_bytes()
        if path.suffix == ".gz":
            content = gzip.decompress(content)
    except (OSError, EOFError) as error:
        raise DataFileError(f"{path} cannot be read: {error}") from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _dictionary(source: Json, path: Path) -> Dictionary:
    levels = source["levels"]
    if len(levels) != 1:
        raise DataFileError(f"{path.name} has {len(levels)} levels; split the file by level in CSPro, one can be read")
    languages = tuple(entry["name"] for entry in source.get("languages", ()))
    level = levels[0]
    kind = source.get("recordType", {})
    links = {
        values["link"]: values["values"] for values in _value_sets(level) if "link" in values and "values" in values
    }
    type_start, type_length = max(kind.get("start", 0) - 1, 0), kind.get("length", 0)
    ids = tuple(_items(level["ids"]["items"], 0, languages, links))
    end = max([type_start + type_length] + [item.start + item.length for item in ids])
    return Dictionary(
        source["name"],
        _texts(source["labels"], languages),
        tuple(code.lower() for code in languages) or (UNNAMED_LANGUAGE,),
        level["name"],
        type_start,
        type_length,
        ids,
        tuple(_record(record, end, languages, links) for record in level["records"]),
    )


def _value_sets(level: Json) -> Iterator[Json]:
    for block in (level["ids"], *level["records"]):
        for item in block["items"]:
            yield from item.get("valueSets", ())


def _record(source: Json, start: int, languages: Sequence[str], links: Json) -> Record:
    occurrences = source.get("occurrences", {})
    return Record(
        source["name"],
        _texts(source["labels"], languages),
        source.get("recordType", ""),
        tuple(_items(source["items"], start, languages, links)),
        occurrences.get("required", True),
        occurrences.get("maximum", 1),
    )


def _items(sources: Iterable[Json], start: int, languages: Sequence[str], links: Json) -> Iterator[Item]:
    """Place items one after another; a subitem lies in the item before it and repeats with it."""
    outer, outer_times = Item("", {}, True, start, 0), 1
    for source in sources:
        subitem = source.get("subitem", False)
        times = _times(source)
        first = outer.start + source.get("subitemOffset", 0) if subitem else source.get("start", start + 1) - 1
        item = Item(
            source["name"],
            _texts(source["labels"], languages),
            source["contentType"] == "numeric",
            first,
            source["length"],
            source.get("decimals", 0),
            source.get("decimalMark", False),
            _values(source, languages, links),
        )
        if subitem:
            for outer_item in _repeated(item, outer_times, outer.length):
                yield from _repeated(outer_item, times, item.length)
        else:
            outer, outer_times = item, times
            start = item.start + item.length * times
            yield from _repeated(item, times, item.length)


def _times(source: Json) -> int:
    occurrences = source.get("occurrences", 1)
    return int(occurrences["maximum"] if isinstance(occurrences, Mapping) else occurrences)


def _repeated(item: Item, times: int, step: int) -> Iterator[Item]:
    if times == 1:
        yield item
        return
    for number in range(1, times + 1):
        labels = {language: f"{text} ({number})" for language, text in item.labels.items()}
        start = item.start + (number - 1) * step
        yield replace(item, name=f"{item.name}_{number}", labels=labels, start=start)


def _values(source: Json, languages: Sequence[str], links: Json) -> tuple[Value, ...]:
    sets = source.get("valueSets", ())
    if not sets:
        return ()
    lines = sets[0]["values"] if "values" in sets[0] else links[sets[0]["link"]]
    return tuple(
        Value(
            _texts(line["labels"], languages),
            tuple(_range(pair) for pair in line.get("pairs", ())),
            line.get("special", ""),
        )
        for line in lines
    )


def _range(pair: Json) -> tuple[str, str]:
    low, high = pair["range"] if "range" in pair else (pair["value"], pair["value"])
    return str(low).strip(), str(high).strip()


def _texts(labels: Iterable[Json], languages: Sequence[str]) -> Texts:
    first = languages[0] if languages else UNNAMED_LANGUAGE
    return {label.get("language", first).lower(): label["text"] for label in labels if label["text"]}


_SECTIONS = {"[IdItems]", "[Record]", "[Item]", "[ValueSet]", "[Level]", "[Dictionary]", "[Languages]", "[Relation]"}


def _from_sections(text: str) -> dict[str, Any]:
    """Bring a dictionary in sections into the shape of a JSON one."""
    source: dict[str, Any] = {"levels": []}
    languages: list[str] = []
    block: dict[str, Any] = {}
    for title, lines in _sections(text):
        fields = dict(lines)
        if title == "[Dictionary]":
            start, length = int(fields["RecordTypeStart"]), int(fields["RecordTypeLen"])
            source |= {**_named(fields, languages), "recordType": {"start": start, "length": length}}
            decimal_mark = fields.get("DecimalChar", "No") == "Yes"
        elif title == "[Languages]":
            languages += [name for name, _ in lines]
            source["languages"] = [{"name": name} for name in languages]
        elif title == "[Level]":
            source["levels"].append({**_named(fields, languages), "ids": {"items": []}, "records": []})
        elif title == "[IdItems]":
            block = source["levels"][-1]["ids"]
        elif title == "[Record]":
            block = _old_record(fields, languages)
            source["levels"][-1]["records"].append(block)
        elif title == "[Item]":
            block["items"].append(_old_item(fields, languages, block["items"], decimal_mark))
        elif title == "[ValueSet]":
            block["items"][-1]["valueSets"].append(_old_value_set(lines, languages))
    return source


def _sections(text: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    title, lines = "", list[tuple[str, str]]()
    for line in text.splitlines():
        line = line.strip()
        if line in _SECTIONS:
            if title:
                yield title, lines
            title, lines = line, []
        elif "=" in line:
            name, _, value = line.partition("=")
            lines.append((name, value))
    if not title:
        raise ValueError("it has neither JSON nor sections")
    yield title, lines


def _named(fields: Mapping[str, str], languages: Sequence[str]) -> dict[str, Any]:
    return {"name": fields["Name"], "labels": _old_labels(fields.get("Label", ""), languages)}


def _old_labels(text: str, languages: Sequence[str]) -> list[dict[str, str]]:
    if not languages:
        return [{"text": text}]
    return [{"language": code, "text": part} for code, part in zip(languages, text.split("|"), strict=False)]


def _old_record(fields: Mapping[str, str], languages: Sequence[str]) -> dict[str, Any]:
    return {
        **_named(fields, languages),
        "recordType": fields.get("RecordTypeValue", "").strip("'\""),
        "occurrences": {
            "required": fields.get("Required", "Yes") == "Yes",
            "maximum": int(fields.get("MaxRecords", 1)),
        },
        "items": [],
    }


def _old_item(
    fields: Mapping[str, str], languages: Sequence[str], before: Sequence[Json], decimal_mark: bool
) -> dict[str, Any]:
    item: dict[str, Any] = {
        **_named(fields, languages),
        "contentType": "alpha" if fields.get("DataType") == "Alpha" else "numeric",
        "start": int(fields["Start"]),
        "length": int(fields["Len"]),
        "decimals": int(fields.get("Decimal", 0)),
        "decimalMark": fields["DecimalChar"] == "Yes" if "DecimalChar" in fields else decimal_mark,
        "occurrences": int(fields.get("Occurrences", 1)),
        "valueSets": [],
    }
    if fields.get("ItemType", "").lower() == "subitem":
        outer = next(item for item in reversed(before) if not item.get("subitem"))
        item |= {"subitem": True, "subitemOffset": item["start"] - outer["start"]}
    return item


def _old_value_set(lines: Sequence[tuple[str, str]], languages: Sequence[str]) -> dict[str, Any]:
    """Values come as `Value=1:5 9;Wording`; `Name=NOTAPPL,Special` marks the value before it."""
    values: list[dict[str, Any]] = []
    for name, text in lines:
        if name == "Value":
            codes, _, wording = text.partition(";")
            values.append({"labels": _old_labels(wording, languages), "pairs": list(_old_pairs(codes))})
        elif name == "Name" and text.endswith(",Special"):
            values[-1]["special"] = text.removesuffix(",Special")
    return {"values": values}


def _old_pairs(codes: str) -> Iterator[dict[str, Any]]:
    if "'" in codes or '"' in codes:
        yield {"value": codes.strip("'\"")}
        return
    for code in codes.split():
        low, colon, high = code.partition(":")
        yield {"range": [low, high]} if colon else {"value": low}
