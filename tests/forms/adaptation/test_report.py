"""The report shows each change with its kind and verdict, and how much of the statistics stays."""

from __future__ import annotations

import json
import re

from forms.adaptation import compare, report
from forms.adaptation.comparison import Comparison
from forms.adaptation.contract import Contract
from tests.drawing import workbook
from tests.forms.adaptation.test_effects import CONTRACT, FORM, compared, line


def both(*edits: tuple[str, str], contract: Contract = CONTRACT) -> Comparison:
    edited = FORM
    for old, new in edits:
        edited = edited.replace(old, new)
    return compare.compare_versions(workbook(FORM), workbook(edited), contract)


def test_every_change_has_a_line_with_sign_name_kind_and_verdict() -> None:
    text = report.lines(both((line("first"), ""), (line("age"), line("age") + "| | text | remark | Remark? |\n")))
    lines = [re.split(" {2,}", text) for text in text.splitlines()]
    assert [line[0] for line in lines[1:3]] == [" + remark", " - first"]
    assert lines[1][-2:] == ["additive", "OK"]
    assert lines[2][-2:] == ["REMOVED", "X-4 lost; X-3 degraded (last arrival instead of the first)"]


def test_the_last_lines_sum_up_topics_indicators_tables_and_data() -> None:
    text = report.lines(both((line("first"), ""), ("${age} >= 15", "${age} >= 10")))
    assert text.splitlines()[-4:] == [
        "Topics: 2/2 core covered",
        "Indicators: 3 exact · 1 degraded · 1 lost",
        "Tables: T1 run · T2 needs first · T3 note added",
        "Data collected before: safe: answers of both versions go together",
    ]


def test_only_breaking_changes_are_shown_when_asked() -> None:
    found = both((line("first"), ""), ("${age} >= 15", "${age} >= 10"))
    shown = report.lines(found, only_breaking=True)
    assert " - first" in shown
    assert "widened" not in shown
    assert "2 changes" in shown


def test_severity_says_what_has_to_be_done_about_a_change() -> None:
    found = both((line("first"), ""), ("${age} >= 15", "${age} >= 10"), ("Sex?", "Sex ?"))
    assert {change.name: report.severity(change, found) for change in found.changes} == {
        "abroad": "note", "first": "breaks"
    }  # fmt: skip


def test_json_carries_the_effects_of_each_change() -> None:
    found = json.loads(json.dumps(report.as_json(compared(line("first"), ""))))
    (change,) = found["changes"]
    assert {key: change[key] for key in ("qid", "name", "kind", "severity", "data")} == {
        "qid": "drawn.first", "name": "first", "kind": "REMOVED", "severity": "breaks", "data": "safe"
    }  # fmt: skip
    assert change["indicators"] == [{"id": "X-3", "effect": "degraded"}, {"id": "X-4", "effect": "lost"}]
    assert change["tables"] == [{"id": "T2", "effect": "lost"}]
    assert found["open"] == ["X-3", "X-4"]


def test_without_contract_the_verdict_is_that_of_the_question() -> None:
    form = FORM.replace("X-9", "")
    found = compare.compare_versions(workbook(form), workbook(form.replace(line("first"), "")))
    assert [report.verdict(change, found) for change in found.changes] == ["lost"]
    assert [report.severity(change, found) for change in found.changes] == ["breaks"]


def test_the_hint_names_the_first_open_indicator_and_is_empty_without_any() -> None:
    assert 'enumera forms accept drawn X-3 --reason "' in report.accept_hint(compared(line("first"), ""))
    assert report.accept_hint(compared()) == ""
