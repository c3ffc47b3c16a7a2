"""Population: the people of Popstan's census as the questionnaire would find them - the truth behind the demo.

Dwellings, households, sex, age, relation, marital status, country of birth and earlier residence are the
census records' own (CSPro example "Popstan Census", CC0 1.0). Enumeration areas are cut from them (`areas`),
positions are made up in the open ocean, and what the census did not ask is simulated (`supplement`).
Popstan wrote 01 as the province of birth of nearly all natives; lifetime moves between provinces can
therefore not be told, and natives count as born in this locality.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path

import pandas as pd

from forms import cspro
from server.demo import areas, supplement
from server.demo.chance import share
from server.demo.field import Dwelling

REGIONS = {f"{code:02d}": str(1 + (code - 1) // 4) for code in range(1, 16)}
CENSUS_DATE = "2026-06-01"
RELATION = {"1": "1", "2": "2", "3": "4", "4": "7", "5": "10", "6": "13"}
MARITAL = {"1": "2", "2": "5", "3": "6", "4": "4", "5": "1"}
"""The questionnaire's codes for those of the census file."""

KEY = ["PROVINCE", "DISTRICT", "VILLAGE", "EA", "UR", "BUILDING", "HU", "HH"]
SIZE_CLASSES = ((1, "1"), (2, "2"), (4, "3-4"), (6, "5-6"), (99, "7+"))

FRAME_COLUMNS = [
    "household_id",
    "ea",
    "region",
    "province",
    "urban",
    "stratum",
    "dwellings",
    "lat",
    "lon",
    "label",
    "census_key",
]


@dataclass(frozen=True)
class Population:
    """Everybody, in three tables that hang together by `household_id`.

    frame      one row for each dwelling, occupied or vacant, with the columns FRAME_COLUMNS
    households one row for each household: the frame's columns, `n_persons`, `hh_size`, `n_emigrants`, `emi_gate`
    persons    one row for each member, the columns named and coded as the questionnaire's questions
    emigrants  one row for each member abroad, likewise; simulated
    """

    frame: pd.DataFrame
    households: pd.DataFrame
    persons: pd.DataFrame
    emigrants: pd.DataFrame

    @cached_property
    def _rows(self) -> dict[str, Mapping[str, slice]]:
        return {"persons": _slices(self.persons), "emigrants": _slices(self.emigrants)}

    @cached_property
    def _dwellings(self) -> dict[str, tuple[Dwelling, float, float]]:
        sizes = dict(zip(self.households["household_id"], self.households["n_persons"], strict=True))
        return {
            row.household_id: (
                Dwelling(row.household_id, row.region, row.urban, int(sizes.get(row.household_id, 0))),
                row.lat,
                row.lon,
            )
            for row in self.frame.itertuples()
        }

    def dwelling(self, household_id: str) -> Dwelling:
        """One dwelling of the frame; KeyError when there is none of that key."""
        return self._dwellings[household_id][0]

    def position(self, household_id: str) -> tuple[float, float]:
        """Latitude and longitude of a dwelling in degrees."""
        return self._dwellings[household_id][1:]

    def members(self, household_id: str) -> list[dict[str, str]]:
        """The persons of one household in roster order; none for a vacant dwelling."""
        return self._of("persons", household_id)

    def abroad(self, household_id: str) -> list[dict[str, str]]:
        """The members of one household who live abroad."""
        return self._of("emigrants", household_id)

    def _of(self, table: str, household_id: str) -> list[dict[str, str]]:
        where = self._rows[table].get(household_id, slice(0))
        return getattr(self, table).iloc[where].to_dict("records")


@cache
def load() -> Population:
    """The population from the census file that comes with the package."""
    records = cspro.records(*_census())
    return derive(records["HOUSING"], records["PERSON"])


@cache
def warnings() -> tuple[str, ...]:
    """What the reader of the census file says to know before its numbers are used."""
    return cspro.read(*_census()).warnings


def _census() -> tuple[Path, Path]:
    """The dictionary and the data."""
    folder = Path(str(files("server.demo"))) / "popstan"
    return next(folder.glob("*.dcf*")), next(folder.glob("*.dat*"))


def derive(housing: pd.DataFrame, persons: pd.DataFrame) -> Population:
    """Build the population from the census records (columns as in the CSPro dictionary, codes as text)."""
    housing = housing.sort_values(KEY, ignore_index=True)
    frame = _frame(housing)
    named = persons.assign(census_key=_key(persons))
    named = named.merge(frame[["census_key", "household_id", "province"]], on="census_key", validate="m:1")
    named = named.sort_values(["household_id", "LINE"], ignore_index=True)
    people = pd.DataFrame([_person(record) for record in named.to_dict("records")]).fillna("")
    households = _households(frame, people)
    emigrants = [
        {"household_id": row.household_id, **supplement.emigrant(row.household_id, line)}
        for row in households.itertuples()
        for line in range(1, row.n_emigrants + 1)
    ]
    return Population(frame, households, people, pd.DataFrame(emigrants))


def _frame(housing: pd.DataFrame) -> pd.DataFrame:
    ea = areas.cut(housing)
    within = ea.groupby(ea).cumcount() + 1
    frame = pd.DataFrame(
        {
            "household_id": ea + "-" + within.map("{:03d}".format),
            "ea": ea,
            "region": housing["PROVINCE"].map(REGIONS),
            "province": housing["PROVINCE"],
            "urban": housing["UR"],
        }
    )
    frame["stratum"] = frame["region"] + "-" + frame["urban"]
    frame["dwellings"] = ea.groupby(ea).transform("size")
    points = [_position(*row) for row in zip(frame["province"], frame["ea"], frame["household_id"], strict=True)]
    frame["lat"] = [lat for lat, _ in points]
    frame["lon"] = [lon for _, lon in points]
    places = zip(housing["VILLAGE"], housing["BUILDING"], housing["HU"], housing["HH"], frame["ea"], strict=True)
    frame["label"] = [f"EA {area}: village {v}, building {b}, unit {u}/{h}" for v, b, u, h, area in places]
    frame["census_key"] = _key(housing)
    return frame.sort_values("household_id", ignore_index=True)


def _key(records: pd.DataFrame) -> pd.Series:
    """The census's own identification of each record's household, all items in one text."""
    return records[KEY[0]].str.cat([records[name] for name in KEY[1:]])


def _position(province: str, ea: str, household: str) -> tuple[float, float]:
    """Latitude and longitude in degrees, in the Gulf of Guinea: dwellings of an area lie within some 500 m."""
    row, column = divmod(int(province) - 1, 5)
    lat = 0.7 - 0.6 * row + 0.4 * share("area north", ea) + 0.008 * share("north", household)
    lon = -1.5 + 0.6 * column + 0.4 * share("area east", ea) + 0.008 * share("east", household)
    return round(lat, 6), round(lon, 6)


def _person(record: Mapping[str, str]) -> dict[str, str]:
    """One census record in the questionnaire's names and codes; questions not asked are left out."""
    age = int(record["P04_AGE"])
    name = f"{record['household_id']}/{int(record['LINE'])}"
    abroad = record["P07_BIRTH"] if int(record["P07_BIRTH"]) >= 21 else ""
    person = {
        "household_id": record["household_id"],
        "line_no": str(int(record["LINE"])),
        "rel_head": RELATION[record["P02_REL"]],
        "sex": record["P03_SEX"],
        "age": str(age),
        "marital": MARITAL.get(record["P05_MS"], "") if age >= 15 else "",
        "birth_where": "3" if abroad else "1" if record["P07_BIRTH"] in ("01", record["province"]) else "2",
        "birth_country": abroad,
        "d_foreign_born": "1" if abroad else "0",
    }
    if person["birth_where"] == "2":
        person["birth_admin1"] = record["P07_BIRTH"]
    stay = supplement.arrival(name, age, abroad) if abroad else supplement.stay_abroad(name, age)
    five = _five_years_before(record, age)
    moved = five.get("res5_where") == "2"
    one = supplement.year_before(name, age, record["province"], stay, moved)
    return {**person, **supplement.citizenship(name, abroad), **one, **five, **stay}


def _five_years_before(record: Mapping[str, str], age: int) -> dict[str, str]:
    """Residence five years before, from P08_RES95, where 00 is unknown and 01 was also written for "here"."""
    if age < 5:
        return {}
    code = record["P08_RES95"]
    if code in ("00", ""):
        return {"res5_where": "98"}
    if code in ("01", record["province"]):
        return {"res5_where": "1"}
    return {"res5_where": "2", "res5_admin1": code}


def _households(frame: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    sizes = people.groupby("household_id").size().rename("n_persons")
    households = frame.merge(sizes, left_on="household_id", right_index=True)
    households["hh_size"] = households["n_persons"].map(size_class)
    codes = zip(*(households[name] for name in ("household_id", "ea", "region", "urban")), strict=True)
    households["n_emigrants"] = [supplement.member_abroad(*code) for code in codes]
    households["emi_gate"] = ["1" if abroad else "2" for abroad in households["n_emigrants"]]
    return households.reset_index(drop=True)


def size_class(persons: int) -> str:
    """The class of household size that the census margins use."""
    return next(name for largest, name in SIZE_CLASSES if persons <= largest)


def margins(population: Population) -> str:
    """Census control totals as CSV text: occupied households by `stratum` and by `hh_size`."""
    lines = ["variable,code,total,source,date"]
    for variable in ("stratum", "hh_size"):
        counts = population.households[variable].value_counts().sort_index()
        lines += [f"{variable},{code},{total},Popstan census,{CENSUS_DATE}" for code, total in counts.items()]
    return "\n".join(lines) + "\n"


def _slices(rows: pd.DataFrame) -> dict[str, slice]:
    """Where each household's rows stand; they lie together."""
    starts: dict[str, slice] = {}
    for position, household_id in enumerate(rows["household_id"]):
        start = starts[household_id].start if household_id in starts else position
        starts[household_id] = slice(start, position + 1)
    return starts
