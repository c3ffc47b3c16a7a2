"""Tables: one DataFrame for the interviews and one for each repeat, linked by `key` and `parent`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from typing import Any

import pandas as pd

from forms import levels, values
from forms.codebook import POSITION_PARTS, choices, kind
from forms.definition import Form, Question
from forms.errors import FormError
from forms.instances import Answers, Instance, rows_of
from forms.levels import Level
from forms.versions import Forms, merge

MISFIT_COLUMNS = ("table", "key", "name", "value", "reason")


def _no_misfits() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype="str") for name in MISFIT_COLUMNS})


@dataclass(frozen=True)
class Tables:
    """Answers as linked tables.

    `frames` maps a table's name to its rows. Each has the column `key`, unique in the table; the tables of
    repeats also have `parent`, the `key` of the row they hang from. `root` names the table without parent.
    `misfits` lists what could not be typed or placed: table, key, name, value and reason, all text.
    """

    root: str
    frames: Mapping[str, pd.DataFrame]
    misfits: pd.DataFrame = field(default_factory=_no_misfits)


def flatten(form: Forms, instances: Iterable[Instance], keys: Sequence[str] | None = None) -> Tables:
    """Turn filled forms into linked tables, one row for each interview and for each row of a repeat.

    `form` is the form, or its versions when instances of several are given: the tables then have the columns
    of all. `keys` are the root instance ids, one for each instance (an interview that was corrected keeps the
    id of its first version); by default each instance's own id. Rows of a repeat have the key
    `parent/repeat[n]`, n counted from 1 in the parent's row.

    Columns are typed as `values.typed` says; `select_multiple` gives `name__code` and a geopoint `name_lat`,
    `name_lon`, `name_alt`, `name_acc`. A text that cannot be typed leaves its cell missing and is listed in
    `misfits`; a code that its list does not have stays in its cell and is listed too.

    Raises FormError when two instances share a key and when a question's type differs between versions.
    """
    merged = merge(form)
    root = levels.of(merged)
    rows = {table: _Rows() for table in root.tables()}
    misfits: list[tuple[str, ...]] = []
    for instance, key in zip_longest(instances, keys or ()):
        if instance is None or (keys is not None and key is None):
            raise FormError("there must be as many keys as instances; give one root instance id for each")
        key = key or instance.head.instance_id
        rows[root.table].versions.append(instance.head.version)
        misfits += (_unplaced(root.table, key, misfit) for misfit in instance.misfits)
        _collect(root, key, "", instance.answers, rows, misfits)
    _refuse_repeated(rows[root.table].keys)
    frames = {level.table: _frame(merged, level, rows[level.table], misfits) for level in _all(root)}
    return Tables(root.table, frames, pd.DataFrame(misfits, columns=list(MISFIT_COLUMNS), dtype="str"))


def stream(form: Forms, instances: Iterable[Instance], size: int = 2_000) -> Iterator[Tables]:
    """The tables of `flatten` for each `size` instances in turn: memory stays the same however many there are.

    Columns and their types are the same in every batch. That an instance is there twice is seen within a batch only.
    """
    merged = merge(form)
    ordered = iter(instances)
    while batch := list(islice(ordered, size)):
        yield flatten(merged, batch)


@dataclass
class _Rows:
    """The rows of one table while they are gathered."""

    keys: list[str] = field(default_factory=list)
    parents: list[str] = field(default_factory=list)
    versions: list[str] = field(default_factory=list)
    answers: list[Answers] = field(default_factory=list)


def _all(level: Level) -> Iterator[Level]:
    yield level
    for below in level.levels:
        yield from _all(below)


def _collect(
    level: Level,
    key: str,
    parent: str,
    answers: Answers,
    rows: Mapping[str, _Rows],
    misfits: list[tuple[str, ...]],
) -> None:
    into = rows[level.table]
    into.keys.append(key)
    into.parents.append(parent)
    into.answers.append(answers)
    misfits += (
        (level.table, key, name, str(answers[name]), "no version given has this question")
        for name in sorted(answers.keys() - level.names)
    )
    for below in level.levels:
        for position, row in enumerate(rows_of(answers, below.table), start=1):
            _collect(below, f"{key}/{below.table}[{position}]", key, row, rows, misfits)


def _unplaced(table: str, key: str, misfit: str) -> tuple[str, ...]:
    path, _, value = misfit.partition(": ")
    return table, key, path, value, "the form has no such question here"


def _refuse_repeated(keys: list[str]) -> None:
    if len(set(keys)) < len(keys):
        twice = Counter(keys).most_common(1)[0][0]
        raise FormError(f"instance {twice} is there twice; give only the current version of each interview")


def _frame(form: Form, level: Level, rows: _Rows, misfits: list[tuple[str, ...]]) -> pd.DataFrame:
    columns = {"key": pd.Series(rows.keys, dtype="str")}
    if rows.versions or level.table == form.table:
        columns["form_version"] = pd.Series(rows.versions, dtype="str")
    else:
        columns["parent"] = pd.Series(rows.parents, dtype="str")
    for question in level.questions:
        texts = _texts(rows.answers, question.name)
        typed, reasons = _columns(form, question, texts)
        columns.update(typed)
        if reasons:
            misfits += (
                (level.table, key, question.name, text, reasons[text])
                for key, text in zip(rows.keys, texts, strict=True)
                if text in reasons
            )
    return pd.DataFrame(columns)


def _texts(answers: list[Answers], name: str) -> list[Any]:
    """The answers to one question; no repeat of the table has its name, so each is a text or None."""
    return [row.get(name) for row in answers]


def _columns(form: Form, question: Question, texts: list[str | None]) -> tuple[dict[str, pd.Series], values.Reasons]:
    typed = kind(question, form)
    name = question.name
    if typed == "multiple":
        chosen, reasons = values.chosen(texts, choices(question, form))
        return {f"{name}__{code}": column for code, column in chosen.items()}, reasons
    if typed == "geopoint":
        parts, reasons = values.positions(texts)
        return {f"{name}_{part}": column for part, column in zip(POSITION_PARTS, parts, strict=True)}, reasons
    if typed == "note":
        return {}, {text: "a note takes no answer" for text in texts if text is not None}
    column, reasons = values.typed(texts, typed)
    if typed == "category":
        codes = choices(question, form)
        reasons |= {text: "not in the list" for text in set(texts) if text is not None and text.strip() not in codes}
    return {name: column}, reasons
