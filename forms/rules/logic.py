"""Rules on logic: references, repeats, conditions and what they make impossible."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from forms.rules import REFERENCE, UNSEEN, XPATH, Defect, Line, Subject, references, rule

_OWN_ROW = re.compile(r"instance\s*\([^)]*\)[\w./-]*\[[^\]]*\]")
_PREDICATE = re.compile(r"\[[^\]]*\]")
_LITERAL = re.compile(r"'[^']*'|\"[^\"]*\"")
_DATE = re.compile(r"\b(19|20)\d\d-\d\d?-\d\d?\b")
_COMPARED = re.compile(r"\$\{\s*(\w+)\s*\}\s*!?=\s*['\"]([^'\"]+)['\"]")
_SELECTED = re.compile(r"selected\s*\(\s*\$\{\s*(\w+)\s*\}\s*,\s*['\"]([^'\"]+)['\"]\s*\)")
_YES_OR_NO = ("yes", "no", "true", "false")
_OVER_ROWS = re.compile(
    r"\b(sum|count|count-non-empty|max|min|join|indexed-repeat|position|once|area|distance)\s*\(|\$\{[^}]*\}\s*\["
)


@rule("reference-unknown", "error")
def reference_unknown(subject: Subject) -> Iterator[Defect]:
    """Every ${name} is a name of the form."""
    known = {*subject.named, *(question.name for question in subject.form.questions())}
    for line in subject.lines:
        for column, text in line.row.items():
            for name in references(text):
                if name not in known:
                    message = f"${{{name}}} is no question of this form"
                    yield Defect(line.row, column, message, "Correct the name.")
    for name in references(subject.workbook.header.settings.get("instance_name", "")):
        if name not in known:
            yield Defect(None, "instance_name", f"${{{name}}} is no question of this form", "Correct the name.")


@rule("reference-cycle", "error")
def reference_cycle(subject: Subject) -> Iterator[Defect]:
    """No value and no condition depends on itself, directly or over others."""
    needs = {name: _needs(line) & subject.named.keys() for name, line in subject.named.items()}
    done: set[str] = set()
    for start in needs:
        circle = _circle(start, needs, done)
        if circle:
            message = f"{' -> '.join(circle)} depend on each other"
            yield Defect(subject.named[circle[0]].row, "calculation", message, "Break the circle at one place.")


@rule("repeat-predicate", "error")
def repeat_predicate(subject: Subject) -> Iterator[Defect]:
    """Inside [ ] after a repeat, a row's own answers are written ./name: ${name} there is not the row's."""
    for line, column, text in subject.expressions():
        for name, _, _ in predicates(text):
            if name in subject.named and subject.named[name].repeats:
                message = f"${{{name}}} inside [ ] does not mean the row that is looked at"
                yield Defect(line.row, column, message, f"Write ./{name}.")


@rule("repeat-answer-outside", "error")
def repeat_answer_outside(subject: Subject) -> Iterator[Defect]:
    """Outside a repeat its answers are used as a whole: counted, summed, joined, or picked by position."""
    for line, column, text in subject.expressions():
        for name in references(text):
            target = subject.named.get(name)
            inside = target is not None and set(target.repeats) <= {*line.repeats, line.name}
            if target is not None and not inside and not _OVER_ROWS.search(text):
                message = f"${{{name}}} has one answer for each {target.repeats[-1]}, and none is chosen here"
                yield Defect(line.row, column, message, "Use sum(), count(), join() or indexed-repeat().")


@rule("repeat-open", "info")
def repeat_open(subject: Subject) -> Iterator[Defect]:
    """The number of rows of a repeat is known before, unless the interview itself finds them one by one."""
    for line in subject.lines:
        if line.type.name == "begin_repeat" and "repeat_count" not in line.row:
            message = f"the repeat {line.name!r} may grow without end"
            yield Defect(line.row, "repeat_count", message, "Ask how many first, and give the number here.")


@rule("repeat-unbounded", "warning")
def repeat_unbounded(subject: Subject) -> Iterator[Defect]:
    """The number that counts the rows of a repeat has an upper limit."""
    for line in subject.lines:
        for name in references(line.row.get("repeat_count", "")):
            asked = subject.named.get(name)
            if asked and asked.type.name == "integer" and "<" not in asked.row.get("constraint", ""):
                message = f"{name!r} counts the repeat {line.name!r} and has no upper limit"
                yield Defect(asked.row, "constraint", message, "Constrain it, for instance . <= 30.")


@rule("number-unbounded", "warning")
def number_unbounded(subject: Subject) -> Iterator[Defect]:
    """A number that people type has limits."""
    for line in subject.questions:
        typed = line.type.name in ("integer", "decimal") and "calculation" not in line.row
        if typed and "constraint" not in line.row and "read_only" not in line.row:
            message = f"{line.name!r} accepts any number"
            yield Defect(line.row, "constraint", message, "Give the smallest and the largest possible answer.")


@rule("required-unanswerable", "error")
def required_unanswerable(subject: Subject) -> Iterator[Defect]:
    """What must be answered can be answered."""
    for line in subject.questions:
        if line.row.get("required", "").lower() not in ("yes", "true", "true()"):
            continue
        why = _unanswerable(line, subject)
        if why:
            yield Defect(line.row, "required", f"{line.name!r} is required and {why}", "Clear the cell required.")


@rule("calculation-missing", "error")
def calculation_missing(subject: Subject) -> Iterator[Defect]:
    """A calculate row says what is calculated."""
    for line in subject.questions:
        if line.type.name == "calculate" and not {"calculation", "default", "save_to"} & line.row.keys():
            yield Defect(line.row, "calculation", f"{line.name!r} calculates nothing", "Write the calculation.")


@rule("not-xpath", "error")
def not_xpath(subject: Subject) -> Iterator[Defect]:
    """Expressions are XPath: straight quotes in pairs, a decimal point, =, !=, and, or."""
    for line, column, text in subject.expressions():
        wrong = _not_xpath(text) if column in XPATH else None
        if wrong:
            yield Defect(line.row, column, f"{text!r} is not XPath{wrong}", "Write like ${age} >= 15 and ${sex} = '1'.")


@rule("date-bare", "error")
def date_bare(subject: Subject) -> Iterator[Defect]:
    """A date in an expression stands in quotes: without them it is a subtraction."""
    for line, column, text in subject.expressions():
        found = _DATE.search(_LITERAL.sub("", text)) if column in XPATH else None
        if found:
            message = f"{found[0]} is a subtraction here"
            yield Defect(line.row, column, message, f"Write date('{found[0]}').")


@rule("required-word", "error")
def required_word(subject: Subject) -> Iterator[Defect]:
    """required and read_only say yes or no, or give a condition."""
    for line in subject.lines:
        for column in ("required", "read_only"):
            text = line.row.get(column, "yes")
            if text.lower().removesuffix("()") not in _YES_OR_NO and not re.search(r"[$=(.]", text):
                yield Defect(line.row, column, f"{text!r} is neither yes nor no", "Write yes, or clear the cell.")


@rule("code-unknown", "error")
def code_unknown(subject: Subject) -> Iterator[Defect]:
    """An answer is compared with a code of its list."""
    for line, column, text in subject.expressions():
        for name, code in [*_COMPARED.findall(text), *_SELECTED.findall(text)]:
            asked = subject.named.get(name)
            codes = [choice.name for choice in subject.form.lists.get(asked.type.list_name or "", ())] if asked else []
            if codes and code not in codes:
                message = f"{code!r} is no code of {name!r}"
                yield Defect(line.row, column, message, "Correct the code, or add it to the list.")


@rule("multiple-compared", "warning")
def multiple_compared(subject: Subject) -> Iterator[Defect]:
    """Answers of a select_multiple are asked for with selected(), not compared with =."""
    for line, column, text in subject.expressions():
        for name in re.findall(r"\$\{\s*(\w+)\s*\}\s*!?=\s*['\"]?\w", text):
            if name in subject.named and subject.named[name].type.name.startswith("select_multiple"):
                message = f"${{{name}}} may hold several codes and is compared with one"
                yield Defect(line.row, column, message, f"Write selected(${{{name}}}, '1').")


def predicates(text: str) -> Iterator[tuple[str, int, int]]:
    """The name and the place of each `${name}` inside [ ] that should be the looked-at row's own answer."""
    bare = _OWN_ROW.sub(lambda match: " " * len(match[0]), text)
    for outer in _PREDICATE.finditer(bare):
        for match in REFERENCE.finditer(bare, outer.start(), outer.end()):
            yield match[1], match.start(), match.end()


def _not_xpath(text: str) -> str | None:
    """What is wrong with an expression's grammar, as the end of a sentence; None when nothing is."""
    bare = _LITERAL.sub("", text)
    if found := re.search(r"==|&&|\|\||<>|[‘’‚“”„«»–—−]", bare):
        return f": {found[0]!r} is none of its signs"
    try:
        etree.XPath(REFERENCE.sub("answer", text))
    except etree.XPathError as error:
        return f" ({error})"
    return None


def _needs(line: Line) -> set[str]:
    """What a value hangs on: its own calculation and condition, and the conditions around it."""
    own = references(line.row.get("calculation", "")) + references(line.row.get("relevant", ""))
    outer = [name for row in line.around for name in references(row.get("relevant", ""))]
    return {*own, *outer}


def _circle(start: str, needs: dict[str, set[str]], done: set[str]) -> list[str]:
    """The names of a circle that `start` leads into; names in `done` lead into none."""
    trail: list[str] = []
    waiting: list[tuple[str, bool]] = [(start, False)]
    while waiting:
        name, left = waiting.pop()
        if left:
            trail.pop()
            done.add(name)
        elif name in trail:
            done.update(trail)
            return [*trail[trail.index(name) :], name]
        elif name not in done:
            trail.append(name)
            waiting.append((name, True))
            waiting.extend((needed, False) for needed in sorted(needs[name]))
    return []


def _unanswerable(line: Line, subject: Subject) -> str:
    if line.type.name in ("note", *UNSEEN):
        return "shows no place for an answer"
    if line.row.get("read_only", "").lower() in ("yes", "true", "true()"):
        return "cannot be changed"
    return ""
