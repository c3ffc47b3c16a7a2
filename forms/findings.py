"""Finding: one defect of a questionnaire, with its place and its cure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning", "info"]


@dataclass(frozen=True, order=True)
class Finding:
    """One defect.

    `rule` is the rule's id ("name-too-long"), `row` the line in the sheet's file (0 when the defect has no
    single line), `file` the file the sheet was read from.
    """

    rule: str
    level: Level
    sheet: str
    row: int
    column: str
    message: str
    fix: str
    file: str = ""

    def __str__(self) -> str:
        place = f"{self.file or self.sheet}:{self.row}" if self.row else self.file or self.sheet
        column = f" {self.column}" if self.column else ""
        return f"{place}{column}: {self.level}: {self.message}. {self.fix} [{self.rule}]"
