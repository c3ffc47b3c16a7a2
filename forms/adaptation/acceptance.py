"""Acceptance: who let which statistic go, when and why; CHANGES.md of an adaptation says it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from pathlib import Path

from forms.adaptation.comparison import Effect
from forms.errors import WorkbookError

FILE = "CHANGES.md"
_HEAD = ("date", "who", "statistic", "effect", "reason", "state")


@dataclass(frozen=True)
class Acceptance:
    """One line of CHANGES.md; `fingerprint` is the state of the statistic that was accepted."""

    date: str
    who: str
    statistic: str
    effect: str
    reason: str
    fingerprint: str

    @property
    def says(self) -> str:
        """The line as a footnote says it."""
        return f"{self.effect}: {self.reason} ({self.who}, {self.date})"


def read(folder: Path) -> tuple[Acceptance, ...]:
    """The acceptances of an adaptation, oldest first. Raises WorkbookError for a line that was cut."""
    path = folder / FILE
    if not path.exists():
        return ()
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.startswith("|") or set(line) <= set("|- :"):
            continue
        cells = tuple(cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1])
        if cells == _HEAD:
            continue
        if len(cells) != len(_HEAD):
            raise WorkbookError(f"{folder.name}/{FILE}:{number}: a line has {len(_HEAD)} cells: {', '.join(_HEAD)}.")
        found.append(Acceptance(*cells))
    return tuple(found)


def add(folder: Path, acceptance: Acceptance) -> None:
    """Write one more line. Raises WorkbookError without a name or a reason: an acceptance has both."""
    if not acceptance.who.strip() or not acceptance.reason.strip():
        raise WorkbookError(f"{acceptance.statistic}: say who accepts it and why. Both are printed below each table.")
    path = folder / FILE
    text = path.read_text(encoding="utf-8") if path.exists() else _beginning(folder.name)
    words = astuple(acceptance)
    cells = " | ".join(" ".join(word.split()).replace("|", "\\|") for word in words)
    path.write_text(f"{text.rstrip()}\n| {cells} |\n", encoding="utf-8")


def accept(folder: Path, effects: Iterable[Effect], who: str, reason: str) -> tuple[Acceptance, ...]:
    """Write down today that a person lets these statistics go, in the state that they are in; see `add`."""
    made = []
    for effect in effects:
        said = f"{effect.effect} ({effect.note})" if effect.note else effect.effect
        made.append(Acceptance(today(), who, effect.id, said, reason, effect.fingerprint))
        add(folder, made[-1])
    return tuple(made)


def today() -> str:
    """The day on the office's clock."""
    return dt.date.today().isoformat()  # noqa: DTZ011 - the office's own day, not that of Greenwich


def _beginning(name: str) -> str:
    rules = " | ".join("---" for _ in _HEAD)
    return (
        f"# Changes of {name}\n\nWhat differs from the standard on purpose. Each line was accepted by a person; it is\n"
        f"printed below every table that it touches.\n\n| {' | '.join(_HEAD)} |\n| {rules} |"
    )
