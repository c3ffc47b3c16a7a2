"""Harmonisation: answers to an adapted questionnaire put into the standard's questions.

plan = plan_for(match(standard, adapted), standard, adapted, prepared(standard, ["media/"]))
for instance in harmonise(instances, plan):  # as if the standard had been asked, as far as the answers go
    ...
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from forms import instances, interview, levels, xform
from forms.adaptation import recodes
from forms.adaptation.matching import Item, Matching
from forms.adaptation.recodes import Listed
from forms.definition import Form, Question
from forms.instances import Answers, Instance
from forms.interview import Interview, Script
from forms.levels import Level
from forms.sheets import Row
from forms.workbook import Workbook
from forms.xpath.nodes import Node

Lists = Mapping[str, tuple[Row, ...]]
_OTHER = "_other"
"""How the text is called that XLSForm adds to a question with `or_other`."""


@dataclass(frozen=True)
class Source:
    """Where the answer to a standard question is: `above` rows up, under `name`.

    `codes` says what each code there means in the standard, "" for one that the standard has not; without `codes`
    the answer is taken as it is.
    """

    name: str
    above: int = 0
    codes: Mapping[str, str] | None = None


@dataclass(frozen=True)
class TablePlan:
    """How one table of the standard is filled: its questions, and the repeats that its repeats are filled from."""

    sources: Mapping[str, Source]
    repeats: Mapping[str, tuple[str, TablePlan]]


@dataclass(frozen=True)
class Plan:
    """How the answers to one version become answers to another, and the other's logic."""

    standard: Form
    script: Script
    root: TablePlan

    @property
    def without(self) -> tuple[str, ...]:
        """The questions of the standard that the other version has no answer to."""
        return tuple(_unfilled(levels.of(self.standard), self.root))


def plan_for(matching: Matching, standard: Workbook, adapted: Workbook, script: Script) -> Plan:
    """How answers to an adapted questionnaire are put into those of the standard, both filled.

    `matching` is that of the two, the standard before; `script` is the standard `prepared`.
    """
    form = Form.from_workbook(standard)
    lists = standard.lists, adapted.lists
    pairs = _Pairs(
        {"/".join(_names(item.chain)): twin for item, twin in matching.twins.items()},
        {
            twin: _meanings(item, twin, lists, standard, adapted)
            for item, twin in matching.twins.items()
            if item.type.list_name and twin.type.list_name
        },
        {_names((*item.repeats, item)): twin for item, twin in matching.twins.items() if not item.is_question},
    )
    return Plan(form, script, _table(levels.of(form), (), (), pairs))


def prepared(workbook: Workbook, media: Iterable[str | Path] = ()) -> Script:
    """A filled workbook compiled and ready to be asked; `media` are folders with the lists beside it.

    Raises CompileError when it does not compile, InterviewError when it cannot be worked out.
    """
    compiled = xform.compile(workbook)
    with tempfile.TemporaryDirectory() as folder:
        for name, content in compiled.files.items():
            (Path(folder) / name).write_bytes(content)
        return interview.prepare(compiled.xml, media=[*media, folder])


def harmonise(given: Iterable[Instance], plan: Plan, **options: Any) -> Iterator[Instance]:
    """The answers in the standard's questions and codes, its logic worked out anew.

    What the standard would not have asked is blank, what it calculates is calculated from the answers that there
    are. An answer whose code the standard does not have is blank too. `options` are those of `Interview`.
    """
    for instance in given:
        head = replace(instance.head, form_id=plan.standard.id, version=plan.standard.version, deprecated_id="")
        moved = _moved(plan.root, (instance.answers,))
        filled = instances.build(plan.standard, moved, instance_id=head.instance_id)
        worked_out = Interview(plan.script, received=filled, **options)
        yield Instance(head, answers_of(worked_out))


def answers_of(worked_out: Interview) -> Answers:
    """The answers that stand in an interview, as `instances` has them; what is not relevant is left out."""
    found: dict[str, Any] = {}
    for child in worked_out.root:
        if child.name != "meta":
            _gather(worked_out, child, found)
    return found


def _gather(worked_out: Interview, node: Node, into: dict[str, Any]) -> None:
    if not node.relevant:
        return
    if node.place in worked_out.form.repeats:
        row: dict[str, Any] = {}
        into.setdefault(node.name, []).append(row)
        into = row
    if node.is_leaf:
        if node.value is not None:
            into[node.name] = worked_out.text(node)
        return
    for child in node:
        _gather(worked_out, child, into)


@dataclass(frozen=True)
class _Pairs:
    """What the tables of a plan are made of: the other version's item by path, the meanings of codes, the repeats."""

    twins: Mapping[str, Item]
    meanings: Mapping[Item, Mapping[str, str]]
    repeats: Mapping[tuple[str, ...], Item]


def _table(level: Level, own: tuple[str, ...], there: tuple[str, ...], pairs: _Pairs) -> TablePlan:
    """The plan of a table that lies in the repeats `own` and is filled from the repeats `there`."""
    sources = {
        question.name: source
        for question in level.questions
        if (source := _source(question, pairs.twins.get(question.path), there, pairs))
    }
    repeats = {}
    for inner in level.levels:
        twin = pairs.repeats.get((*own, inner.table))
        if twin and _names(twin.repeats) == there:
            table = _table(inner, (*own, inner.table), (*there, twin.name), pairs)
            repeats[inner.table] = (twin.name, table)
    return TablePlan(sources, repeats)


def _source(question: Question, twin: Item | None, there: tuple[str, ...], pairs: _Pairs) -> Source | None:
    """Where the answer is: in the row that corresponds, or in one around it; None when it is nowhere."""
    if twin is None:
        is_added = question.list_name is None and question.name.endswith(_OTHER)
        return Source(question.name) if is_added else None
    around = _names(twin.repeats)
    if there[: len(around)] != around:
        return None
    return Source(twin.name, len(there) - len(around), pairs.meanings.get(twin))


def _unfilled(level: Level, table: TablePlan | None) -> Iterator[str]:
    """The names of questions that no answer goes into; what is calculated or comes from the device asks nobody."""
    for question in level.questions:
        if (
            question.labels
            and question.type not in ("calculate", "note")
            and not (table and question.name in table.sources)
        ):
            yield question.name
    for inner in level.levels:
        yield from _unfilled(inner, table.repeats[inner.table][1] if table and inner.table in table.repeats else None)


def _names(items: Iterable[Item]) -> tuple[str, ...]:
    return tuple(item.name for item in items)


def _meanings(
    item: Item, twin: Item, lists: tuple[Lists, Lists], standard: Workbook, adapted: Workbook
) -> Mapping[str, str]:
    """What each code of the other version's list means in the standard's; "" for one that is not in it."""
    before, after = (
        Listed(each.type.list_name or "", found.get(each.type.list_name or ""), book.header)
        for each, found, book in zip((item, twin), lists, (standard, adapted), strict=True)
    )
    if not before.rows or not after.rows:
        return {}
    recode = recodes.of(before, after, tuple(standard.header.headings) or (standard.header.language,))
    return {**dict.fromkeys(recode.added, ""), **{code: target for target, code in recode.pairs}}


def _moved(table: TablePlan, line: tuple[Answers, ...]) -> dict[str, Any]:
    """One row of the standard's; `line` are the rows of the other version down to the one that corresponds."""
    found: dict[str, Any] = {}
    for name, source in table.sources.items():
        answer = instances.text_of(line[-1 - source.above], source.name)
        if answer is not None and (moved := _recoded(answer, source.codes)):
            found[name] = moved
    for name, (there, inner) in table.repeats.items():
        rows = [_moved(inner, (*line, row)) for row in instances.rows_of(line[-1], there)]
        if rows:
            found[name] = rows
    return found


def _recoded(answer: str, codes: Mapping[str, str] | None) -> str:
    """The answer in the standard's codes, each once; codes that are in no list stay as they are."""
    if codes is None:
        return answer
    return " ".join(dict.fromkeys(filter(None, (codes.get(code, code) for code in answer.split()))))
