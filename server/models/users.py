"""User and Token: who may do something, and the secrets that show it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Select, String, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from server.db import Base, Moment, now


class User(Base):
    """A person at a screen or with a tablet. `area` limits a supervisor or enumerator to one part of the sample."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    display: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(8), default="en")
    password_hash: Mapped[str | None] = mapped_column(String(255), default=None)
    supervisor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), default=None)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    disabled_at: Mapped[datetime | None] = mapped_column(Moment, default=None)

    supervisor: Mapped[User | None] = relationship(remote_side=[id])


class Token(Base):
    """A secret in an address: a tablet's (`tablet`), or a link that signs in once (`link`).

    The secret itself is not stored: it is derived from the server's key and `nonce` and looked up by its SHA-256.
    """

    __tablename__ = "tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    nonce: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(16))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    expires_at: Mapped[datetime | None] = mapped_column(Moment, default=None)
    used_at: Mapped[datetime | None] = mapped_column(Moment, default=None)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment, default=None)

    user: Mapped[User] = relationship()


def by_name(name: str) -> Select[tuple[User]]:
    """The user of that sign-in name."""
    return select(User).where(User.name == name)


def by_digest(digest: str, kind: str) -> Select[tuple[Token]]:
    """The token whose secret has that SHA-256, with its person."""
    return select(Token).where(Token.digest == digest, Token.kind == kind).options(joinedload(Token.user))
