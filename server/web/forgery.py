"""Forgery: a token in every form, so that another site cannot post in a reader's name."""

from __future__ import annotations

import hmac
import secrets

from flask import Blueprint, request, session

from server.errors import Problem

FIELD = "csrf"


def token() -> str:
    """This session's token, made on first use."""
    if FIELD not in session:
        session[FIELD] = secrets.token_urlsafe(24)
    return session[FIELD]


def guard(pages: Blueprint) -> None:
    """Refuse every post to these pages that does not carry the token."""
    pages.before_request(_check)


def _check() -> None:
    """Raise Problem 403.52 for a post that did not come from one of our forms."""
    if request.method == "POST" and not hmac.compare_digest(request.form.get(FIELD, "").encode(), token().encode()):
        raise Problem(403.52, "This page was open too long or came from elsewhere. Load it again and repeat.")
