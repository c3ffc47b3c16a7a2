"""Walk: an interview held from the first screen to the last with given answers, and the facts that it shows.

The facts are those that the driver of JavaRosa among the tests gives, so that both can be compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from forms.errors import FormError, XPathError
from forms.interview import giving
from forms.interview.compiled import Control
from forms.interview.pages import inside
from forms.interview.script import Script, prepare
from forms.interview.state import Interview
from forms.xpath.nodes import Node

Case = Mapping[str, Any]
Facts = dict[str, Any]
_PASSES = 5  # a later answer can bring an earlier question into view
_MOST_CHOICES = 300
_TYPES = frozenset(
    {"string", "int", "decimal", "date", "time", "dateTime", "geopoint", "geotrace", "geoshape", "barcode", "binary"}
)


def run_cases(
    xml: bytes,
    cases: Iterable[Case],
    media: Iterable[str | Path] = (),
    files: Mapping[str, bytes] | None = None,
    **options: Any,
) -> list[Facts]:
    """Hold an interview for each case: give its answers and nothing else, and tell what the form did.

    `media` are folders with the lists beside the form, `files` those of the XForm; `options` are those of Interview. A
    case whose interview fails has `error` in its facts. Raises InterviewError when the form cannot be asked at all.
    """
    script = prepare(xml, media, files)
    return [_facts_or_error(script, case, options) for case in cases]


def _facts_or_error(script: Script, case: Case, options: Mapping[str, Any]) -> Facts:
    try:
        walk = Walk(Interview(script, language=case.get("lang") or "", **options), case)
        return {"name": case.get("name"), **walk.facts()}
    except FormError as error:
        return {"name": case.get("name"), "error": {"type": type(error).__name__, "message": error.message}}


class Walk:
    """One interview with the answers of a case."""

    def __init__(self, interview: Interview, case: Case) -> None:
        """Give the answers, screen by screen. Raises XPathError when a rule of the form fails."""
        self.interview = interview
        self.case = case
        self.given: dict[str, Facts] = {}
        self._answers: Mapping[str, Any] = case.get("answers") or {}
        self._done: set[str] = set()
        for _ in range(_PASSES):
            before = len(self._done)
            for control, node in self._screens(interview.form.controls, interview.root):
                self._give(control, node)
            if len(self._done) == before:
                break

    # From screen to screen

    def _screens(self, controls: Iterable[Control], parent: Node) -> Iterator[tuple[Control, Node]]:
        """The questions that are relevant when they are reached; rows are added on the way."""
        for control in controls:
            if control.kind == "repeat":
                yield from self._rows(control, inside(parent, control.place[:-1]))
                continue
            node = inside(parent, control.place)
            if not node.relevant:
                continue
            if control.is_question:
                yield control, node
            else:
                yield from self._screens(control.children, node)

    def _rows(self, repeat: Control, parent: Node) -> Iterator[tuple[Control, Node]]:
        name, index = repeat.place[-1], 0
        wish = self._wish(f"{self.interview.path(parent)}/{name}", name)
        while True:
            rows = parent.named(name)
            if index == len(rows):
                if not self.interview.may_add(parent, repeat) or (not repeat.count and index >= wish):
                    return
                self.interview.add_row(parent, name)
            elif wish == 0 and index == 0 and not repeat.count and rows[0].relevant:
                self.interview.remove_row(rows[0])
            else:
                if rows[index].relevant:
                    yield from self._screens(repeat.children, rows[index])
                index += 1

    def _wish(self, path: str, name: str) -> int:
        """How many rows the case wants; -1 leaves the form as it is."""
        wishes = self.case.get("repeats") or {}
        for key in (path, name):
            if key in wishes:
                return int(wishes[key])
        numbers = (re.search(rf"(?:^|/){re.escape(name)}\[(\d+)\]", key) for key in self._answers)
        return max((int(found[1]) for found in numbers if found), default=-1)

    # Answers

    def _give(self, control: Control, node: Node) -> None:
        path = self.interview.path(node)
        key = self._key(path)
        if path in self._done or key is None:
            return
        self._done.add(path)
        answer = self._answers[key]
        if isinstance(answer, list) and (not giving.takes_several(control) or (answer and isinstance(answer[0], list))):
            at = _last_index(path)
            if at >= len(answer):
                return
            answer = answer[at]
        told: Facts = {"answer": answer if isinstance(answer, list) else giving.plain(answer)}
        self.given[path] = told
        try:
            outcome = giving.give(self.interview, control, node, answer, keep_refused=bool(self.case.get("force")))
        except XPathError as error:
            told.update(result="engine-error", message=error.message)
            return
        told["result"] = outcome.result
        if outcome.is_refused:
            told["message"] = outcome.message

    def _key(self, path: str) -> str | None:
        """The answer for a question: that with the longest name, one with row numbers before others."""
        plain = re.sub(r"\[\d+\]", "", path)
        best, length = None, -1
        for key in self._answers:
            name = key if key.startswith("/") else f"/{key}"
            numbered = re.search(r"\[\d+\]", name) is not None
            weight = len(name) + (1000 if numbered else 0)
            if (path if numbered else plain).endswith(name) and weight > length:
                best, length = key, weight
        return best

    # What there is to tell

    def facts(self) -> Facts:
        """The state of every question, group and row, what is calculated, and whether the form can be finalised."""
        questions, missing, shown = [], [], set()
        for control, node in self._every(self.interview.form.controls, self.interview.root):
            fact = self._fact(control, node)
            questions.append(fact)
            if control.is_question:
                shown.add(fact["path"])
                if fact["relevant"] and fact["required"] and node.value is None:
                    missing.append(fact["path"])
        calculated = dict(self._calculated(self.interview.root, shown))
        failure = self._failure()
        return {
            "answersNotAsked": [key for key in self._answers if not self._was_used(key)],
            "requiredMissing": missing,
            "questions": questions,
            "calculated": calculated,
            "valid": failure is None,
            "validation": failure,
        }

    def _every(self, controls: Iterable[Control], parent: Node) -> Iterator[tuple[Control, Node]]:
        """All controls in the form's order, those of each row that there is."""
        for control in controls:
            if control.kind == "repeat":
                around = inside(parent, control.place[:-1])
                for row in around.named(control.place[-1]):
                    yield control, row
                    yield from self._every(control.children, row)
            else:
                node = inside(parent, control.place)
                yield control, node
                yield from self._every(control.children, node)

    def _fact(self, control: Control, node: Node) -> Facts:
        interview, path = self.interview, self.interview.path(node)
        if not control.is_question:
            label = interview.say(control.label, node)
            return {"path": path, "kind": control.kind, "relevant": node.relevant, "label": label}
        fact: Facts = {
            "path": path,
            "kind": "question",
            "type": _type(control, interview.bind(node).kind),
            "relevant": node.relevant,
            "required": interview.is_required(node),
            "readonly": interview.is_readonly(node),
            "value": interview.text(node),
        }
        if path in self.given:
            fact["given"] = self.given[path]
        if node.relevant:
            fact.update(self._words(control, node))
        return fact

    def _words(self, control: Control, node: Node) -> Iterator[tuple[str, Any]]:
        yield "label", self.interview.say(control.label, node)
        if control.appearance:
            yield "appearance", control.appearance
        hint = self.interview.say(control.hint, node)
        if hint is not None:
            yield "hint", hint
        if control.is_choice:
            choices = self.interview.choices(node)[:_MOST_CHOICES]
            yield "choices", [[choice.code, choice.label] for choice in choices]

    def _calculated(self, node: Node, shown: set[str]) -> Iterator[tuple[str, Facts]]:
        path = self.interview.path(node)
        if node.name == "entity":
            yield from self._attributes(node, path)
        if not node.is_leaf:
            for child in node:
                yield from self._calculated(child, shown)
        elif path not in shown:
            yield path, {"value": self.interview.text(node), "relevant": node.relevant}
            if node.name != "entity":
                yield from self._attributes(node, path)

    def _attributes(self, node: Node, path: str) -> Iterator[tuple[str, Facts]]:
        for name, attribute in node.attributes.items():
            yield f"{path}/@{name}", {"value": attribute.value, "relevant": node.relevant}

    def _failure(self) -> Facts | None:
        """The first question that keeps the form from being finalised."""
        for control, node in self._screens(self.interview.form.controls, self.interview.root):
            if control.is_choice:
                self.interview.choices(node)
            outcome = giving.state(self.interview, node)
            if outcome.is_refused:
                path = self.interview.path(node)
                return {"path": path, "outcome": outcome.result, "message": outcome.message}
        return None

    def _was_used(self, key: str) -> bool:
        name = key if key.startswith("/") else f"/{key}"
        numbered = re.search(r"\[\d+\]", name) is not None
        return any((path if numbered else re.sub(r"\[\d+\]", "", path)).endswith(name) for path in self.given)


def _last_index(path: str) -> int:
    numbers = re.findall(r"\[(\d+)\]", path)
    return int(numbers[-1]) - 1 if numbers else 0


def _type(control: Control, kind: str) -> str:
    kind = kind if kind in _TYPES else ""
    if control.kind == "range":
        return f"range/{kind}"
    return kind or "input" if control.kind == "input" else control.kind
