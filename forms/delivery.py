"""Delivery: the texts of one language sent out to a translator, and taken back into the form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from forms import catalogs, conflicts, ledger, merging, placing, translator_files
from forms.conflicts import Conflict
from forms.errors import WorkbookError
from forms.ledger import Ledger, Text
from forms.merging import ACCEPTED, CONFIRMED, Decision


@dataclass(frozen=True)
class Delivery:
    """What became of each text that a translator's file holds."""

    decisions: tuple[Decision, ...]

    @property
    def counts(self) -> Mapping[str, int]:
        """Texts by what became of them; together they are all that the file holds."""
        return Counter(each.outcome for each in self.decisions)


def send(form: str | Path, language: str, path: Path) -> int:
    """Write the file for a translator, .xlsx or .po. Returns how many texts it holds.

    Raises WorkbookError for a language that the form does not translate into, and for another kind of file.
    """
    book = ledger.read(form)
    texts = book.texts(language)
    contexts = ledger.contexts(book)
    if path.suffix.lower() == ".po":
        data = catalogs.write(book.head, language, texts, contexts)
    elif path.suffix.lower() == ".xlsx":
        data = translator_files.write(book.head.id, language, texts, contexts)
    else:
        raise WorkbookError(f"{path.name}: ends neither in .xlsx nor in .po. Choose one of the two.")
    path.write_bytes(data)
    return len(texts)


def take(form: str | Path, path: Path) -> Delivery:
    """Merge a translator's file into a form; what the form does not take is kept as a conflict.

    Raises WorkbookError for a file that cannot be read or is of another form; then nothing has changed.
    """
    book = ledger.read(form)
    placing.refuse_unwritable(book)
    returned = catalogs.read(path) if path.suffix.lower() == ".po" else translator_files.read(path)
    decisions = merging.merge({code: texts for code, texts in book.translated.items() if texts}, returned, book.head)
    conflicts.keep(book, decisions)
    _record(book)
    taken = (each for each in decisions if each.outcome in (ACCEPTED, CONFIRMED))
    placing.put(book, [_put(each, each.ours) for each in taken if each.ours])
    return Delivery(decisions)


def confirm(form: str | Path, language: str, names: Sequence[str]) -> tuple[Text, ...]:
    """Say that the stale and unverified texts of these names (none: all) fit their originals. Returns them.

    Raises WorkbookError for a name that has no stale text.
    """
    book = ledger.read(form)
    stale = [text for text in book.texts(language) if text.stale or text.unverified]
    chosen = tuple(text for text in stale if not names or conflicts.called(text.key, names))
    for name in names:
        if not any(conflicts.called(text.key, [name]) for text in chosen):
            raise WorkbookError(f"{book.path.name}: no {language} text of {name!r} is stale. See --stale.")
    placing.put(book, [placing.Put(text, text.text, text.original) for text in chosen])
    return chosen


def write(form: str | Path, language: str, name: str, column: str, text: str) -> None:
    """Write one translation, made from the present original.

    Raises WorkbookError for a text that the form has not, or that lost what it must keep of its original.
    """
    book = ledger.read(form)
    place = next((each for each in book.texts(language) if (each.name, each.column) == (name, column)), None)
    if place is None:
        raise WorkbookError(f"{book.path.name}: no {column} of {name!r} to translate. Was the form changed since?")
    if losses := merging.grave(place, text):
        raise WorkbookError(f"{book.path.name}: {name!r} {column} [{language}] {losses}. Put it back.")
    placing.put(book, [placing.Put(place, text, place.original)])


def settle(form: str | Path, language: str, who: str, names: Sequence[str]) -> tuple[Conflict, ...]:
    """Take what came back (`theirs`), or leave what the form says (`ours`); see `conflicts.settle`."""
    return conflicts.settle(ledger.read(form), language, who, names)


def _put(decision: Decision, ours: Text) -> placing.Put:
    returned = decision.returned
    return conflicts.made(ours, returned.text, returned.original, returned.source)


def _record(book: Ledger) -> None:
    """Put on record what was written into an adaptation by hand, before anything else changes there."""
    if book.kind == ledger.PROJECT:
        placing.record(book)
