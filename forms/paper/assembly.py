"""Assembly: a form's rows become sections, grids and pages of a questionnaire in one language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from forms import edits
from forms.definition import Form, Node, Question, Repeat
from forms.errors import WorkbookError
from forms.header import direction
from forms.paper import conditions, cover, limits, skips
from forms.paper.answers import LONG_LIST, Areas
from forms.paper.conditions import Condition
from forms.paper.outline import Outline
from forms.paper.outline import Section as Part
from forms.paper.questionnaire import (
    Block,
    CodeList,
    Grid,
    Heading,
    Item,
    Option,
    Pages,
    Questionnaire,
    Section,
)
from forms.paper.speech import Speech
from forms.paper.words import Words, isolated
from forms.shorthand import CONFIRM
from forms.wording import in_language
from forms.workbook import Workbook
from forms.xpath.expressions import Call, Number

_COLUMNS = 8
_FEWEST_COLUMNS = 3
_SHORT_LIST = 16
_LONGEST_CHECK = 4
"""A check with more parts than this is told by its message alone."""
_LONGEST_RULE = 6
"""A calculation with more parts than this is told by the questions that it is worked out from."""

_ROWS, _INNER_ROWS = 8, 5
_GRID_TYPES = ("integer", "text", "date", "decimal", "select_one", "calculate")
_HEADINGS = (
    *("identification", "visits", "visit", "result_codes", "how_to", "line", "code_lists", "remarks", "hour", "minute"),
    *("day", "month", "year"),
)


def assemble(workbook: Workbook, language: str, serial: str = "") -> Questionnaire:
    """The questionnaire that a filled workbook makes in one of its languages.

    Raises WorkbookError for a language that the form has not.
    """
    form = Form.from_workbook(workbook)
    if language not in form.languages:
        raise WorkbookError(
            f"language: form {form.id!r} has no {language!r}. Choose one of {', '.join(form.languages)}."
        )
    writer = _Writer(Speech(Outline(form, cover.names(form)), Words(language)))
    sections = tuple(writer.sections())
    words = {name: writer.say(name) for name in _HEADINGS}
    words["version"] = writer.say("version", version=isolated(form.version))
    return Questionnaire(
        form=form.id,
        title=workbook.parameters.get(f"title::{language}") or form.title,
        version=form.version,
        language=language,
        is_right_to_left=direction(language) == "rtl",
        cover=cover.of(writer.speech, writer.areas, workbook.parameters),
        sections=sections,
        code_lists=tuple(writer.code_lists()),
        words=words,
        serial=serial,
    )


@dataclass
class _Writer:
    """Writes the parts of one form in one language."""

    speech: Speech

    @property
    def outline(self) -> Outline:
        return self.speech.outline

    def say(self, name: str, **parts: str) -> str:
        return self.speech.words.say(name, **parts)

    @cached_property
    def _messages(self) -> Mapping[str, str]:
        """What the form says of a wrong answer, by question."""
        language, form = self.speech.words.language, self.outline.form
        hard = (edit for edit in edits.of(form) if edit.kind == "hard" and any(edit.messages.values()))
        return {edit.item: self.speech.text({language: in_language(edit.messages, language)}) for edit in hard}

    @cached_property
    def areas(self) -> Areas:
        """The places for answers."""
        leads: dict[str, dict[str, str]] = {}
        way = list(skips.steps(self.outline, self.outline.form.children))
        leads |= skips.of(self.outline, way)
        for repeat in self.outline.form.repeats():
            leads |= skips.of(self.outline, list(skips.steps(self.outline, repeat.children)))
        lines = {
            name: _only_code(self.outline.condition(question))
            for question in self.outline.form.questions()
            if (name := self.outline.specified(question))
        }
        return Areas(self.speech, leads, lines, self._messages)

    def sections(self) -> Iterator[Section]:
        """The sections that hold something besides what stands on the cover."""
        for part in self.outline.sections:
            blocks = tuple(self._part(part))
            if any(not isinstance(block, Heading) for block in blocks):
                who = self.speech.who(self.outline.condition(part.node), phrase="part_if")
                yield Section(part.letter, self.speech.text(part.node.labels), who, blocks)

    def _part(self, part: Part) -> Iterator[Block]:
        known = [self.outline.condition(part.node)]
        if isinstance(part.node, Repeat):
            yield from self._repeat(part.node, part.letter, _ROWS)
        else:
            yield from self._blocks(part.node.children, known)

    def _blocks(self, nodes: Sequence[Node], known: list[Condition]) -> Iterator[Block]:
        for node in nodes:
            if not self.outline.stands(node):
                continue
            if isinstance(node, Question):
                if node.name not in self.outline.cover:
                    yield from self._row(node, known)
                continue
            condition = conditions.without(self.outline.condition(node), known)
            title, who = self.speech.text(node.labels), self.speech.who(condition, phrase="part_if")
            if title or who:
                yield Heading(title, who)
            inside = [*known, self.outline.condition(node)]
            if isinstance(node, Repeat):
                yield from self._repeat(node, title, _INNER_ROWS)
            else:
                yield from self._blocks(node.children, inside)

    def _row(self, question: Question, known: list[Condition]) -> Iterator[Item]:
        if self.outline.is_soft(question):
            if question.name.removeprefix(CONFIRM) not in self.outline.numbers:
                yield Item("check", "", self._check(question))
            return
        if self.outline.specified(question):
            return
        yield self._item(question, known)

    def _item(self, question: Question, known: list[Condition]) -> Item:
        condition = conditions.without(self.outline.condition(question), known)
        text, who = self.speech.text(question.labels), self._who(question, condition)
        hints = [self.speech.text(question.hints)] if question.hints else []
        if question.type == "note":
            return Item("note", "", text, condition=who, hints=tuple(hints))
        number = self.outline.numbers[question.name]
        if question.type == "calculate":
            return Item("computed", number, text, self.areas.of(question), who, (self._worked_out(question),))
        message = self._messages.get(question.name, "")
        if message and not (question.type in ("integer", "decimal") and limits.of(question).is_all):
            hints.append(message)
        answer = self.areas.of(question)
        return Item("question", number, text, answer, who, tuple(filter(None, hints)), self._checks(question))

    def _who(self, question: Question, condition: Condition) -> str:
        return self.speech.who(condition, question.columns.get("universe", ""))

    def _worked_out(self, question: Question) -> str:
        numbers = self.outline.sources(question.name)
        if "instance(" in question.calculation or not numbers:
            return self.say("copy")
        match conditions.tree(question.calculation):
            case Call("if", (test, Number(1.0), Number(0.0))):
                found = conditions.without_answers(self.outline.reader.condition(test), self.outline.gone)
                if conditions.size(found) <= _LONGEST_RULE and (condition := self.speech.condition(found)):
                    return self.say("work_out_if", condition=condition)
        return self.say("work_out", numbers=self.speech.listed(numbers))

    def _checks(self, question: Question) -> tuple[str, ...]:
        soft = self.outline.questions.get(f"{CONFIRM}{question.name}")
        return (self._check(soft),) if soft and self.outline.is_soft(soft) else ()

    def _check(self, soft: Question) -> str:
        found = self.outline.reader.read(self.outline.odd(soft))
        found = conditions.without_answers(found, self.outline.gone)
        condition = self.speech.condition(found) if conditions.size(found) <= _LONGEST_CHECK else ""
        message = self.speech.text(soft.labels)
        if condition:
            return self.say("check_if", condition=condition, message=message)
        return self.say("check", message=message)

    def _repeat(self, repeat: Repeat, section: str, rows: int) -> Iterator[Block]:
        """A list as a grid, as pages to fill in for each line, or as a grid and then pages for the rest."""
        known = [self.outline.condition(repeat)]
        steps = [step for step in skips.steps(self.outline, repeat.children) if not step.is_transparent]
        head = self._leading([step.node for step in steps])
        columns = tuple(self._column(node, known) for node in head)
        line = self.say("line")
        if columns:
            yield Grid(columns, self._rows(repeat, rows), line, self.say("roster_help"))
            yield from (Item("check", "", f"{item.number}: {check}") for item in columns for check in item.checks)
        in_grid = {column.number for column in columns}
        blocks = tuple(block for block in self._blocks(repeat.children, known) if not _is_in(block, in_grid))
        blocks = tuple(_without_bare_headings(blocks))
        if blocks and len(head) < len(steps):
            text = self.say("page_help", section=isolated(section)) if columns else self.say("copy_help")
            yield Pages(text, line, blocks)

    def _column(self, question: Node, known: list[Condition]) -> Item:
        assert isinstance(question, Question)
        return self._item(question, known)

    def _leading(self, nodes: Sequence[Node]) -> list[Node]:
        """The first questions of a list, as far as they fit into a grid; none when they are too few."""
        found: list[Node] = []
        for node in nodes[:_COLUMNS]:
            if not isinstance(node, Question) or not self._fits(node):
                break
            found.append(node)
        enough = len(found) >= _FEWEST_COLUMNS or len(found) == len(nodes)
        return found if enough else []

    def _fits(self, question: Question) -> bool:
        codes = self.outline.codes(question)
        short = len(codes) <= _SHORT_LIST or len(codes) > LONG_LIST
        return question.type in _GRID_TYPES and short and question.name not in self.areas.lines

    def _rows(self, repeat: Repeat, most: int) -> int:
        """Lines of a grid: as many as there can be, at most those that fit on a sheet."""
        counted = conditions.REFERENCE.fullmatch(repeat.count.strip())
        question = self.outline.questions.get(counted[1]) if counted else None
        greatest = limits.of(question).greatest if question else None
        fixed = int(repeat.count) if repeat.count.strip().isdigit() else None
        return max(1, min(most, int(fixed or greatest or most)))

    def code_lists(self) -> Iterator[CodeList]:
        """The long lists, as the questions before met them."""
        for name, number in self.areas.listed.items():
            used = [
                self.outline.numbers[question.name]
                for question in self.outline.questions.values()
                if question.list_name == name and question.name in self.outline.numbers
            ]
            options = tuple(
                Option(choice.name, self.speech.text(choice.labels)) for choice in self.outline.form.lists[name]
            )
            title = self.say("code_list", n=str(number))
            yield CodeList(number, title, self.say("list_for", numbers=self.speech.listed(used)), options)


def _is_in(block: Block, numbers: set[str]) -> bool:
    return isinstance(block, Item) and block.number in numbers


def _without_bare_headings(blocks: Sequence[Block]) -> Iterator[Block]:
    """The blocks without headings that nothing follows."""
    for place, block in enumerate(blocks):
        following = blocks[place + 1] if place + 1 < len(blocks) else None
        if not isinstance(block, Heading) or (following is not None and not isinstance(following, Heading)):
            yield block


def _only_code(condition: Condition) -> str:
    """The one code that a condition asks for."""
    match condition:
        case conditions.OneOf(codes=(code,)) | conditions.Ticked(codes=(code,)):
            return code
    return ""
