"""Merge: what a translator brought back put beside what was sent out and what the form says now, text by text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from forms.errors import WorkbookError
from forms.header import Header, suggestion
from forms.ledger import Text
from forms.memory import same_hash
from forms.sheets import damage
from forms.translations import Key, source_hash

ACCEPTED, CONFIRMED, UNCHANGED, CONFLICT, REFUSED = "accepted", "confirmed", "unchanged", "conflict", "refused"
"""What becomes of a text that came back. Confirmed: a stale one that the translator found to be right still."""


@dataclass(frozen=True)
class Returned:
    """A text that came back: which it is, what it says, and what was sent out.

    `key` and `language` are empty where the file does not say them. `source` is the hash of the original, `base` that
    of the text that was sent ("" for none, None when the file does not say). `confirmed` says that the translator
    looked at a stale text, `unfinished` that the file itself calls the text unsure, `problem` why it cannot be read.
    """

    place: str
    form: str
    language: str
    key: Key
    original: str
    text: str
    source: str = ""
    base: str | None = None
    confirmed: bool = False
    unfinished: bool = False
    problem: str = ""


@dataclass(frozen=True)
class Decision:
    """What became of a text that came back, and why; `ours` is the place in the form that it belongs to."""

    returned: Returned
    outcome: str
    reason: str = ""
    ours: Text | None = None

    def __str__(self) -> str:
        name, column = self.returned.key[1] or "?", self.returned.key[2] or "text"
        told = f"{self.outcome}: {name} {column} [{self.returned.language or '?'}]"
        return f"{told} {self.reason} ({self.returned.place})"


def merge(texts: Mapping[str, Sequence[Text]], returned: Sequence[Returned], head: Header) -> tuple[Decision, ...]:
    """One decision for each text that came back, none of them lost; empty ones say nothing and are left out.

    What only one side changed since the file was sent out goes; what both changed is a conflict. `texts` are those of
    the form by language. Raises WorkbookError for a file that is wholly of another form, or in no language of this one.
    """
    said = [each for each in returned if each.text or each.problem]
    _refuse_strangers(said, head)
    books = {language: _Index(lines) for language, lines in texts.items()}
    placed = [(each, _place(each, books, head)) for each in said]
    told: dict[tuple[str, Key], list[Returned]] = {}
    for each, ours in placed:
        if isinstance(ours, Text):
            told.setdefault((each.language, ours.key), []).append(each)
    return tuple(_decide(each, ours, told) for each, ours in placed)


class _Index:
    """The texts of a language, by key and by original."""

    def __init__(self, texts: Sequence[Text]) -> None:
        self._by_key = {text.key: text for text in texts}
        self._by_original: dict[tuple[str, str, str], list[Text]] = {}
        for text in texts:
            for original in text.originals:
                self._by_original.setdefault((text.sheet, text.column, source_hash(original)), []).append(text)

    def find(self, returned: Returned) -> Text | None:
        """The place of a text: by its key, else by its original where only one place has it."""
        if found := self._by_key.get(returned.key):
            return found
        hashed = returned.source or source_hash(returned.original)
        sheet, _, column = returned.key
        places = [
            text
            for (of_sheet, of_column, original), texts in self._by_original.items()
            if original == hashed and sheet in ("", of_sheet) and column in ("", of_column)
            for text in texts
        ]
        return places[0] if len(places) == 1 else None


def _place(returned: Returned, books: Mapping[str, _Index], head: Header) -> Text | str:
    """The place in the form that a text belongs to, or why there is none."""
    if wrong := returned.problem or damage(returned.text).rstrip("."):
        return wrong
    if returned.form and returned.form != head.id:
        return f"belongs to another form, {returned.form!r}"
    if returned.language not in books:
        return f"is in {returned.language!r}, which is no language to translate into here"
    if ours := books[returned.language].find(returned):
        return ours
    return "the question, or its text, is gone" if returned.key[1] else "no text, or several, have its original"


def _decide(returned: Returned, ours: Text | str, told: Mapping[tuple[str, Key], Sequence[Returned]]) -> Decision:
    if isinstance(ours, str):
        return Decision(returned, REFUSED, ours)
    returned = replace(returned, key=ours.key)
    decision = _merged(returned, ours)
    others = [each for each in told[returned.language, ours.key] if each.place != returned.place]
    news = {each.text for each in others if _merged(each, ours).outcome != UNCHANGED}
    if decision.outcome == UNCHANGED or not news:
        return decision
    if news != {returned.text}:
        return Decision(returned, REFUSED, f"stands there twice, see {others[0].place}: leave one of the two", ours)
    first = told[returned.language, ours.key][0].place == returned.place
    return decision if first else Decision(returned, UNCHANGED, f"said already at {others[0].place}", ours)


def _merged(returned: Returned, ours: Text) -> Decision:
    """The merge of three: what was sent (`base`), what the form says (`ours`), and what came back."""
    text = returned.text
    current = not returned.source or any(same_hash(returned.source, source_hash(each)) for each in ours.originals)
    if text == ours.text:
        if ours.stale and returned.confirmed and current and not returned.unfinished:
            return Decision(returned, CONFIRMED, "fits its new original", ours)
        return Decision(returned, UNCHANGED, "", ours)
    if returned.base is not None and same_hash(returned.base, source_hash(text)):
        return Decision(returned, UNCHANGED, "the form has a newer text", ours)
    if returned.unfinished:
        return Decision(returned, REFUSED, "the file calls it unsure (fuzzy)", ours)
    if lost := grave(ours, text):
        return Decision(returned, REFUSED, lost, ours)
    untouched = returned.base is not None and same_hash(returned.base, source_hash(ours.text) if ours.text else "")
    if ours.text and not untouched:
        return Decision(returned, CONFLICT, f"the form has meanwhile {ours.text!r}, the file {text!r}", ours)
    notes = [] if current else ["stale: its original has changed since"]
    notes += [str(loss) for loss in replace(ours, text=text).losses]
    return Decision(returned, ACCEPTED, "; ".join(notes), ours)


def grave(ours: Text, text: str) -> str:
    """Why a text cannot stand in a place: what it lost of the original that the tablet needs; "" when it can."""
    return "; ".join(str(loss) for loss in replace(ours, text=text).losses if loss.grave)


def _refuse_strangers(said: Sequence[Returned], head: Header) -> None:
    """A file of which nothing belongs here was picked by mistake: nothing of it is worth listing."""
    forms = Counter(each.form for each in said if each.form)
    if forms and head.id not in forms:
        other = forms.most_common(1)[0][0]
        raise WorkbookError(
            f"{_file(said)}: made for the form {other!r}, and this is {head.id!r}. Choose the file of this form."
        )
    languages = Counter(each.language for each in said if not each.problem)
    if languages and not set(languages) & set(head.languages):
        other = languages.most_common(1)[0][0]
        raise WorkbookError(
            f"{_file(said)}: in {other!r}, which this form has not. {suggestion(other, head.languages)}"
            if other
            else f"{_file(said)}: nothing says which language this is. Name the sheet after it (tg), or export anew."
        )


def _file(said: Sequence[Returned]) -> str:
    return said[0].place.partition(" ")[0].partition("[")[0]
