"""Finding: one defect of a questionnaire, with its place and its cure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning", "info"]


@dataclass(frozen=True, order=True)
class Finding:
    """One defect.

    `rule` is the rule's id ("name-too-long"), `row` the line in the sheet's file (0 when the defect has no
    single line), `file` the file the sheet was read from, `cell` the cell of a spreadsheet, as in `survey!C48`.
    """

    rule: str
    level: Level
    sheet: str
    row: int
    column: str
    message: str
    fix: str
    file: str = ""
    cell: str = ""

    def __str__(self) -> str:
        if self.cell:
            book = self.file.partition("[")[0]
            return f"{book} {self.cell} {self.column}: {self.level}: {self.message}. {self.fix} [{self.rule}]"
        place = f"{self.file or self.sheet}:{self.row}" if self.row else self.file or self.sheet
        column = f" {self.column}" if self.column else ""
        return f"{place}{column}: {self.level}: {self.message}. {self.fix} [{self.rule}]"
