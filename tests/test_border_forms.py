"""The border card of each variant asks what its paper card has; a closed round takes no location."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from forms import catalog, xform
from tests.clients import javarosa

needs_java = pytest.mark.skipif(not javarosa.available(), reason="no Java compiler (javac) on this machine")

ANY = {"entry_capture": "2", "direction": "1", "nationality": "KGZ"}
OWN_LINES = {"card_serial", "patronymic", "purpose_cis", "host_type", "minors_n", "birth_place", "home_addr"}
"""Questions that some cards have and others have not."""


@needs_java
@pytest.mark.parametrize(
    ("pack", "lines"),
    [
        ("", {"birth_place", "home_addr"}),
        ("cis", {"card_serial", "patronymic", "purpose_cis", "host_type", "minors_n", "birth_place"}),
        ("central_america", {"minors_n"}),
    ],
)
def test_a_card_asks_what_its_paper_has(pack: str, lines: set[str], tmp_path: Path) -> None:
    form = tmp_path / "card.xml"
    form.write_bytes(xform.compile(catalog.load("border_card", pack=pack)).xml)
    asked = shown(form, ANY)
    assert {name for name in OWN_LINES if asked.get(name)} == lines
    assert asked["surname"]


@pytest.mark.parametrize("pack", ["cis", "central_america"])
def test_a_pack_puts_the_neighbours_first(pack: str) -> None:
    codes = [row["name"] for row in catalog.load("border_card", pack=pack).lists["country_mrz"]]
    assert codes[0] == {"cis": "TJK", "central_america": "GTM"}[pack]
    assert sorted(codes) == sorted(row["name"] for row in catalog.load("border_card").lists["country_mrz"])


@needs_java
def test_every_country_has_one_code_in_questions_on_countries(tmp_path: Path) -> None:
    """Germany is D in documents and DEU elsewhere, in one list of both."""
    form = tmp_path / "card.xml"
    form.write_bytes(xform.compile(catalog.load("border_card")).xml)
    facts = javarosa.run_cases(form, [{"name": "entry", "answers": ANY}])["cases"][0]
    offered = {q["path"].rpartition("/")[2]: [code for code, *_ in q.get("choices") or []] for q in facts["questions"]}
    iso = [row["name"] for row in catalog.load("flow_survey").lists["country_iso3"]]
    assert sorted(offered["res_country"]) == sorted(iso)
    assert {"D", "XXA", "GBO"} <= set(offered["nationality"])
    assert "DEU" not in offered["nationality"]


@needs_java
@pytest.mark.parametrize(("last_day", "result"), [("20991231", "ok"), ("20200101", "constraint")])
def test_a_location_is_taken_in_an_open_round_only(last_day: str, result: str, tmp_path: Path) -> None:
    form = tmp_path / "tracking.xml"
    days = {"round_from": "20200101", "round_to": last_day}
    form.write_bytes(xform.compile(catalog.load("mobility_tracking", days)).xml)
    facts = javarosa.run_cases(form, [{"name": "round", "answers": {"loc_id": "L001"}}])["cases"][0]
    assert {q["given"]["result"] for q in facts["questions"] if q["path"].endswith("/loc_id")} == {result}


@needs_java
def test_the_first_round_compares_with_nothing(tmp_path: Path) -> None:
    form = tmp_path / "tracking.xml"
    form.write_bytes(xform.compile(catalog.load("mobility_tracking", {"round": "1"})).xml)
    people = {"groups_here": "1", "pop_group": "1", "pop_hh": "900", "pop_ind": "4000"}
    assert not shown(form, {"loc_id": "L001", "loc_state": "1", **people}).get("confirm_delta_prev")


def shown(form: Path, answers: dict[str, str]) -> dict[str, Any]:
    """Whether each question is shown after these answers."""
    facts = javarosa.run_cases(form, [{"name": "answers", "answers": answers}])["cases"][0]
    return {question["path"].rpartition("/")[2]: question["relevant"] for question in facts["questions"]}
