"""Questionnaire: what is printed, page part by page part, before any file format."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["question", "computed", "note", "check"]


@dataclass(frozen=True)
class Boxes:
    """Empty boxes for figures or letters in a row, with a word below and a sign before (`.`)."""

    count: int
    caption: str = ""
    before: str = ""


@dataclass(frozen=True)
class Option:
    """One printed answer: its code, its wording, where it leads, and whether a few words are written beside it."""

    code: str
    label: str
    goto: str = ""
    has_line: bool = False


@dataclass(frozen=True)
class Answer:
    """The place for an answer: boxes, lines to write on, or answers to tick. `note` stands beside it."""

    boxes: tuple[Boxes, ...] = ()
    lines: int = 0
    options: tuple[Option, ...] = ()
    several: bool = False
    ranked: bool = False
    note: str = ""

    def groups(self) -> tuple[tuple[Boxes, ...], ...]:
        """The boxes that are read as one number, together: those behind a point or a colon with those before."""
        found: list[tuple[Boxes, ...]] = []
        for boxes in self.boxes:
            if boxes.before and found:
                found[-1] = (*found[-1], boxes)
            else:
                found.append((boxes,))
        return tuple(found)


@dataclass(frozen=True)
class Item:
    """One printed row: a question with its place for the answer, or a text for the interviewer."""

    kind: Kind
    number: str
    text: str
    answer: Answer = Answer()
    condition: str = ""
    hints: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Heading:
    """A title within a section."""

    title: str
    condition: str = ""


@dataclass(frozen=True)
class Grid:
    """A list with one line for each member, and a column for each question."""

    columns: tuple[Item, ...]
    rows: int
    line: str
    help: str


@dataclass(frozen=True)
class Pages:
    """Rows filled in once for each member of a list."""

    help: str
    line: str
    blocks: tuple[Block, ...]


Block = Item | Heading | Grid | Pages


@dataclass(frozen=True)
class Section:
    """One part under a letter."""

    letter: str
    title: str
    condition: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class CodeList:
    """A long list of answers, printed once at the end."""

    number: int
    title: str
    used_by: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Cover:
    """The first page. `staff` are boxes for the codes of people, `visits` the number of lines for visits."""

    identification: tuple[Item, ...]
    staff: tuple[Item, ...]
    visits: int
    visit_columns: tuple[tuple[str, tuple[Boxes, ...]], ...]
    results: tuple[Option, ...]
    how_to: tuple[str, ...]
    confidential: str = ""


@dataclass(frozen=True)
class Questionnaire:
    """A form as it is printed in one language. `words` are headings that the layout needs, by name."""

    form: str
    title: str
    version: str
    language: str
    is_right_to_left: bool
    cover: Cover
    sections: tuple[Section, ...]
    code_lists: tuple[CodeList, ...]
    words: dict[str, str] = field(default_factory=dict)
    serial: str = ""
