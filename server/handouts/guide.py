"""Guide: one page for somebody who gets a tablet - install, scan, first interview, what to do without a network."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from forms.header import direction
from server.handouts import codes, typesetting, wording
from server.models.projects import Project

STORE = "https://play.google.com/store/apps/details?id=org.odk.collect.android"

PACKAGE = "/collect.apk"
"""Where the server gives the app to tablets without a store."""


@dataclass(frozen=True)
class Offline:
    """The app on the office's own server: its address and the SHA-256 of the file."""

    address: str
    sha256: str


class Exact(str):
    """An address or a hash: read letter by letter, from left to right in every language."""


def offline(public_url: str, apk: str) -> Offline | None:
    """The app as the server gives it out, if it has one. Raises OSError when the configured file is not there."""
    if not apk:
        return None
    path = Path(apk)
    return Offline(f"{public_url.rstrip('/')}{PACKAGE}", _sha256(path, path.stat().st_mtime_ns))


def as_pdf(project: Project, language: str, app: Offline | None = None) -> bytes:
    """The page on A4."""
    return typesetting.pdf("guide.typ", contents(project, language, app))


def as_html(project: Project, language: str, app: Offline | None = None) -> str:
    """The page for a screen: one file without any other."""
    loader = Environment(loader=PackageLoader("server.handouts", "."), autoescape=True, undefined=StrictUndefined)
    return loader.get_template("guide.html").render(contents(project, language, app))


def contents(project: Project, language: str, app: Offline | None = None) -> dict[str, Any]:
    """What the page says, step by step. A language without words of its own gets those of its tablets' menus."""
    spoken = wording.spoken(language)
    words = wording.texts()[spoken]
    buttons: Mapping[str, str] = words["buttons"]
    without = [words["offline_text"], Exact(app.address), words["hash_text"], Exact(app.sha256)] if app else []
    menus = [_menus(words, language)] if language in codes.WITHOUT_MENUS else []
    steps = [
        _step(words["install"], words["install_text"], *without, code=codes.svg(STORE)),
        _step(words["scan"], words["scan_text"].format(**buttons), words["card_text"], *menus),
        _step(words["first"], words["first_text"].format(**buttons)),
        _step(words["network"], words["network_text"].format(**buttons), words["update"]),
    ]
    return {
        "language": spoken,
        "direction": direction(spoken),
        "title": words["title"],
        "survey": project.settings.get(f"title_{spoken}") or project.title,
        "steps": steps,
        "store": STORE,
        "help": words["help"],
    }


def _menus(words: Mapping[str, Any], language: str) -> str:
    """That the app has no menus in somebody's language, and in which they are instead."""
    return str(words["menus"]).format(menus=words["menus_names"][codes.menus(language)])


def _step(heading: str, *texts: str, code: str = "") -> dict[str, Any]:
    parts = [{"text": text, "exact": isinstance(text, Exact)} for text in texts]
    return {"heading": heading, "parts": parts, "code": code}


@lru_cache(maxsize=2)
def _sha256(path: Path, changed: int) -> str:
    """The hash of a file; `changed` makes it anew when the file is replaced."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
