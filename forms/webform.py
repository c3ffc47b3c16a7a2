"""Web form: a compiled form as ODK Web Forms needs it.

Version 0.22 reads `decimal-date-time()` and `date()` of a text or number only, not of a question as JavaRosa does.
"""

from __future__ import annotations

import html
import re

from forms.errors import XPathError
from forms.xpath import Path, parse

_CALL = re.compile(r"(?<![\w-])(?:decimal-date-time|date)\(")


def suited(xml: bytes) -> bytes:
    """The form with the questions in those calls read as text; it asks and computes the same."""
    text, parts, end = xml.decode(), [], 0
    for call in _CALL.finditer(text):
        argument = _argument(text, call.end())
        if call.end() >= end and _is_path(argument):
            parts += [text[end : call.end()], f"string({argument})"]
            end = call.end() + len(argument)
    return "".join((*parts, text[end:])).encode()


def _argument(text: str, start: int) -> str:
    """What stands between a bracket and the one that closes it."""
    depth = 1
    for place in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if depth == 0:
            return text[start:place]
    return ""


def _is_path(argument: str) -> bool:
    try:
        return isinstance(parse(html.unescape(argument).strip()), Path)
    except XPathError:
        return False
