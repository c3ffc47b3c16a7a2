"""Outline: a questionnaire as its sections and questions, for a page to list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from forms import coverage, identity
from forms.adaptation.contract import Contract
from forms.definition import row_type
from forms.header import Header
from forms.sheets import Row
from forms.workbook import Workbook

UNSEEN = (
    *("start", "end", "today", "deviceid", "audit", "username", "phonenumber", "email", "start-geopoint"),
    *("background-audio", "subscriberid", "simserial"),
)
"""Types of rows that the tablet fills in by itself, without a screen."""


@dataclass(frozen=True)
class Entry:
    """One question: `labels` by language, what it feeds, and the languages that have all of its texts."""

    row: Row
    qid: str
    name: str
    kind: str
    list_name: str
    labels: Mapping[str, str]
    universe: str
    topics: tuple[str, ...]
    statistics: tuple[str, ...]
    complete: tuple[str, ...]


@dataclass(frozen=True)
class Section:
    """Questions that follow each other in one group; `kind` is begin_group or begin_repeat, "" outside of any."""

    qid: str
    kind: str
    titles: Mapping[str, str]
    depth: int
    entries: list[Entry] = field(default_factory=list)


def sections(book: Workbook, contract: Contract) -> tuple[Section, ...]:
    """The questionnaire in its own order; rows that the tablet fills in by itself are left out."""
    feeds, about = _statistics(contract), _topics()
    found: list[Section] = [Section("", "", {}, 0)]
    opened = [found[0]]
    for row in book.survey:
        asked = row_type(row.get("type", ""))
        kind, list_name = asked.name, asked.list_name or ""
        if kind.startswith("begin_"):
            opened.append(Section(identity.of(row), kind, texts(row, "label", book.header), len(opened)))
            found.append(opened[-1])
        elif kind.startswith("end_"):
            opened = opened[:-1] or [found[0]]
            found.append(Section("", "", {}, len(opened) - 1))
            opened[-1] = found[-1]
        elif kind not in UNSEEN:
            found[-1].entries.append(_entry(row, kind, list_name, book.header, feeds, about))
    return tuple(section for section in found if section.entries or section.titles)


def texts(row: Row, column: str, header: Header) -> dict[str, str]:
    """The texts of a column by language; of a form in one language only, by that language."""
    headings = header.headings or {header.language: ""}
    cells = {code: row.get(f"{column}::{suffix}" if suffix else column, "") for code, suffix in headings.items()}
    return {code: text for code, text in cells.items() if text}


def column_of(column: str, code: str, header: Header) -> str:
    """The heading of a column of wording in one language."""
    suffix = header.headings.get(code, "")
    return f"{column}::{suffix}" if suffix else column


def _entry(
    row: Row,
    kind: str,
    list_name: str,
    header: Header,
    feeds: Mapping[str, tuple[str, ...]],
    about: Mapping[str, tuple[str, ...]],
) -> Entry:
    name = row.get("name", "")
    said = tuple(row.get("indicator", "").replace(",", " ").split())
    return Entry(
        row,
        identity.of(row),
        name,
        kind,
        list_name,
        texts(row, "label", header),
        row.get("universe", ""),
        about.get(name, ()),
        tuple(dict.fromkeys([*said, *feeds.get(name, ())])),
        tuple(_complete(row, header)),
    )


def _complete(row: Row, header: Header) -> Iterator[str]:
    """The languages that have every text that any language has."""
    suffixes = header.headings.values()
    bases = {column.partition("::")[0] for column in row if any(column.endswith(f"::{one}") for one in suffixes)}
    for code, suffix in header.headings.items():
        if all(f"{base}::{suffix}" in row for base in bases):
            yield code


def _statistics(contract: Contract) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for indicator in contract.indicators:
        for name in indicator.recipe.needs:
            found[name] = (*found.get(name, ()), indicator.id)
    for shell in contract.tables:
        for name in shell.needs:
            found[name] = (*found.get(name, ()), shell.id)
    return found


def _topics() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for topic in coverage.topics():
        for name in topic.items:
            found[name] = (*found.get(name, ()), topic.title)
    return found
