"""Place: where in a questionnaire the row with an id stands: in which repeats, and what it is called there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from forms import identity
from forms.definition import row_type
from forms.sheets import Row
from forms.workbook import Workbook


@dataclass(frozen=True)
class Spot:
    """A row of the survey sheet: the repeats around it, outer first, and the groups and repeats together."""

    row: Row
    repeats: tuple[str, ...]
    around: tuple[str, ...]

    @property
    def name(self) -> str:
        """What the row is called."""
        return self.row.get("name", "")

    @property
    def path(self) -> str:
        """The path of its node below the root."""
        return "/".join([*self.around, self.name])


def spots(workbook: Workbook) -> Iterator[Spot]:
    """The questions, groups and repeats of a workbook in order; the ends of groups are left out."""
    around: list[tuple[str, bool]] = []
    for row in workbook.survey:
        kind = row_type(row.get("type", "")).name
        if kind.startswith("end_"):
            around.pop()
            continue
        names = tuple(name for name, _ in around)
        yield Spot(row, tuple(name for name, is_repeat in around if is_repeat), names)
        if kind.startswith("begin_"):
            around.append((row.get("name", ""), kind == "begin_repeat"))


def by_qid(workbook: Workbook) -> Mapping[str, Spot]:
    """The rows by their id."""
    return {identity.of(spot.row): spot for spot in spots(workbook)}
