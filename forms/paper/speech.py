"""Speech: conditions, limits and references in the words of one language, with the numbers of the questions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from forms.definition import Question, Texts
from forms.paper import conditions
from forms.paper.conditions import Answered, Compared, Condition, Joined, OneOf, Ticked
from forms.paper.limits import Limit
from forms.paper.outline import Outline
from forms.paper.words import Words, isolate_runs, isolated
from forms.wording import in_language
from forms.xpath.expressions import Binary, Call, Expression, Number, Path, Text

_TODAY = ("today", "now")
_DAY_TYPES = ("today", "start", "end")
_SIGNS = {"+": "+", "-": "–", "*": "×", "div": "/"}
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "!=", "!=": "="}
_PHRASES = {">=": "at_least", ">": "more_than", "<=": "at_most", "<": "less_than"}
_DRAFT = re.compile(r"⟦([\w-]+)⟧\s*")
_REFERENCE = re.compile(r"\(?\$\{\s*([\w.-]+)\s*\}\)?")
"""An answer read out, with the brackets that some languages put around it."""

_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_LONGEST_LABEL = 44


@dataclass(frozen=True)
class Speech:
    """What is said in one language about the questions of one form."""

    outline: Outline
    words: Words

    def text(self, texts: Texts) -> str:
        """A wording of the form in this language, with references to numbers in place of answers read out."""
        said = in_language(texts, self.words.language, self.outline.form.language)
        said = _DRAFT.sub(r"[\1] ", _TAG.sub("", said)).strip()
        pieces = _REFERENCE.split(said)  # text, name, text, name ...
        plain = [isolate_runs(text, self.words.language) for text in pieces[::2]]
        read_out = [*map(self.reference, pieces[1::2]), ""]
        return "".join(part for pair in zip(plain, read_out, strict=True) for part in pair)

    def reference(self, name: str) -> str:
        """What stands for an answer inside a text: `(H1)`, `(name, H1)`, or what was worked out."""
        question, number = self.outline.questions.get(name), self.outline.numbers.get(name)
        if number and question and question.type == "text" and "name" in question.columns.get("concept", "").split():
            return isolated(f"({self.words.say('name')}{self.words.say('comma')}{isolated(number)})")
        if number:
            return isolated(f"({number})")
        return isolated(f"({self._unnumbered(name)})")

    def _unnumbered(self, name: str) -> str:
        question = self.outline.questions.get(name)
        if question is None:
            return name
        if question.type in _DAY_TYPES:
            return self.words.say("today")
        if self.outline.is_line(name):
            return self.words.say("line_number")
        fixed = re.fullmatch(r"\s*'([^']*)'\s*", question.calculation)
        if fixed:
            return fixed[1]
        if label := self.label(question):
            return label
        numbers = self.outline.sources(name)
        if self.words.language == "en" and question.columns.get("concept"):
            return question.columns["concept"].partition(":")[0]
        return self.words.say("worked_out", numbers=self.listed(numbers)) if numbers else name

    def label(self, question: Question) -> str:
        """The question's wording, for one that is not asked."""
        return self.text(question.labels) if question.labels else ""

    def listed(self, numbers: Sequence[str]) -> str:
        """Numbers of questions, with `and` before the last."""
        return self.words.joined("and", [isolated(number) for number in numbers])

    def who(self, condition: Condition, universe: str = "", *, phrase: str = "ask_if") -> str:
        """Who is asked, as a sentence; '' when everybody is.

        `universe`, which is written in English, says it where the condition itself cannot be looked up.
        """
        if condition == conditions.TRUE:
            return ""
        said = self.condition(condition)
        if not said and universe and self.words.language == "en":
            return self.words.say("asked_of", universe=universe)
        numbers = self.outline.numbers_of(condition)
        if not said and numbers:
            said = self.words.say("by_answers", numbers=self.listed(numbers))
        return self.words.say(phrase, condition=said) if said else ""

    def condition(self, condition: Condition) -> str:
        """A condition in words; '' when a part of it has none."""
        return "" if condition == conditions.TRUE else self._said(condition)

    def _said(self, condition: Condition) -> str:
        match condition:
            case OneOf() | Ticked():
                return self._codes(condition)
            case Answered(name, negated):
                return self.words.say("unanswered" if negated else "answered", what=self._name(name))
            case Compared():
                return self._compared(condition)
            case Joined(how, parts):
                return self._joined(how, parts)
        return ""

    def _joined(self, how: str, parts: Sequence[Condition]) -> str:
        said = []
        for part in _in_ranges(parts) if how == "and" else parts:
            words = self._range(part) if isinstance(part, tuple) else self._said(part)
            if not words:
                return ""
            said.append(f"({words})" if isinstance(part, Joined) else words)
        return self.words.joined(how, said)

    def _range(self, pair: tuple[Compared, Compared]) -> str:
        what, low, high = (self.term(each) for each in (pair[0].left, pair[0].right, pair[1].right))
        if not (what and low and high):
            return ""
        return self.words.say("is", what=what, value=self.words.say("between", a=low, b=high))

    def _codes(self, condition: OneOf | Ticked) -> str:
        question = self.outline.questions.get(condition.name)
        values = [self._code(question, code, len(condition.codes)) for code in condition.codes]
        what, ticked = self._name(condition.name), isinstance(condition, Ticked)
        if condition.negated:
            phrase = "not_chosen" if ticked else "is_not"
            return self.words.joined("and", [self.words.say(phrase, what=what, value=value) for value in values])
        value = self.words.joined("or", values)
        return self.words.say("chosen", what=what, value=value) if ticked else f"{what} = {value}"

    def _code(self, question: Question | None, code: str, beside: int) -> str:
        """A code, with its wording where only a few stand together."""
        choices = self.outline.form.lists.get(question.list_name or "", ()) if question else ()
        label = next((self.text(choice.labels) for choice in choices if choice.name == code), "")
        if not label or beside > 2 or len(label) > _LONGEST_LABEL:
            return isolated(code)
        return f"{isolated(code)} ({isolated(label)})"

    def _name(self, name: str) -> str:
        number = self.outline.numbers.get(name)
        return isolated(number or self._unnumbered(name))

    def _compared(self, condition: Compared) -> str:
        what, limit = self.term(condition.left), self.term(condition.right)
        if not what or not limit:
            return ""
        operator = _OPPOSITE[condition.operator] if condition.negated else condition.operator
        if operator in ("=", "!=") and self._is_hidden(condition.left):
            return ""
        if operator in ("=", "!="):
            return f"{what} = {limit}" if operator == "=" else self.words.say("is_not", what=what, value=limit)
        value = self.words.say(_PHRASES[operator], n=limit)
        if condition.negated:
            value = self.words.say("or_unknown", value=value)
        return self.words.say("is", what=what, value=value)

    def _is_hidden(self, expression: Expression) -> bool:
        """Is the value a calculation that has no number and no wording? Its codes mean nothing on paper."""
        question = self.outline.questions.get(conditions.named(expression))
        calculated = question is not None and question.type == "calculate" and not question.labels
        return calculated and question is not None and question.name not in self.outline.numbers

    def term(self, expression: Expression) -> str:
        """A value in words: a number, the number of a question, a sum; '' for what has no words."""
        match expression:
            case Number(value):
                return isolated(f"{value:g}")
            case Text(value):
                return isolated(value)
            case Path():
                name = conditions.named(expression)
                return self._name(name) if name in self.outline.questions else ""
            case Call(name=name) if name in _TODAY:
                return self.words.say("today")
            case Call(name="count-selected", arguments=(inner,)):
                what = self.term(inner)
                return self.words.say("count_of", what=what) if what else ""
            case Binary(operator=operator, left=left, right=right) if operator in _SIGNS:
                if self._is_hidden(left) or self._is_hidden(right):
                    return ""
                first, second = self.term(left), self.term(right)
                return f"{first} {_SIGNS[operator]} {second}" if first and second else ""
        folded = conditions.folded(expression)
        return self.term(folded) if folded != expression else ""

    def limit(self, limit: Limit) -> str:
        """What a number may be, beside its boxes: `0–120; -98`."""
        codes = [isolated(f"{code:g}") for code in limit.codes]
        least, greatest = limit.least, limit.greatest
        if least is not None and greatest is not None:
            said = isolated(f"{least:g}–{greatest:g}")
        elif least is not None:
            said = self.words.say("at_least", n=isolated(f"{least:g}"))
        elif limit.above is not None:
            said = self.words.say("more_than", n=isolated(f"{limit.above:g}"))
        elif greatest is not None:
            said = self.words.say("at_most", n=isolated(f"{greatest:g}"))
        else:
            return ""
        return "; ".join([said, *codes])


def _in_ranges(parts: Sequence[Condition]) -> list[Condition | tuple[Compared, Compared]]:
    """The parts, with a least and a greatest value of the same thing put together; `0 or more` needs no saying."""
    found: list[Condition | tuple[Compared, Compared]] = []
    for part in parts:
        other = next((done for done in found if _same_value(done, part)), None)
        if not isinstance(part, Compared) or not isinstance(other, Compared):
            found.append(part)
            continue
        low, high = (other, part) if other.operator in (">=", ">") else (part, other)
        place = found.index(other)
        if (low.operator, high.operator) == (">=", "<="):
            found[place] = (low, high)
        elif low.operator == ">=" and low.right == Number(0) and high.operator == "<":
            found[place] = high
        else:
            found.append(part)
    return found


def _same_value(one: object, other: Condition) -> bool:
    both = isinstance(one, Compared) and isinstance(other, Compared) and not one.negated and not other.negated
    if not both:
        return False
    assert isinstance(one, Compared)
    assert isinstance(other, Compared)
    return one.left == other.left and {one.operator[0], other.operator[0]} == {"<", ">"}
