"""Edit: a rule that answers must keep (hard), or one that asks for a confirmation (soft).

The word is that of the UNECE Glossary of Terms on Statistical Data Editing. One catalogue serves the tablet, which
the form is compiled for, and the office, which judges what it receives.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from forms.definition import Form, Question
from forms.interview import Interview
from forms.sheets import split_language
from forms.shorthand import CHECK, CONFIRM
from forms.xpath.nodes import Node

Kind = Literal["hard", "required", "soft"]
_ODD = re.compile(r"\s*if\s*\((.*),\s*1\s*,\s*0\s*\)\s*", re.DOTALL)
_CODE = re.compile(r"\(([\w-]+)\)\s*$")
_YES, _CONFIRMED = 1, "1"


@dataclass(frozen=True)
class Edit:
    """One rule of a form.

    `id` is `<form>/<item>/<kind>`, `item` the question that it is asked of, `path` where its answer stands below
    the root. The `condition` of a hard edit must hold; that of a required one says when an answer is needed; that
    of a soft one says which answers are odd. `messages` are those of the form, by language.
    """

    id: str
    kind: Kind
    item: str
    path: str
    condition: str
    messages: Mapping[str, str]
    source: str = ""


@dataclass(frozen=True)
class Broken:
    """An edit that an interview does not keep, with the path of the question in its row; no answer is in it.

    A soft edit that was raised is `confirmed` when the enumerator said that the odd answer is right.
    """

    edit: Edit
    path: str
    confirmed: bool = False


def of(form: Form) -> tuple[Edit, ...]:
    """All edits of a form, in the order of its questions."""
    questions = {question.name: question for question in form.questions()}
    return tuple(edit for question in questions.values() for edit in _edits(form, question, questions))


def _edits(form: Form, question: Question, questions: Mapping[str, Question]) -> Iterator[Edit]:
    confirmation = questions.get(f"{CONFIRM}{question.name.removeprefix(CHECK)}")
    if question.name.startswith(CHECK) and confirmation:
        odd = _ODD.fullmatch(question.calculation)
        condition = odd[1].strip() if odd else question.calculation
        yield _edit(form, question, "soft", condition, confirmation.labels)
        return
    if question.name.startswith(CONFIRM) and f"{CHECK}{question.name.removeprefix(CONFIRM)}" in questions:
        return
    if question.constraint:
        yield _edit(form, question, "hard", question.constraint, _messages(form, question, "constraint_message"))
    if question.required and question.required.lower() not in ("no", "false", "false()"):
        yield _edit(form, question, "required", question.required, _messages(form, question, "required_message"))


def _edit(form: Form, question: Question, kind: Kind, condition: str, messages: Mapping[str, str]) -> Edit:
    item = question.name.removeprefix(CHECK) if kind == "soft" else question.name
    source = question.columns.get("source", "")
    return Edit(f"{form.id}/{item}/{kind}", kind, item, question.path, condition, messages, source)


def _messages(form: Form, question: Question, column: str) -> dict[str, str]:
    """The texts of a column by the code of their language."""
    found: dict[str, str] = {}
    for name, text in question.columns.items():
        base, heading = split_language(name)
        if base == column:
            code = _CODE.search(heading)
            found[code[1] if code else heading or form.language] = text
    return found


def judge(interview: Interview, edits: Iterable[Edit]) -> tuple[Broken, ...]:
    """The edits that an interview does not keep, row by row.

    Questions that are not relevant keep all. Raises XPathError when a rule of the form cannot be worked out.
    """
    return tuple(broken for edit in edits for broken in _judged(interview, edit))


def _judged(interview: Interview, edit: Edit) -> Iterator[Broken]:
    for node in interview.nodes((interview.root.name, *edit.path.split("/"))):
        if not node.relevant:
            continue
        path = interview.path(node)
        if edit.kind == "soft":
            if node.value == _YES:
                yield Broken(edit, path, confirmed=_confirmation(node, edit) == _CONFIRMED)
        elif not _keeps(interview, node, edit.kind):
            yield Broken(edit, path)


def _keeps(interview: Interview, node: Node, kind: Kind) -> bool:
    if kind == "hard":
        return interview.accepts(node)
    return node.value is not None or not interview.is_required(node)


def _confirmation(check: Node, edit: Edit) -> object:
    """The answer to the question that confirms; it stands beside its check."""
    beside = check.parent.named(f"{CONFIRM}{edit.item}") if check.parent else []
    return beside[0].value if beside else None
