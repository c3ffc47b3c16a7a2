"""Rules on choice lists: their codes, their wording, their use."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from forms import codelists, externals
from forms.rules import Defect, Subject, rule
from forms.rules.formulas import names_read
from forms.sheets import MEDIA, Row, split_language

DONT_KNOW = ("98", "99")

_PLAIN_CODE = re.compile(r"\d+|[A-Z][A-Z0-9]*([-.][A-Z0-9]+)*")


@rule("list-unknown", "error")
def unknown(subject: Subject) -> Iterator[Defect]:
    """Every select question names a list that exists."""
    for line in subject.questions:
        name = line.type.list_name
        from_list = line.type.name in ("select_one", "select_multiple", "rank")
        if from_list and name and "$" not in name and name not in subject.lists:
            fix = "Add it to choices.csv or lists/, or correct the name."
            yield Defect(line.row, "type", f"no choice list {name!r}", fix)


@rule("list-unused", "warning", "choices")
def unused(subject: Subject) -> Iterator[Defect]:
    """Every choice list is asked for, or looked up in an expression."""
    used = {line.type.list_name for line in subject.questions}
    texts = " ".join(text for line in subject.lines for text in line.row.values())
    for name, rows in subject.lists.items():
        if name not in used and f"instance('{name}')" not in texts and f'instance("{name}")' not in texts:
            yield Defect(rows[0], "list_name", f"nothing uses the list {name!r}", "Delete it, or ask for it.")


@rule("list-name-pattern", "error", "choices")
def list_name(subject: Subject) -> Iterator[Defect]:
    """List names are plain words: no blank at the ends or inside."""
    for name, rows in subject.lists.items():
        if not re.fullmatch(r"[A-Za-z_][\w.-]*", name):
            yield Defect(rows[0], "list_name", f"{name!r} is no plain list name", "Write it like birth_place.")


@rule("list-external", "info", "choices")
def external(subject: Subject) -> Iterator[Defect]:
    """A list longer than 300 codes reads alike in all languages, so that it travels as a file beside the form."""
    for name in externals.kept_inside(subject.workbook):
        rows = subject.lists[name]
        message = f"the list {name!r} has {len(rows)} codes and is worded by language, so it stays inside the form"
        fix = (
            "Give names that read alike in all languages (official names of places), or ask with select_one_from_file."
        )
        yield Defect(rows[0], "list_name", message, fix)


@rule("choice-duplicate", "error", "choices")
def duplicate(subject: Subject) -> Iterator[Defect]:
    """A code stands once in its list."""
    allowed = subject.workbook.header.settings.get("allow_choice_duplicates", "") == "yes"
    for name, rows in subject.lists.items():
        seen: dict[str, Row] = {}
        for row in () if allowed else rows:
            code = row.get("name", "")
            if code in seen:
                message = f"code {code!r} of {name!r} stands already at {seen[code].where}"
                yield Defect(row, "name", message, "Give each answer its own code.")
            seen.setdefault(code, row)


@rule("choice-not-numeric", "warning", "choices")
def not_numeric(subject: Subject) -> Iterator[Defect]:
    """Codes are whole numbers, which every statistical package can label; international text codes may stay."""
    for name, rows in subject.lists.items():
        odd = [row for row in rows if not _PLAIN_CODE.fullmatch(row.get("name", "1"))]
        shared = codelists.read(name).codes if odd and name in codelists.names() else ()
        for row in () if name.endswith("_ext") else odd:  # the office's own list: its codes are given
            code = row["name"]
            if code not in shared:
                message = f"code {code!r} of {name!r} is no number"
                yield Defect(row, "name", message, "Use numbers, 96 for other, 98 for don't know, 99 for refused.")


@rule("choice-without-name", "error", "choices")
def without_name(subject: Subject) -> Iterator[Defect]:
    """Every answer has a code."""
    for row in subject.workbook.choices:
        if "name" not in row:
            yield Defect(row, "name", "an answer without code", "Write its code into the column name.")


@rule("choice-without-label", "error", "choices")
def without_label(subject: Subject) -> Iterator[Defect]:
    """Every answer has wording or a picture."""
    for row in subject.workbook.choices:
        if not any(split_language(column)[0] in ("label", *MEDIA) for column in row):
            message = f"code {row.get('name', '')!r} of {row.get('list_name', '')!r} has no label"
            yield Defect(row, "label", message, "Write the wording of the answer.")


@rule("choice-label-duplicate", "warning", "choices")
def label_duplicate(subject: Subject) -> Iterator[Defect]:
    """Two answers of a list never read the same in a language."""
    for name, rows in subject.lists.items():
        filtered = any(column not in ("list_name", "name") and "label" not in column for row in rows for column in row)
        labels = dict.fromkeys(column for row in rows for column in row if split_language(column)[0] == "label")
        for column in () if filtered else labels:
            counts = Counter(row[column] for row in rows if column in row)
            for row in rows:
                if counts[row.get(column, "")] > 1:
                    message = f"{row[column]!r} is the wording of several codes of {name!r}"
                    yield Defect(row, column, message, "Word the answers so that they can be told apart.")


@rule("code-reused", "warning", "choices")
def code_reused(subject: Subject) -> Iterator[Defect]:
    """A code means one thing in its list, also where a list may hold it twice: tables show it once."""
    for name, rows in subject.lists.items():
        first: dict[str, Row] = {}
        for row in rows:
            before = first.setdefault(row.get("name", ""), row)
            changed = [column for column in row if "label" in column and before.get(column, row[column]) != row[column]]
            if changed and subject.workbook.header.settings.get("allow_choice_duplicates", "") == "yes":
                message = f"code {row.get('name', '')!r} of {name!r} is {before[changed[0]]!r} at {before.where}"
                yield Defect(row, changed[0], message, "Give each answer its own code.")


@rule("list-columns-shipped", "warning", "choices")
def columns_shipped(subject: Subject) -> Iterator[Defect]:
    """No column of a list travels to tablets only because a question or a text of an expression has its name."""
    texts = [text for _, column, text in subject.expressions() if column == "choice_filter" or "instance(" in text]
    words = {word for text in texts for word in re.findall(r"[\w.-]+", text)}
    meant = set().union(*(names_read(text) for text in texts))
    for name, rows in subject.lists.items():
        columns = dict.fromkeys(column for row in rows for column in row)
        for column in columns:
            plain = split_language(column)[0] not in ("list_name", "name", "label", *MEDIA)
            if plain and column in words - meant:
                message = f"column {column!r} of {name!r} would go to every tablet"
                yield Defect(rows[0], column, message, "Give the column another name than the question.")


@rule("other-without-text", "info")
def other_without_text(subject: Subject) -> Iterator[Defect]:
    """Who may answer 96 (other) is asked what is meant, in a text question that depends on it."""
    asked = [line for line in subject.questions if line.type.name == "text"]
    for line in subject.questions:
        rows = subject.lists.get(line.type.list_name or "", ())
        explained = any(f"${{{line.name}}}" in text.row.get("relevant", "") for text in asked)
        codes = {row.get("name") for row in rows}
        if not explained and "96" in codes and not {"94", "95"} <= codes:  # numbers that run on mean no other answer
            fix = f"Add a text question {line.name}_oth, relevant when it is 96."
            yield Defect(line.row, "name", f"nothing asks what 96 of {line.name!r} means", fix)


@rule("dont-know-missing", "info")
def dont_know_missing(subject: Subject) -> Iterator[Defect]:
    """A required question from a list lets people not know or not say (98, 99) where that can happen."""
    for line in subject.questions:
        rows = subject.lists.get(line.type.list_name or "", ())
        must = line.repeats and line.row.get("required") and line.type.name == "select_one"
        must = must and not line.name.startswith("confirm_")  # the enumerator's own word
        if must and rows and not any(row.get("name") in DONT_KNOW for row in rows):
            fix = "Add 98 (don't know) or 99 (refused) if someone answers for others."
            yield Defect(line.row, "type", f"{line.name!r} must be answered and offers no 98 or 99", fix)
