"""Phrase: a sentence that many questionnaires say in the same words, in every language of the library."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files


@cache
def all_phrases() -> dict[str, dict[str, str]]:
    """Every phrase by name, each with its text by language code."""
    return tomllib.loads((files("forms") / "phrases.toml").read_text(encoding="utf-8"))


def as_parameters(name: str) -> dict[str, str]:
    """The phrase as parameters of a form: `{"soft_hint": ..., "soft_hint::ru": ...}`; empty when there is none."""
    texts = all_phrases().get(name, {})
    return {name if code == "en" else f"{name}::{code}": text for code, text in texts.items()}
