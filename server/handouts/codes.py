"""Code: what a tablet's code holds, in the form that ODK Collect scans."""

from __future__ import annotations

import io
import json
import zlib
from base64 import b64encode
from typing import Any

import segno

from server.models.projects import Project
from server.models.users import User

COLOR, TEST_COLOR = "#0b5c78", "#b3261e"
"""Collect's bar for a survey, and for the twin in which its drafts are tried out."""

TITLE_LIMIT = 40
"""Characters of the project's name; a shorter code is easier to scan."""

MASK = 0
"""The texts are compressed, so one mask is as good as another; to weigh all eight takes five times as long."""

MENUS = {"tg": "ru", "kk": "ru", "ky": "ru", "uz": "ru", "id": "in"}
"""Languages that Collect knows under another code, or has no menus in: those that its users there read instead."""

WITHOUT_MENUS = ("tg", "kk", "ky", "uz")
"""Languages of which Collect has no menus (its translations as of August 2026)."""


def menus(language: str) -> str:
    """The language of Collect's menus on the tablet of somebody who speaks that language."""
    return MENUS.get(language, language)


def address(public_url: str, secret: str, project_id: int) -> str:
    """The address that stands for one person in one project."""
    return f"{public_url.rstrip('/')}/v1/key/{secret}/projects/{project_id}"


def settings(server_url: str, user: User, project: Project) -> dict[str, dict[str, Any]]:
    """Collect's settings for one person; what is not named here returns to Collect's own default."""
    title = project.settings.get(f"title_{user.language}") or project.title
    color = COLOR if project.test_of is None else TEST_COLOR
    return {
        "general": {
            "server_url": server_url,
            "username": user.name,
            "metadata_username": user.name,
            "form_update_mode": "match_exactly",
            "periodic_form_updates_check": "every_fifteen_minutes",
            "autosend": "wifi_and_cellular",
            "app_language": menus(user.language),
            "image_size": "small",
            "constraint_behavior": "on_swipe",
            "delete_send": False,
            "guidance_hint": "yes_collapsed",
        },
        "admin": {"change_server": False, "qr_code_scanner": False, "delete_saved": False, "jump_to": True},
        "project": {"name": title[:TITLE_LIMIT], "icon": title[:1].upper(), "color": color},
    }


def packed(settings_of_tablet: dict[str, dict[str, Any]]) -> str:
    """JSON, compressed by zlib, in base64: the text inside the code."""
    text = json.dumps(settings_of_tablet, ensure_ascii=False, separators=(",", ":"))
    return b64encode(zlib.compress(text.encode(), 9)).decode()


def svg(text: str) -> str:
    """The code as a drawing; segno writes only paths, nothing of the text."""
    drawing = io.BytesIO()
    segno.make(text, error="l", micro=False, mask=MASK).save(
        drawing,
        kind="svg",
        xmldecl=False,
        svgns=True,
        border=4,
        dark="#000",
        light="#fff",
        omitsize=True,
        svgclass="qr",
    )
    return drawing.getvalue().decode()
