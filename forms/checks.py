"""Check: a questionnaire held against every house rule; all findings at once, nothing raised."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from forms import xform
from forms.definition import Form
from forms.errors import CompileError, WorkbookError
from forms.findings import Finding
from forms.rules import RULES, Defect, Rule, Subject, choices, fieldwork, formulas, logic, names, sensitivity, wording
from forms.sheets import Row
from forms.workbook import Workbook, in_languages

SUBJECTS = (names, choices, wording, logic, formulas, fieldwork, sensitivity)
"""The modules of rules. Importing one enters its rules into RULES, in this order of reading."""

LARGEST = 300_000
"""Bytes above which an XForm in one language loads slowly over a weak network and on a tablet."""


def check(workbook: Workbook) -> tuple[Finding, ...]:
    """Every finding about a questionnaire: its translations, the house rules, and what pyxform says.

    Read the workbook with `draft=True`, so that missing translations are among the findings. Sorted by
    sheet and line; the form is fit for the field when none is of level "error".
    """
    cells = {(row.file, row.line): row for row in (*workbook.survey, *workbook.choices, *workbook.entities)}
    found = {_with_cell(finding, cells) for finding in _found(workbook)}
    return tuple(sorted(found, key=lambda finding: (finding.file, finding.row, finding.rule, finding.column)))


def rules() -> tuple[Rule, ...]:
    """Every house rule."""
    return tuple(RULES.values())


def passes(findings: tuple[Finding, ...]) -> bool:
    """Is the form fit for the field: is no finding an error?"""
    return all(finding.level != "error" for finding in findings)


def _found(workbook: Workbook) -> list[Finding]:
    try:
        form = Form.from_workbook(workbook)
    except WorkbookError as error:
        place, _, message = error.message.partition(": ")
        return [*workbook.findings, _tree_finding(place, message)]
    subject = Subject(workbook, form)
    found = [*workbook.findings]
    for rule in RULES.values():
        found.extend(_finding(rule, defect) for defect in rule.judge(subject))
    if passes(tuple(found)):  # else pyxform mostly says the same again, without the line
        found.extend(_compile(workbook))
    return found


def _with_cell(finding: Finding, rows: Mapping[tuple[str, int], Row]) -> Finding:
    """The finding with the cell of the spreadsheet that it is about, if the form was read from one."""
    row = rows.get((finding.file, finding.row))
    return replace(finding, cell=row.cell(finding.column)) if row else finding


def _finding(rule: Rule, defect: Defect) -> Finding:
    line, file = (defect.row.line, defect.row.file) if defect.row else (0, "")
    return Finding(rule.id, rule.level, rule.sheet, line, defect.column, defect.message, defect.fix, file)


def _tree_finding(place: str, message: str) -> Finding:
    file, _, line = place.rpartition(":")
    what, _, fix = message.rstrip(".").rpartition(". ")
    row = int(line) if line.isdigit() else 0
    return Finding("tree", "error", "survey", row, "type", what or fix, f"{fix}.", file)


def _compile(workbook: Workbook) -> Iterator[Finding]:
    """What pyxform refuses or doubts, and a form that is too large.

    One language is enough: what the others lack is among the findings already, and pyxform takes its time for each.
    """
    head = workbook.header
    try:
        compiled = xform.compile(in_languages(workbook, [head.language]) if head.languages else workbook)
    except CompileError as error:
        yield Finding("pyxform", "error", "survey", 0, "", error.message.rstrip("."), "See the message.")
        return
    for warning in compiled.warnings:
        text = re.sub(r"\s+", " ", warning).rstrip(".")
        yield Finding("pyxform", "warning", "survey", 0, "", text, "See the message.")
    if len(compiled.xml) > LARGEST:
        message = f"the form has {len(compiled.xml):,} bytes"
        fix = "Move long lists into files (select_one_from_file)."
        yield Finding("form-large", "warning", "survey", 0, "", message, fix)
