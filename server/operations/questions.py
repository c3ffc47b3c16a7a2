"""Question: rows of an adaptation's form reworded, added, moved and dropped, each kept from undoing somebody else's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy.orm import Session

from forms import identity, xlsx_cells
from forms.definition import row_type
from forms.sheets import Row
from forms.xlsx_cells import Edit
from server.errors import Problem, not_found
from server.operations import adaptations
from server.operations.adaptations import Place


def find(place: Place, qid: str) -> Row:
    """The row of a question or group as it is written in the survey sheet; Problem 404.1 when there is none."""
    for row in adaptations.opened(place).form.survey:
        if identity.of(row) == qid:
            return as_written(place, "survey", row.line)
    raise not_found(f"Question {qid!r}")


def as_written(place: Place, sheet: str, line: int) -> Row:
    """A line of a sheet with the cells that stand there."""
    return next(row for row in adaptations.sheets(place)[sheet] if row.line == line)


def version_of(rows: Iterable[Row]) -> str:
    """What tells rows from themselves after a change."""
    return adaptations.digest_of(repr([sorted(row.items()) for row in rows]).encode())


def save(session: Session, place: Place, *, qid: str, seen: str, cells: Mapping[str, str], actor: str) -> bool:
    """Write a question's cells; returns whether any was another. Raises Problem 409.51 if the row is not as `seen`."""
    row = _unchanged(place, qid, seen)
    edits = [Edit("survey", row.line, column, text) for column, text in cells.items() if row.get(column, "") != text]
    if edits:
        told = {"changed": qid, "cells": len(edits)}
        adaptations.change(session, place, edit=lambda data: xlsx_cells.change(data, edits), actor=actor, what=told)
    return bool(edits)


def add(session: Session, place: Place, *, after: str, cells: Mapping[str, str], actor: str) -> str:
    """Put a new question after another; returns its id. Raises Problem 409.3 for a name in use."""
    name = cells.get("name", "")
    form = adaptations.opened(place).form
    if not name or any(row.get("name") == name for row in form.survey):
        raise Problem(409.3, f"{name!r} is the name of a question already, or no name. Write another.")
    qid = f"{form.header.id}.{name}"
    line = find(place, after).line
    written = {**cells, identity.QUESTION: qid}
    adaptations.change(
        session,
        place,
        edit=lambda data: xlsx_cells.insert_row(data, "survey", line, written),
        actor=actor,
        what={"added": qid},
    )
    return qid


def drop(session: Session, place: Place, *, qid: str, seen: str, actor: str) -> None:
    """Take a question out. Raises Problem 409.51 when the row is not as `seen`, 400.8 for a group that is not empty."""
    row = _unchanged(place, qid, seen)
    if row_type(row.get("type", "")).name.startswith(("begin_", "end_")):
        raise Problem(400.8, f"{qid} is a group. Take its questions out one by one, or remove its rows in Excel.")
    adaptations.change(
        session,
        place,
        edit=lambda data: xlsx_cells.delete_row(data, "survey", row.line),
        actor=actor,
        what={"dropped": qid},
    )


def move(session: Session, place: Place, *, qid: str, up: bool, seen: str, actor: str) -> None:
    """Put a question before or after its neighbour, across the borders of groups too.

    The two rows exchange their texts; each keeps its colours. Raises Problem 400.8 at the ends of the form.
    """
    row = _unchanged(place, qid, seen)
    rows = adaptations.sheets(place)["survey"]
    at = next(index for index, one in enumerate(rows) if one.line == row.line) + (-1 if up else 1)
    if not 0 <= at < len(rows):
        raise Problem(400.8, f"{qid} stands at the end of the form already.")
    other = rows[at]
    edits = [*_overwritten(row, other), *_overwritten(other, row)]
    told = {"moved": qid, "up": up}
    adaptations.change(session, place, edit=lambda data: xlsx_cells.change(data, edits), actor=actor, what=told)


def choices(place: Place, name: str) -> tuple[Row, ...]:
    """The choices of a list as they are written in form.xlsx; none when a file of the office replaced them."""
    rows = adaptations.sheets(place).get("choices", ())
    if (place.folder / "lists" / f"{name}.csv").exists():
        return ()
    return tuple(row for row in rows if row.get("list_name") == name)


def save_choices(
    session: Session,
    place: Place,
    *,
    name: str,
    seen: str,
    cells: Mapping[int, Mapping[str, str]],
    dropped: Sequence[int],
    added: Mapping[str, str],
    actor: str,
) -> None:
    """Write the choices of a list: cells by line, lines to take out, and one to add at the end.

    Raises Problem 404.1 when form.xlsx has no such list, and 409.51 when it is not as `seen`.
    """
    rows = {row.line: row for row in choices(place, name)}
    if not rows:
        raise not_found(f"List {name!r}")
    if version_of(rows.values()) != seen:
        raise _late()
    edits = [
        Edit("choices", line, column, text)
        for line, row in rows.items()
        for column, text in cells.get(line, {}).items()
        if row.get(column, "") != text
    ]

    def edit(data: bytes) -> bytes:
        data = xlsx_cells.change(data, edits) if edits else data
        if added:
            data = xlsx_cells.insert_row(data, "choices", max(rows), {"list_name": name, **added})
        for line in sorted(set(dropped) & rows.keys(), reverse=True):
            data = xlsx_cells.delete_row(data, "choices", line)
        return data

    told = {"list": name, "cells": len(edits), "dropped": len(dropped), "added": bool(added)}
    adaptations.change(session, place, edit=edit, actor=actor, what=told)


def _unchanged(place: Place, qid: str, seen: str) -> Row:
    row = find(place, qid)
    if version_of([row]) != seen:
        raise _late()
    return row


def _late() -> Problem:
    return Problem(409.51, "Somebody changed this meanwhile. Look at what stands here now, then save again.")


def _overwritten(row: Row, other: Row) -> list[Edit]:
    """The edits that make `row` say what `other` says."""
    columns = dict.fromkeys([*row, *other])
    return [Edit("survey", row.line, one, other.get(one, "")) for one in columns if row.get(one) != other.get(one)]
