"""Forms on a dangerous topic: what keeps people safe is in the form, and its scores are those of the rules."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

import pytest

from forms import catalog, interview, xform
from forms.definition import Form

SURVEY, RECORD, RETURN = "trafficking_prevalence", "trafficking_case", "trafficking_return"
READY = {"ethics_id": "IRB-0001"}
MET = {"contact": "1", "consent_given": "1", "tp_age": "40", "tp_marital": "2", "ep_n": "1"}
TELLING = re.compile(r"traffick|victim|forced|exploit|slave|abuse|labour", re.IGNORECASE)

# --- what the rules count, written down from the sources and not read from the form
DECEIT = {"m_dec_job": "s", "m_dec_wage": "m", "m_dec_cond": "m", "m_dec_dest": "m"}
COERCION = {
    "m_coer_viol": "s",
    "m_coer_abduct": "s",
    "m_coer_family": "s",
    "m_coer_debt": "m",
    "m_coer_docs": "m",
    "m_pay_third": "m",
}
CONTROL = {
    "p_phys": "s",
    "p_sexv": "s",
    "p_threat": "s",
    "p_confine": "s",
    "p_wages": "m",
    "p_docs": "m",
    "p_debt": "m",
    "p_police": "m",
    "p_isolate": "m",
    "p_food": "m",
    "p_fine": "w",
}
INVOLUNTARY = {
    "a_transfer": "s",
    "m_dec_job": "s",
    "m_coer_abduct": "s",
    "m_born_bond": "s",
    "w_illicit": "s",
    "w_overtime": "m",
    "w_hazard": "m",
    "w_other_emp": "m",
    "w_longer": "m",
    "w_live": "m",
    "w_sexual": "s",
}
EXPLOITED = {"w_overtime": "m", "w_hazard": "m", "w_live": "m", "w_sexual": "s", "w_illicit": "s"}
PURPOSE = {"w_sexual": "s", "w_illicit": "s", "a_transfer": "s", "m_born_bond": "s"}
GROUPS = (
    {**DECEIT, **{name: grade for name, grade in COERCION.items() if name != "m_coer_debt"}},
    {name: (INVOLUNTARY | CONTROL)[name] for name in ("w_overtime", "w_hazard", "w_other_emp", "w_longer")}
    | {"w_illicit": "s", "p_wages": "m", "p_fine": "w"},
    {"w_sexual": "s", "p_isolate": "m"},
    {"w_live": "m", "p_food": "m"},
    {"p_confine": "s", "p_docs": "m"},
    {"m_coer_debt": "m", "p_debt": "m", "m_born_bond": "s"},
    {"p_phys": "s", "p_sexv": "s", "p_threat": "s", "p_police": "m"},
)
ACTS = ("a_recruited", "a_transport", "a_harbour", "a_transfer", "a_receipt")
GATES = ["began", "promised", "pressed", "worked", "controlled", "limited", "private", "left"]
ASKED = sorted({*ACTS, *DECEIT, *COERCION, *CONTROL, *INVOLUNTARY})

Answers = Mapping[str, str]
Judge = Callable[[int, int, int], bool]


def any_sign(strong: int, medium: int, weak: int) -> bool:
    return strong + medium > 0


def delphi(strong: int, medium: int, weak: int) -> bool:
    """ILO and European Commission 2009: two strong, one strong and another, three medium, two medium and a weak."""
    return strong >= 2 or (strong == 1 and medium + weak > 0) or medium >= 3 or (medium == 2 and weak > 0)


def one_or_two(strong: int, medium: int, weak: int) -> bool:
    return strong >= 1 or medium >= 2


JUDGES: dict[str, Judge] = {"icls18": any_sign, "palermo": any_sign, "iloec09": delphi, "prif": one_or_two}


def present(signs: Mapping[str, str], answers: Answers, judge: Judge) -> bool | None:
    """Is a dimension present? None when none of its signs was answered with yes or no."""
    grades = [grade for name, grade in signs.items() if answers[name] == "1"]
    if judge(*(grades.count(grade) for grade in "smw")):
        return True
    return False if any(answers[name] in ("1", "2") for name in signs) else None


def either(*parts: bool | None) -> bool | None:
    return True if any(parts) else (None if None in parts else False)


def both(*parts: bool | None) -> bool | None:
    return False if False in parts else (None if None in parts else True)


def scores(rule: str, answers: Answers, child: bool) -> dict[str, bool | None]:
    """The results of one interview that reached its end, by the words of the rule."""
    judge = JUDGES[rule]
    acts = [answers[name] for name in ACTS]
    act = True if "1" in acts else (False if "2" in acts else None)
    before = [present(DECEIT, answers, judge), present(COERCION, answers, judge)]
    control = present(CONTROL, answers, judge)
    entry = True if True in before else (False if False in before else None)
    means = either(entry, control)
    involuntary = present(INVOLUNTARY, answers, judge)
    penalty = present(CONTROL | {"m_coer_viol": "s"}, answers, judge)
    labour = both(involuntary, penalty)
    if rule == "iloec09":
        purpose = present(EXPLOITED, answers, judge)
    else:
        purpose = True if rule == "palermo" and present(PURPOSE, answers, judge) else labour
    if rule == "iloec09":
        whole = both(purpose, either(act, means) if child else means)
    else:
        whole = both(purpose, act) if child else both(purpose, means, act)
    if rule == "prif":
        whole = sum(present(group, answers, judge) is True for group in GROUPS) >= 2
    return {
        "d_act": act,
        "d_means": means,
        "d_invol": involuntary,
        "d_penalty": penalty,
        "d_fl": labour,
        "d_tip": whole,
    }


def drawn(seed: int) -> dict[str, str]:
    """The answers of one person: few signs or many, known or not."""
    chance = random.Random(seed)
    yes, unknown = chance.choice((0.02, 0.06, 0.2)), chance.choice((0.05, 0.3, 0.9))
    weights = (yes, (1 - yes) * (1 - unknown), (1 - yes) * unknown / 2, (1 - yes) * unknown / 2)
    return {name: chance.choices(("1", "2", "98", "99"), weights)[0] for name in ASKED}


@cache
def compiled(form: str, *parameters: tuple[str, str]) -> bytes:
    return xform.compile(catalog.load(form, dict(parameters))).xml


def ask(form: str, answers: Iterable[dict[str, Any]], **parameters: str) -> list[Mapping[str, Any]]:
    """What a tablet makes of the answers, one report for each set of them.

    Our own engine works it out: the cases of these forms prove that it does so as the tablet's does.
    """
    given = [{"name": str(number), "answers": each} for number, each in enumerate(answers)]
    media = [catalog.folder(form) / "cases" / "media"]
    return list(interview.run_cases(compiled(form, *parameters.items()), given, media=media))


def shown(facts: Mapping[str, Any]) -> set[str]:
    return {question["path"].rpartition("/")[2] for question in facts["questions"] if question["relevant"]}


def given(facts: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """What became of the answer to a question."""
    (found,) = (question["given"] for question in facts["questions"] if question["path"].endswith(f"/{name}"))
    return dict(found)


def value(facts: Mapping[str, Any], name: str) -> str:
    """What would be sent: nothing when it is not asked for."""
    (found,) = (each for path, each in facts["calculated"].items() if path.endswith(f"/{name}"))
    return str(found["value"] or "") if found["relevant"] else ""


@pytest.mark.parametrize("parameters", [{}, {"ethics_id": "IRB-0001", "score_rule": "icls2018"}])
def test_without_approval_or_with_an_unknown_rule_no_interview_begins(parameters: dict[str, str]) -> None:
    (facts,) = ask(SURVEY, [{"stop_here": "OK"}], **parameters)
    assert shown(facts) & {"stop_here", "household_id", "contact"} == {"stop_here"}
    assert given(facts, "stop_here")["result"] == "constraint"


@pytest.mark.parametrize(("protocol", "age", "refused"), [("no", 17, True), ("no", 18, False), ("yes", 17, False)])
def test_children_are_asked_under_a_protocol_only(protocol: str, age: int, refused: bool) -> None:
    (facts,) = ask(SURVEY, [{"contact": "1", "tp_age": str(age)}], child_protocol=protocol, **READY)
    assert (given(facts, "tp_age")["result"] == "constraint") is refused


@pytest.mark.parametrize(
    ("section", "question"),
    [
        ("section_couple", "fm_age"),
        ("section_nsum", "nsum_target"),
        ("section_list", "list_count"),
        ("section_rds", "net_deg"),
        ("self_answer", "self_how"),
    ],
)
def test_a_section_is_asked_when_the_office_wants_it(section: str, question: str) -> None:
    answers = MET | {"go_couple": "1", "go_private": "1", "go_others": "1"}
    asked = {word: question in shown(ask(SURVEY, [answers], **READY, **{section: word})[0]) for word in ("yes", "no")}
    assert asked == {"yes": True, "no": False}


@pytest.mark.parametrize("rule", sorted(JUDGES))
def test_scores_are_those_of_the_rule(rule: str) -> None:
    people = [(drawn(seed), seed % 4 == 0) for seed in range(24)]
    # hours, pay and freedom to leave stay unknown here: the form's own cases pin what they add
    rest = {f"go_{gate}": "1" for gate in GATES} | {"w_hours": "-98", "w_nopay": "98", "l_free": "98"}
    filled = [
        MET | rest | answers | {"tp_age": "20" if child else "60", "episode[1]/ep_start": "2020-05-01"}
        for answers, child in people
    ]
    reports = ask(SURVEY, filled, score_rule=rule, **READY)
    written = {None: "", True: "1", False: "0"}
    for (answers, child), facts in zip(people, reports, strict=True):
        wanted = {name: written[result] for name, result in scores(rule, answers, child).items()}
        assert {name: value(facts, name) for name in wanted} == wanted, answers


@pytest.mark.parametrize("name", [SURVEY, RECORD, RETURN])
def test_what_stays_on_the_tablet_does_not_tell_the_topic(name: str) -> None:
    header = catalog.load(name).header
    assert not TELLING.search(" ".join((header.id, header.title, header.settings["instance_name"])))
    assert header.settings["auto_delete"] == "true"
    assert "client_editable" not in header.settings


@pytest.mark.parametrize("name", [SURVEY, RECORD, RETURN])
def test_nothing_is_asked_in_words_or_recorded_from_around(name: str) -> None:
    form = Form.from_workbook(catalog.load(name))
    kinds = {question.type.partition(" ")[0] for question in form.questions() if question.name != "case_known"}
    assert kinds.isdisjoint({"text", "geopoint", "start-geopoint", "image", "audio", "video", "background-audio"})
    (audit,) = (question for question in form.questions() if question.type == "audit")
    assert audit.columns["parameters"] == "track-changes=false"


@pytest.mark.parametrize("name", [SURVEY, RECORD, RETURN])
def test_a_key_of_the_office_seals_the_form(name: str) -> None:
    sealed = xform.compile(catalog.load(name, {"public_key": "MIIBIjAN"})).xml
    assert b'base64RsaPublicKey="MIIBIjAN"' in sealed
    assert b"base64RsaPublicKey" not in xform.compile(catalog.load(name)).xml


def test_case_keys_are_random_and_kept_with_consent_only() -> None:
    session = {"session": "1", "safe_here": "1", "is_child": "2", "con_interview": "1", "reg_year": "2025"}
    answers = [session | {"con_store": "1" if number % 2 else "2"} for number in range(30)]
    keys = [value(facts, "case_id") for facts in ask(RECORD, answers)]
    assert keys[::2] == [""] * 15
    assert all(re.fullmatch("[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}", key) for key in keys[1::2])
    assert len(set(keys[1::2])) == 15
