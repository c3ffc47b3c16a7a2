"""Accounts: people, their passwords, and the secret addresses that stand for them."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.orm import Session

from server.db import now
from server.errors import Problem, not_found
from server.models.users import Token, User, by_digest, by_name
from server.permissions import ROLES

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST_PASSWORD = 10
KINDS = ("tablet", "link")
UNKNOWN = "is not known here, or was withdrawn"

_tokens, _users = Token.__table__.c, User.__table__.c
BEARER = (
    select(_tokens.project_id, _tokens.nonce, _tokens.revoked_at, _tokens.expires_at)
    .add_columns(_users.id, _users.name, _users.role, _users.disabled_at)
    .join_from(Token.__table__, User.__table__, _tokens.user_id == _users.id)
    .where(_tokens.digest == bindparam("digest"), _tokens.kind == "tablet")
)
"""The token of a tablet's secret and its person."""


def create_user(
    session: Session,
    *,
    name: str,
    role: str,
    display: str,
    language: str = "en",
    supervisor_id: int | None = None,
    password: str | None = None,
) -> User:
    """Add a person; without a password they come in by a link or a tablet's address only.

    Raises Problem 400.8 for an unknown role, 400.21 for a short password and 409.3 for a name in use.
    """
    if role not in ROLES:
        raise Problem(400.8, f"{role!r} is no role; the roles are {', '.join(ROLES)}.", {"field": "role"})
    if session.scalar(by_name(name)):
        raise Problem(409.3, f"The name {name!r} is in use; choose another.", {"fields": ["name"]})
    user = User(name=name, role=role, display=display, language=language, supervisor_id=supervisor_id)
    if password is not None:
        user.password_hash = _hashed(password)
    session.add(user)
    session.flush()
    return user


def named(session: Session, *, name: str) -> User:
    """The person of that sign-in name; Problem 404.1 when there is none."""
    user = session.scalar(by_name(name))
    if user is None:
        raise not_found(f"User {name!r}")
    return user


def check_password(session: Session, *, name: str, password: str) -> User:
    """The person of that name, if the password is theirs; Problem 401.2 that does not tell which was wrong."""
    from argon2.exceptions import InvalidHashError, VerificationError

    user = session.scalar(by_name(name))
    usable = user is not None and user.password_hash is not None and user.disabled_at is None
    known = user.password_hash if user is not None and usable else _nobodys_hash()
    try:
        _hasher().verify(known or "", password)
    except (VerificationError, InvalidHashError):
        usable = False
    if user is None or not usable:
        raise Problem(401.2, "Name and password do not belong together. Check both, or ask an administrator.")
    return user


def issue_token(
    session: Session,
    *,
    user_id: int,
    project_id: int,
    kind: str,
    secret_key: str,
    hours: float | None = None,
) -> tuple[Token, str]:
    """Make a secret address for a person in a project: a tablet's, or a link that signs in once.

    `hours` limits its life. Returns the token's row and the secret that goes into the address.
    """
    if kind not in KINDS:
        raise Problem(400.8, f"{kind!r} is no kind of token; the kinds are {', '.join(KINDS)}.", {"field": "kind"})
    nonce = secrets.token_hex(16)
    secret = _derive(nonce, secret_key)
    token = Token(digest=_digest(secret), nonce=nonce, kind=kind, user_id=user_id, project_id=project_id)
    if hours is not None:
        token.expires_at = now() + timedelta(hours=hours)
    session.add(token)
    session.flush()
    return token, secret


def token_secret(token: Token, secret_key: str) -> str:
    """The secret of a token once more, for printing its code sheet again: it is derived, never stored."""
    return _derive(token.nonce, secret_key)


def redeem(session: Session, *, secret: str, kind: str, secret_key: str) -> Token:
    """The token of that secret. A link is good for one sign-in, even when two arrive together.

    Raises Problem 403.51 when it is unknown, made with another key, revoked, expired or used, or its person is
    disabled.
    """
    token = session.scalar(by_digest(_digest(secret), kind))
    if token is None or token.user.disabled_at:
        raise _refused(UNKNOWN)
    _refuse_invalid(token, secret, secret_key)
    if kind == "link":
        first = update(Token).where(Token.id == token.id, Token.used_at.is_(None)).values(used_at=now())
        if session.execute(first.returning(Token.id)).first() is None:
            raise _refused("was already used")
    return token


def bearer(connection: Connection, *, secret: str, secret_key: str) -> Any:
    """Whose tablet this is: a row with the person's `id`, `name` and `role`, and the `project_id` of the address.

    For every request of every tablet: one statement, no objects made. Raises Problem 403.51 as `redeem` does.
    """
    row = connection.execute(BEARER, {"digest": _digest(secret)}).one_or_none()
    if row is None or row.disabled_at:
        raise _refused(UNKNOWN)
    _refuse_invalid(row, secret, secret_key)
    return row


def revoke(session: Session, *, token_id: int) -> Token:
    """Withdraw a token: from now on its address opens nothing. Problem 404.1 when there is none."""
    token = session.get(Token, token_id)
    if token is None:
        raise not_found(f"Token {token_id}")
    token.revoked_at = token.revoked_at or now()
    return token


def _refused(why: str) -> Problem:
    return Problem(403.51, f"This address {why}. Ask your supervisor for a new code sheet or link.")


def _derive(nonce: str, secret_key: str) -> str:
    made = hmac.new(secret_key.encode(), f"token:{nonce}".encode(), hashlib.sha256).digest()
    return urlsafe_b64encode(made).decode().rstrip("=")


def _refuse_invalid(token: Any, secret: str, secret_key: str) -> None:
    """Refuse what was withdrawn, is over, or was made with another key: a new key ends every secret before it."""
    of_this_key = hmac.compare_digest(_derive(token.nonce, secret_key).encode(), secret.encode())
    if not of_this_key or token.revoked_at:
        raise _refused(UNKNOWN)
    if token.expires_at and token.expires_at < now():
        raise _refused("has expired")


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _hashed(password: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        raise Problem(400.21, f"A password has at least {SHORTEST_PASSWORD} characters.", {"field": "password"})
    return _hasher().hash(password)


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher
    from argon2.profiles import RFC_9106_LOW_MEMORY

    return PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


@cache
def _nobodys_hash() -> str:
    """Checked for unknown names, so that the time of an answer does not tell which names exist."""
    return _hasher().hash(secrets.token_hex(16))
