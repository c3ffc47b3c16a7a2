"""Typesetting: a template of this package and its data as a PDF."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any


def pdf(template: str, data: Mapping[str, Any]) -> bytes:
    """The template with its data. Texts travel as data, never as markup: whatever is in a name is only shown.

    The fonts are those that come with the forms; for letters that they lack (a name in another script) those of the
    machine are looked at.
    """
    import typst  # takes its time, and few commands print

    source = (files("server.handouts") / template).read_bytes()
    fonts = str(files("forms") / "fonts")
    return typst.compile(source, font_paths=[fonts], sys_inputs={"data": json.dumps(data, ensure_ascii=False)})
