"""Run: a piece of text in one direction and one look, as a word processor keeps it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape

from forms.header import direction
from forms.paper.words import FIRST_STRONG, POP

_CUT = re.compile(f"([{FIRST_STRONG}{POP}])")
_COMPLEX = {"ar": "Noto Naskh Arabic", "bn": "Noto Sans Bengali"}


@dataclass(frozen=True)
class Look:
    """How a run looks; `size` is in half points."""

    bold: bool = False
    italic: bool = False
    size: int = 18
    colour: str = ""


PLAIN = Look()


def complex_font(language: str) -> str:
    """The font for letters of scripts that join or stack."""
    return _COMPLEX.get(language, "Noto Sans")


def pieces(text: str, language: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces, each with whether it runs from right to left."""
    rightward, depth = direction(language) == "rtl", 0
    for piece in _CUT.split(text):
        if piece in (FIRST_STRONG, POP):
            depth += 1 if piece == FIRST_STRONG else -1
        elif piece:
            yield piece, rightward and (depth == 0 or any(map(_is_right_to_left, piece)))


def _is_right_to_left(character: str) -> bool:
    return unicodedata.bidirectional(character) in ("R", "AL")


def runs(text: str, language: str, look: Look = PLAIN) -> str:
    """The text as runs in WordprocessingML."""
    return "".join(_run(piece, _properties(language, look, leftward)) for piece, leftward in pieces(text, language))


def _run(text: str, properties: str) -> str:
    lines = (f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in text.split("\n"))
    return f"<w:r>{properties}{'<w:br/>'.join(lines)}</w:r>"


def _properties(language: str, look: Look, leftward: bool) -> str:
    slanted = look.italic and language not in _COMPLEX
    return (
        "<w:rPr>"
        + ("<w:b/><w:bCs/>" if look.bold else "")
        + ("<w:i/><w:iCs/>" if slanted else "")
        + (f'<w:color w:val="{look.colour}"/>' if look.colour else "")
        + f'<w:sz w:val="{look.size}"/><w:szCs w:val="{look.size + (2 if language == "ar" else 0)}"/>'
        + ("<w:rtl/>" if leftward else "")
        + "</w:rPr>"
    )
