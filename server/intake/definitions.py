"""Definitions: the Form of each published instrument, read once and kept in memory."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from sqlalchemy import Connection, select

from forms.definition import Form
from forms.workbook import from_json
from server.models.instruments import Instrument

KEPT = 64
"""Forms kept in memory; the least used goes first."""


def form_of(instrument: Instrument) -> Form:
    """The questionnaire of a published instrument."""
    return _forms(instrument.digest, _Later(lambda: instrument.definition))


def form_by_id(connection: Connection, instrument_id: int, digest: str) -> Form:
    """The same by the instrument's id and digest, without its row."""
    return _forms(digest, _Later(lambda: _definition(connection, instrument_id)))


def _definition(connection: Connection, instrument_id: int) -> bytes:
    return connection.execute(select(Instrument.definition).where(Instrument.id == instrument_id)).scalar_one()


class _Later:
    """How to fetch a definition, should the form not be in memory: all are equal, so the digest alone is the key."""

    def __init__(self, fetch: Callable[[], bytes]) -> None:
        self.fetch = fetch

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Later)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=KEPT)
def _forms(digest: str, later: _Later) -> Form:
    return Form.from_workbook(from_json(later.fetch().decode()))
