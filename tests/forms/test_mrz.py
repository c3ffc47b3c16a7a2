"""Machine-readable lines: the questionnaire reads them as ICAO Doc 9303 says, and finds the same lines wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
from lxml import etree

from forms import catalog, interview, xform
from forms.workbook import Workbook
from tests.clients import javarosa
from tests.forms import mrz_lines
from tests.forms.mrz_lines import FORMATS, STATES, Reading

needs_java = pytest.mark.skipif(not javarosa.available(), reason="no Java compiler (javac) on this machine")

TODAY = date(2026, 6, 15)
DRAWN = 10_000
SPECIMENS = {
    "TD3": (
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
    ),
    "TD1": ("I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"),
    "TD2": ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6"),
    "MRVA": (
        "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        "L8988901C4XXX4009078F96121096ZE184226B<<<<<<",
    ),
    "MRVB": ("V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "L8988901C4XXX4009078F9612109<<<<<<<<"),
}
"""The specimens printed in the standard, by format."""

PARTS = {"number": "no", "birth": "dob", "expiry": "exp", "optional": "opt", "all": "all"}
FACTS = {
    "format": "mrz_format",
    "number": "mrz_doc_no",
    "birth": "mrz_dob",
    "birth_year": "mrz_dob_year",
    "issuer": "mrz_issuer_code",
    "nationality": "mrz_nat_code",
    "sex": "mrz_sex",
    "expiry": "mrz_exp",
    "surname": "mrz_surname",
    "given": "mrz_given",
}
ASKED = {"number": "doc_no", "birth": "dob", "expiry": "doc_exp", "surname": "surname", "given": "given"}
"""What the lines say, by the name of the calculation and of the question that receives it."""


@cache
def drawn() -> tuple[tuple[str, mrz_lines.Holder | None], ...]:
    """Lines of all formats: every second right, with its holder, every other one with one thing wrong."""
    random = Random(9303)
    found: list[tuple[str, mrz_lines.Holder | None]] = []
    for turn in range(DRAWN // 2):
        kind = FORMATS[turn % len(FORMATS)]
        holder = mrz_lines.draw_holder(random, kind)
        right = mrz_lines.lines_of(kind, holder)
        found += [(right, holder), (mrz_lines.corrupt(random, right), None)]
    return tuple(found)


@cache
def card() -> Workbook:
    return catalog.load("border_card", draft=True)


@cache
def rule() -> Mapping[str, etree.XPath]:
    """The calculations of the module, compiled for libxml2: `${name}` becomes the variable `$name`."""
    rows = {row["name"]: row for row in card().survey if row.get("name", "").startswith("mrz_")}
    return {
        name: etree.XPath(re.sub(r"\$\{(\w+)\}", r"$\1", row["calculation"]), extensions=EXTENSIONS)
        for name, row in rows.items()
        if "calculation" in row
    }


def _if(_: Any, condition: Any, one: Any, other: Any) -> Any:
    return one if condition is True else other


def _format_date(_: Any, text: str, pattern: str) -> str:
    return date.fromisoformat(text).strftime(pattern)


@cache
def _listed() -> etree._Element:
    root = etree.fromstring("<instance><root/></instance>")
    for row in card().lists["country_mrz"]:
        item = etree.SubElement(root[0], "item")
        for column in ("name", "kind"):
            etree.SubElement(item, column).text = row[column]
    return root


EXTENSIONS = {
    (None, "if"): _if,
    (None, "regex"): lambda _, text, pattern: re.search(pattern, text) is not None,
    (None, "substr"): lambda _, text, start, end=None: text[int(start) : None if end is None else int(end)],
    (None, "format-date"): _format_date,
    (None, "instance"): lambda _, name: [_listed()],
}
"""Functions of ODK's XForms that XPath itself has not."""


def evaluate(text: str, today: date = TODAY) -> dict[str, str]:
    """Every calculation of the module for these lines, as an answer sheet of that day would hold it."""
    known = {"mrz_raw": text, "today": today.isoformat()}
    for name, expression in rule().items():
        found = expression(_listed(), **known)
        if isinstance(found, list):
            found = found[0].text if found else ""
        known[name] = str(int(found)) if isinstance(found, float) and found == found else str(found)
    return known


def differences(reading: Reading, facts: Mapping[str, str], names: Mapping[str, str] = FACTS) -> list[str]:
    """Where the calculations and the reading by the standard part."""
    wanted = {name: getattr(reading, field) for field, name in names.items()}
    if names is FACTS:
        wanted |= {f"mrz_{short}_fit": "0" if part in reading.wrong else "1" for part, short in PARTS.items()}
        wanted["mrz_ok"] = "0" if reading.wrong else "1"
        wanted |= {"mrz_issuer": _known(reading.issuer), "mrz_nat": _known(reading.nationality)}
    return [f"{name}: {facts.get(name)!r}, not {text!r}" for name, text in wanted.items() if facts.get(name) != text]


def _known(code: str) -> str:
    """A code that the questionnaire's list of documents has, or nothing."""
    return code if code in _documents() else ""


@cache
def _documents() -> frozenset[str]:
    return frozenset(row["name"] for row in card().lists["country_mrz"] if row["kind"] != "3")


@pytest.mark.parametrize(
    ("field", "digit"),
    [("L898902C3", "6"), ("740812", "2"), ("120415", "9"), ("ZE184226B<<<<<", "1"), ("D23145890", "7")],
)
def test_the_standard_reader_knows_the_check_digits_of_the_specimens(field: str, digit: str) -> None:
    assert mrz_lines.check_digit(field) == digit


@pytest.mark.parametrize("kind", SPECIMENS)
def test_a_specimen_is_right_in_every_digit(kind: str) -> None:
    reading = mrz_lines.read("".join(SPECIMENS[kind]), TODAY)
    assert (reading.format, reading.surname, reading.given, reading.sex) == (kind, "ERIKSSON", "ANNA MARIA", "F")
    assert reading.wrong == frozenset()


@pytest.mark.parametrize("kind", SPECIMENS)
def test_the_questionnaire_reads_a_specimen_like_the_standard(kind: str) -> None:
    text = "\n".join(SPECIMENS[kind])
    assert differences(mrz_lines.read("".join(SPECIMENS[kind]), TODAY), evaluate(text)) == []


def test_the_standard_reader_gives_back_what_was_printed() -> None:
    for text, holder in drawn():
        if holder is not None:
            reading = mrz_lines.read(text, TODAY)
            assert reading.wrong == frozenset(), text
            assert (reading.number, reading.issuer, reading.surname) == (holder.number, holder.issuer, holder.surname)
            assert reading.birth[2:].replace("-", "") == (holder.birth if holder.birth.isdigit() else "")


def test_most_corrupted_lines_are_found_wrong() -> None:
    found = [mrz_lines.read(text, TODAY) for text, holder in drawn() if holder is None]
    assert {part for reading in found for part in reading.wrong} == set(PARTS)
    assert 0.4 < sum(bool(reading.wrong) for reading in found) / len(found) < 0.9, "names have no check digit"


def test_the_questionnaire_reads_ten_thousand_lines_like_the_standard() -> None:
    random = Random(7)
    wrong = {}
    for text, _ in drawn():
        if found := differences(mrz_lines.read(text, TODAY), evaluate(mrz_lines.spread(random, text))):
            wrong[text] = found
    assert wrong == {}


def test_two_digit_years_of_birth_are_never_in_the_future() -> None:
    years = {six: evaluate(_passport(birth=six))["mrz_dob_year"] for six in ("260615", "260616", "27<<<<", "26<<<<")}
    assert years == {"260615": "2026", "260616": "1926", "27<<<<": "1927", "26<<<<": "2026"}


def test_two_digit_years_of_expiry_lie_within_fifty_years() -> None:
    years = {six: evaluate(_passport(expiry=six))["mrz_exp_year"] for six in ("760101", "770101", "260101")}
    assert years == {"760101": "2076", "770101": "1977", "260101": "2026"}


@pytest.mark.parametrize("birth", ["740231", "741301", "750229", "740400"])
def test_a_day_that_no_calendar_has_is_wrong_though_its_digit_fits(birth: str) -> None:
    facts = evaluate(_passport(birth=birth))
    assert (facts["mrz_dob_fit"], facts["mrz_dob"], facts["mrz_ok"]) == ("0", "", "0")


def test_years_of_expiry_go_over_into_the_next_century() -> None:
    facts = evaluate(_passport(expiry="050101"), date(2060, 1, 1))
    assert facts["mrz_exp_year"] == "2105"


@pytest.mark.parametrize("rest", ["<<", "7<"])
def test_a_long_number_needs_more_than_nine_characters_and_a_digit(rest: str) -> None:
    first, second, names = SPECIMENS["TD1"]
    assert evaluate(f"{first[:14]}<{rest}{first[17:]}{second}{names}")["mrz_no_fit"] == "0"


def _passport(**changes: str) -> str:
    facts = {
        "number": "C01X00T47", "issuer": "D", "nationality": "D", "birth": "640812", "sex": "F", "expiry": "300101",
        "surname": "MUSTER", "given": "", "optional": "",
    }  # fmt: skip
    return mrz_lines.lines_of("TD3", mrz_lines.Holder(**{**facts, **changes}))


@needs_java
def test_the_form_engine_reads_two_hundred_lines_like_the_standard(tmp_path: Path) -> None:
    path = tmp_path / "border_card.xml"
    path.write_bytes(xform.compile(card()).xml)
    texts = [text for text, _ in drawn()[:200]]
    assert parted(texts, javarosa.run_cases(path, _scans(texts))["cases"]) == {}


def test_our_own_evaluator_reads_two_hundred_lines_like_the_standard() -> None:
    texts = [text for text, _ in drawn()[:200]]
    assert parted(texts, interview.run_cases(xform.compile(card()).xml, _scans(texts))) == {}


def parted(texts: Sequence[str], facts: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Where a form engine and the standard part, by the lines.

    Also in what the questions of the card receive: nothing from wrong lines, no document from those of a visa.
    """
    found = {}
    for text, fact in zip(texts, facts, strict=True):
        reading = mrz_lines.read(text, date.today())
        calculated = _values(fact["calculated"].items())
        received = _values((question["path"], question) for question in fact["questions"])
        of_a_visa = {"number": "", "expiry": ""} if reading.format.startswith("MRV") else {}
        wanted = Reading(*[""] * 10) if reading.wrong else Reading(**{**vars(reading), **of_a_visa})
        if lines := [*differences(reading, calculated), *differences(wanted, received, ASKED)]:
            found[text] = lines
    return found


def _scans(texts: Sequence[str]) -> list[dict[str, Any]]:
    random = Random(3)
    return [{"name": text, "answers": _scanned(text, random)} for text in texts]


def _scanned(text: str, random: Random) -> dict[str, str]:
    """The answers of an officer who reads lines and, where they fit, finds them the same as the document."""
    agrees = {} if mrz_lines.read(text, date.today()).wrong else {"mrz_agrees": "1"}
    return {"entry_capture": "1", "mrz_raw": mrz_lines.spread(random, text), **agrees}


def _values(items: Any) -> dict[str, str]:
    return {path.rpartition("/")[2]: str(fact.get("value") or "") for path, fact in items}


def test_the_states_drawn_are_in_the_list() -> None:
    assert {_known(code) for code in STATES} == set(STATES)
