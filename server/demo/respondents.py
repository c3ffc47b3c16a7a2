"""Respondents: what a household answers when it is asked everything, and what dishonest enumerators write instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from server.demo.chance import happens, pick, whole
from server.demo.population import Population
from server.demo.supplement import FIVE_YEARS_BEFORE

Row = dict[str, str]
Answers = dict[str, "str | Sequence[Row]"]

YES, NO = "1", "2"
COMPLETED, BROKEN_OFF = "1", "2"


def truthful(population: Population, household_id: str, seed: int) -> Answers:
    """The whole interview of one household, from the opening of its questions to the end, in questionnaire codes."""
    members = [person(row) for row in population.members(household_id)]
    abroad = [emigrant(line, row) for line, row in enumerate(population.abroad(household_id), 1)]
    broken_off = happens(0.01, seed, household_id, "broken off")
    adults = [row["line_no"] for row in members if int(row["age"]) >= 15] or ["1"]
    return {
        "consent_given": YES,
        "lang_int": pick({"1": 60, "2": 25, "3": 15}, seed, household_id, "language"),
        "lq_type": YES,
        "n_usual": str(len(members)),
        "person": members,
        "n_heads": str(sum(row["rel_head"] == "1" for row in members)),
        "emi_gate": YES if abroad else NO,
        **({"emi_n": str(len(abroad)), "emigrant": abroad} if abroad else {}),
        "resp_line": adults[whole(0, min(1, len(adults) - 1), seed, household_id, "respondent")],
        "outcome": BROKEN_OFF if broken_off else COMPLETED,
    }


def person(row: Mapping[str, str]) -> Row:
    """One member as the tablet would keep it, with the form's calculated questions."""
    name = f"{row['household_id']}/{row['line_no']}"
    answers = {question: value for question, value in row.items() if value and question != "household_id"}
    ever = YES if row["birth_where"] == "3" else row["ever_abroad"]
    ever_abroad = {YES: "1", NO: "0"}[ever]
    recent = ever_abroad if int(row["age"]) < 5 else _recent(row, ever_abroad)
    return {
        **answers,
        "row_uid": lasting_key(name),
        "p_name": f"P{row['line_no']}",
        "d_ever_abroad": ever_abroad,
        "d_recent5": recent,
        "chk_arrival": "0",
    }


def emigrant(line: int, row: Mapping[str, str]) -> Row:
    """One member abroad as the tablet would keep it."""
    answers = {question: value for question, value in row.items() if value and question != "household_id"}
    return {"emi_line": str(line), "emi_uid": lasting_key(f"{row['household_id']}/abroad {line}"), **answers}


def lasting_key(name: str) -> str:
    """What `once(uuid())` gives one line of a list: here made from the line's place, so that a run can be repeated."""
    digits = "".join(f"{whole(0, 0xFFFF, 'key', name, part):04x}" for part in range(8))
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def without_emigrants(answers: Answers) -> Answers:
    """The same interview with the members abroad left out, which saves the enumerator a page for each."""
    kept = {name: value for name, value in answers.items() if name not in ("emi_n", "emigrant")}
    return {**kept, "emi_gate": NO}


def copied(answers: Answers, household_id: str, seed: int) -> Answers:
    """An invented interview: another household's answers with some ages moved by a year or two."""
    rows = answers["person"]
    assert not isinstance(rows, str)
    members = []
    for row in rows:
        name = (seed, household_id, "copied", row["line_no"])
        age = int(row["age"])
        moved = age + whole(-2, 2, *name) if 17 <= age <= 80 and row["d_ever_abroad"] == "0" else age
        members.append({**row, "age": str(moved), "row_uid": lasting_key(f"{household_id}/{row['line_no']}")})
    return {**without_emigrants(answers), "person": members, "outcome": COMPLETED}


def _recent(row: Mapping[str, str], ever_abroad: str) -> str:
    """Came from abroad within five years, as the form's `d_recent5` has it for ages of five and over."""
    if row["res5_where"] in ("1", "2") or ever_abroad == "0":
        return "0"
    return "1" if int(row["arr_last_year"]) > FIVE_YEARS_BEFORE else "0"
