"""Shorthand: columns of the survey sheet that stand for further rows, written out before a form is compiled.

`specify` set to yes asks in words for the answer behind code 96; `soft_when` holds a condition that is odd but
possible, and has the enumerator confirm it in the words of `soft_message`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from forms.errors import WorkbookError
from forms.sheets import Row, split_language

CHECK, CONFIRM, OTHER = "chk_", "confirm_", "_oth"
"""How the names of the rows begin or end that are written out."""

_OWN = ("specify", "soft_when", "soft_message")


def expand(rows: Iterable[Row], headings: Iterable[str]) -> tuple[Row, ...]:
    """The rows with those that `specify` and `soft_when` stand for right behind theirs.

    `headings` are the language suffixes of the sheet, empty when its wording has none. Raises WorkbookError for a
    `specify` on a question without choices, and for a `soft_when` without message.
    """
    suffixes = [f"::{heading}" for heading in headings] or [""]
    return tuple(written for row in rows for written in _written_out(row, suffixes))


def _written_out(row: Row, suffixes: list[str]) -> Iterator[Row]:
    yield row.replace({column: text for column, text in row.items() if split_language(column)[0] not in _OWN})
    if row.get("specify", "").lower() in ("yes", "true"):
        yield _specify(row, suffixes)
    if "soft_when" in row:
        yield from _confirm(row, suffixes)


def _specify(row: Row, suffixes: list[str]) -> Row:
    name, kind = row.get("name", ""), row.get("type", "")
    if not kind.startswith("select_"):
        raise WorkbookError(f"{row.where} specify: {name!r} has no choices. Remove the cell, or make it a select.")
    chosen = f"selected(${{{name}}}, '96')" if kind.startswith("select_multiple") else f"${{{name}}} = '96'"
    return row.replace(
        {
            "type": "text",
            "name": f"{name}{OTHER}",
            **{f"label{suffix}": "{{specify}}" for suffix in suffixes},
            **{f"hint{suffix}": "{{specify_hint}}" for suffix in suffixes},
            "relevant": chosen,
            "concept": f"{row.get('concept', name)}: other, in words",
            "universe": "those with another answer",
            "source": row.get("source", ""),
            "pii": row.get("pii", ""),
        }
    )


def _confirm(row: Row, suffixes: list[str]) -> Iterator[Row]:
    name = row.get("name", "")
    messages = {f"label{suffix}": row.get(f"soft_message{suffix}", "") for suffix in suffixes}
    if not any(messages.values()):
        raise WorkbookError(f"{row.where} soft_when: no soft_message. Say what is odd about the answers.")
    check, concept = f"{CHECK}{name}", row.get("concept", name)
    yield row.replace(
        {
            "type": "calculate",
            "name": check,
            "calculation": f"if({row['soft_when']}, 1, 0)",
            "relevant": row.get("relevant", ""),
            "bind::type": "int",
            "concept": f"{concept}: odd answer, 1 yes, 0 no",
            "universe": row.get("universe", ""),
            "source": row.get("source", ""),
            "pii": row.get("pii", ""),
        }
    )
    yield row.replace(
        {
            "type": "select_one yesno",
            "name": f"{CONFIRM}{name}",
            **messages,
            **{f"hint{suffix}": "{{soft_hint}}" for suffix in suffixes},
            "required": "yes",
            **{f"required_message{suffix}": "{{answer_needed}}" for suffix in suffixes},
            "relevant": f"${{{check}}} = 1",
            "constraint": ". = '1'",
            **{f"constraint_message{suffix}": "{{soft_correct}}" for suffix in suffixes},
            "concept": f"{concept}: odd answer confirmed",
            "universe": f"those with {check} = 1",
            "source": row.get("source", ""),
            "pii": row.get("pii", ""),
        }
    )
