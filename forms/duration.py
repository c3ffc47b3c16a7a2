"""Duration: how long the longest interview by a form takes, estimated from what is read aloud and answered."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from forms.definition import Form, Node, Question, Repeat
from forms.wording import in_language

WORDS_A_SECOND = 2.3
"""Reading speed, about 140 words a minute: slow enough to be understood the first time. Our assumption, to be replaced
by the medians of an office's own audit logs."""

ROWS = 4
"""Rows of a repeat: about the members of a household."""

_ANSWER = {
    "select_one": 3.0,
    "select_one_from_file": 6.0,
    "select_multiple": 6.0,
    "integer": 4.0,
    "decimal": 6.0,
    "text": 10.0,
    "date": 7.0,
    "dateTime": 10.0,
    "time": 5.0,
    "geopoint": 20.0,
    "barcode": 8.0,
    "image": 15.0,
    "audio": 15.0,
    "note": 1.0,
    "acknowledge": 2.0,
    "rank": 15.0,
    "range": 4.0,
}
"""Seconds to think, answer and touch the screen, by type of question; what is not here has no screen."""

_ONLY_WHEN = re.compile(r"\$\{(\w+)\} *= *'([^']*)'")


def longest(form: Form, rows: int = ROWS) -> float:
    """Minutes of the longest interview: every question that one person can be asked, each repeat with so many rows.

    Of questions and groups that hang on different answers to one question only the longest branch counts. Confirmations
    of odd answers do not: few interviews have any.
    """
    return _seconds(form.children, form, rows) / 60


def _seconds(nodes: Sequence[Node], form: Form, rows: int) -> float:
    always = 0.0
    branches: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for node in nodes:
        seconds = _seconds_of(node, form, rows)
        if match := _ONLY_WHEN.fullmatch(node.relevant.strip()):
            branches[match[1]][match[2]] += seconds
        else:
            always += seconds
    return always + sum(max(by_answer.values()) for by_answer in branches.values())


def _seconds_of(node: Node, form: Form, rows: int) -> float:
    if not isinstance(node, Question):
        return _seconds(node.children, form, rows) * (rows if isinstance(node, Repeat) else 1)
    if node.type not in _ANSWER or node.name.startswith("confirm_"):
        return 0.0
    return _words(node.labels, form.language) / WORDS_A_SECOND + _ANSWER[node.type]


def _words(texts: Mapping[str, str], language: str) -> int:
    return len(in_language(texts, language).split())
