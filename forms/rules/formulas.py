"""Rules on formulas: functions that tablets know, and conditions that say what they seem to say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from forms.errors import XPathError
from forms.rules import REFERENCE, XPATH, Defect, Subject, rule
from forms.sheets import split_language
from forms.xpath import Call, parse, parts
from forms.xpath.functions import FUNCTIONS
from forms.xpath.registry import ANY

_READ_ELSEWHERE = {
    "if": (3, 3),
    "coalesce": (2, 2),
    "indexed-repeat": (3, 7),
    "jr:choice-name": (2, 2),
    "jr:itext": (1, 1),
    "pulldata": (4, 4),
    "current": (0, 0),
    "instance": (1, 1),
    "last": (0, 0),
    "node": (0, 0),
}
"""Functions that the table does not hold, with the fewest and the most arguments."""

_LITERAL = re.compile(r"'[^']*'|\"[^\"]*\"")
_NEVER = re.compile(r"\s*(?:false\s*\(\s*\)|0|''|\"\")\s*(?:and\b.*)?", re.DOTALL)
_EQUAL = re.compile(r"\s*\$\{\s*([\w.-]+)\s*\}\s*=\s*('[^']*'|\"[^\"]*\"|-?\d+)\s*")
_FILE_COLUMN = re.compile(r"(?<![\w./$'\"{-])([A-Za-z_][\w.-]*)(?!\s*\(|[\w:.-])")
_OPERATORS = ("and", "or", "div", "mod")


@rule("function-unknown", "error")
def function_unknown(subject: Subject) -> Iterator[Defect]:
    """Every function is one that tablets know, with as many arguments as it takes."""
    for line, column, text in subject.expressions():
        if column not in XPATH or "(" not in text:
            continue
        for name, count in _calls(text):
            least, most = _arguments(name)
            if most == ANY or least <= count <= most:
                continue
            wanted = f"{least}" if least == most else f"{least} to {most}"
            if most < least:
                yield Defect(line.row, column, f"no function {name}()", "Look it up among the functions of ODK forms.")
            else:
                fix = f"Give it {wanted}, separated by commas."
                yield Defect(line.row, column, f"{name}() has {count} arguments", fix)


@rule("constraint-without-answer", "info")
def constraint_without_answer(subject: Subject) -> Iterator[Defect]:
    """A constraint looks at the answer, which it calls `.`: else the question refuses every answer, or none."""
    for line in subject.questions:
        text = line.row.get("constraint", "")
        bare = REFERENCE.sub("", _LITERAL.sub("", text))
        if text and not re.search(r"(?<![\w.\]])\.(?![\w./])", bare) and f"${{{line.name}}}" not in text:
            message = f"the constraint of {line.name!r} does not look at the answer"
            yield Defect(line.row, "constraint", message, "Write . for the answer, or move the condition to relevant.")


@rule("condition-never", "warning")
def condition_never(subject: Subject) -> Iterator[Defect]:
    """No condition is false whatever is answered: a parameter that leaves a section out is compared with a word."""
    for line in subject.lines:
        for column in ("relevant", "constraint"):
            text = line.row.get(column, "")
            why = "is always false" if text and _NEVER.fullmatch(text) else _contradiction(text, subject)
            if why:
                fix = "Correct it, or delete the row if it is not to be asked."
                yield Defect(line.row, column, f"{column} of {line.name!r} {why}", fix)


@rule("choice-filter-column", "error")
def choice_filter_column(subject: Subject) -> Iterator[Defect]:
    """A choice_filter reads columns that the list has: else no answer is offered."""
    for line in subject.questions:
        rows = subject.lists.get(line.type.list_name or "", ())
        columns = {split_language(column)[0] for row in rows for column in row}
        if "choice_filter" not in line.row or not rows:
            continue
        for name in _bare_names(line.row["choice_filter"]):
            if name not in columns and name not in _OPERATORS:
                message = f"the list {line.type.list_name!r} has no column {name!r}"
                yield Defect(line.row, "choice_filter", message, f"Add it to the list, or write ${{{name}}}.")


@rule("default-unknown", "error")
def default_unknown(subject: Subject) -> Iterator[Defect]:
    """The answer that is there from the start is one of the list."""
    for line in subject.questions:
        codes = {row.get("name", "") for row in subject.lists.get(line.type.list_name or "", ())}
        text = line.row.get("default", "")
        given = text.split() if line.type.name == "select_multiple" else [text]
        if text and codes and "(" not in text and "$" not in text:
            for code in given:
                if code.strip("'\"") not in codes:
                    yield Defect(line.row, "default", f"{code!r} is no code of the list", "Correct the code.")


def _calls(text: str) -> Iterator[tuple[str, int]]:
    """Each function that an expression calls, with the number of its arguments; none when it cannot be read."""
    try:
        tree = parse(REFERENCE.sub("answer", text))
    except XPathError:
        return  # the rule not-xpath says so
    for part in parts(tree):
        if isinstance(part, Call):
            yield part.name, len(part.arguments)


def _arguments(name: str) -> tuple[int, int]:
    """The fewest and the most arguments of a function; the most is less than the fewest when there is none."""
    if name in FUNCTIONS:
        return FUNCTIONS[name].least, FUNCTIONS[name].most
    return _READ_ELSEWHERE.get(name, (0, -2))


def _contradiction(text: str, subject: Subject) -> str:
    """Why parts joined by `and` exclude each other: one question with a single answer that equals two codes."""
    asked: dict[str, str] = {}
    for part in text.split(" and "):
        match = _EQUAL.fullmatch(part)
        line = subject.named.get(match[1]) if match else None
        if match and line and line.type.name != "select_multiple":
            code = match[2].strip("'\"")
            if asked.setdefault(match[1], code) != code:
                return f"asks {match[1]!r} to be {asked[match[1]]!r} and {code!r}"
    return ""


def _bare_names(text: str) -> list[str]:
    """Names in a choice_filter that are no answers, functions, texts or steps of a longer path."""
    return _FILE_COLUMN.findall(REFERENCE.sub("0", _LITERAL.sub("0", re.sub(r"instance\s*\([^)]*\)\S*", "0", text))))


def names_read(text: str) -> set[str]:
    """Words of an expression that may be columns of a list: neither texts nor names of questions."""
    return set(re.findall(r"[\w.-]+", REFERENCE.sub(" ", _LITERAL.sub(" ", text))))
