"""Paradata: the log of an interview that ODK Collect sends along as audit.csv."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from forms.definition import Form, Group, Node, Question
from forms.instances import Answers
from server.demo.chance import share

HEADER = "event,node,start,end"
NOT_SHOWN = ("calculate", "start", "end", "today", "deviceid", "username", "audit", "note")
SECONDS = {
    "select_one": 4.0,
    "select_one_from_file": 9.0,
    "integer": 3.0,
    "text": 5.0,
    "geopoint": 20.0,
    "dateTime": 9.0,
}


def audit(form: Form, answers: Answers, start: datetime, end: datetime) -> str:
    """The audit file of an interview that ran from `start` to `end` by the tablet's clock.

    Columns as ODK Collect writes them without location and change tracking: event, node, start and end in
    milliseconds since 1970. Each question that was asked takes its part of the time.
    """
    asked = list(_asked(form.children, answers, "/data"))
    parts = [SECONDS.get(kind, 4.0) * (0.5 + share(answers["household_id"], "pace", node)) for node, kind in asked]
    first, last = _milliseconds(start), _milliseconds(end)
    scale = (last - first) / (sum(parts) or 1)
    lines = [HEADER, f"form start,,{first},"]
    elapsed = 0.0
    for (node, _), seconds in zip(asked, parts, strict=True):
        opened = first + round(elapsed * scale)
        elapsed += seconds
        lines.append(f"question,{node},{opened},{first + round(elapsed * scale)}")
    lines += [f"end screen,,{last},{last}", f"form save,,{last},", f"form exit,,{last},", f"form finalize,,{last},"]
    return "\n".join(lines) + "\n"


def _asked(nodes: tuple[Node, ...], answers: Answers, path: str) -> Iterator[tuple[str, str]]:
    """Path and type of each question that was shown, in the order of the form."""
    for node in nodes:
        here = f"{path}/{node.name}"
        if isinstance(node, Question):
            kind = node.type.split(" ")[0]
            if kind not in NOT_SHOWN and answers.get(node.name):
                yield here, kind
        elif isinstance(node, Group):
            yield from _asked(node.children, answers, here)
        else:
            rows = answers.get(node.name, ())
            assert not isinstance(rows, str)
            for number, row in enumerate(rows, 1):
                yield from _asked(node.children, row, f"{here}[{number}]")


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
