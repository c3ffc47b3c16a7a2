"""The draw inside the listing form, against the same draw computed here from its description."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from math import floor
from pathlib import Path
from typing import Any

import pytest

from forms import catalog, xform
from tests.clients import javarosa

pytestmark = pytest.mark.skipif(not javarosa.available(), reason="no Java compiler (javac) on this machine")

AREA, SECRET = "010100010001", "a long secret"
TAKE, RESERVE = (2, 1, 3, 1, 4), (1, 1, 2, 0, 2)
Answers = dict[str, Any]


def number(*parts: object) -> int:
    """The first nine decimal digits of a SHA-256 in hexadecimal."""
    digest = hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()
    return int("".join(sign for sign in digest if sign.isdigit())[:9])


def seed(secret: str = SECRET, area: str = AREA, draw: str = "1") -> str:
    return f"{number(secret, area, draw):09d}"


def strata(codes: Sequence[str]) -> dict[int, list[int]]:
    """Lines of the list by stratum, counted from one."""
    found: dict[int, list[int]] = {}
    for line, code in enumerate(codes, start=1):
        if code != "0":
            found.setdefault(int(code), []).append(line)
    return found


def systematic(lines: Sequence[int], take: int, stratum: int) -> list[int]:
    """The lines into which start + j * interval falls, line r of the stratum being the stretch from r - 1 to r."""
    interval = Fraction(len(lines), take)
    start = Fraction(number(seed(), "start", stratum), 10**9) * interval
    return [lines[floor(start + j * interval)] for j in range(take)]


def in_random_order(lines: Sequence[int]) -> list[int]:
    return sorted(lines, key=lambda line: (number(seed(), "line", line), line))


def drawn(codes: Sequence[str], method: str) -> tuple[dict[int, int], dict[int, int]]:
    """Line -> order in the sample, and line -> order in the reserve, each within its stratum."""
    sample: dict[int, int] = {}
    reserve: dict[int, int] = {}
    for stratum, lines in strata(codes).items():
        take = min(TAKE[stratum - 1], len(lines))
        chosen = systematic(lines, take, stratum) if method == "systematic" else in_random_order(lines)[:take]
        rest = [line for line in in_random_order(lines) if line not in chosen]
        sample |= {line: order for order, line in enumerate(chosen, start=1)}
        reserve |= {line: order for order, line in enumerate(rest[: RESERVE[stratum - 1]], start=1)}
    return sample, reserve


def random_list(draw: random.Random, lines: int) -> list[str]:
    """The code of each line: 0 without household, else the stratum, the fifth the most frequent."""
    return draw.choices("012345", weights=(3, 3, 1, 2, 1, 8), k=lines)


def answers(codes: Sequence[str], first: int = 1) -> Answers:
    """What a lister enters for these lines: one structure a line."""
    found: Answers = {"ls_ea": AREA, "whole_hh_left": 0, "ls_closed": "1"}
    for line, code in enumerate(codes, start=first):
        entered: Answers = {"ls_struct": line, "ls_use": "3" if code == "0" else "1"}
        if code != "0":
            entered |= {"ls_hh": 1, "ls_contact": "1", "ls_size": 6, "ls_strat": code, "ls_eligible": line % 6 + 1}
        found |= {f"listed[{line}]/{name}": answer for name, answer in entered.items()}
    return found


@cache
def tablet(method: str = "systematic", secret: str = SECRET) -> bytes:
    parameters = {
        "survey_secret": secret,
        "select_method": method,
        "take": " ".join(map(str, TAKE)),
        "reserve": " ".join(map(str, RESERVE)),
        "person_survey": "yes",
    }
    return xform.compile(catalog.load("listing", parameters)).xml


def run(cases: Sequence[Mapping[str, Any]], folder: Path, form: bytes) -> list[Mapping[str, Any]]:
    path = folder / "listing.xml"
    path.write_bytes(form)
    facts: list[Mapping[str, Any]] = javarosa.run_cases(path, cases, out=folder / "out")["cases"]
    assert [fact.get("error") for fact in facts] == [None] * len(cases)
    return facts


def close(codes: Sequence[str], folder: Path, form: bytes) -> Mapping[str, Any]:
    return run([{"name": "a list", "answers": answers(codes)}], folder, form)[0]


def value(facts: Mapping[str, Any], path: str) -> str:
    return str(facts["calculated"][f"/data/{path}"]["value"])


def column(facts: Mapping[str, Any], name: str, lines: Sequence[int]) -> list[int]:
    return [int(value(facts, f"listed[{line}]/{name}")) for line in lines]


LISTS = tuple(random_list(random.Random(lines), lines) for lines in (4, 12, 24))
"""Drawn lists of areas."""


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> list[Mapping[str, Any]]:
    """What the form, set to systematic selection, made of LISTS."""
    return run(
        [{"name": "a list", "answers": answers(codes)} for codes in LISTS], tmp_path_factory.mktemp("a"), tablet()
    )


def assert_drawn(closed: Sequence[Mapping[str, Any]], method: str) -> None:
    for codes, facts in zip(LISTS, closed, strict=True):
        sample, reserve = drawn(codes, method)
        lines = sorted(line for members in strata(codes).values() for line in members)
        assert facts["valid"]
        assert column(facts, "ls_sel", lines) == [sample.get(line, 0) for line in lines]
        assert column(facts, "ls_res", lines) == [reserve.get(line, 0) for line in lines]


def test_systematic_selection_is_what_the_description_says(closed: list[Mapping[str, Any]]) -> None:
    assert_drawn(closed, "systematic")


def test_simple_random_selection_is_what_the_description_says(tmp_path: Path) -> None:
    cases = [{"name": "a list", "answers": answers(codes)} for codes in LISTS]
    assert_drawn(run(cases, tmp_path, tablet("srs")), "srs")


def test_the_probability_is_what_was_drawn_of_what_was_listed(closed: list[Mapping[str, Any]]) -> None:
    for stratum, lines in strata(LISTS[-1]).items():
        wanted = min(TAKE[stratum - 1], len(lines)) / len(lines)
        got = [float(value(closed[-1], f"listed[{line}]/ls_prob2")) for line in lines]
        assert got == pytest.approx([wanted] * len(lines), abs=1e-9)


def test_the_person_is_drawn_from_those_eligible(closed: list[Mapping[str, Any]]) -> None:
    lines = [line for line, code in enumerate(LISTS[-1], start=1) if code != "0"]
    wanted = [number(seed(), "person", line) * (line % 6 + 1) // 10**9 + 1 for line in lines]
    assert column(closed[-1], "ls_kish", lines) == wanted


def test_another_secret_draws_another_sample(closed: list[Mapping[str, Any]], tmp_path: Path) -> None:
    other = close(LISTS[-1], tmp_path, tablet(secret="another secret"))
    assert value(other, "closing/ls_drawn") != value(closed[-1], "closing/ls_drawn")


def test_what_happens_after_the_draw_does_not_change_it(tmp_path: Path) -> None:
    """Two lines are added, an old one gets another stratum, and another area is entered."""
    codes = random_list(random.Random(9), 8)
    before = close(codes, tmp_path, tablet())
    later = answers(["5", "5"], first=9) | {"ls_ea": "020100010001", "listed[1]/ls_use": "7"}
    case = {"name": "later", "edit": before["file"], "answers": later, "repeats": {"listed": 10}}
    after = run([case], tmp_path, tablet())[0]
    lines = sorted(line for members in strata(codes).values() for line in members)
    for name in ("ls_sel", "ls_res"):
        assert column(after, name, lines) == column(before, name, lines)
    assert value(after, "closing/ls_seed") == value(before, "closing/ls_seed")
    assert [after["calculated"][f"/data/listed[{line}]/ls_sel"]["value"] for line in (9, 10)] == [None, None]
    assert (value(after, "closing/ls_added"), value(after, "closing/ls_changed")) == ("2", "1")
