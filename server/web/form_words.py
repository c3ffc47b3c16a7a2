"""Words for forms: what types of questions, states and verdicts are called on the pages about questionnaires."""

from __future__ import annotations

from forms.header import Header
from forms.wording import in_language
from server.web.languages import N_, current, gettext

KINDS = {
    "select_one": N_("one answer of a list"),
    "select_one_from_file": N_("one answer of a file"),
    "select_multiple": N_("several answers of a list"),
    "select_multiple_from_file": N_("several answers of a file"),
    "rank": N_("answers put in order"),
    "integer": N_("whole number"),
    "decimal": N_("decimal number"),
    "range": N_("number on a scale"),
    "text": N_("text"),
    "note": N_("text to read"),
    "date": N_("date"),
    "time": N_("time"),
    "dateTime": N_("date and time"),
    "geopoint": N_("position"),
    "barcode": N_("code to scan"),
    "image": N_("picture"),
    "audio": N_("sound"),
    "file": N_("file"),
    "acknowledge": N_("confirmation"),
    "calculate": N_("worked out"),
    "hidden": N_("kept unseen"),
    "begin_group": N_("group"),
    "begin_repeat": N_("one for each"),
}
"""What a question asks for, by XLSForm's type."""

LEVELS = {"error": N_("must be mended"), "warning": N_("look at it"), "info": N_("good to know")}
"""How grave a finding is."""

EFFECTS = {
    "exact": N_("exact"),
    "degraded": N_("less detail"),
    "broken": N_("other definition"),
    "lost": N_("lost"),
}
"""What becomes of a statistic."""

CHANGES = {
    "additive": N_("added"),
    "editorial": N_("wording only"),
    "RECODE": N_("other codes"),
    "UNIVERSE": N_("other people asked"),
    "DEFINITION": N_("other meaning"),
    "REMOVED": N_("removed"),
}
"""Kinds of change."""

TEXT_KINDS = {
    "labels": N_("Labels"),
    "choices": N_("Choices"),
    "hints": N_("Hints"),
    "messages": N_("Messages"),
    "media": N_("Pictures and sound"),
}
"""Kinds of texts that are translated."""

STEPS = (
    ("adapting.lists", N_("Country and lists")),
    ("questions.index", N_("Questions")),
    ("translating.index", N_("Languages")),
    ("checking.index", N_("Checks")),
    ("publishing.index", N_("Publish")),
)
"""The five steps of an adaptation: the page of each, and its word."""

SHAPES = {
    "error": "act",
    "warning": "watch",
    "info": "none",
    "exact": "done",
    "degraded": "watch",
    "broken": "act",
    "lost": "act",
}
"""The shape that goes with a level or an effect."""


def kind(name: str) -> str:
    """What a question asks for; XLSForm's word where we have none."""
    return gettext(KINDS[name]) if name in KINDS else name


def level(name: str) -> str:
    """How grave a finding is."""
    return gettext(LEVELS[name])


def effect(name: str) -> str:
    """What becomes of a statistic."""
    return gettext(EFFECTS[name])


def change(name: str) -> str:
    """A kind of change."""
    return gettext(CHANGES[name])


def text_kind(name: str) -> str:
    """A kind of texts that are translated."""
    return gettext(TEXT_KINDS[name])


def spoken(texts: dict[str, str], header: Header) -> tuple[str, str]:
    """A text in the reader's language, else in the form's, and the code of the language it is in."""
    text = in_language(texts, current(), header.language)
    return text, next((code for code, one in texts.items() if one == text), header.language)
