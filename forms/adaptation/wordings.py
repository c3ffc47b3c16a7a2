"""Wording: whether a question still says the same, and which words differ."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Mapping

from forms.adaptation.recodes import plain
from forms.definition import Texts

_REFERENCE = re.compile(r"\$\{\s*([^}\s]+)\s*\}")
_NUMBER = re.compile(r"\d+")
_LONGEST = 60


def differing(before: Texts, after: Texts, names: Mapping[str, str]) -> tuple[str, ...]:
    """The languages of both versions in which the wording is another one, `names` being those of renamed questions."""
    return tuple(code for code in before if code in after and plain(before[code]) != plain(undone(after[code], names)))


def same_numbers(before: Texts, after: Texts, languages: Iterable[str]) -> bool:
    """Do the texts of a hint name the same numbers? Months and ages in it define what is meant.

    A language in which only one side lacks the text, having others, says nothing: it is not translated.
    """
    spoken = [code for code in languages if (code in before or not before) and (code in after or not after)]
    return all(_numbers(before.get(code, "")) == _numbers(after.get(code, "")) for code in spoken)


def undone(text: str, names: Mapping[str, str]) -> str:
    """The text with the questions that it reads out called by their names before."""
    return _REFERENCE.sub(lambda found: f"${{{names.get(found[1], found[1])}}}", text)


def apart(before: str, after: str) -> tuple[str, str]:
    """The words that differ, with the one behind them: ("12 months", "6 months")."""
    one, other = before.split(), after.split()
    blocks = [block for block in difflib.SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
              if block[0] != "equal"]  # fmt: skip
    if not blocks:
        return "", ""
    start, end = blocks[0][1], blocks[-1][2]
    start_after, end_after = blocks[0][3], blocks[-1][4]
    more = 1 if end < len(one) and end_after < len(other) else 0
    return _short(one[start : end + more]), _short(other[start_after : end_after + more])


def _numbers(text: str) -> Counter[str]:
    return Counter(_NUMBER.findall(_REFERENCE.sub("", text)))


def _short(words: list[str]) -> str:
    text = " ".join(words)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip()}…"
