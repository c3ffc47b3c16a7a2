"""Rules on names: of questions, of the form, of its version."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from difflib import get_close_matches

from forms.rules import Defect, Subject, references, rule
from forms.sheets import PASSED_ON, SURVEY, Row, split_language

STATA = 32
"""Characters of the longest name that Stata allows."""

LONGEST = 28
"""Our longest name: suffixes of repeats and a shortening mark need four characters."""

_STATA = re.compile(
    r"byte|double|float|if|in|int|long|using|with|strl|str\d+|_all|_b|_coef|_cons|_n|_pi|_pred|_rc|_skip"
)
_OURS = ("key", "parent")
TYPES = (
    *("integer", "decimal", "text", "note", "date", "time", "dateTime", "geopoint", "geotrace", "geoshape"),
    *("select_one", "select_multiple", "select_one_from_file", "select_multiple_from_file", "rank", "range"),
    *("image", "audio", "video", "file", "barcode", "acknowledge", "calculate", "hidden", "start", "end", "today"),
    *("deviceid", "username", "phonenumber", "email", "audit", "start-geopoint", "background-audio"),
    *("background-geopoint", "csv-external", "xml-external", "select_one_external", "subscriberid", "simserial"),
    *("begin_group", "end_group", "begin_repeat", "end_repeat"),
)


@rule("name-too-long", "error")
def too_long(subject: Subject) -> Iterator[Defect]:
    """Names survive in Stata with their suffixes: 28 characters, fewer where codes are appended."""
    for line in subject.named.values():
        longest = LONGEST
        if line.type.name.startswith("select_multiple"):
            codes = (row.get("name", "") for row in subject.lists.get(line.type.list_name or "", ()))
            longest = min(LONGEST, STATA - len("__") - max(map(len, codes), default=0))
        if len(line.name) > longest:
            message = f"{line.name!r} has {len(line.name)} characters"
            fix = (
                f"Shorten it to {longest} or fewer."
                if longest > 0
                else "Shorten the codes of its list: they are added."
            )
            yield Defect(line.row, "name", message, fix)


@rule("name-pattern", "error")
def pattern(subject: Subject) -> Iterator[Defect]:
    """Names are lower-case letters, digits and underscores, and begin with a letter."""
    for line in subject.named.values():
        if not re.fullmatch(r"[a-z][a-z0-9_]*", line.name) and line.type.name != "start-geopoint":
            yield Defect(line.row, "name", f"{line.name!r} is no plain name", "Write it like birth_country.")


@rule("letters-mixed", "error")
def letters_mixed(subject: Subject) -> Iterator[Defect]:
    """Names, codes and types are in Latin letters: a Cyrillic or Greek one that looks the same is another."""
    cells = [(row, column) for row in subject.workbook.survey for column in ("type", "name")]
    cells += [(row, column) for row in subject.workbook.choices for column in ("list_name", "name")]
    for row, column in cells:
        yield from _mixed(row, column, row.get(column, ""))
    for line, column, text in subject.expressions():
        for name in references(text):
            yield from _mixed(line.row, column, name)


@rule("name-duplicate", "error")
def duplicate(subject: Subject) -> Iterator[Defect]:
    """No two names of a form are equal, whatever their case and group: files have no groups."""
    seen: dict[str, str] = {}
    for line in subject.lines:
        if not line.name or line.type.name.startswith("end_"):
            continue
        if line.name.lower() in seen:
            message = f"{line.name!r} is already the name at {seen[line.name.lower()]}"
            yield Defect(line.row, "name", message, "Give one of the two another name.")
        seen.setdefault(line.name.lower(), line.row.where)


@rule("name-reserved", "error")
def reserved(subject: Subject) -> Iterator[Defect]:
    """Names are none of Stata's reserved words and none of the link columns key and parent."""
    for line in subject.named.values():
        if _STATA.fullmatch(line.name) or line.name in _OURS:
            yield Defect(line.row, "name", f"{line.name!r} is reserved in data files", "Choose another name.")


@rule("form-id", "error", "settings")
def form_id(subject: Subject) -> Iterator[Defect]:
    """The form's id is a plain name of at most 64 characters and holds no version."""
    head = subject.workbook.header
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,63}", head.id):
        yield Defect(None, "form_id", f"{head.id!r} is no plain name", "Write it like tjk_mig2027_household.")


@rule("version", "error", "settings")
def version(subject: Subject) -> Iterator[Defect]:
    """Every form has a version, written yyyymmddrr (rr = revision of the day)."""
    text = subject.workbook.header.version
    if not re.fullmatch(r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d\d", text):
        message = f"version {text!r} is not yyyymmddrr" if text else "the form has no version"
        yield Defect(None, "version", message, "Write the day and a two-digit revision, as in 2026112401.")


@rule("type-unknown", "error")
def type_unknown(subject: Subject) -> Iterator[Defect]:
    """Every type is one that tablets know."""
    for line in subject.lines:
        if line.type.name not in TYPES:
            message = f"type {line.type.name!r} is unknown"
            yield Defect(line.row, "type", message, "Look for a misspelling, or a select without its list.")


@rule("type-deprecated", "warning")
def type_deprecated(subject: Subject) -> Iterator[Defect]:
    """No type that tablets have stopped to fill in."""
    for line in subject.lines:
        if line.type.name in ("subscriberid", "simserial", "select_one_external"):
            yield Defect(line.row, "type", f"{line.type.name!r} is no longer filled in", "Delete the row.")


@rule("soft-check-name", "warning")
def soft_check_name(subject: Subject) -> Iterator[Defect]:
    """chk_ begins the name of a check that a question confirm_ confirms: quality control looks for both."""
    for name, line in subject.named.items():
        partner = f"confirm_{name.removeprefix('chk_')}"
        if name.startswith("chk_") and (line.type.name != "calculate" or partner not in subject.named):
            fix = f"Make it a calculate row with {partner} behind it, write soft_when on the row before, or rename it."
            yield Defect(line.row, "name", f"{name!r} is named like a soft check and is none", fix)


@rule("table-list", "warning")
def table_list(subject: Subject) -> Iterator[Defect]:
    """No appearance table-list: it adds nodes to the answer sheet that no row names."""
    for line in subject.lines:
        if "table-list" in line.row.get("appearance", ""):
            fix = "Use field-list on the group, label on a first select and list-nolabel on the others."
            yield Defect(line.row, "appearance", "table-list adds nodes without a name", fix)


@rule("column-unknown", "error")
def column_unknown(subject: Subject) -> Iterator[Defect]:
    """No column of the survey sheet is a misspelt one: a skip that stands in `relevent` is none."""
    unknown: dict[str, Row] = {}
    for line in subject.lines:
        for column in line.row:
            base = split_language(column)[0]
            if base not in SURVEY and not column.startswith(PASSED_ON):
                unknown.setdefault(column, line.row)
    for column, row in unknown.items():
        if near := get_close_matches(column.lower(), SURVEY, n=1, cutoff=0.75):
            message = f"column {column!r} does nothing"
            yield Defect(row, column, message, f"Call it {near[0]!r}, or begin it with x_ if it is your own.")


def _mixed(row: Row, column: str, text: str) -> Iterator[Defect]:
    if text.isascii():
        return
    strange = {letter: unicodedata.name(letter).split()[0].title() for letter in text if letter.isalpha()}
    alien = {letter: script for letter, script in strange.items() if script in ("Cyrillic", "Greek")}
    if alien and len(alien) < len(strange):
        letters = ", ".join(f"{letter} ({script})" for letter, script in alien.items())
        yield Defect(row, column, f"{text!r} has letters that only look Latin: {letters}", "Type it anew.")
