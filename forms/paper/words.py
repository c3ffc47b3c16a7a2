"""Word: what a printed questionnaire says beside the form's own wording, by language."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from forms.header import direction

FIRST_STRONG, POP = "\u2068", "\u2069"
"""Characters around a run whose direction is its own (Unicode isolates)."""

_FOREIGN = re.compile(r"(?<!\w)[-+]?\d+(?:[.,:–-]\d+)*(?!\w)|[A-Za-z][A-Za-z0-9'./-]*(?: [A-Za-z][A-Za-z0-9'./-]*)*")


@cache
def languages() -> Mapping[str, Mapping[str, str]]:
    """All words by language code."""
    return tomllib.loads((files("forms") / "paper" / "words.toml").read_text(encoding="utf-8"))


def isolated(text: str) -> str:
    """The text as a run that the direction of its surroundings does not turn round."""
    return f"{FIRST_STRONG}{text}{POP}" if text else ""


def isolate_runs(text: str, language: str) -> str:
    """The text of a language written from right to left with its numbers and Latin words set apart."""
    return _FOREIGN.sub(lambda match: isolated(match[0]), text) if direction(language) == "rtl" else text


@dataclass(frozen=True)
class Words:
    """The words of one language; English ones where the language has none."""

    language: str

    def say(self, name: str, **parts: str) -> str:
        """The phrase with its places filled in."""
        known = languages()
        phrases = known.get(self.language) or known.get(self.language.partition("-")[0]) or known["en"]
        return phrases[name].format(**parts)

    def joined(self, name: str, parts: Sequence[str]) -> str:
        """`a, b and c`: the parts with `and` or `or` before the last."""
        if len(parts) < 2:
            return "".join(parts)
        return self.say(name, a=self.say("comma").join(parts[:-1]), b=parts[-1])
