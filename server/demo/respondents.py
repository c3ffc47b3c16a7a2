"""Respondents: what a household answers when it is asked everything, and what dishonest enumerators write instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from server.demo.chance import happens, pick, whole
from server.demo.population import Population
from server.demo.supplement import CENSUS_YEAR, FIVE_YEARS_BEFORE

Row = dict[str, str]
Answers = dict[str, "str | Sequence[Row]"]

YES, NO = "1", "2"
COMPLETED, BROKEN_OFF = "1", "2"
ADULT = 15


def truthful(population: Population, household_id: str, seed: int) -> Answers:
    """The whole interview of one household, from the opening of its questions to the end, in questionnaire codes."""
    members = [person(row) for row in population.members(household_id)]
    abroad = [emigrant(line, row) for line, row in enumerate(population.abroad(household_id), 1)]
    broken_off = happens(0.01, seed, household_id, "broken off")
    adults = [row["line_no"] for row in members if int(row["age"]) >= ADULT] or ["1"]
    respondent = adults[whole(0, min(1, len(adults) - 1), seed, household_id, "respondent")]
    child = int(members[int(respondent) - 1]["age"]) < ADULT
    return {
        "consent_given": YES,
        "consent_version": "1",
        "lang_int": pick({"en": 60, "ru": 25, "ar": 15}, seed, household_id, "language"),
        "interpreter": "0",
        "privacy_ok": "1",
        "chk_loc_gps": "0",
        "lq_type": YES,
        "n_usual": str(len(members)),
        "chk_n_usual": "0",
        "n_listed": str(len(members)),
        "person": members,
        "n_heads": str(sum(row["rel_head"] == "1" for row in members)),
        "emi_gate": YES if abroad else NO,
        **({"emi_n": str(len(abroad)), "emigrant": abroad} if abroad else {}),
        "resp_line": respondent,
        "chk_resp_line": "1" if child else "0",
        "confirm_resp_line": YES if child else "",
        "outcome": BROKEN_OFF if broken_off else COMPLETED,
    }


def person(row: Mapping[str, str]) -> Row:
    """One member as the tablet would keep it, with the form's calculated questions."""
    name = f"{row['household_id']}/{row['line_no']}"
    answers = {question: value for question, value in row.items() if value and question != "household_id"}
    ever_abroad = "1" if row["birth_where"] == "3" or row["ever_abroad"] == YES else "0"
    return {
        **answers,
        "row_uid": lasting_key(name),
        "p_name": f"P{row['line_no']}",
        "age_stated": row["age"],
        **_derived(row, ever_abroad),
        **({"chk_mig_reason": "0"} if row["mig_reason"] else {}),
        "chk_arrival": "0",
    }


def _derived(row: Mapping[str, str], ever_abroad: str) -> Row:
    """What the form works out of the answers about one member, as its calculations have it."""
    age, citizenship, arrived = int(row["age"]), row["cit_status"], row["arr_last_year"]
    last_year = "1" if row["res1_where"] == "3" else "0"
    return {
        "d_ever_abroad": ever_abroad,
        "d_foreign_cit": {"4": "1", "6": ""}.get(citizenship, "0"),
        "d_recent1": ever_abroad if age < 1 else last_year,
        "d_recent5": ever_abroad if age < 5 else _recent(row, ever_abroad),
        "d_return": "0" if row["d_foreign_born"] == "1" else ever_abroad,
        "d_return_cit": {"4": "0", "6": ""}.get(citizenship, ever_abroad),
        **({"dur_in_country": str(CENSUS_YEAR - int(arrived))} if arrived else {}),
    }


def emigrant(line: int, row: Mapping[str, str]) -> Row:
    """One member abroad as the tablet would keep it."""
    answers = {question: value for question, value in row.items() if value and question != "household_id"}
    left = max(0, int(row["emi_age_now"]) - CENSUS_YEAR + int(row["emi_year"]))
    return {
        "emi_line": str(line),
        "emi_uid": lasting_key(f"{row['household_id']}/abroad {line}"),
        **answers,
        "emi_age_left": str(left),
        "chk_emi_reason": "0",
    }


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
        key = lasting_key(f"{household_id}/{row['line_no']}")
        members.append({**row, "age": str(moved), "age_stated": str(moved), "row_uid": key})
    return {**without_emigrants(answers), "person": members, "outcome": COMPLETED}


def _recent(row: Mapping[str, str], ever_abroad: str) -> str:
    """Came from abroad within five years, as the form's `d_recent5` has it for ages of five and over."""
    if row["res5_where"] in ("1", "2") or ever_abroad == "0":
        return "0"
    return "1" if int(row["arr_last_year"]) > FIVE_YEARS_BEFORE else "0"
