"""Recording: an interview kept as a case of its form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from forms import cases, trials
from forms.cases import Case
from forms.errors import WorkbookError
from forms.interview import Interview, Script
from forms.interview.giving import MEDIA
from forms.xpath.nodes import Node

FILE = "recorded"
"""The file of cases/ that recorded cases are added to, when no other is named."""

_FILE_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_NUMBERED = re.compile(r"\[\d+\]")


def case_of(
    interview: Interview,
    name: str,
    *,
    asked: Iterable[str] = (),
    not_asked: Iterable[str] = (),
    values: Iterable[str] = (),
    valid: bool | None = None,
) -> Case:
    """The interview's answers as a case, which expects what is chosen of what the interview shows now.

    `asked` and `not_asked` name questions, `values` what the form works out, as `calculated` has it; `valid` says
    whether the form can be finalised. An answer that breaks its constraint is expected to be refused.
    """
    answered = {key: node for key, node in names(interview).items() if _answer(interview, node) is not None}
    known = dict(calculated(interview))
    expect: Case = {
        "values": {key: known[key] for key in values if key in known},
        "relevant": list(asked),
        "not_relevant": list(not_asked),
        "constraint": {key: True for key, node in answered.items() if not interview.accepts(node)},
        "label": {},
    }
    if valid is not None:
        expect["valid"] = valid
    answers = {key: _answer(interview, node) for key, node in answered.items()}
    case: Case = {"name": name, "answers": answers, "expect": expect}
    if interview.language and interview.language != interview.form.texts.language:
        case["lang"] = interview.language
    return case


def from_instance(script: Script, xml: bytes, name: str, **expected: Iterable[str]) -> Case:
    """A filled form as a case; `expected` are those of `case_of`. Raises InterviewError when it is another form's."""
    return case_of(Interview(script, received=xml), name, **expected)  # type: ignore[arg-type]


def record(folder: Path, case: Case, file: str = FILE) -> Path:
    """Add a case to cases/<file>.csv of a form folder, when it holds there. Returns the file.

    Raises WorkbookError for a name that cannot be one or is taken, and with every difference when the form, set up
    as its cases are, does not do what the case expects.
    """
    if not _FILE_NAME.fullmatch(file):
        raise WorkbookError(f"{file!r} cannot name a file of cases. Write small Latin letters, digits and _.")
    if not case["name"].strip():
        raise WorkbookError("The case has no name. Say in a few words what it shows.")
    if differences := trials.differences(folder, case):
        raise WorkbookError(
            f"{case['name']}: the case does not hold when it is run, and was not kept. "
            "Its form is set up as cases/setup.toml says.",
            tuple(differences),
        )
    path = folder / "cases" / f"{file}.csv"
    cases.append(path, case)
    return path


def names(interview: Interview) -> dict[str, Node]:
    """Every question by the name that cases have for it: `age`, `person[2]/age`, or its path where names repeat."""
    nodes = [node for place in interview.script.controls for node in interview.nodes(place)]
    last = [node.name for node in nodes]
    return {_name(interview, node, last.count(node.name) == 1): node for node in nodes}


def calculated(interview: Interview) -> Iterator[tuple[str, str | None]]:
    """What the form works out by itself, by the name that cases have for it; None where it came to nothing.

    Times, keys and what the tablet says of itself are left out: they are others each time.
    """
    asked = interview.script.controls
    found = [node for node in interview.root.walk() if node.is_leaf and node.place not in asked]
    last = [node.name for node in found]
    for node in found:
        bind = interview.bind(node)
        if bind.calculate and not bind.preload[0] and not _is_fleeting(interview, node):
            text = interview.text(node) if node.relevant else None
            yield _name(interview, node, last.count(node.name) == 1 and not _is_asked(interview, node.name)), text


def _is_fleeting(interview: Interview, node: Node) -> bool:
    rules = interview.script.dependencies
    return any(rules.rules[number].is_fleeting for number in rules.by_place.get(node.place, ()))


def _is_asked(interview: Interview, name: str) -> bool:
    return any(place[-1] == name for place in interview.script.controls)


def _name(interview: Interview, node: Node, is_only_one: bool) -> str:
    path = interview.path(node)
    if found := _NUMBERED.search(path):
        return path[path.rindex("/", 0, found.start()) + 1 :]
    return node.name if is_only_one else path


def _answer(interview: Interview, node: Node) -> str | None:
    """What was answered; None for what was not asked, is only shown, or cannot be typed."""
    control = interview.script.controls[node.place]
    if not node.relevant or interview.is_readonly(node) or control.kind in MEDIA:
        return None
    return interview.text(node)
