"""Conflict: a text that a translator brought back and that the form did not take, kept until somebody settles it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from forms import memory, placing
from forms.errors import WorkbookError
from forms.ledger import FILE, Ledger, Text
from forms.merging import CONFLICT, REFUSED, Decision, grave
from forms.placing import Put
from forms.sheets import damage, read_csv
from forms.translations import Key

COLUMNS = ("state", "sheet", "name", "column", "original", "ours", "theirs", "reason", "source", "place")


@dataclass(frozen=True)
class Conflict:
    """A line of the conflicts file: `ours` is what the form said, `theirs` what came back and from where (`place`)."""

    language: str
    state: str
    sheet: str
    name: str
    column: str
    original: str
    ours: str
    theirs: str
    reason: str
    source: str
    place: str

    @property
    def key(self) -> Key:
        """Sheet, name and column of the text."""
        return self.sheet, self.name, self.column


def path_of(ledger: Ledger, language: str) -> Path:
    """Where the conflicts of a language are kept."""
    if ledger.kind == FILE:
        return ledger.path.with_name(f"{ledger.path.stem}_conflicts_{language}.csv")
    return ledger.path / "translations" / f"conflicts_{language}.csv"


def read(ledger: Ledger, language: str) -> tuple[Conflict, ...]:
    """The open conflicts of a language, oldest first."""
    path = path_of(ledger, language)
    rows = read_csv(path, path.name, COLUMNS) if path.exists() else ()
    return tuple(Conflict(language, *(row.get(column, "") for column in COLUMNS)) for row in rows)


def keep(ledger: Ledger, decisions: Iterable[Decision]) -> None:
    """Write down what a merge did not take; `ledger` is that of before the merge."""
    by_language: dict[str, list[Conflict]] = {}
    for each in decisions:
        if each.outcome in (CONFLICT, REFUSED) and each.returned.text and not damage(each.returned.text):
            language = each.returned.language if each.returned.language in ledger.head.languages else "unknown"
            by_language.setdefault(language, []).append(_conflict(each, language))
    for language, found in by_language.items():
        now = {text.key: text.text for text in ledger.translated.get(language, ())}
        known = [each for each in read(ledger, language) if now.get(each.key) != each.theirs]
        said = {(each.key, each.theirs) for each in known}
        _write(path_of(ledger, language), (*known, *(each for each in found if (each.key, each.theirs) not in said)))


def settle(ledger: Ledger, language: str, who: str, names: Sequence[str]) -> tuple[Conflict, ...]:
    """Take `theirs`, or leave `ours`, in the conflicts of these names (none: all). Returns those settled.

    Raises WorkbookError for a name without a conflict, for a text that lost what it must keep, where two texts wait for
    one place, and where the form has another text than the conflict shows: that one was not seen by whoever settles.
    """
    waiting = read(ledger, language)
    chosen = [each for each in waiting if not names or called(each.key, names)]
    for name in names:
        if not any(called(each.key, [name]) for each in chosen):
            raise WorkbookError(f"{path_of(ledger, language).name}: no conflict of {name!r}. They are listed there.")
    if who == "theirs":
        texts = {text.key: text for text in ledger.texts(language)}
        placing.put(ledger, [_taken(each, texts.get(each.key), chosen, ledger) for each in chosen])
    _write(path_of(ledger, language), [each for each in waiting if each not in chosen])
    return tuple(chosen)


def called(key: Key, names: Sequence[str]) -> bool:
    """Is the text meant by one of these names: of the question, or of question and column, `roster.age hint`?"""
    return key[1] in names or f"{key[1]} {key[2]}" in names or key[1].rpartition(".")[2] in names


def _taken(each: Conflict, ours: Text | None, chosen: Sequence[Conflict], ledger: Ledger) -> Put:
    file = path_of(ledger, each.language).name
    if ours is None or each.state == REFUSED:
        raise WorkbookError(f"{file}: {each.name!r} {each.column}: {each.reason}. Correct it and import it again.")
    if sum(other.key == each.key for other in chosen) > 1:
        raise WorkbookError(f"{file}: two texts wait for {each.name!r} {each.column}. Delete one of the lines.")
    if ours.text != each.ours:
        raise WorkbookError(
            f"{file}: the form has meanwhile {ours.text!r} for {each.name!r} {each.column}. Import the file again."
        )
    if lost := grave(ours, each.theirs):
        raise WorkbookError(f"{file}: {each.name!r} {each.column}: {lost}. Correct the text and import it again.")
    return made(ours, each.theirs, each.original, each.source)


def made(ours: Text, text: str, original: str, source: str) -> Put:
    """A text for a place, with the original that it was made from: by its hash one of today's, else that of then."""
    now = next((each for each in ours.originals if memory.Made(source).fits([each])), "")
    if now or not source:
        return Put(ours, text, now or ours.original)
    return Put(ours, text, original, source)


def _conflict(each: Decision, language: str) -> Conflict:
    returned = each.returned
    sheet, name, column = returned.key
    ours = each.ours.text if each.ours else ""
    told = (each.outcome, sheet, name, column, returned.original, ours, returned.text, each.reason)
    return Conflict(language, *told, returned.source, returned.place)


def _write(path: Path, conflicts: Sequence[Conflict]) -> None:
    if not conflicts:
        path.unlink(missing_ok=True)
        return
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([getattr(each, column) for column in COLUMNS] for each in conflicts)
    path.parent.mkdir(exist_ok=True)
    path.write_text(out.getvalue(), encoding="utf-8")
