"""Web form: what ODK Web Forms cannot read of a question is given to it as text."""

from __future__ import annotations

import pytest

from forms import webform


@pytest.mark.parametrize(
    ("written", "given"),
    [
        ("decimal-date-time(.) &gt; 3", "decimal-date-time(string(.)) &gt; 3"),
        ("decimal-date-time( /data/start )", "decimal-date-time(string( /data/start ))"),
        (
            "date(instance('p')/root/item[name = /data/a ]/on)",
            "date(string(instance('p')/root/item[name = /data/a ]/on))",
        ),
        ("date(decimal-date-time( /data/a ) + 1)", "date(decimal-date-time(string( /data/a )) + 1)"),
        ("date('2026-01-01')", "date('2026-01-01')"),
        ("decimal-date-time(now())", "decimal-date-time(now())"),
        ("format-date( /data/a , '%Y')", "format-date( /data/a , '%Y')"),
        ("date(", "date("),
    ],
)
def test_only_a_question_is_read_as_text(written: str, given: str) -> None:
    assert webform.suited(f'<bind constraint="{written}"/>'.encode()).decode() == f'<bind constraint="{given}"/>'
