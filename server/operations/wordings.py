"""Wording: the texts of an adaptation that one language needs, one by one, and a translator's file in and out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from forms import identity, integrity, xlsx_cells
from forms.adaptation.project import FORM
from forms.findings import Finding
from forms.header import Header
from forms.sheets import WORDING, Row
from forms.workbook import Workbook
from forms.xlsx_cells import Edit
from server.errors import Problem, not_found
from server.operations import adaptations
from server.operations.adaptations import Place

MISSING, STALE, DAMAGED, DONE = "missing", "stale", "damaged", "done"


@dataclass(frozen=True)
class Text:
    """One text to translate: where it stands, what it says in each language, and what is known of the place.

    `key` is stable: sheet, the question's id (or list/code) and the column. `finding` says what is wrong with it.
    """

    key: str
    sheet: str
    line: int
    base: str
    column: str
    texts: Mapping[str, str]
    language: str
    context: Row
    finding: Finding | None

    @property
    def original(self) -> str:
        """The text it is made from."""
        return next((text for code, text in self.texts.items() if code != self.language and text), "")

    @property
    def text(self) -> str:
        """The translation."""
        return self.texts.get(self.language, "")

    @property
    def state(self) -> str:
        """Is anything to be done?"""
        if not self.text:
            return MISSING
        if self.finding is None:
            return DONE
        return STALE if self.finding.rule.endswith("stale") else DAMAGED


def texts(place: Place, language: str) -> tuple[Text, ...]:
    """Every text of the form that has to be there in that language. Raises Problem 404.1 for one that it has not."""
    form = adaptations.opened(place).form
    if language not in form.header.headings or language == form.header.language:
        raise not_found(f"Language {language!r} to translate into")
    return tuple(_texts(form, language))


def save(session: Session, place: Place, *, language: str, key: str, seen: str, text: str, actor: str) -> None:
    """Write one translation. Raises Problem 409.51 when it is not as `seen`, 400.8 when it lost what it must keep."""
    wanted = next((one for one in texts(place, language) if one.key == key), None)
    if wanted is None:
        raise not_found(f"Text {key!r}")
    if seen != version_of(wanted):
        raise Problem(409.51, "Somebody changed this text meanwhile. Look at what stands here now, then save again.")
    lost = [str(loss) for loss in integrity.losses(wanted.original, text) if loss.grave]
    if text and lost:
        raise Problem(400.8, f"{wanted.key} [{language}]: {'; '.join(lost)}. Write it as in the original.")
    edits = [Edit(wanted.sheet, wanted.line, wanted.column, text)]
    told = {"language": language, "text": key}
    adaptations.change(session, place, edit=lambda data: xlsx_cells.change(data, edits), actor=actor, what=told)


def version_of(text: Text) -> str:
    """What tells a text and its original from themselves after a change."""
    return adaptations.digest_of(repr((text.original, text.text)).encode())


def _texts(form: Workbook, language: str) -> Iterator[Text]:
    told = {(one.sheet, one.row, one.column): one for one in form.findings if one.rule.startswith("translation")}
    heading = form.header.headings[language]
    for sheet, rows in (("survey", form.survey), ("choices", form.choices)):
        for row in rows:
            if row.file.partition("[")[0] != FORM:
                continue  # a list of the office's own: its file holds every language
            for base in WORDING:
                said = _said(row, base, form.header)
                column = f"{base}::{heading}"
                if any(text for code, text in said.items() if code != language):
                    name = identity.of(row) if sheet == "survey" else f"{row['list_name']}/{row['name']}"
                    finding = told.get((sheet, row.line, column))
                    key = f"{sheet}:{name}:{base}"
                    yield Text(key, sheet, row.line, base, column, said, language, row, finding)


def _said(row: Row, base: str, header: Header) -> dict[str, str]:
    return {code: row.get(f"{base}::{suffix}", "") for code, suffix in header.headings.items()}
