"""CSPro files are read by their dictionary, and nothing in them is dropped silently."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pandas as pd
import pytest

from forms import codebook, cspro
from forms.cspro import Census
from forms.errors import DataFileError

POPSTAN = Path(__file__).parents[2] / "server" / "demo" / "popstan"


@pytest.fixture(scope="module")
def popstan() -> Census:
    return cspro.read(POPSTAN / "census_dictionary.dcf.gz", POPSTAN / "popstan_census.dat.gz")


def test_popstan_has_its_published_counts(popstan: Census) -> None:
    households, persons = popstan.tables.frames["QUEST"], popstan.tables.frames["PERSON"]
    assert (len(persons), len(households)) == (24_271, 4_872)
    assert persons.parent.nunique() == 4_456
    assert households.key.is_unique
    assert persons.key.is_unique


def test_popstan_has_its_foreign_born(popstan: Census) -> None:
    persons = popstan.tables.frames["PERSON"]
    foreign = persons[persons.P07_BIRTH >= 21]
    assert foreign.P03_SEX.value_counts().to_dict() == {1: 462, 2: 459}
    assert foreign.P07_BIRTH.value_counts().to_dict() == {21: 547, 22: 122, 40: 118, 71: 78, 50: 56}
    assert len(foreign) / len(persons) == pytest.approx(0.037947, abs=5e-7)


def test_popstan_has_one_head_and_the_stated_persons_in_every_household(popstan: Census) -> None:
    households, persons = popstan.tables.frames["QUEST"].set_index("key"), popstan.tables.frames["PERSON"]
    assert (persons[persons.P02_REL == 1].groupby("parent").size() == 1).sum() == 4_456
    roster = persons.groupby("parent").size()
    assert (households.H13_PERSONS[roster.index] == roster).all()


def test_popstan_asks_earlier_residence_of_all_but_small_children(popstan: Census) -> None:
    persons = popstan.tables.frames["PERSON"]
    blank = persons[persons.P08_RES95.isna()]
    assert len(blank) == 4_130
    assert (blank.P04_AGE < 5).all()
    assert persons.P04_AGE.lt(5).sum() == 4_130


def test_popstans_place_of_birth_is_not_to_be_read_by_province(popstan: Census) -> None:
    [birth, before] = [warning for warning in popstan.warnings if "is not coded by PROVINCE" in warning]
    assert birth.startswith("P07_BIRTH (Place of birth)")
    assert "23,344 of 23,350 in Popstan are coded 01" in birth
    assert before.startswith("P08_RES95 (Residence in 1995)")


def test_popstans_strange_codes_are_counted_and_kept(popstan: Census) -> None:
    occupations = popstan.tables.misfits.query("name == 'P15_OCC'")
    assert (
        f"{len(occupations)} lines: P15_OCC has a value outside its value set (1, 41, 52, 54, 58 ...)"
        in popstan.warnings
    )
    assert popstan.tables.frames["PERSON"].P15_OCC[0] == 93


def test_popstan_is_labelled_by_its_value_sets(popstan: Census) -> None:
    persons = popstan.tables.frames["PERSON"]
    labelled = codebook.label(popstan.codebook, "PERSON", persons, "en")
    assert labelled.P07_BIRTH.value_counts()[["Popstan", "Endar", "Victoria"]].tolist() == [23_350, 547, 122]
    assert list(labelled.P03_SEX.cat.categories) == ["Male", "Female"]


def test_records_come_as_they_are_written() -> None:
    lines = cspro.records(POPSTAN / "census_dictionary.dcf.gz", POPSTAN / "popstan_census.dat.gz")
    assert lines["PERSON"][["PROVINCE", "HH", "P07_BIRTH", "P20_BORN12"]].iloc[1].tolist() == ["01", "1", "01", ""]


def item(name: str, length: int, **rest: object) -> dict[str, object]:
    return {"name": name, "labels": [{"text": name.title()}], "contentType": "numeric", "length": length, **rest}


def codes(**wording: str | list[str]) -> list[dict[str, object]]:
    """A value set from `_1="Yes", _2_8="Some"`: codes after underscores."""
    values = []
    for name, text in wording.items():
        parts = name[1:].split("_")
        pair = {"value": parts[0]} if len(parts) == 1 else {"range": parts}
        values.append({"labels": [{"text": text}], "pairs": [pair]})
    return [{"name": "VS", "labels": [], "values": values}]


def dictionary(
    *items: dict[str, object], area: list[dict[str, object]] | None = None, **rest: object
) -> dict[str, object]:
    """A dwelling (record H, once) and its people (record P): `AREA` and `NUMBER` identify the case."""
    ids = [{**item("AREA", 2, start=2), "valueSets": area or []}, item("NUMBER", 2, start=4)]
    return {
        "name": "TEST",
        "labels": [{"text": "Test"}],
        "recordType": {"start": 1, "length": 1},
        "levels": [
            {
                "name": "CASE",
                "ids": {"items": ids},
                "records": [
                    {
                        "name": "DWELLING",
                        "labels": [],
                        "recordType": "H",
                        "occurrences": {"required": True, "maximum": 1},
                        "items": [item("ROOMS", 1)],
                    },
                    {
                        "name": "PERSON",
                        "labels": [],
                        "recordType": "P",
                        "occurrences": {"required": False, "maximum": 3},
                        "items": list(items) or [item("AGE", 2)],
                    },
                ],
            }
        ],
        **rest,
    }


def census(tmp_path: Path, layout: dict[str, object] | str, *lines: str, encoding: str = "utf-8-sig") -> Census:
    """The census that these lines are under this dictionary."""
    text = layout if isinstance(layout, str) else json.dumps(layout)
    (tmp_path / "test.dcf").write_text(text, encoding="utf-8")
    (tmp_path / "test.dat").write_bytes("\r\n".join(lines).encode(encoding))
    return cspro.read(tmp_path / "test.dcf", tmp_path / "test.dat")


def test_people_hang_from_their_case(tmp_path: Path) -> None:
    read = census(tmp_path, dictionary(), "P010142", "H01013", "P010107", "H01024")
    assert read.tables.root == "CASE"
    assert read.tables.frames["CASE"].to_numpy().tolist() == [["0101", 1, 1, 3], ["0102", 1, 2, 4]]
    assert read.tables.frames["PERSON"].to_numpy().tolist() == [
        ["0101/PERSON[1]", "0101", 42],
        ["0101/PERSON[2]", "0101", 7],
    ]
    assert read.warnings == ()


@pytest.mark.parametrize(
    ("line", "warning", "kept"),
    [
        ("X0101", "1 line: record type 'X' is not in the dictionary (3)", "X0101"),
        ("P    42", "1 line: no case is named (3)", "P    42"),
        ("H01015", "1 line: the case has its DWELLING already (3)", "H01015"),
        ("P01014", "1 line: the line ends within AGE (3)", "4"),
        ("P010142 late", "1 line: text after the last item of PERSON (3)", " late"),
        ("P01014x", "1 line: AGE is not a whole number (3)", "4x"),
    ],
)
def test_a_line_that_does_not_fit_is_reported_with_its_number(
    tmp_path: Path, line: str, warning: str, kept: str
) -> None:
    read = census(tmp_path, dictionary(), "H01013", "P010142", line)
    assert read.warnings == (warning,)
    assert read.tables.misfits.value.tolist() == [kept]
    assert read.tables.misfits.reason[0].startswith("line 3: ")


def test_a_person_without_a_dwelling_is_kept_and_reported(tmp_path: Path) -> None:
    read = census(tmp_path, dictionary(), "P010142", "P020133")
    assert read.warnings == ("2 cases without the required record DWELLING (from line 1, 2)",)
    assert read.tables.frames["CASE"].ROOMS.isna().all()
    assert read.tables.frames["CASE"].AREA.tolist() == [1, 2]


def test_more_people_than_allowed_are_kept_and_reported(tmp_path: Path) -> None:
    read = census(tmp_path, dictionary(), "H01013", *(f"P01010{age}" for age in range(4)))
    assert read.warnings == ("1 case with more than 3 records PERSON, all kept (from line 1)",)
    assert len(read.tables.frames["PERSON"]) == 4


def test_decimals_are_read_with_and_without_their_point(tmp_path: Path) -> None:
    layout = dictionary(item("MEANT", 5, decimals=2), item("WRITTEN", 5, decimals=2, decimalMark=True))
    people = census(tmp_path, layout, "H01013", "P01010125012.50", "P0101   -5-2.50").tables.frames["PERSON"]
    assert people.MEANT.tolist() == [12.5, -0.05]
    assert people.WRITTEN.tolist() == [12.5, -2.5]


def test_a_subitem_lies_within_its_item_and_repeats_with_it(tmp_path: Path) -> None:
    sub = item("MAJOR", 1, subitem=True, subitemOffset=0)
    layout = dictionary(item("JOB", 2, occurrences={"maximum": 2}), sub, item("AGE", 2))
    people = census(tmp_path, layout, "H01013", "P0101456742").tables.frames["PERSON"]
    assert people.iloc[0, 2:].to_dict() == {"JOB_1": 45, "JOB_2": 67, "MAJOR_1": 4, "MAJOR_2": 6, "AGE": 42}


def test_values_outside_the_value_set_stay_and_are_listed(tmp_path: Path) -> None:
    layout = dictionary(item("SEX", 1, valueSets=codes(_1="Man", _2="Woman")))
    read = census(tmp_path, layout, "H01013", "P01011", "P01017", "P0101")
    assert read.tables.frames["PERSON"].SEX.tolist() == [1, 7, pd.NA]
    assert read.tables.misfits[["key", "name", "value"]].to_numpy().tolist() == [["0101", "SEX", "7"]]


def test_special_values_say_why_an_answer_is_missing(tmp_path: Path) -> None:
    [values] = codes(_1="Yes", _9="Not stated")
    values["values"][1]["special"] = "MISSING"
    values["values"].append({"labels": [{"text": "Too young"}], "special": "NOTAPPL", "pairs": [{"value": ""}]})
    read = census(tmp_path, dictionary(item("WORKS", 1, valueSets=[values])), "H01013", "P01019")
    [works] = [variable for variable in read.codebook.variables if variable.name == "WORKS"]
    assert works.missing == {"9": "not_stated", "": "not_applicable"}
    assert works.codes == {"1": {"en": "Yes"}, "9": {"en": "Not stated"}}


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (codes(_1="Yes", _2="No"), "category"),
        (codes(_1_15="Here", _21="Abroad"), "category"),
        (codes(_0_98="", _99="Not stated"), "integer"),
        (codes(_1="One", _10_9999="Ten or more"), "integer"),
    ],
)
def test_a_number_is_a_category_when_all_its_values_are_named_codes(tmp_path: Path, values: list, kind: str) -> None:
    read = census(tmp_path, dictionary(item("X", 4, valueSets=values)), "H01013", "P01010001")
    assert read.codebook.variables[-1].kind == kind


def test_labels_come_in_every_language(tmp_path: Path) -> None:
    sex = {**item("SEX", 1), "labels": [{"text": "Sex", "language": "EN"}, {"text": "Sexe", "language": "FR"}]}
    layout = dictionary(sex, languages=[{"name": "EN", "label": "English"}, {"name": "FR", "label": "Français"}])
    book = census(tmp_path, layout, "H01013").codebook
    assert book.languages == ("en", "fr")
    assert book.variables[-1].labels == {"en": "Sex", "fr": "Sexe"}


def test_text_in_latin_1_is_read(tmp_path: Path) -> None:
    layout = dictionary(item("NAME", 5, contentType="alpha"))
    read = census(tmp_path, layout, "H01013", "P0101Zoë", encoding="latin-1")
    assert read.tables.frames["PERSON"].NAME.tolist() == ["Zoë"]


OLD = """[Dictionary]
Version=CSPro 6.3
Label=Test
Name=TEST
RecordTypeStart=1
RecordTypeLen=1
Positions=Absolute
DecimalChar=No

[Level]
Label=Case
Name=CASE

[IdItems]

[Item]
Label=Area
Name=AREA
Start=2
Len=2

[Record]
Label=Person
Name=PERSON
RecordTypeValue='P'
MaxRecords=30

[Item]
Label=Birth
Name=BIRTH
Start=5
Len=2
DataType=Numeric

[ValueSet]
Label=Birth
Name=BIRTH_VS1
Value=1:3 5;Here
Value=21;Abroad
Value='  ';Not applicable
Name=NOTAPPL,Special

[Item]
Label=Birth, first digit
Name=BIRTH_A
Start=5
Len=1
ItemType=SubItem

[Item]
Label=Name
Name=NAME
Start=8
Len=3
DataType=Alpha
"""


def test_an_older_dictionary_in_sections_is_read(tmp_path: Path) -> None:
    read = census(tmp_path, OLD, "P01 21 Abe", "P01    Bea")
    assert read.tables.frames["PERSON"].iloc[:, 2:].to_numpy().tolist() == [[21, 2, "Abe"], [pd.NA, pd.NA, "Bea"]]
    birth = read.codebook.of_table("PERSON")["BIRTH"]
    assert list(birth.codes) == ["1", "2", "3", "5", "21"]
    assert birth.missing == {"": "not_applicable"}


def people(living: int, born: int, number: int) -> list[str]:
    """Dwellings of one person each, who lives in one area and was born in another."""
    lines = []
    for serial in range(number):
        lines += [f"H{living:02d}{serial:02d}3", f"P{living:02d}{serial:02d}{born:02d}"]
    return lines


AREAS = codes(_1="North", _2="South", _3="West")
BIRTH = item("BIRTH", 2, valueSets=codes(_1_3="Here", _21="Abroad"))


def test_a_birthplace_coded_by_area_gives_no_warning(tmp_path: Path) -> None:
    lines = [*people(1, 1, 40), *people(2, 2, 40), *people(3, 1, 60)]
    assert census(tmp_path, dictionary(BIRTH, area=AREAS), *lines).warnings == ()


def test_a_birthplace_with_one_code_everywhere_is_warned_of(tmp_path: Path) -> None:
    lines = [*people(1, 1, 40), *people(2, 1, 40), *people(3, 1, 60), "H01993", "P019921"]
    [warning] = census(tmp_path, dictionary(BIRTH, area=AREAS), *lines).warnings
    assert "BIRTH (Birth) is not coded by AREA: 140 of 140 in Here are coded 01" in warning
    assert "in 1 of 3 codes of AREA only" in warning


@pytest.mark.parametrize(
    ("layout", "lines", "why"),
    [
        ("nothing", ("H01013",), "not a CSPro dictionary"),
        ('{"levels": []}', ("H01013",), "0 levels"),
        (dictionary(), ("Z01013",), "no line fits dictionary TEST"),
    ],
)
def test_files_that_are_not_a_census_are_refused(tmp_path: Path, layout: str, lines: tuple[str, ...], why: str) -> None:
    with pytest.raises(DataFileError, match=why):
        census(tmp_path, layout, *lines)


def test_a_file_that_is_not_there_or_damaged_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cut.dcf.gz").write_bytes(gzip.compress(b"{}" * 99)[:-9])
    for name in ("none.dcf", "cut.dcf.gz"):
        with pytest.raises(DataFileError, match=name):
            cspro.read_dictionary(tmp_path / name)
