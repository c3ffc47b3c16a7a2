"""Two engines, one answer: our own evaluator does what JavaRosa, in ODK Collect, does with every library form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from forms import cases, catalog, interview, trials, xform
from forms.interview.answers import write
from forms.interview.lists import local
from forms.xpath.nodes import Node
from tests.clients import javarosa
from tests.expressions import Drawing, form
from tests.test_library import media, prepared, setup

needs_java = pytest.mark.skipif(not javarosa.available(), reason="no Java compiler (javac) on this machine")

DRAWN = 300
TABLET = {"deviceid": "collect:FormFillerDevice1"}
DAY = datetime.now(UTC).date().isoformat()
FLEETING = (
    (rb' jr:preload="timestamp" type="dateTime" jr:preloadParams="\w+"', b' type="dateTime" calculate="now()"'),
    (rb' jr:preload="date" type="date" jr:preloadParams="\w+"', b' type="date" calculate="today()"'),
    (rb"\buuid\(\)", b"string('0f8fad5b-d9cd-469f-a165-70867728950e')"),
    (rb"\bnow\(\)", f"date-time('{DAY}T05:06:07.000')".encode()),
    (rb"\btoday\(\)", f"date('{DAY}')".encode()),
    (rb"\brandom\(\)", b"0.25"),
)
"""What comes out differently each time, and what stands for it when two engines are compared."""
PRELOADED = re.compile(r'nodeset="([^"]+)"[^>]* jr:preload="uid"')


def steadied(xml: bytes) -> bytes:
    """The form with fixed values in place of keys, times and random numbers: a run over midnight must not differ."""
    for pattern, value in FLEETING:
        xml = re.sub(pattern, value, xml)
    return xml


def differences(expected: Mapping[str, Any], got: Mapping[str, Any], left_out: set[str]) -> Iterator[str]:
    """Where the facts of one engine are not those of the other."""
    if expected.get("error") or got.get("error"):
        if bool(expected.get("error")) != bool(got.get("error")):
            yield f"JavaRosa: {expected.get('error')}, ours: {got.get('error')}"
        return
    for key in ("valid", "validation", "requiredMissing", "answersNotAsked"):
        if expected[key] != got[key]:
            yield f"{key}: {expected[key]} in JavaRosa, {got[key]} in ours"
    one, other = ({fact["path"]: fact for fact in facts["questions"]} for facts in (expected, got))
    for path in sorted({*one, *other}):
        if one.get(path) != other.get(path):
            yield f"{path}: {one.get(path)} in JavaRosa, {other.get(path)} in ours"
    for path in sorted({*expected["calculated"], *got["calculated"]} - left_out):
        if expected["calculated"].get(path) != got["calculated"].get(path):
            yield f"{path}: {expected['calculated'].get(path)} in JavaRosa, {got['calculated'].get(path)} in ours"


@pytest.mark.parametrize("name", catalog.names())
def test_every_case_holds_on_our_evaluator(name: str) -> None:
    assert [str(verdict) for verdict in trials.hold(name) if not verdict.holds] == []


@needs_java
@pytest.mark.parametrize("name", catalog.names())
def test_both_engines_do_the_same_with_every_case(name: str, tmp_path: Path) -> None:
    xml = steadied(xform.compile(prepared(name)).xml)
    (tmp_path / "form.xml").write_bytes(xml)
    wanted = cases.suite(catalog.folder(name)).cases()
    expected = javarosa.run_cases(tmp_path / "form.xml", wanted, media=media(name))["cases"]
    got = interview.run_cases(xml, wanted, media(name), properties=TABLET)
    left_out = set(PRELOADED.findall(xml.decode()))
    found = {
        case["name"]: lines
        for case, one, other in zip(wanted, expected, got, strict=True)
        if (lines := list(differences(one, other, left_out)))
    }
    assert found == {}


@needs_java
@pytest.mark.parametrize("name", catalog.names())
def test_twenty_drawn_interviews_come_out_of_our_evaluator_as_they_were_sent(name: str, tmp_path: Path) -> None:
    """Relevance, calculations and constraints of what JavaRosa filled; rules over several rows are worked out anew."""
    xml = steadied(xform.compile(prepared(name)).xml)
    (tmp_path / "form.xml").write_bytes(xml)
    report = javarosa.fill(tmp_path / "form.xml", 29, 20, tmp_path, setup(name).get("answers"), media=media(name))
    script = interview.prepare(xml, media(name))
    over_rows = script.dependencies.over_rows(script.form.repeats)
    for filled in report["instances"]:
        received = Path(filled["file"]).read_bytes()
        ours = interview.Interview(script, received=received)
        sent, worked_out = dict(leaves(etree.fromstring(received))), dict(answers(ours))
        groups = {node.place for node in ours.root.walk() if not node.is_leaf}  # sent empty when all in them is hidden
        left_out = {
            path
            for path in sent.keys() | worked_out
            if plain(path) in over_rows | groups or plain(path)[1:2] == ("meta",)
        }
        assert {path: sent[path] for path in sent.keys() - left_out} == {
            path: worked_out[path] for path in worked_out.keys() - left_out
        }
        shown = [node for node in ours.root.walk() if node.is_leaf and node.relevant]
        unkept = [ours.path(node) for node in shown if not ours.accepts(node)]
        missing = [ours.path(node) for node in shown if node.value is None and ours.is_required(node)]
        assert (unkept + missing == []) == filled["valid"], f"{unkept} refused, {missing} missing"


def plain(path: str) -> tuple[str, ...]:
    """A path in names, without row numbers."""
    return tuple(re.sub(r"\[\d+\]", "", path).strip("/").split("/"))


def leaves(element: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """The answers of a filled form by path, the number of each row in it."""
    path = path or f"/{local(element.tag)}"
    seen: dict[str, int] = {}
    for child in element.iterchildren(tag=etree.Element):
        name = local(child.tag)
        seen[name] = seen.get(name, 0) + 1
        below = f"{path}/{name}[{seen[name]}]"
        if len(child):
            yield from leaves(child, below)
        else:
            yield below, (child.text or "").strip()


def answers(ours: interview.Interview) -> Iterator[tuple[str, str]]:
    """The relevant answers of an interview, by path as `leaves` writes it."""
    for node in ours.root.walk():
        if node.is_leaf and node.relevant and node.parent and not waits_for_rows(ours, node):
            line = node.lineage()[1:]
            path = f"/{ours.root.name}/" + "/".join(f"{each.name}[{each.index + 1}]" for each in line)
            yield path, (write(node.value, ours.scope.zone) or "").strip()


def waits_for_rows(ours: interview.Interview, node: Node) -> bool:
    """Is it nothing but the place where a repeat without rows would be?"""
    return node.place in ours.form.repeats


@needs_java
def test_drawn_expressions_come_to_the_same_in_both_engines(tmp_path: Path) -> None:
    drawing = Drawing(seed=2026)
    drawn = [drawing.any() for _ in range(DRAWN)]
    xml = form(drawn)
    (tmp_path / "form.xml").write_bytes(xml)
    case = {"name": "drawn", "answers": {}}
    [expected] = javarosa.run_cases(tmp_path / "form.xml", [case])["cases"]
    [got] = interview.run_cases(xml, [case])
    assert (expected.get("error"), got.get("error")) == (None, None)
    found = {
        expression: (expected["calculated"][f"/data/x{number}"], got["calculated"][f"/data/x{number}"])
        for number, expression in enumerate(drawn)
    }
    assert {expression: pair for expression, pair in found.items() if pair[0] != pair[1]} == {}
