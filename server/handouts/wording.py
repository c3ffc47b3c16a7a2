"""Wording: the texts of cards and handouts, by language."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from server.handouts import codes


@cache
def texts() -> Mapping[str, Mapping[str, Any]]:
    """Every text, by language and name."""
    return tomllib.loads((files("server.handouts") / "words.toml").read_text(encoding="utf-8"))


def spoken(language: str) -> str:
    """The language in which somebody is addressed: their own, that of their tablet's menus, else English."""
    return next(code for code in (language, codes.menus(language), "en") if code in texts())
