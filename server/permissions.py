"""Permissions: the verbs of this system, and which role may use which."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import g

from server.errors import forbidden, unauthenticated
from server.models.users import User

ROLES = ("admin", "office", "manager", "supervisor", "enumerator", "analyst", "auditor")

WATCH = frozenset({"admin", "manager", "supervisor", "auditor"})

VERBS: dict[str, frozenset[str]] = {
    "open": frozenset({*ROLES, "anyone"}),  # sign-in, language, theme, health: no data behind it
    "project.list": frozenset(ROLES) - {"enumerator"},
    "progress.watch": WATCH | {"analyst", "office"},
    "submission.read": WATCH,
    "submission.review": frozenset({"admin", "manager", "supervisor"}),
    "unit.read": WATCH,
    "device.show": frozenset({"admin", "manager"}),
    "device.revoke": frozenset({"admin", "manager"}),
    "instrument.adapt": frozenset({"admin", "office", "manager"}),
    "instrument.publish": frozenset({"admin", "office", "manager"}),
    "sample.draw": frozenset({"admin", "manager"}),
    "sample.assign": frozenset({"admin", "manager"}),
    "table.read": frozenset({"admin", "manager", "analyst", "auditor"}),
    "dataset.cut": frozenset({"admin", "analyst"}),
    "dataset.export": frozenset({"admin", "analyst"}),
    "dataset.identify": frozenset({"admin"}),  # an export with what identifies persons
    "weight.apply": frozenset({"admin", "analyst"}),
    "job.read": frozenset({"admin", "manager", "analyst", "auditor"}),
    "tablet.sync": frozenset({"enumerator", "supervisor"}),
}


def may(user: User | None, verb: str) -> bool:
    """May this user use the verb? Unknown verbs are a programming error (KeyError)."""
    return (user.role if user else "anyone") in VERBS[verb]


def requires(verb: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Mark a route with its verb; the user is in `flask.g.user` (None when nobody is signed in)."""
    allowed = VERBS[verb]

    def mark(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            user: User | None = g.get("user")
            if "anyone" in allowed or (user and user.role in allowed):
                return view(*args, **kwargs)
            raise forbidden(verb) if user else unauthenticated()

        guarded.permission = verb  # type: ignore[attr-defined]
        return guarded

    return mark
