"""Skip: where an answer leads, worked out from the conditions of the questions that follow.

A choice leads past a question only when nothing else could have that question asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from forms.definition import Group, Node, Question, Repeat
from forms.paper.known import Knowledge
from forms.paper.outline import Outline

END = "end"
"""Where an answer leads that leaves no further question."""

_SELECTS = ("select_one", "select_multiple")


@dataclass(frozen=True)
class Step:
    """One question or list on the way, with the conditions around it. A transparent one is no place to go to."""

    node: Node
    guards: tuple[str, ...]
    number: str
    is_transparent: bool = False


def steps(outline: Outline, nodes: Sequence[Node], guards: tuple[str, ...] = ()) -> Iterator[Step]:
    """The questions of a part in order; a list within it is one step."""
    for node in nodes:
        if not outline.stands(node):
            continue
        around = (*guards, node.relevant) if node.relevant.strip() else guards
        if isinstance(node, Group):
            yield from steps(outline, node.children, around)
        elif isinstance(node, Repeat):
            yield Step(node, around, _first_number(outline, node.children))
        else:
            number = outline.numbers.get(node.name, "")
            yield Step(node, around, number, is_transparent=not number)


def _first_number(outline: Outline, nodes: Sequence[Node]) -> str:
    for step in steps(outline, nodes):
        if step.number:
            return step.number
    return ""


def of(outline: Outline, way: Sequence[Step]) -> dict[str, dict[str, str]]:
    """For each question of a part: the code of a choice -> the number where it leads, or END."""
    found = {}
    for place, step in enumerate(way):
        question = step.node
        if not isinstance(question, Question) or question.type not in _SELECTS or not step.number:
            continue
        leads = {}
        for code in outline.codes(question):
            if question.type == "select_one" or _is_alone(outline, question, code):
                target = _target(outline, question, code, way[place + 1 :])
                if target:
                    leads[code] = target
        if leads:
            found[question.name] = leads
    return found


def _is_alone(outline: Outline, question: Question, code: str) -> bool:
    """Can the code be ticked beside no other?"""
    others = [each for each in outline.codes(question) if each != code]
    if not others or not question.constraint.strip():
        return False
    both = (Knowledge(outline.questions, own=f"{code} {other}") for other in others)
    return all(knowledge.holds(question.constraint) is False for knowledge in both)


def _target(outline: Outline, question: Question, code: str, ahead: Sequence[Step]) -> str:
    """The number of the first question that may be asked after an answer, '' when it is simply the next."""
    answers = {**dict.fromkeys(outline.gone, ""), question.name: code}
    knowledge = Knowledge(outline.questions, answers)
    skipped = 0
    for step in ahead:
        asked = not any(knowledge.holds(guard) is False for guard in step.guards)
        if asked and not step.is_transparent:
            return step.number if skipped else ""
        if not asked and isinstance(step.node, Question):
            answers[step.node.name] = ""
        skipped += not asked and not step.is_transparent
    return END if skipped else ""
