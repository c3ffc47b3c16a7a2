"""Answer area: boxes, lines or answers to tick, by the type of a question."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field

from forms.definition import Choice, Question
from forms.errors import XPathError
from forms.paper import limits
from forms.paper.conditions import tree
from forms.paper.questionnaire import Answer, Boxes, Option
from forms.paper.skips import END
from forms.paper.speech import Speech
from forms.xpath.expressions import Binary, Path, Text

LONG_LIST = 25
"""More answers than this stand in a code list at the end."""

_DECIMALS = 2
_MOST_LETTERS = 14
_MANY_LINES = 3


@dataclass
class Areas:
    """Makes the places for answers.

    `leads` says where each code leads, `lines` which code of a question is followed by words, `explained` which
    questions have their limits said in a sentence; `listed` collects the long lists: name -> number, in the order met.
    """

    speech: Speech
    leads: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    lines: Mapping[str, str] = field(default_factory=dict)
    explained: Container[str] = ()
    listed: dict[str, int] = field(default_factory=dict)

    def of(self, question: Question) -> Answer:
        """The place for the answer to a question."""
        if question.type in ("select_one", "select_multiple", "rank"):
            return self._choices(question)
        match question.type:
            case "integer" | "range":
                count = limits.digits(question, self.speech.outline.questions)
                return Answer(boxes=(Boxes(count),), note=self._allowed(question))
            case "decimal":
                return self._decimal(question)
            case "date" | "time" | "dateTime":
                return Answer(boxes=self._moment(question))
            case "geopoint":
                return Answer(boxes=self._position())
            case "acknowledge":
                return Answer(options=(Option("", ""),), several=True)
            case "calculate":
                return Answer(lines=1)
        if question.type.startswith("select"):
            return Answer(boxes=(Boxes(8),), note=self.speech.words.say("office_list"))
        return self._text(question)

    def _text(self, question: Question) -> Answer:
        count = limits.characters(question)
        if 0 < count <= _MOST_LETTERS:
            return Answer(boxes=(Boxes(count),))
        return Answer(lines=_MANY_LINES if "multiline" in question.columns.get("appearance", "") else 1)

    def _allowed(self, question: Question) -> str:
        limit = limits.of(question)
        return self.speech.limit(limit) if limit.is_all or question.name not in self.explained else ""

    def _decimal(self, question: Question) -> Answer:
        limit = limits.of(question)
        whole = len(f"{limit.greatest:.0f}") if limit.greatest is not None else 9
        whole = max([whole, *(len(f"{code:g}") for code in limit.codes)])
        return Answer(boxes=(Boxes(min(whole, 10)), Boxes(_DECIMALS, before=".")), note=self._allowed(question))

    def _moment(self, question: Question) -> tuple[Boxes, ...]:
        say = self.speech.words.say
        if question.type == "time":
            return clock(say("hour"), say("minute"))
        days = calendar(say("day"), say("month"), say("year"))
        if question.columns.get("appearance") == "month-year":
            days = days[1:]
        return (*days, *clock(say("hour"), say("minute"))) if question.type == "dateTime" else days

    def _position(self) -> tuple[Boxes, ...]:
        say = self.speech.words.say
        return (Boxes(3, say("latitude")), Boxes(5, before="."), Boxes(4, say("longitude")), Boxes(5, before="."))

    def _choices(self, question: Question) -> Answer:
        choices = self._offered(question)
        several = question.type == "select_multiple"
        if len(choices) > LONG_LIST:
            number = self.listed.setdefault(question.list_name or "", len(self.listed) + 1)
            width = max(len(choice.name) for choice in choices)
            boxes = (Boxes(width),) * (3 if several else 1)
            note = self.speech.words.say("see_list", n=str(number))
            return Answer(boxes=boxes, lines=1 if question.name in self.lines else 0, note=note)
        options = tuple(self._option(question, choice) for choice in choices)
        return Answer(options=options, several=several, ranked=question.type == "rank")

    def _offered(self, question: Question) -> list[Choice]:
        """The choices; those that a filter or the constraint excludes for everybody are left out."""
        excluded = {*_excluded(question.columns.get("choice_filter", ""), "name"), *_excluded(question.constraint, "")}
        choices = self.speech.outline.form.lists.get(question.list_name or "", ())
        return [choice for choice in choices if choice.name not in excluded]

    def _option(self, question: Question, choice: Choice) -> Option:
        goto = self.goto(self.leads.get(question.name, {}).get(choice.name, ""))
        return Option(choice.name, self.speech.text(choice.labels), goto, self.lines.get(question.name) == choice.name)

    def goto(self, target: str) -> str:
        """`go to B4` for a number, `go to the end` for END, nothing for ''."""
        if target == END:
            return self.speech.words.say("go_end")
        return self.speech.words.say("go_to", number=target) if target else ""


def _excluded(expression: str, own: str) -> list[str]:
    """The codes that an expression excludes whatever else is said: `name != '1'` in a filter, `. != 'ZZZ'` for `.`."""
    try:
        part = tree(expression) if expression.strip() else None
    except XPathError:
        return []
    match part:
        case Binary("!=", Path(steps=steps, parents=0), Text(code)) if "".join(step.name for step in steps) == own:
            return [code]
        case Binary("!=", Path(steps=()), Text(code)) if not own:
            return [code]
    return []


def calendar(day: str, month: str, year: str) -> tuple[Boxes, ...]:
    """Boxes for a date."""
    return (Boxes(2, day), Boxes(2, month), Boxes(4, year))


def clock(hour: str, minute: str) -> tuple[Boxes, ...]:
    """Boxes for a time of day."""
    return (Boxes(2, hour), Boxes(2, minute, before=":"))
