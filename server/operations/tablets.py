"""Tablet: the addresses of one survey that are in use, one for each person in the field."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from server.errors import Problem
from server.models.samples import Unit
from server.models.users import Token, User
from server.operations import accounts, events


def in_use(session: Session, *, project_id: int) -> list[Token]:
    """The addresses that open the survey, by the name of their person."""
    wanted = (
        select(Token)
        .join(User, User.id == Token.user_id)
        .where(Token.project_id == project_id, Token.kind == "tablet", Token.revoked_at.is_(None))
        .where(User.disabled_at.is_(None))
        .options(joinedload(Token.user))
        .order_by(User.name, Token.id)
    )
    return list(session.scalars(wanted))


def issue_missing(session: Session, *, project_id: int, names: Collection[str], secret_key: str) -> int:
    """Give an address to whoever has units, or is named, and has none yet. Returns how many were issued.

    Raises Problem 404.1 for names that nobody has.
    """
    served = {token.user_id for token in in_use(session, project_id=project_id)}
    busy = select(Unit.assigned_to_id).where(Unit.project_id == project_id)
    wanted = select(User).where(User.id.in_(busy) | User.name.in_(names), User.disabled_at.is_(None))
    people = {user.name: user for user in session.scalars(wanted.order_by(User.name))}
    if missing := sorted(set(names) - set(people)):
        raise Problem(
            404.1,
            f"{len(missing)} names are not known here, the first is {missing[0]!r}. "
            f"Add each: enumera server user add {missing[0]} --role enumerator",
        )
    new = [user for user in people.values() if user.id not in served]
    for user in new:
        accounts.issue_token(session, user_id=user.id, project_id=project_id, kind="tablet", secret_key=secret_key)
    return len(new)


def note_printed(session: Session, *, project_id: int, tokens: Collection[Token], actor: str) -> None:
    """Write to the audit trail that the codes of these addresses were printed."""
    for token in tokens:
        details = {"printed": True}
        events.record(
            session, actor=actor, verb="device.show", subject=token.user.name, project_id=project_id, details=details
        )


def revoke(session: Session, *, serial: int, actor: str) -> Token:
    """Take an address back by the serial number on its card. Raises Problem 404.1 when no tablet has it."""
    found = session.get(Token, serial)
    if found is None or found.kind != "tablet":
        raise Problem(404.1, f"No tablet has the serial number {serial}. It stands on the card, below the code.")
    token = accounts.revoke(session, token_id=serial)
    events.record(session, actor=actor, verb="device.revoke", subject=token.user.name, project_id=token.project_id)
    return token
