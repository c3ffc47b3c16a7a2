"""Integrity: what a translation must keep of its original: answers it inserts, markup, numbers, forms of dates."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

PLACEHOLDER = re.compile(r"\$\{\s*([^}\s]+)\s*\}|\{\{\s*(\w+)\s*\}\}")

_TAG = re.compile(r"<\s*(/?)\s*([a-zA-Z][a-zA-Z0-9]*)\b[^>]*?(/?)\s*>")
_MARKDOWN = re.compile(r"\*\*|__|\]\(([^)\s]+)\)|(?m:^#{1,6}(?=\s))")
_DATE = re.compile(r"(?<!\w)(([^\W\d_])\2{1,3})[./-](([^\W\d_])\4{1,3})[./-](([^\W\d_])\6{1,3})(?!\w)")
_GROUPED = re.compile("(?<=\\d)[ ,.'’\u00a0\u202f\u2009\u066c](?=\\d{3}(?!\\d))")
_NUMBER = re.compile(r"\d+(?:[.,\u066b]\d+)*")
_WORDED = 12
"""Numbers up to this one are written as words in many languages: Arabic has another form of them for each noun."""

_SPARE = 20
"""Signs that a translation may be longer than one and a half times its original: short words grow most."""


@dataclass(frozen=True)
class Loss:
    """What a text and its original do not have in common. Grave ones are refused from a translator.

    `what` is "placeholder", "repetition" (a placeholder that the text inserts less or more often), "tag", "number" or
    "date"; `lost` and `added` are what only one of the two has.
    """

    what: str
    lost: tuple[str, ...]
    added: tuple[str, ...]

    @property
    def grave(self) -> bool:
        """Would the tablet show something else than the original, or nothing?"""
        return self.what in ("placeholder", "repetition", "tag")

    @property
    def plain(self) -> bool:
        """Is it plainly a loss? A small number that nothing replaces may be there as a word."""
        small = all(number.isdecimal() and int(number) <= _WORDED for number in self.lost)
        return not (self.what == "number" and small and not self.added)

    def __str__(self) -> str:
        what = "placeholder" if self.what == "repetition" else self.what
        lost, added = ", ".join(self.lost), ", ".join(self.added)
        return " and ".join(filter(None, (lost and f"lost {what} {lost}", added and f"added {what} {added}")))


def losses(original: str, text: str) -> Iterator[Loss]:
    """How a translation differs from its original in what is not to be translated.

    Placeholders, HTML tags and the marks of Markdown must be the same, as often as they are there. Of numbers and forms
    of dates (`DD.MM.YYYY`) those of the original must be there, in any digits: words for numbers differ.
    """
    wanted, there = placeholders(original), placeholders(text)
    yield from _loss("placeholder" if set(wanted) != set(there) else "repetition", wanted, there)
    yield from _loss("tag", tags(original), tags(text))
    for what, found in (("number", numbers), ("date", dates)):
        if found(original) - found(text):
            yield from _loss(what, found(original), found(text))


def placeholders(text: str) -> Counter[str]:
    """The answers and parameters that a text inserts: `${age}`, `{{year}}`."""
    return Counter(f"${{{answer}}}" if answer else f"{{{{{name}}}}}" for answer, name in PLACEHOLDER.findall(text))


def tags(text: str) -> Counter[str]:
    """HTML tags by name, marks of Markdown (`**`, `__`, headings) and the addresses of its links."""
    bare = PLACEHOLDER.sub("", text)
    html = Counter(f"<{start}{name.lower()}{end}>" for start, name, end in _TAG.findall(bare))
    return html + Counter(match[0] for match in _MARKDOWN.finditer(bare))


def numbers(text: str) -> Counter[str]:
    """The numbers of a text in Western digits, without separators of thousands and leading zeros: `٣` is 3."""
    bare = PLACEHOLDER.sub(" ", text)
    if not _NUMBER.search(bare):
        return Counter()
    plain = "".join(_western(sign) for sign in bare)
    return Counter(_value(number) for number in _NUMBER.findall(_GROUPED.sub("", plain)))


def dates(text: str) -> Counter[str]:
    """The shapes of dates to be written: `DD.MM.YYYY` and `ДД.ММ.ГГГГ` are both 2-2-4."""
    return Counter(f"{len(match[1])}-{len(match[3])}-{len(match[5])}" for match in _DATE.finditer(text))


def longest(original: str) -> int:
    """The signs that a translation may have without being crowded on a tablet."""
    return len(original) * 3 // 2 + _SPARE


def has_letters(text: str) -> bool:
    """Is there anything to translate?"""
    return any(letter.isalpha() for letter in PLACEHOLDER.sub("", text))


def _loss(what: str, wanted: Counter[str], found: Counter[str]) -> Iterator[Loss]:
    lost, added = (tuple(sorted(each.elements())) for each in (wanted - found, found - wanted))
    if lost or added:
        yield Loss(what, lost, added)


def _western(sign: str) -> str:
    digit = unicodedata.decimal(sign, None)
    return sign if digit is None else str(digit)


def _value(number: str) -> str:
    parts = re.split(r"[.,\u066b]", number)
    if len(parts) == 2:  # a decimal number or a day and month: the sign between is that of the country
        return f"{int(parts[0])}.{parts[1]}"
    return ".".join(str(int(part)) for part in parts)
