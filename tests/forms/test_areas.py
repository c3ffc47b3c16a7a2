"""Administrative areas are read from files in the layout of common data sets, or refused row by row."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from forms import areas
from forms.errors import WorkbookError


def flat(tmp_path: Path, text: str) -> Path:
    """A CSV file of areas."""
    path = tmp_path / "areas.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_flat_file_gives_each_level_once(tmp_path: Path) -> None:
    text = "ADM1_PCODE,ADM1_EN,ADM2_PCODE,ADM2_EN,ADM2_RU\nQM01,North,QM0101,One,Один\nQM01,North,QM0102,Two,Два\n"
    one, two = areas.read(flat(tmp_path, text))
    assert [area.pcode for area in one.areas] == ["QM01"]
    assert [(area.pcode, area.parent, area.names["ru"]) for area in two.areas] == [
        ("QM0101", "QM01", "Один"),
        ("QM0102", "QM01", "Два"),
    ]


def test_a_sheet_for_each_level_is_understood(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "adm1"
    book.active.append(["adm1_pcode", "adm1_name_en"])
    book.active.append(["QM01", "North"])
    second = book.create_sheet("adm2")
    second.append(["adm2_pcode", "adm2_name", "adm1_pcode"])
    second.append(["QM0101", "One", "QM01"])
    book.save(tmp_path / "areas.xlsx")
    one, two = areas.read(tmp_path / "areas.xlsx")
    assert (one.areas[0].names, two.areas[0].names, two.areas[0].parent) == ({"en": "North"}, {"": "One"}, "QM01")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("ADM1_PCODE,ADM1_EN\nQM01,\n", "areas.csv:2: QM01 has no name"),
        ("ADM1_PCODE,ADM1_EN\nQM01,North\n,South\n", "areas.csv:3: 'South' has no code of level 1"),
        ("ADM1_PCODE,ADM1_EN\nQM01,North\nQM01,South\n", "areas.csv:3: QM01 is another area at areas.csv:2"),
        ("ADM2_PCODE,ADM2_EN,ADM1_PCODE,ADM1_EN\nQM0101,One,,\nQM0201,Two,QM02,South\n", "does not say where it lies"),
        ("name,label\n1,One\n", "no column like ADM1_PCODE"),
    ],
)
def test_areas_that_do_not_fit_are_refused_with_their_row(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(WorkbookError) as refused:
        areas.read(flat(tmp_path, text))
    assert says in str(refused.value)


def test_a_code_that_does_not_begin_with_that_of_its_region_is_told(tmp_path: Path) -> None:
    text = "ADM1_PCODE,ADM1_EN,ADM2_PCODE,ADM2_EN\nQM01,North,QM0101,One\nQM01,North,QM0202,Two\n"
    [note] = areas.not_nested(areas.read(flat(tmp_path, text)))
    assert "QM0202 lies in QM01" in note


@pytest.mark.parametrize(
    ("codes", "taken", "short"),
    [
        (["QM01", "QM02"], ["98"], {"QM01": "01", "QM02": "02"}),
        (["QM01", "QM98"], ["98"], {"QM01": "QM01", "QM98": "QM98"}),
        (["QM01", "RN01"], [], {"QM01": "QM01", "RN01": "RN01"}),
        (["0101", "0102"], [], {"0101": "0101", "0102": "0102"}),
    ],
)
def test_place_codes_lose_the_countrys_letters_where_that_is_clear(
    codes: list[str], taken: list[str], short: dict[str, str]
) -> None:
    level = areas.Level(1, tuple(areas.Area(code, {"en": code}, "", "") for code in codes))
    assert areas.short_codes([level], taken) == short
