"""Cases of the library: each skip and each limit is met once and not met once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

import pytest

from forms import cases, catalog, interview, sections, xform
from forms.definition import Form
from tests.test_library import CASES, media, prepared

UNSEEN = ("calculate", "note")
BEYOND_CASES = {
    "border_card": {"patronymic", "birth_place", "purpose_cis", "minors_n"},  # which card it is, is a parameter
    "census_migration": {"confirm_ind_code"},  # the placeholder list of occupations has none that is rare in a branch
    "mobility_tracking": {"loc_id"},  # the days of the round are parameters
    "remittance_household": {"lt_date"},  # what is accepted hangs on the day
    "trafficking_case": {"retain_until"},  # the same
    "trafficking_prevalence": {"stop_here"},  # shown only while the form may not be used at all
}
"""What one setting, or a written date, cannot show both ways; tests of these forms do."""


def gaps(name: str) -> Iterator[str]:
    """Questions whose condition, or whose constraint, no case of the form shows both ways."""
    shown: dict[str, set[bool]] = defaultdict(set)
    refused: dict[str, set[bool]] = defaultdict(set)
    compiled = xform.compile(prepared(name)).xml
    loaded = [case for form, path in CASES if form == name for case in cases.load(path)]
    for facts in interview.run_cases(compiled, loaded, media(name)):
        for fact in facts.get("questions", ()):
            question = re.sub(r"\[\d+\]", "", fact["path"]).rpartition("/")[2]
            shown[question].add(bool(fact["relevant"]))
            if result := (fact.get("given") or {}).get("result"):
                refused[question].add(result in ("constraint", "bad-answer"))
    for question in Form.from_workbook(sections.asked(prepared(name))).questions():
        if question.type in UNSEEN or question.name in BEYOND_CASES.get(name, ()):
            continue
        if question.relevant and shown[question.name] != {True, False}:
            yield f"{question.name}: shown in {sorted(shown[question.name])}"
        if question.constraint and not question.name.startswith("confirm_") and refused[question.name] != {True, False}:
            yield f"{question.name}: refused in {sorted(refused[question.name])}"


@pytest.mark.parametrize("name", catalog.names())
def test_every_skip_and_every_limit_has_a_case_both_ways(name: str) -> None:
    assert list(gaps(name)) == []
