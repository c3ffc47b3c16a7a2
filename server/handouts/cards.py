"""Card: the code of one person's tablet on paper, to be cut out and handed over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from forms.header import direction
from server.handouts import codes, typesetting, wording
from server.models.projects import Project
from server.models.users import User


@dataclass(frozen=True)
class Card:
    """One tablet's address. `serial` is what revokes it; `second` the person's name in another script."""

    serial: int
    user: User
    address: str
    name: str = ""
    second: str = ""


def sheets(project: Project, cards: Iterable[Card]) -> bytes:
    """The cards as a PDF, six on a page of A4, in the language of each person and in English."""
    return typesetting.pdf("cards.typ", {"title": project.title, "cards": [_shown(project, card) for card in cards]})


def payload(project: Project, card: Card) -> str:
    """The text inside the code of a card."""
    return codes.packed(codes.settings(card.address, card.user, project))


def _shown(project: Project, card: Card) -> Mapping[str, Any]:
    language = wording.spoken(card.user.language)
    words, english = wording.texts()[language], wording.texts()["en"]
    return {
        "language": language,
        "direction": direction(language),
        "title": project.settings.get(f"title_{language}") or project.title,
        "name": card.name or card.user.display,
        "second": card.second,
        "login": card.user.name,
        "serial": str(card.serial),
        "serial_word": words["serial"],
        "private": words["private"],
        "english": english["private"] if language != "en" else "",
        "scan": words["scan_card"],
        "code": codes.svg(payload(project, card)),
    }
