"""Wording: the texts of an adaptation in one language, one by one, and a translator's file out and in."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.orm import Session

from forms import conflicts, delivery, ledger
from forms.conflicts import Conflict
from forms.delivery import Delivery
from forms.ledger import LanguageStatus, Ledger, Text
from server.errors import Problem, not_found
from server.operations import adaptations
from server.operations.adaptations import Place

MISSING, STALE, DAMAGED, DONE = "missing", "stale", "damaged", "done"

FORMATS = ("xlsx", "po")
"""Kinds of files for translators."""


def book(place: Place) -> Ledger:
    """How far the form is translated, text by text."""
    return _book(place.folder, adaptations.stamp(place.folder))


def status(place: Place) -> tuple[LanguageStatus, ...]:
    """How far each language is, that which is translated from first."""
    return _status(place.folder, adaptations.stamp(place.folder))


def texts(place: Place, language: str) -> tuple[Text, ...]:
    """Every text that has to be there in a language. Raises Problem 404.1 for one that nothing is translated into."""
    found = book(place)
    if not found.translated.get(language):
        raise not_found(f"Language {language!r} to translate into")
    return found.texts(language)


def key_of(text: Text) -> str:
    """How an address names a text: sheet, name and column."""
    return ":".join(text.key)


def state_of(text: Text) -> str:
    """Is anything to be done about it?"""
    if not text.text:
        return MISSING
    if text.stale:
        return STALE
    return DAMAGED if any(loss.grave for loss in text.losses) else DONE


def version_of(text: Text) -> str:
    """What tells a text and its original from themselves after a change."""
    return adaptations.digest_of(repr((text.original, text.text)).encode())


def save(session: Session, place: Place, *, language: str, key: str, seen: str, text: str, actor: str) -> None:
    """Write one translation, made from the original as it is now.

    Raises Problem 409.51 when it is not as `seen`, 400.8 without a text, and WorkbookError when it lost what it must
    keep.
    """
    wanted = next((one for one in texts(place, language) if key_of(one) == key), None)
    if wanted is None:
        raise not_found(f"Text {key!r}")
    if seen != version_of(wanted):
        raise Problem(409.51, "Somebody changed this text meanwhile. Look at what stands here now, then save again.")
    if not text:
        raise Problem(400.8, "There is no text. Write one, or go on to the next.")
    adaptations.run(
        session,
        place,
        work=lambda: delivery.write(place.folder, language, wanted.name, wanted.column, text),
        actor=actor,
        what={"language": language, "text": key},
    )


def send(place: Place, *, language: str, suffix: str) -> bytes:
    """The file for the translator of one language. Raises Problem 400.8 for another kind of file."""
    texts(place, language)
    if suffix not in FORMATS:
        raise Problem(400.8, f"{suffix!r} is no file for a translator; choose {' or '.join(FORMATS)}.")
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{place.name}_{language}.{suffix}"
        delivery.send(place.folder, language, path)
        return path.read_bytes()


def take(session: Session, place: Place, *, data: bytes, suffix: str, actor: str) -> Delivery:
    """Merge a translator's file; what both sides changed is kept as a conflict.

    Raises WorkbookError for a file that cannot be read or is of another form; nothing has changed then.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"returned{suffix}"
        path.write_bytes(data)
        return adaptations.run(
            session, place, work=lambda: delivery.take(place.folder, path), actor=actor, what={"translations": "merged"}
        )


def disputed(place: Place, language: str) -> tuple[Conflict, ...]:
    """Texts that came back and that the form did not take."""
    return tuple(conflicts.read(book(place), language))


def settle(session: Session, place: Place, *, language: str, who: str, names: Sequence[str], actor: str) -> None:
    """Take what came back (`theirs`), or leave what the form says (`ours`)."""
    if who not in ("theirs", "ours"):
        raise Problem(400.8, f"{who!r} is nobody; take theirs or ours.")
    adaptations.run(
        session,
        place,
        work=lambda: delivery.settle(place.folder, language, who, names),
        actor=actor,
        what={"language": language, "taken": who, "texts": list(names)},
    )


@lru_cache(maxsize=8)
def _book(folder: Path, stamp: str) -> Ledger:
    return ledger.read(folder)


@lru_cache(maxsize=8)
def _status(folder: Path, stamp: str) -> tuple[LanguageStatus, ...]:
    return ledger.status(folder)
