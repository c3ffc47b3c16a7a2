"""Edit: what an office does to a questionnaire in Excel, drawn at random, careful and careless alike."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from hypothesis import strategies as st
from hypothesis.vendor.pretty import RepresentationPrinter

from forms import identity
from forms.definition import row_type
from forms.sheets import Row
from forms.workbook import Workbook

LABEL = "label::English (en)"
KEPT = frozenset(
    ["household_id", "visit_no", "contact", "consent_given", "n_usual", "n_visitors", "n_present", "n_listed", "emi_n",
     "result", "outcome", "loc_gps", "line_no", "emi_line", "p_name", "emi_name", "start", "end", "today", "audit"]
)  # fmt: skip
"""Questions that carry the interview itself: without them there is nothing to compare."""

_ASKED = ("select_one", "select_multiple", "integer", "decimal", "text")
_LOGIC = ("relevant", "constraint", "calculation", "choice_filter", "repeat_count", "required", "read_only")


@dataclass
class Draft:
    """A questionnaire under the office's hands."""

    survey: list[Row]
    choices: list[Row]

    def rows(self, *kinds: str) -> list[int]:
        """The lines of questions of these types that may be touched."""
        return [
            at
            for at, row in enumerate(self.survey)
            if row_type(row.get("type", "")).name in kinds and row["name"] not in KEPT
        ]

    def lists(self) -> dict[str, list[int]]:
        """The lines of each choice list that some question asks for, but for yes and no."""
        asked = {row_type(row.get("type", "")).list_name for row in self.survey if row.get("name") not in KEPT}
        found: dict[str, list[int]] = {}
        for at, row in enumerate(self.choices):
            if row["list_name"] in asked and row["list_name"] != "yesno":
                found.setdefault(row["list_name"], []).append(at)
        return {name: lines for name, lines in found.items() if len(lines) > 2}

    def around(self) -> list[tuple[int, ...]]:
        """For each line the lines that begin the groups and repeats around it; an end stands where its begin does."""
        found, opened = [], []
        for at, row in enumerate(self.survey):
            if row["type"].startswith("end_"):
                opened.pop()
            found.append(tuple(opened))
            if row["type"].startswith("begin_"):
                opened.append(at)
        return found

    def repeats(self) -> list[tuple[int, ...]]:
        """For each line the lines that begin the repeats around it."""
        return [tuple(at for at in line if self.survey[at]["type"] == "begin_repeat") for line in self.around()]

    def put(self, at: int, **cells: str) -> None:
        """Write cells of a question; empty ones are cleared."""
        self.survey[at] = self.survey[at].replace({**self.survey[at], **_columns(cells)})

    def put_choice(self, at: int, **cells: str) -> None:
        """Write cells of a choice."""
        self.choices[at] = self.choices[at].replace({**self.choices[at], **_columns(cells)})


def _columns(cells: dict[str, str]) -> dict[str, str]:
    return {LABEL if column == "label" else column: text for column, text in cells.items()}


Edit = Callable[[Draft, st.DrawFn], str]
"""Changes a draft, and says what it did; "" when there was nothing to do."""


def rename(draft: Draft, draw: st.DrawFn) -> str:
    """Give a question another name, everywhere."""
    at = draw(st.sampled_from(draft.rows(*_ASKED, "calculate")))
    old = draft.survey[at]["name"]
    new = f"{old}_n"
    pattern = re.compile(rf"(?<=[/{{]){re.escape(old)}(?![\w.-])")
    draft.survey = [
        row.replace({column: pattern.sub(new, text) for column, text in row.items()}) for row in draft.survey
    ]
    draft.put(at, name=new)
    return f"rename {old}"


def drop(draft: Draft, draw: st.DrawFn) -> str:
    """Take a question out; whoever read it finds nothing there."""
    looked_into = re.compile(r"indexed-repeat\([^)]*\)|\./\w+|\]/\w+|instance\([^\]]*\]")
    inside = set(re.findall(r"\w+", " ".join(looked_into.findall(" ".join(_logic(draft))))))
    able = [at for at in draft.rows(*_ASKED) if draft.survey[at]["name"] not in inside]
    at = draw(st.sampled_from(able))
    gone = draft.survey.pop(at)["name"]
    draft.survey = [
        row.replace(
            {column: text.replace(f"${{{gone}}}", "''" if column in _LOGIC else "...") for column, text in row.items()}
        )
        for row in draft.survey
    ]
    return f"drop {gone}"


def _logic(draft: Draft) -> list[str]:
    return [row.get(column, "") for row in draft.survey for column in _LOGIC]


def move(draft: Draft, draw: st.DrawFn) -> str:
    """Put a question elsewhere among those beside it."""
    at = draw(st.sampled_from(draft.rows(*_ASKED)))
    first, last = at, at
    while _is_question(draft.survey[first - 1]):
        first -= 1
    while _is_question(draft.survey[last + 1]):
        last += 1
    if first == last:
        return ""
    to = draw(st.integers(first, last).filter(lambda place: place != at))
    row = draft.survey.pop(at)
    draft.survey.insert(to, row)
    return f"move {row['name']} by {to - at}"


def _is_question(row: Row) -> bool:
    return not row.get("type", "").startswith(("begin_", "end_"))


def swap_names(draft: Draft, draw: st.DrawFn) -> str:
    """Call two questions of one table by each other's name, and leave whoever reads them as it was."""
    at = draw(st.sampled_from(draft.rows("select_one", "integer")))
    repeats = draft.repeats()
    beside = [line for line in draft.rows("select_one", "integer") if line != at and repeats[line] == repeats[at]]
    other = draw(st.sampled_from(beside))
    one, two = draft.survey[at]["name"], draft.survey[other]["name"]
    draft.put(at, name=two)
    draft.put(other, name=one)
    return f"swap {one} and {two}"


def regroup(draft: Draft, draw: st.DrawFn) -> str:
    """Put a question behind the group that it is in, or before it."""
    around = draft.around()
    able = [at for at in draft.rows(*_ASKED) if around[at] and draft.survey[around[at][-1]]["type"] == "begin_group"]
    at = draw(st.sampled_from(able))
    begin = around[at][-1]
    end = next(line for line in range(at, len(draft.survey)) if around[line] == around[begin] and line > at)
    if end - begin == 2:
        return ""
    row = draft.survey.pop(at)
    draft.survey.insert(draw(st.sampled_from((begin, end))), row)
    return f"regroup {row['name']}"


def retype(draft: Draft, draw: st.DrawFn) -> str:
    """Ask for another type of answer."""
    at = draw(st.sampled_from(draft.rows("select_one", "select_multiple", "integer")))
    name, words = draft.survey[at]["name"], draft.survey[at]["type"].split()
    others = {"select_one": ["select_multiple", "text"], "select_multiple": ["select_one"]}
    kind = draw(st.sampled_from(others.get(words[0], ["decimal", "text"])))
    draft.put(at, type=" ".join([kind, *words[1:]]) if kind.startswith("select") else kind, choice_filter="")
    return f"retype {name} to {kind}"


def recode(draft: Draft, draw: st.DrawFn) -> str:
    """Give a code another name that means the same, in the conditions too when the office is careful."""
    name, at = _a_choice(draft, draw)
    code = draft.choices[at]["name"]
    draft.put_choice(at, name=f"7{code}5")
    careful = draw(st.booleans())
    if careful:
        _write_in_conditions(draft, name, code, f"7{code}5")
    return f"recode {name}/{code} {'with' if careful else 'without'} conditions"


def _write_in_conditions(draft: Draft, name: str, code: str, new: str) -> None:
    for asked in [row["name"] for row in draft.survey if row_type(row.get("type", "")).list_name == name]:
        pattern = re.compile(rf"(\$\{{{asked}\}}|\./{asked}) (!?=) '{re.escape(code)}'")
        draft.survey = [
            row.replace({column: pattern.sub(rf"\1 \2 '{new}'", text) for column, text in row.items()})
            for row in draft.survey
        ]


def split(draft: Draft, draw: st.DrawFn) -> str:
    """Offer a finer code beside one that there is, and say what it means in the standard, or do not."""
    name, at = _a_choice(draft, draw)
    row = draft.choices[at]
    mapped = draw(st.booleans())
    new = {
        **row,
        "name": f"8{row['name']}7",
        identity.CODE: row[identity.CODE] if mapped else "",
        LABEL: "A part of it",
    }
    draft.choices.insert(at + 1, row.replace(new))
    return f"split {name}/{row['name']} {'mapped' if mapped else 'unmapped'}"


def merge(draft: Draft, draw: st.DrawFn) -> str:
    """Offer one code for two."""
    name, at = _a_choice(draft, draw)
    lines = draft.lists()[name]
    other = draw(st.sampled_from([line for line in lines if line != at]))
    draft.put_choice(at, label=f"{draft.choices[at].get(LABEL, '')} or {draft.choices[other].get(LABEL, '')}")
    gone = draft.choices.pop(other)
    return f"merge {name}/{gone['name']}"


def swap_choices(draft: Draft, draw: st.DrawFn) -> str:
    """Let two codes change places: their words alone, or their meaning with them."""
    name, at = _a_choice(draft, draw)
    other = draw(st.sampled_from([line for line in draft.lists()[name] if line != at]))
    columns = draw(st.sampled_from(((LABEL,), (LABEL, identity.CODE), (identity.CODE,))))
    one, two = draft.choices[at], draft.choices[other]
    draft.choices[at] = one.replace({**one, **{column: two.get(column, "") for column in columns}})
    draft.choices[other] = two.replace({**two, **{column: one.get(column, "") for column in columns}})
    return f"swap {' and '.join(columns)} of {name}/{one['name']} and {two['name']}"


def drop_choice(draft: Draft, draw: st.DrawFn) -> str:
    """Offer a code no longer."""
    name, at = _a_choice(draft, draw)
    return f"drop {name}/{draft.choices.pop(at)['name']}"


def reorder_choices(draft: Draft, draw: st.DrawFn) -> str:
    """Offer the same codes in another order."""
    name, at = _a_choice(draft, draw)
    lines = draft.lists()[name]
    row = draft.choices.pop(at)
    draft.choices.insert(draw(st.sampled_from(lines)), row)
    return f"reorder {name}/{row['name']}"


def _a_choice(draft: Draft, draw: st.DrawFn) -> tuple[str, int]:
    name = draw(st.sampled_from(sorted(draft.lists())))
    return name, draw(st.sampled_from(draft.lists()[name]))


def relabel_choice(draft: Draft, draw: st.DrawFn) -> str:
    """Word a code differently."""
    name, at = _a_choice(draft, draw)
    draft.put_choice(at, label=f"{draft.choices[at].get(LABEL, '')}, in general")
    return f"relabel {name}/{draft.choices[at]['name']}"


def relabel(draft: Draft, draw: st.DrawFn) -> str:
    """Word a question differently, or only set it differently."""
    at = draw(st.sampled_from(draft.rows("select_one", "select_multiple", "integer")))
    text, name = draft.survey[at].get(LABEL, ""), draft.survey[at]["name"]
    new = draw(st.sampled_from((f"{text} Please think well.", f"**{text}**", f"{text.rstrip('?')}  ?")))
    draft.put(at, label=new)
    return f"relabel {name} as {new[-20:]!r}"


def widen(draft: Draft, draw: st.DrawFn) -> str:
    """Ask more people."""
    at = draw(st.sampled_from([at for at in _conditions(draft) if draft.survey[at].get("relevant")]))
    condition = draft.survey[at]["relevant"]
    lowered = re.sub(r">= (\d+)$", lambda found: f">= {max(int(found[1]) - 5, 0)}", condition)
    new = draw(st.sampled_from(["", lowered, f"({condition}) or ${{sex}} = '1'", f"{condition} or ${{sex}} = '2'"]))
    draft.put(at, relevant=new)
    return f"widen {draft.survey[at]['name']} to {new!r}"


def narrow(draft: Draft, draw: st.DrawFn) -> str:
    """Ask fewer people."""
    at = draw(st.sampled_from(_conditions(draft)))
    condition = draft.survey[at].get("relevant", "")
    more = draw(st.sampled_from(("${sex} = '2'", "${age} >= 30", "${cit_status} = '4'")))
    draft.put(at, relevant=f"({condition}) and {more}" if condition else more)
    return f"narrow {draft.survey[at]['name']} by {more}"


def _conditions(draft: Draft) -> list[int]:
    """Questions and groups about one person that come after sex, age and citizenship."""
    names = [row.get("name") for row in draft.survey]
    begin = max(at for at, name in enumerate(names) if name in ("sex", "age", "cit_status"))
    end = next(at for at, row in enumerate(draft.survey) if row.get("type", "").startswith("end_repeat"))
    kinds = (*_ASKED, "begin_group")
    return [at for at in range(begin + 1, end) if row_type(draft.survey[at].get("type", "")).name in kinds]


def limit(draft: Draft, draw: st.DrawFn) -> str:
    """Refuse more answers, or none."""
    at = draw(st.sampled_from(draft.rows("integer", "select_one")))
    constraint = draft.survey[at].get("constraint", "")
    new = draw(st.sampled_from(("", f"({constraint or '. != 99'}) and . != 3", "(. >= 0 and . <= 20) or . = 98")))
    draft.put(at, constraint=new)
    return f"limit {draft.survey[at]['name']} to {new!r}"


def recalculate(draft: Draft, draw: st.DrawFn) -> str:
    """Calculate something differently."""
    at = draw(
        st.sampled_from([at for at in draft.rows("calculate") if "instance(" not in draft.survey[at]["calculation"]])
    )
    formula = draft.survey[at]["calculation"]
    codes = list(re.finditer(r"'(\d)'", formula))
    if not codes:
        return ""
    code = draw(st.sampled_from(codes))
    draft.put(at, calculation=f"{formula[: code.start()]}'{int(code[1]) + 1}'{formula[code.end() :]}")
    return f"recalculate {draft.survey[at]['name']}"


def add(draft: Draft, draw: st.DrawFn) -> str:
    """Ask something new."""
    at = draw(st.sampled_from(draft.rows(*_ASKED)))
    beside = draft.survey[at]
    cells = {"type": "select_one yesno", "name": f"{beside['name']}_more", LABEL: "Is there more to say?"}
    draft.survey.insert(at + 1, beside.replace({**cells, identity.QUESTION: f"office.{beside['name']}_more"}))
    return f"add after {beside['name']}"


ALL: Sequence[Edit] = (
    *(relabel, relabel_choice, widen, narrow, limit, recalculate),
    *(recode, split, merge, drop_choice, reorder_choices, swap_choices),
    *(rename, drop, move, retype, add, regroup, swap_names),
)


@dataclass(frozen=True)
class Edited:
    """A questionnaire after some edits; `kinds` and `says` tell which."""

    workbook: Workbook = field(repr=False)
    kinds: tuple[str, ...]
    says: tuple[str, ...]

    def _repr_pretty_(self, printer: RepresentationPrinter, cycle: bool) -> None:
        """How Hypothesis shows it: the edits alone."""
        printer.text("; ".join(self.says))


Edits = st.SearchStrategy[Edited]


def edited(workbook: Workbook, among: Sequence[Edit] = ALL, numbers: Sequence[int] = (1, 2, 3, 3)) -> Edits:
    """The questionnaire after some edits: as many as one of the `numbers`, each `among` these."""

    @st.composite
    def drawn(draw: st.DrawFn) -> Edited:
        draft = Draft(list(workbook.survey), list(workbook.choices))
        kinds, says = [], []
        for _ in range(draw(st.sampled_from(numbers))):
            edit = draw(st.sampled_from(among))
            if said := edit(draft, draw):
                kinds.append(edit.__name__)
                says.append(said)
        changed = replace(workbook, survey=tuple(draft.survey), choices=tuple(draft.choices))
        return Edited(changed, tuple(kinds), tuple(says))

    return drawn()
