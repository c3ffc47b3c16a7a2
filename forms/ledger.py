"""Ledger: how far a questionnaire is translated, text by text, and which translations have to be looked at again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from forms import catalog, integrity, memory, translations, workbook
from forms.errors import WorkbookError
from forms.header import Header, suggestion
from forms.memory import Made
from forms.sheets import MEDIA, WORDING, Row
from forms.translations import Key
from forms.workbook import Written

KINDS = ("labels", "choices", "hints", "messages", "media")
FOLDER, PROJECT, FILE = "folder", "project", "file"


@dataclass(frozen=True)
class Text:
    """A text in one language beside its original.

    `name` is the lasting name of the question, or `list/code`. `originals` are the texts it may be made from, best
    first; `made` is what it was made from, where that is known.
    """

    language: str
    sheet: str
    name: str
    column: str
    originals: tuple[str, ...]
    text: str
    made: Made | None
    row: Row

    @property
    def key(self) -> Key:
        """Sheet, name and column."""
        return self.sheet, self.name, self.column

    @property
    def original(self) -> str:
        """The text to translate."""
        return self.originals[0]

    @property
    def stale(self) -> bool:
        """Has the original changed since?"""
        return bool(self.text and self.made and self.made.hashed and not self.made.fits(self.originals))

    @property
    def unverified(self) -> bool:
        """Does its line in a form folder not say what it was made from?"""
        return bool(self.text and self.made and not self.made.hashed)

    @property
    def losses(self) -> tuple[integrity.Loss, ...]:
        """What the translation lacks of its original."""
        return tuple(integrity.losses(self.original, self.text)) if self.text else ()


@dataclass(frozen=True)
class LanguageStatus:
    """How far one language is: texts there and texts in all by kind (KINDS), and what is wrong with those there.

    `ready` is the share of texts, in whole percent, that are there, fresh and undamaged; `blocked` says why a form with
    this language cannot be published.
    """

    language: str
    name: str
    done: Mapping[str, tuple[int, int]]
    stale: int = 0
    placeholder: int = 0
    same: int = 0
    long: int = 0
    ready: int = 100
    blocked: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ledger:
    """The wording of a form folder, an adaptation or a file, just as it is written."""

    path: Path
    written: Written = field(repr=False)

    @cached_property
    def kind(self) -> str:
        """Where its texts are kept: FOLDER, PROJECT or FILE."""
        if not self.path.is_dir():
            return FILE
        return FOLDER if (self.path / "form.toml").exists() else PROJECT

    @property
    def head(self) -> Header:
        """What holds for the whole form."""
        return self.written.header

    @property
    def source(self) -> str:
        """The language that is translated from."""
        return self.head.language if self.kind == FOLDER else self.head.original_language

    @cached_property
    def translated(self) -> dict[str, tuple[Text, ...]]:
        """All texts to translate, with letters in them, by language, in the order of the form."""
        return {code: tuple(self._texts(code)) for code in self.head.languages}

    def texts(self, language: str) -> tuple[Text, ...]:
        """The texts of one language. Raises WorkbookError for a language that is not translated into."""
        if language not in self.head.languages or (language == self.source and not self.translated[language]):
            known = sorted({code for code in self.head.languages if code != self.source})
            place = {FOLDER: "form.toml below [languages]", PROJECT: "the headings of form.xlsx"}
            raise WorkbookError(
                f"{self.path.name}: no language {language!r} to translate into. {suggestion(language, known)} "
                f"Languages are named by {place.get(self.kind, 'the headings of the file')}."
            )
        return self.translated[language]

    def _texts(self, language: str) -> Iterator[Text]:
        heading = self.head.headings[language]
        seen: set[Key] = set()
        for sheet, row, column in wordings(self.written):
            text, made = row.get(f"{column}::{heading}", ""), memory.recall(self.written.made, language, row, column)
            originals = memory.originals(row, column, self.head, language)
            if not originals or not integrity.has_letters(originals[0]) or self._original(row, column, language, made):
                continue
            name = self._name(sheet, row)
            if (sheet, name, column) not in seen:  # a folder keeps texts by name: rows of one name share them
                seen.add((sheet, name, column))
                yield Text(language, sheet, name, column, originals, text, made, row)

    def _name(self, sheet: str, row: Row) -> str:
        if self.kind == FOLDER:
            return translations.name_of(sheet, row)
        return f"{memory.names(sheet, row)[0]}{self._copies.get(id(row), '')}"

    @cached_property
    def _copies(self) -> Mapping[int, str]:
        return memory.numbers(self.written.sheets)

    def _original(self, row: Row, column: str, language: str, made: Made | None) -> bool:
        """Is the text of this language the one that was written first?"""
        if made or f"{column}::{self.head.headings[language]}" not in row:
            return False
        lacking = f"{column}::{self.head.headings[self.source]}" not in row
        return language == self.source or (language == self.head.language and lacking)


def read(form: str | Path) -> Ledger:
    """The ledger of a library form by its name, of a form folder, an adaptation or a file.

    Raises WorkbookError for a form that cannot be read or that names no languages.
    """
    path = Path(form)
    if not path.exists():
        if str(form) not in catalog.names():
            raise WorkbookError(f"library: no form {str(form)!r}. {suggestion(str(form), catalog.names())}")
        path = catalog.folder(str(form))
    written = workbook.read_written(path)
    if not written.header.languages:
        raise WorkbookError(
            f"{path.name}: its headings name no language. Write label::English (en), and label::Русский (ru) beside it."
        )
    return Ledger(path, written)


def status(form: str | Path) -> tuple[LanguageStatus, ...]:
    """How far each language of a form is, that which is translated from first; see `read`."""
    ledger = read(form)
    order = sorted(ledger.head.languages, key=lambda code: code != ledger.source)
    counts = _counts(ledger)
    return tuple(_status(ledger, code, counts[code]) for code in order)


def wordings(written: Written) -> Iterator[tuple[str, Row, str]]:
    """Sheet, row and column of everything that is shown in words."""
    for sheet in ("survey", "choices"):
        for row in written.sheets.get(sheet, ()):
            for column in WORDING:
                yield sheet, row, column


def contexts(ledger: Ledger) -> dict[Key, str]:
    """What a translator has to know of each text: what it is, where it stands and who is asked."""
    asked = _asked(ledger)
    places: dict[int, str] = {}
    around: list[str] = []
    for row in ledger.written.sheets.get("survey", ()):
        kind = row.get("type", "").replace(" ", "_")
        if kind.startswith("end_") and around:
            around.pop()
        places[id(row)] = " › ".join(filter(None, around))
        if kind.startswith("begin_"):
            around.append(_said(ledger, row))
    return {
        text.key: _context(ledger, text, places, asked)
        for language in ledger.head.languages
        for text in ledger.translated[language]
    }


def _context(ledger: Ledger, text: Text, places: Mapping[int, str], asked: Mapping[str, Sequence[str]]) -> str:
    row = text.row
    if text.sheet == "choices":
        questions = asked.get(row.get("list_name", ""), ())
        more = f" (and {len(questions) - 1} more questions)" if len(questions) > 1 else ""
        return f"Answer to: {questions[0]}{more}" if questions else f"Answer of the list {row.get('list_name', '')}"
    of = "" if text.column == "label" else f": {_said(ledger, row)}"
    what = {
        "label": _KINDS.get(row.get("type", "").replace(" ", "_").split("_select")[0].split()[0], "Question"),
        "hint": "Hint for the interviewer",
        "guidance_hint": "Further guidance for the interviewer",
        "constraint_message": "Shown when the answer cannot be",
        "required_message": "Shown when the answer is missing",
        "soft_message": "Asks whether an unusual answer is right",
    }[text.column]
    asked_of = f"Asked of: {row['universe']}." if "universe" in row else ""
    place = f"In: {places.get(id(row), '')}." if places.get(id(row)) else ""
    named = f"{what}{of}" if of else f"{what} {row.get('name', '')}"
    return " ".join(filter(None, (named if named.endswith((".", "?", "!")) else f"{named}.", place, asked_of)))


_KINDS = {
    "begin_group": "Heading of the section",
    "begin_repeat": "Heading of each row of",
    "note": "Note to read",
    "calculate": "Name of the calculated value",
}


def _asked(ledger: Ledger) -> dict[str, list[str]]:
    """The questions that offer each choice list."""
    found: dict[str, list[str]] = {}
    for row in ledger.written.sheets.get("survey", ()):
        words = row.get("type", "").split()
        if len(words) > 1 and words[0] in ("select_one", "select_multiple", "rank"):
            found.setdefault(words[1], []).append(_said(ledger, row) or row.get("name", ""))
    return found


def _said(ledger: Ledger, row: Row) -> str:
    """The label of a row in the language that is translated from."""
    return row.get(f"label::{ledger.head.headings[ledger.source]}") or row.get(
        f"label::{ledger.head.headings[ledger.head.language]}", ""
    )


def _status(ledger: Ledger, language: str, done: Mapping[str, tuple[int, int]]) -> LanguageStatus:
    texts = ledger.translated[language]
    stale = [text.stale for text in texts]
    damaged = [any(loss.what in ("placeholder", "tag") for loss in text.losses) for text in texts]
    total = sum(wanted for _, wanted in done.values())
    good = sum(there for there, _ in done.values()) - sum(map(any, zip(stale, damaged, strict=True)))
    return LanguageStatus(
        language,
        ledger.head.languages[language],
        done,
        sum(stale),
        sum(damaged),
        sum(text.text == text.original for text in texts),
        sum(len(text.text) > integrity.longest(text.original) for text in texts),
        100 * good // total if total else 100,
        tuple(_blocked(done, sum(stale), sum(damaged))),
    )


def _blocked(done: Mapping[str, tuple[int, int]], stale: int, damaged: int) -> Iterator[str]:
    if any(there < wanted for there, wanted in (done["labels"], done["choices"])):
        yield "needs 100 % labels+choices"
    for kind in ("hints", "messages"):
        if missing := done[kind][1] - done[kind][0]:
            yield f"{missing} {kind} missing"
    if stale:
        yield f"{stale} stale"
    if damaged:
        yield f"{damaged} with lost placeholders"


def _counts(ledger: Ledger) -> dict[str, dict[str, tuple[int, int]]]:
    """Texts that are there, and texts in all, by language and kind; what has no letters needs no translator."""
    headings = ledger.head.headings
    worded = translations.copy_wordless(ledger.written.sheets, headings, ledger.head.language)
    there, wanted = Counter[tuple[str, str]](), Counter[str]()
    for sheet in ("survey", "choices"):
        for row in worded[sheet]:
            for column in (*WORDING, *MEDIA):
                if spoken := [code for code, heading in headings.items() if f"{column}::{heading}" in row.cells]:
                    kind = _kind(sheet, column)
                    wanted[kind] += 1
                    there.update((code, kind) for code in spoken)
    return {code: {kind: (there[code, kind], wanted[kind]) for kind in KINDS} for code in headings}


def _kind(sheet: str, column: str) -> str:
    if column in MEDIA:
        return "media"
    if "message" in column:
        return "messages"
    return "hints" if "hint" in column else "choices" if sheet == "choices" else "labels"
