"""Harmonisation: answers to an adapted questionnaire put into the standard's questions.

plan = plan_for(standard, adapted, compared.names, media=["media/"])
for instance in harmonise(instances, plan):  # as if the standard had been asked, as far as the answers go
    ...
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from forms import identity, instances, interview, levels, xform
from forms.adaptation import placing
from forms.adaptation.placing import Spot
from forms.definition import Form, Question
from forms.instances import Answers, Instance
from forms.interview import Interview, Script
from forms.levels import Level
from forms.workbook import Workbook
from forms.xpath.nodes import Node


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


def plan_for(
    standard: Workbook, adapted: Workbook, names: Mapping[str, str] | None = None, media: Iterable[str | Path] = ()
) -> Plan:
    """How answers to an adapted questionnaire are put into those of the standard, both filled.

    `names` maps ids of standard questions to their names in the adapted one, where the ids alone do not tell (as
    `Comparison.names`); `media` are folders with lists beside the standard. Raises CompileError when the standard
    does not compile, InterviewError when it cannot be worked out.
    """
    before, after = identity.marked(standard), identity.marked(adapted)
    there = dict(placing.by_qid(after))
    by_name = {spot.name: spot for spot in there.values()}
    there |= {qid: by_name[name] for qid, name in (names or {}).items() if name in by_name}
    form = Form.from_workbook(before)
    pairs = {spot.path: there.get(identity.of(spot.row)) for spot in placing.spots(before)}
    meanings = {
        name: {row.get("name", ""): row.get(identity.CODE, "") for row in rows} for name, rows in after.lists.items()
    }
    root = _table(levels.of(form), (), pairs, meanings, _repeat_paths(before))
    return Plan(form, prepared(before, media), root)


def prepared(workbook: Workbook, media: Iterable[str | Path] = ()) -> Script:
    """A filled workbook compiled and ready to be asked, its long lists beside it."""
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


def _repeat_paths(workbook: Workbook) -> dict[tuple[str, ...], str]:
    """The path of each repeat by the names of the repeats down to it."""
    return {
        (*spot.repeats, spot.name): spot.path
        for spot in placing.spots(workbook)
        if spot.row.get("type", "").replace(" ", "_") == "begin_repeat"
    }


def _table(
    level: Level,
    chain: tuple[str, ...],
    pairs: Mapping[str, Spot | None],
    meanings: Mapping[str, Mapping[str, str]],
    paths: Mapping[tuple[str, ...], str],
    own: tuple[str, ...] = (),
) -> TablePlan:
    """The plan of a table; `chain` are the repeats of the other version that it is filled from, `own` its own."""
    sources = {
        question.name: source
        for question in level.questions
        if (source := _source(question, pairs.get(question.path), chain, meanings))
    }
    repeats = {}
    for inner in level.levels:
        spot = pairs.get(paths.get((*own, inner.table), ""))
        if spot and spot.repeats == chain and spot.row.get("type", "").replace(" ", "_") == "begin_repeat":
            table = _table(inner, (*chain, spot.name), pairs, meanings, paths, (*own, inner.table))
            repeats[inner.table] = (spot.name, table)
    return TablePlan(sources, repeats)


def _source(
    question: Question, spot: Spot | None, chain: tuple[str, ...], meanings: Mapping[str, Mapping[str, str]]
) -> Source | None:
    """Where the answer is: in the row that corresponds, or in one around it; None when it is nowhere."""
    if question.list_name is None and spot is None:
        return Source(question.name) if question.name.endswith("_other") else None
    if spot is None or chain[: len(spot.repeats)] != spot.repeats:
        return None
    words = spot.row.get("type", "").split()
    codes = meanings.get(words[1]) if len(words) > 1 and question.list_name else None
    return Source(spot.name, len(chain) - len(spot.repeats), codes)


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
