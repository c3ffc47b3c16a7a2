"""Token: the smallest part of an expression."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from forms.errors import XPathError

_NAME = r"[^\W\d]\w*(?:[.-]\w*)*"
_TOKEN = re.compile(
    rf"""\s*(?:
    (?P<number>\d+\.?\d*|\.\d+)
  | (?P<text>'[^']*'|"[^"]*")
  | (?P<symbol>\.\.|//|::|!=|<=|>=|[-+*/|=<>()\[\],.@$])
  | (?P<name>{_NAME}(?::(?!:)(?:{_NAME}|\*))?)
)""",
    re.VERBOSE,
)
_WORD = re.compile(r"\s*(and|or|div|mod)")
_ENDS_OPERAND = frozenset({")", "]", ".", "..", "*"})


@dataclass(frozen=True)
class Token:
    """`kind` is number, text, name, operator (and, or, div, mod, *, -) or the symbol itself."""

    kind: str
    text: str
    place: int


def tokens(expression: str) -> Iterator[Token]:
    """The tokens of an expression. Raises XPathError where it cannot be read."""
    place, after_operand = 0, False
    end = len(expression.rstrip())
    while place < end:
        word = _WORD.match(expression, place) if after_operand else None
        found = word or _TOKEN.match(expression, place)
        if not found:
            raise XPathError(f"cannot read {expression!r} from {expression[place:][:20]!r}")
        token = Token("operator", word[1], place) if word else _token(found, place, after_operand)
        after_operand = token.kind in ("number", "text", "name") or token.kind in _ENDS_OPERAND
        place = found.end()
        yield token


def _token(found: re.Match[str], place: int, after_operand: bool) -> Token:
    """A star or a minus is an operator only behind an operand."""
    kind, text = found.lastgroup or "", found[found.lastgroup or 0]
    if kind == "text":
        return Token(kind, text[1:-1], place)
    if kind != "symbol":
        return Token(kind, text, place)
    if text in "*-+" and after_operand:
        return Token("operator", text, place)
    return Token(text, text, place)
