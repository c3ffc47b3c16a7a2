"""Logic: who is asked each question and how each value is worked out, through all conditions and calculations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from forms.adaptation import conditions, formulas
from forms.adaptation.conditions import OTHER, SAME, WIDENED, Variable
from forms.adaptation.matching import Item, Matching
from forms.adaptation.recodes import Recode
from forms.xpath import Call, Expression

SHIFTED = "shifted"
"""A calculation that comes out otherwise only for people whom the version before would not have asked."""

_NUMBERS = ("integer", "decimal", "range")
_OPAQUE = ("date", "dateTime", "time", "geopoint", "geotrace", "geoshape")
_SELECTS = ("select_one", "select_multiple", "select_one_from_file", "select_multiple_from_file", "rank")
_TRUE = Call("true", ())


class Logic:
    """The formulas of two matched versions. `recodes` holds what became of the choices of each question before."""

    def __init__(self, matching: Matching, recodes: Mapping[Item, Recode]) -> None:
        self.matching = matching
        self.by_name: dict[str, Item] = {}
        for item in matching.before:
            self.by_name.setdefault(item.name, item)
        self.gone = frozenset(item.name for item in matching.before if item not in matching.twins)
        self._recodes = recodes
        self._universes: dict[Item, str] = {}
        self._calculations: dict[tuple[Item, str], str] = {}
        self._variables: dict[str, Variable] = {}
        self._busy: set[str] = set()

    def universe(self, item: Item) -> str:
        """What became of the people who are asked: SAME, WIDENED, NARROWED or OTHER, all conditions around counted."""
        if item not in self._universes:
            before = [each.row.get("relevant", "") for each in item.chain]
            after = [each.row.get("relevant", "") for each in self.matching.twins[item].chain]
            self._universes[item] = self._judged(before, after, {})
        return self._universes[item]

    def constraint(self, item: Item) -> str:
        """What became of the answers that are let in."""
        before, after = item.row.get("constraint", ""), self.matching.twins[item].row.get("constraint", "")
        answer = self.variable(item.name)
        codes = tuple(pair for pair in answer.codes if pair[0])
        return self._judged([before], [after], {".": replace(answer, codes=codes, is_wider=False)})

    def calculation(self, item: Item, column: str = "calculation") -> str:
        """Is the value worked out as before? SAME, SHIFTED or OTHER."""
        if (item, column) not in self._calculations:
            self._calculations[item, column] = self._worked_out(item, column)
        return self._calculations[item, column]

    def choice_filter(self, item: Item) -> str:
        """Are the same choices offered, as far as the filter says?"""
        before, after = (
            formulas.read(row.get("choice_filter", "")) for row in (item.row, self.matching.twins[item].row)
        )
        if before is None or after is None:
            return OTHER
        code = {".": replace(self.variable(item.name), is_multiple=False, is_wider=False)}
        trees = [_of_code(tree) for tree in (before, formulas.renamed(after, self.matching.names))]
        return self._compared(trees[0], trees[1], code)

    def judged(self, before: str, after: str) -> str:
        """What became of any other condition of a question."""
        return self._judged([before], [after], {})

    def variable(self, name: str) -> Variable:
        """What is known of the answers to a question before, under its name."""
        if name in self._variables or name in self._busy:
            return self._variables.get(name, Variable())
        self._busy.add(name)
        found = self._known(self.by_name.get(name))
        self._busy.discard(name)
        self._variables[name] = found
        return found

    def made_of(self, item: Item) -> frozenset[Item]:
        """The questions before that the universe and the value of one are made of, and the repeats around it."""
        return frozenset(self._read(_cells(item))) | frozenset(item.repeats)

    def judged_by(self, item: Item) -> frozenset[Item]:
        """The questions before that decide which answers are let in."""
        return frozenset(self._read([item.row.get("constraint", "")]))

    def sources(self, item: Item) -> frozenset[Item]:
        """All questions that have to be answered before one is asked, through calculations and repeats."""
        found: set[Item] = set()
        waiting = [*self.made_of(item), *self.judged_by(item)]
        while waiting:
            each = waiting.pop()
            if each not in found and each != item:
                found.add(each)
                if each.type.name == "calculate" or not each.is_question:
                    waiting += self.made_of(each)
        return frozenset(found)

    def overtaken(self, item: Item) -> tuple[Item, ...]:
        """The questions that stood before this one, which reads them, and now stand behind it, or the reverse."""
        twins = self.matching.twins
        return tuple(
            each
            for each in self.sources(item)
            if each in twins and (each.index < item.index) != (twins[each].index < twins[item].index)
        )

    def _judged(self, before: list[str], after: list[str], own: Mapping[str, Variable]) -> str:
        one, other = ([formulas.read(text) for text in texts] for texts in (before, after))
        if None in one or None in other:
            return SAME if [text for text in before if text] == [text for text in after if text] else OTHER
        renamed = [formulas.renamed(tree, self.matching.names) for tree in other if tree is not None]
        return self._compared(
            formulas.join("and", [tree for tree in one if tree is not None]), formulas.join("and", renamed), own
        )

    def _compared(self, before: Expression, after: Expression, own: Mapping[str, Variable]) -> str:
        """The verdict; a question that is gone may be left out of what is the same otherwise."""
        variables = {**self._variables_of(before, after), **own}
        verdict = conditions.compare_trees(before, after, variables)
        lesser = formulas.without(before, self.gone)
        if verdict != SAME and lesser != before and conditions.compare_trees(lesser, after, variables) == SAME:
            return SAME
        return verdict

    def _worked_out(self, item: Item, column: str) -> str:
        texts = item.row.get(column, ""), self.matching.twins[item].row.get(column, "")
        before, after = map(formulas.read, texts)
        if before is None or after is None:
            return SAME if texts[0] == texts[1] else OTHER
        after = formulas.renamed(after, self.matching.names)
        variables = self._variables_of(before, after)
        settled = {name: replace(each, is_wider=False, is_free=False) for name, each in variables.items()}
        for tree in (before, formulas.without(before, self.gone)):
            if conditions.same_value(tree, after, variables):
                return SAME
            if conditions.same_value(tree, after, settled):
                return SHIFTED
        return OTHER

    def _variables_of(self, *trees: Expression) -> dict[str, Variable]:
        return {name: self.variable(name) for tree in trees for name in formulas.questions(tree)}

    def _known(self, item: Item | None) -> Variable:
        if item is None or item not in self.matching.twins:
            return Variable(is_number=item is not None and item.type.name in _NUMBERS)
        kind, twin = item.type.name, self.matching.twins[item]
        wider = self.universe(item) == WIDENED
        if not item.is_question:
            return Variable(is_free=wider or self.calculation(item, "repeat_count") != SAME)
        if kind in _SELECTS:
            recode = self._recodes.get(item)
            codes = (*recode.pairs, *(("", code) for code in recode.added)) if recode else ()
            multiple = kind.startswith("select_multiple") or kind == "rank"
            return Variable(codes, is_multiple=multiple, is_wider=wider, is_free=twin.type.name not in _SELECTS)
        if item.row.get("calculation"):
            return Variable(is_wider=wider, is_free=self.calculation(item) == SHIFTED)
        return Variable(is_number=kind in _NUMBERS, is_wider=wider, is_opaque=kind in _OPAQUE)

    def _read(self, texts: Iterable[str]) -> Iterator[Item]:
        for text in texts:
            tree = formulas.read(text) if text else None
            if tree is not None:
                yield from (self.by_name[name] for name in formulas.questions(tree) if name in self.by_name)


def filter_columns(text: str) -> tuple[str, ...]:
    """The columns of the choices that a choice_filter reads."""
    tree = formulas.read(text) or _TRUE
    return tuple(name for name in sorted(formulas.questions(tree)) if f"{{{name}}}" not in text)


def _cells(item: Item) -> Iterator[str]:
    """The formulas that decide who is asked, what is offered and what the value is."""
    for each in item.chain:
        yield each.row.get("relevant", "")
    for column in ("calculation", "choice_filter", "repeat_count"):
        yield item.row.get(column, "")
    if "${" in item.row.get("default", ""):
        yield item.row["default"]


def _of_code(tree: Expression) -> Expression:
    """A choice_filter as a condition on the code, which it calls `name`."""
    canonical = formulas.canonical(tree)
    return formulas.substituted(canonical, lambda path: formulas.SELF if formulas.write(path) == "name" else path)
