"""Cover: the first page, with what identifies the unit, the visits made to it and the codes of who worked on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from forms.definition import Form, Group, Node, Question
from forms.paper import conditions, limits
from forms.paper.answers import Areas, calendar, clock
from forms.paper.questionnaire import Answer, Boxes, Cover, Item, Option
from forms.paper.speech import Speech

_KEY_BOXES = 12
_STAFF_BOXES = 4
_VISITS = 3
_MOST_VISITS = 5


def names(form: Form) -> tuple[str, ...]:
    """The questions that stand on the cover: the key of the unit and the number of the visit."""
    return tuple(name for name in (form.sample_key, form.visit) if name)


def of(speech: Speech, areas: Areas, parameters: Mapping[str, str]) -> Cover:
    """The first page of a questionnaire. A parameter `confidentiality` of the form is printed on it."""
    say = speech.words.say
    language = speech.words.language
    visit = speech.outline.questions.get(speech.outline.form.visit or "")
    days = calendar(say("day"), say("month"), say("year"))
    columns = (
        (say("date"), days),
        (say("time"), clock(say("hour"), say("minute"))),
        (say("interviewer"), (Boxes(_STAFF_BOXES),)),
        (say("result"), (Boxes(2),)),
    )
    sheets = [Item("question", "", say(name), Answer(boxes=(Boxes(2),))) for name in ("sheet_number", "sheets_total")]
    staff = [
        Item("question", "", say(name), Answer(boxes=(Boxes(_STAFF_BOXES),))) for name in ("interviewer", "supervisor")
    ]
    own = parameters.get(f"confidentiality::{language}") or parameters.get("confidentiality", "")
    return Cover(
        identification=tuple(_identification(speech)),
        staff=(*staff, *sheets),
        visits=_visits(visit) if visit else 0,
        visit_columns=columns,
        results=tuple(_results(speech)),
        how_to=tuple(say(f"how_{name}") for name in ("choice", "digits", "reference", "goto", "hint", "check")),
        confidential=own,
    )


def _visits(visit: Question) -> int:
    greatest = limits.of(visit).greatest
    return min(int(greatest), _MOST_VISITS) if greatest else _VISITS


def _identification(speech: Speech) -> Iterator[Item]:
    """The key of the unit, and what the office's list says of it."""
    form = speech.outline.form
    if not form.sample_key:
        return
    key = speech.outline.questions[form.sample_key]
    number = speech.outline.numbers.get(key.name, "")
    yield Item("question", number, speech.text(key.labels), Answer(boxes=(Boxes(_KEY_BOXES),)))
    for node in _beside(form.children, key):
        listed = "instance(" in node.calculation and f"${{{key.name}}}" in node.calculation
        if node.type == "calculate" and node.labels and listed and node.name not in speech.outline.numbers:
            yield Item("computed", "", speech.text(node.labels), Answer(lines=1))


def _beside(nodes: tuple[Node, ...], key: Question) -> tuple[Question, ...]:
    """The rows of the group in which the key stands."""
    if key in nodes:
        return tuple(node for node in nodes if isinstance(node, Question))
    for node in nodes:
        if isinstance(node, Group) and (found := _beside(node.children, key)):
            return found
    return ()


def _results(speech: Speech) -> Iterator[Option]:
    """The outcomes of a visit with their wording, from the questions that the result is worked out from."""
    form = speech.outline.form
    result = speech.outline.questions.get(form.result or "")
    if result is None:
        return
    sources = [result] if result.list_name else list(reversed(_sources(speech, result)))
    labels: dict[str, str] = {}
    for question in sources:
        for choice in form.lists.get(question.list_name or "", ()):
            if choice.name in form.dispositions:
                labels.setdefault(choice.name, speech.text(choice.labels))
    for code in form.dispositions:
        if code in labels:
            yield Option(code, labels[code])


def _sources(speech: Speech, result: Question) -> list[Question]:
    """The questions that a calculation names and whose code it hands on."""
    found = []
    for name in dict.fromkeys(conditions.REFERENCE.findall(result.calculation)):
        question = speech.outline.questions.get(name)
        if question and question.list_name and len(speech.outline.codes(question)) > 2:
            found.append(question)
    return found
