"""Simulation: drawn people who answer any version of a questionnaire, each time with the same truth.

A person's truth is what the standard's interview with them holds. Asked the same question in the same words, they give
that answer, whatever the question is called, wherever it stands and whatever codes the answers have. Asked in other
words, they answer anew: what they say then depends on the words alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

from forms import identity
from forms.adaptation import matching
from forms.adaptation.harmonise import answers_of, prepared
from forms.adaptation.matching import Item
from forms.errors import XPathError
from forms.instances import Head, Instance
from forms.interview import Choice, Interview, Script
from forms.interview.compiled import Control, Place
from forms.sheets import Row
from forms.workbook import Workbook
from forms.xpath.nodes import Node

DAY = datetime(2026, 6, 1, 10)  # noqa: DTZ001 - the clock of a tablet, which says no zone
"""When everybody is interviewed."""

_NUMBERS = ("integer", "decimal", "range")
_TRIES = 40
_REFERENCE = re.compile(r"\$\{\s*([^}\s]+)\s*\}")
_EMPHASIS = re.compile(r"[*_`#]+")
_YEARS = 1900
"""A question whose limits name such numbers asks for a year."""


@dataclass(frozen=True)
class Asked:
    """What a respondent hears: the question's id, words and type, and for each code its meaning and words."""

    qid: str
    words: str
    kind: str
    choices: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    numbers: tuple[int, ...] = ()

    @cached_property
    def heard(self) -> tuple[str, str]:
        """What makes it the same question to a respondent."""
        return self.words, self.kind

    @cached_property
    def words_of(self) -> Mapping[str, str]:
        """The words of each standard code that one code alone means."""
        meant = [standard for standard, _ in self.choices.values()]
        return {standard: words for standard, words in self.choices.values() if standard and meant.count(standard) == 1}


@dataclass(frozen=True)
class Version:
    """A version of a questionnaire, ready to be asked: its script, and what is heard at each place."""

    id: str
    number: str
    script: Script
    asked: Mapping[Place, Asked]

    @cached_property
    def by_qid(self) -> Mapping[str, Asked]:
        """What is heard by the id of its question."""
        return {asked.qid: asked for asked in self.asked.values()}


Spot = tuple[str, tuple[int, ...]]
"""A question's id, and the row in each repeat around it."""


@dataclass(frozen=True)
class Household:
    """Whoever answers in one interview: `seed` tells them from others, `truth` holds what the standard heard."""

    seed: str
    truth: Mapping[Spot, str] = field(default_factory=dict)


def version(workbook: Workbook, media: Iterable[str | Path] = ()) -> Version:
    """A filled questionnaire made ready to be asked. Raises CompileError and InterviewError when it cannot be."""
    marked = identity.marked(workbook)
    items = matching.items(marked)
    qids = {item.name: item.qid for item in items}
    script = prepared(marked, media)
    root = script.form.blank().name
    lists = marked.lists
    asked = {(root, *(each.name for each in item.chain)): _asked(item, marked, lists, qids) for item in items}
    return Version(marked.header.id, marked.header.version, script, asked)


def _asked(item: Item, workbook: Workbook, lists: Mapping[str, tuple[Row, ...]], qids: Mapping[str, str]) -> Asked:
    head, row = workbook.header, item.row
    suffix = f"::{head.headings[head.language]}" if head.language in head.headings else ""
    choices = {
        each.get("name", ""): (each.get(identity.CODE, ""), normalised(each.get(f"label{suffix}", ""), qids))
        for each in lists.get(item.type.list_name or "", ())
    }
    numbers = tuple(int(text) for text in re.findall(r"(?<![\w.'])\d+(?![\w.'])", row.get("constraint", "")))
    return Asked(item.qid, normalised(row.get(f"label{suffix}", ""), qids), item.type.name, choices, numbers)


def normalised(text: str, qids: Mapping[str, str]) -> str:
    """Words as they are heard: without emphasis, spacing and final punctuation, answers read out by question."""
    told = _REFERENCE.sub(lambda found: "{" + qids.get(found[1], found[1]) + "}", text)
    return " ".join(_EMPHASIS.sub("", told).split()).rstrip(" .:;!?")


def population(standard: Version, households: int, habits: Mapping[str, Sequence[str]], seed: str) -> list[Household]:
    """Drawn households with their truth: what they answer when the standard is asked.

    `habits` are the only answers, by id of the question, that are given at all to some questions (how many live here).
    """
    drawn = [Household(f"{seed}-{number}") for number in range(households)]
    return [Household(each.seed, _truth(_held(standard, standard, each, habits), standard)) for each in drawn]


def ask(
    asked: Version, standard: Version, everyone: Iterable[Household], habits: Mapping[str, Sequence[str]]
) -> list[Instance]:
    """The interviews with everyone in a version: one pass in the order of the form, as one swipes forward."""
    return [
        Instance(
            Head(asked.id, asked.number, f"uuid:{household.seed}", ""),
            answers_of(_held(asked, standard, household, habits)),
        )
        for household in everyone
    ]


def _held(asked: Version, standard: Version, household: Household, habits: Mapping[str, Sequence[str]]) -> Interview:
    interview = Interview(asked.script, clock=lambda: DAY)
    respondent = _Respondent(asked, standard, household, habits)
    for control, node in _screens(interview, interview.form.controls, interview.root):
        if not interview.is_readonly(node):
            respondent.answer(interview, control, node)
    return interview


def _truth(interview: Interview, standard: Version) -> dict[Spot, str]:
    found = {}
    for node in interview.root.walk():
        if node.is_leaf and node.place in standard.asked and node.relevant and node.value is not None:
            found[_spot(interview, node, standard)] = interview.text(node) or ""
    return found


def _spot(interview: Interview, node: Node, asked: Version) -> Spot:
    rows = [each for each in node.lineage() if each.place in interview.form.repeats]
    return asked.asked[node.place].qid, tuple(each.index for each in rows)


def _screens(interview: Interview, controls: Iterable[Control], parent: Node) -> Iterator[tuple[Control, Node]]:
    """The questions that are relevant when they are reached; rows are added as the form asks for them."""
    for control in controls:
        if control.kind == "repeat":
            yield from _rows(interview, control, parent)
            continue
        node = parent
        for name in control.place[len(parent.place) :]:
            node = node.children[name][0]
        if node.relevant and control.is_question:
            yield control, node
        elif node.relevant:
            yield from _screens(interview, control.children, node)


def _rows(interview: Interview, repeat: Control, parent: Node) -> Iterator[tuple[Control, Node]]:
    for name in repeat.place[len(parent.place) : -1]:
        parent = parent.children[name][0]
    index, name = 0, repeat.place[-1]
    while True:
        if index == len(parent.named(name)):
            if not interview.may_add(parent, repeat) or not (repeat.count or index == 0):
                return
            interview.add_row(parent, name)
        row = parent.named(name)[index]
        if row.relevant:
            yield from _screens(interview, repeat.children, row)
        index += 1


@dataclass(frozen=True)
class _Respondent:
    """One household in one interview."""

    version: Version
    standard: Version
    household: Household
    habits: Mapping[str, Sequence[str]]

    def answer(self, interview: Interview, control: Control, node: Node) -> None:
        """Say what is true, or else what one would say; an answer that is refused is followed by the next."""
        asked = self.version.asked.get(node.place)
        if asked is None:
            return
        spot = _spot(interview, node, self.version)
        for text in self._wishes(interview, control, node, asked, spot):
            try:
                interview.set(node, interview.read(node, text))
            except XPathError:
                continue
            if interview.accepts(node):
                return
        interview.set(node, None)

    def _wishes(self, interview: Interview, control: Control, node: Node, asked: Asked, spot: Spot) -> Iterator[str]:
        """Answers in the order in which they are given, until one is accepted."""
        truth = self.household.truth.get(spot, "") if self._is_heard_as_meant(asked) else ""
        if control.is_choice:
            offered = interview.choices(node)
            if control.kind == "select_one":
                yield from self._picks(offered, asked, spot, truth)
            else:
                yield from self._sets(offered, asked, spot, truth)
            return
        if truth:
            yield truth
        yield from self._made_up(asked, spot)

    def _is_heard_as_meant(self, asked: Asked) -> bool:
        """Are the question, and every answer to it that means one thing, in the words of the standard?"""
        meant = self.standard.by_qid.get(asked.qid)
        if meant is None or meant.heard != asked.heard:
            return False
        return all(meant.choices.get(code, ("", words))[1] == words for code, words in asked.words_of.items())

    def _picks(self, offered: Sequence[Choice], asked: Asked, spot: Spot, truth: str) -> list[str]:
        """The codes offered, best first: one that means the truth, then any, as the words have it."""
        ranks = {code: self._draw(spot, asked.words, words) for code, words in self._words(offered, asked).items()}
        ordered = sorted(ranks, key=lambda code: ranks[code])
        if spot[0] in self.habits:
            ordered.sort(key=lambda code: self._habit(asked, spot, code))
        new = [code for code in ordered if self._means(asked, code) == ""]
        tempted = new and ranks[new[0]] < 1 / (len(ordered) + 1)
        mine = [code for code in ordered if truth and self._means(asked, code) == truth]
        return [*(new[:1] if tempted else []), *mine, *ordered]

    def _sets(self, offered: Sequence[Choice], asked: Asked, spot: Spot, truth: str) -> Iterator[str]:
        """Several codes together: those that mean the truth, or else those that appeal."""
        ranks = {code: self._draw(spot, asked.words, words) for code, words in self._words(offered, asked).items()}
        ordered = sorted(ranks, key=lambda code: ranks[code])
        if truth:
            groups = [[code for code in ordered if self._means(asked, code) == each] for each in truth.split()]
            new = [code for code in ordered if self._means(asked, code) == "" and ranks[code] < 0.2]
            yield " ".join([*(group[0] for group in groups if group), *new])
        yield " ".join(ordered[: 1 + len(ordered) // 4])
        yield from ordered

    def _words(self, offered: Sequence[Choice], asked: Asked) -> dict[str, str]:
        return {choice.code: asked.choices.get(choice.code, ("", choice.label))[1] for choice in offered}

    def _means(self, asked: Asked, code: str) -> str:
        return asked.choices.get(code, (code, ""))[0]

    def _habit(self, asked: Asked, spot: Spot, code: str) -> float:
        """Where a code stands among the habits: the one drawn first, those of no habit last."""
        habits = list(self.habits[spot[0]])
        first = habits[int(self._draw(spot, asked.words, "habit") * len(habits))]
        meaning = self._means(asked, code)
        return 0 if meaning == first else 1 if meaning in habits else 2

    def _made_up(self, asked: Asked, spot: Spot) -> Iterator[str]:
        """What one says without a list: a number within the standard's limits, a day, a word."""
        meant = self.standard.by_qid.get(asked.qid, asked)
        for attempt in range(_TRIES):
            chance = self._draw(spot, asked.words, asked.kind, str(attempt))
            if spot[0] in self.habits:
                yield self.habits[spot[0]][int(chance * len(self.habits[spot[0]]))]
            elif asked.kind in _NUMBERS:
                yield str(_number(chance, meant.numbers))
            elif asked.kind in ("date", "dateTime"):
                day = f"20{int(chance * 40):02}-{1 + int(chance * 997) % 12:02}-15"
                yield day if asked.kind == "date" else f"{day}T10:00:00.000+00:00"
            elif asked.kind == "geopoint":
                yield f"{chance * 40:.4f} {chance * 70:.4f} 100 {chance * 50:.1f}"
            else:
                yield f"w{int(chance * 1000)}"

    def _draw(self, spot: Spot, *words: str) -> float:
        """A chance between 0 and 1 that hangs on who is asked, which question, and in what words."""
        told = "\x1f".join([self.household.seed, spot[0], *map(str, spot[1]), *words])
        return int.from_bytes(blake2b(told.encode(), digest_size=7).digest(), "big") / 2**56


def _number(chance: float, limits: Sequence[int]) -> int:
    """A number that the limits may allow; one in sixteen does not know. Years are mostly those of late."""
    if chance < 1 / 16:
        return -98
    years = [number for number in limits if number >= _YEARS]
    if years:
        return max(years) - int(40 * (chance**2))
    return int((chance * 4096) % 1 * (min(max(limits, default=90), 90) + 1))
