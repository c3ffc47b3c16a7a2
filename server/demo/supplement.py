"""Supplement: the questions that Popstan's census did not ask, answered by a seeded hash. All of it is simulated.

The census knows sex, age, relation, marital status, country of birth and the province of residence five years
before. It does not know citizenship, the year and reason of arrival, residence one year before, returned
emigrants or members abroad. Each of these answers is a function of `SEED` and the census record's key alone
(`chance.share`), made to agree with what the census does know. They are the same for every draw of every
demonstration, so that they can stand as the truth that an estimate is compared with; they say nothing about
any real place.
"""

from __future__ import annotations

from server.demo.chance import happens, pick, share, whole

SEED = "popstan-1"
CENSUS_YEAR = 2026
FIVE_YEARS_BEFORE = CENSUS_YEAR - 5
DESTINATIONS = {"21": 55.0, "22": 14.0, "40": 10.0, "50": 7.0, "71": 11.0, "80": 3.0}
ABROAD_BY_REGION = {"1": 0.19, "2": 0.25, "3": 0.32, "4": 0.22}
RURAL_EXCESS = 0.05
EA_SPREAD = 0.06

Answers = dict[str, str]


def member_abroad(household: str, ea: str, region: str, urban: str) -> int:
    """How many members of the household live abroad: none in about three of four households.

    The chance of at least one differs by region, is higher in rural areas and varies among enumeration areas.
    """
    chance = ABROAD_BY_REGION[region] + (RURAL_EXCESS if urban == "2" else 0.0)
    chance += EA_SPREAD * (2 * share(SEED, "abroad", ea) - 1)
    if not happens(chance, SEED, "abroad", household):
        return 0
    return int(pick({"1": 70, "2": 21, "3": 9}, SEED, "abroad how many", household))


def emigrant(household: str, line: int) -> Answers:
    """One member abroad, in the questionnaire's codes."""
    name = (SEED, "emigrant", household, line)
    age = whole(18, 54, *name, "age")
    since = 1 + int(9 * share(*name, "since") ** 1.5)
    return {
        "emi_rel": pick({"2": 18, "4": 58, "7": 3, "10": 21}, *name, "rel"),
        "emi_sex": pick({"1": 63, "2": 37}, *name, "sex"),
        "emi_age_now": str(age),
        "emi_year": str(CENSUS_YEAR - since),
        "emi_country": pick(DESTINATIONS, *name, "country"),
        "emi_reason": pick({"1": 66, "3": 17, "2": 12, "4": 2, "96": 3}, *name, "reason"),
        "emi_remit": pick({"1": 68, "2": 30, "98": 2}, *name, "remit"),
    }


def citizenship(person: str, birth_country: str) -> Answers:
    """Citizenship: natives by birth; of the foreign-born about a third acquired it."""
    if not birth_country:
        return {"cit_status": "1"}
    status = pick({"2": 35, "4": 63, "6": 2}, SEED, "citizenship", person)
    return {"cit_status": status, "cit_country_1": birth_country if status == "4" else ""}


def arrival(person: str, age: int, birth_country: str) -> Answers:
    """Year, country and reason of the last arrival of someone born abroad.

    Nobody counted in Popstan lived abroad five years before the census, so that whoever was born by then came
    before; only small children arrived later.
    """
    earliest = CENSUS_YEAR - age
    latest = CENSUS_YEAR if age < 5 else max(earliest, FIVE_YEARS_BEFORE - 1)
    year = earliest + int((latest - earliest + 1) * share(SEED, "arrival", person) ** 0.6)
    reason = pick({"1": 42, "3": 34, "2": 7, "4": 9, "5": 2, "96": 5, "98": 1}, SEED, "reason", person)
    return {
        "arr_last_year": str(year),
        "last_abroad_country": birth_country
        if happens(0.93, SEED, "transit", person)
        else pick(DESTINATIONS, SEED, "transit country", person),
        "mig_reason": _at_age(reason, year - earliest),
    }


def _at_age(reason: str, age: int) -> str:
    """The reason of someone who was `age` on arrival: a child came along with parents, not to work."""
    return "10" if reason == "1" and age < 15 else reason


def stay_abroad(person: str, age: int) -> Answers:
    """Did someone born in the country ever live abroad, and when did they come back?"""
    if age < 10 or not happens(0.035, SEED, "ever abroad", person):
        return {"ever_abroad": "2"}
    latest, birth = FIVE_YEARS_BEFORE - 1, CENSUS_YEAR - age
    year = whole(max(birth + 1, latest - 25), latest, SEED, "return", person)
    reason = pick({"6": 58, "1": 14, "3": 20, "2": 3, "96": 5}, SEED, "return reason", person)
    return {
        "ever_abroad": "1",
        "arr_last_year": str(year),
        "last_abroad_country": pick(DESTINATIONS, SEED, "abroad in", person),
        "mig_reason": _at_age(reason, year - birth),
    }


def year_before(person: str, age: int, province: str, abroad: Answers, moved: bool) -> Answers:
    """Residence one year before the census; `moved` says that five years before it was another province."""
    if age < 1:
        return {}
    year = int(abroad.get("arr_last_year") or 0)
    if year == CENSUS_YEAR or (year == CENSUS_YEAR - 1 and happens(0.5, SEED, "month", person)):
        return {"res1_where": "3", "res1_country": abroad["last_abroad_country"]}
    if not happens(0.14 if moved else 0.012, SEED, "one year before", person):
        return {"res1_where": "1"}
    others = {f"{code:02d}": 1.0 for code in range(1, 16) if f"{code:02d}" != province}
    return {"res1_where": "2", "res1_admin1": pick(others, SEED, "province one year before", person)}
