"""Rule: one thing that a good questionnaire keeps. Each module here holds the rules on one subject."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from forms.definition import Form, Question, RowType, row_type
from forms.findings import Level
from forms.sheets import Row
from forms.workbook import Workbook

REFERENCE = re.compile(r"\$\{\s*(?:last-saved#)?([^}\s]+)\s*\}")
XPATH = ("relevant", "constraint", "calculation", "choice_filter", "repeat_count")
"""Columns that hold an expression and nothing else."""

EXPRESSIONS = (*XPATH, "required", "default")
METADATA = ("start", "end", "today", "deviceid", "username", "phonenumber", "email", "audit", "start-geopoint")
UNSEEN = (*METADATA, "calculate", "hidden", "subscriberid", "simserial", "background-audio", "background-geopoint")
"""Types without a question on the screen."""


@dataclass(frozen=True)
class Line:
    """A row of the survey sheet with its type read and the groups and repeats around it, outermost first."""

    row: Row
    type: RowType
    around: tuple[Row, ...]

    @property
    def name(self) -> str:
        return self.row.get("name", "")

    @property
    def repeats(self) -> tuple[str, ...]:
        """Names of the repeats around it."""
        kinds = ((outer.get("name", ""), row_type(outer.get("type", "")).name) for outer in self.around)
        return tuple(name for name, kind in kinds if kind == "begin_repeat")

    @property
    def is_question(self) -> bool:
        """Does it ask for or show something, rather than open or close a group?"""
        return not self.type.name.startswith(("begin_", "end_")) and not self.type.name.endswith("-external")


@dataclass(frozen=True)
class Subject:
    """What rules look at: a workbook, its Form, and both by name."""

    workbook: Workbook
    form: Form

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Every row of the survey sheet."""
        found: list[Line] = []
        around: list[Row] = []
        for row in self.workbook.survey:
            kind = row_type(row.get("type", ""))
            if kind.name.startswith("end_"):
                around.pop()
            found.append(Line(row, kind, tuple(around)))
            if kind.name.startswith("begin_"):
                around.append(row)
        return tuple(found)

    @cached_property
    def named(self) -> Mapping[str, Line]:
        """The first line of each name; the end rows of groups left out."""
        found: dict[str, Line] = {}
        for line in self.lines:
            if line.name and not line.type.name.startswith("end_"):
                found.setdefault(line.name, line)
        return found

    @cached_property
    def lists(self) -> Mapping[str, tuple[Row, ...]]:
        """The rows of each choice list."""
        return self.workbook.lists

    @cached_property
    def questions(self) -> tuple[Line, ...]:
        """The lines that make a node in the answer sheet, groups left out."""
        return tuple(line for line in self.lines if line.is_question)

    @cached_property
    def identifying(self) -> frozenset[str]:
        """Names of the questions marked `pii`."""
        return frozenset(question.name for question in self.form.questions() if is_identifying(question))

    def expressions(self) -> Iterator[tuple[Line, str, str]]:
        """Each line with column and text of each of its expressions."""
        for line in self.lines:
            for column, text in line.row.items():
                if column in EXPRESSIONS:
                    yield line, column, text


@dataclass(frozen=True)
class Defect:
    """What a rule found: the row (None when it concerns the whole form), the column, what is wrong, the cure."""

    row: Row | None
    column: str
    message: str
    fix: str


Judge = Callable[[Subject], Iterator[Defect]]


@dataclass(frozen=True)
class Rule:
    """A rule by its id; `judge` yields what breaks it."""

    id: str
    level: Level
    sheet: str
    judge: Judge

    @property
    def summary(self) -> str:
        """What the rule asks for, in one sentence."""
        return (self.judge.__doc__ or "").strip().splitlines()[0]


RULES: dict[str, Rule] = {}


def rule(name: str, level: Level, sheet: str = "survey") -> Callable[[Judge], Judge]:
    """Enter a function into RULES; its docstring says what the rule asks for."""

    def enter(judge: Judge) -> Judge:
        RULES[name] = Rule(name, level, sheet, judge)
        return judge

    return enter


def is_identifying(question: Question) -> bool:
    """Is the question marked as telling who a person is?"""
    return question.columns.get("pii", "").lower() in ("yes", "true", "1")


def references(text: str) -> list[str]:
    """Names in `${...}`, in order."""
    return REFERENCE.findall(text)
