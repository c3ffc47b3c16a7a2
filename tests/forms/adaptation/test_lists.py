"""Country lists and areas of an adaptation come from the office's files, and codes keep their meaning."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from forms import adaptation, catalog, codelists, xform
from forms.adaptation import lists, recodes
from forms.adaptation.compare import compare
from forms.adaptation.comparison import DEGRADED, LOST
from forms.cli import group
from forms.errors import WorkbookError

DAY = dt.date(2026, 11, 25)


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The census module in English and Russian, as it is taken from the library."""
    folder = tmp_path_factory.mktemp("begun") / "tjk"
    adaptation.create("census_migration", folder, form_id="tjk_mig", languages=["en", "ru"])
    return folder


@pytest.fixture
def folder(begun: Path, tmp_path: Path) -> Path:
    """A copy of it to change."""
    return Path(shutil.copytree(begun, tmp_path / "tjk"))


def countries(tmp_path: Path, change: dict[str, dict[str, str]], without: tuple[str, ...] = ()) -> Path:
    """The standard's countries with iso3 beside them, some cells changed, some rows added or left out."""
    rows = {
        row["name"]: {
            "code": row["name"],
            "iso3": row["name"] if row["name"].isalpha() else "",
            "label": row["label::en"],
        }
        for row in codelists.read("country_iso3").rows
    }
    for code, cells in change.items():
        rows[code] = {"code": code, "iso3": "", "label": code, **rows.get(code, {}), **cells}
    columns = list(dict.fromkeys(column for row in rows.values() for column in row))
    lines = [",".join(columns)]
    lines += [",".join(f'"{row.get(c, "")}"' for c in columns) for code, row in rows.items() if code not in without]
    path = tmp_path / "countries.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_at_1_3_labels_and_order_may_change_and_codes_be_added(folder: Path, tmp_path: Path) -> None:
    source = countries(
        tmp_path,
        {"RUS": {"label": "Russian Federation", "show_first": "yes"}, "SUN": {"iso3": "SUN", "label": "Former USSR"}},
    )
    report = lists.put(folder, "country_iso3", source, day=DAY)
    assert (report.added, report.relabelled, report.removed) == (("SUN",), ("RUS",), ())
    first = catalog.read(str(folder), draft=True).lists["country_iso3"][0]
    assert (first["name"], first["label::English (en)"]) == ("RUS", "Russian Federation")


def test_at_1_3_a_code_that_would_mean_another_country_is_refused(folder: Path, tmp_path: Path) -> None:
    source = countries(tmp_path, {"TJK": {"iso3": "TKM"}})
    with pytest.raises(WorkbookError) as refused:
        lists.put(folder, "country_iso3", source, day=DAY)
    assert "code-meaning: 'TJK' was iso3 TJK and is TKM now" in str(refused.value)
    assert not (folder / "lists" / "country_iso3.csv").exists()


def test_at_1_3_a_meaning_given_by_an_earlier_list_holds_too(folder: Path, tmp_path: Path) -> None:
    lists.put(folder, "country_iso3", countries(tmp_path, {"900": {"m49": "810"}}), day=DAY)
    with pytest.raises(WorkbookError, match="'900' was m49 810 and is 891 now"):
        lists.put(folder, "country_iso3", countries(tmp_path, {"900": {"m49": "891"}}), day=DAY)


def test_at_1_4_a_country_that_goes_is_told_with_its_share_and_counted_under_another(
    folder: Path, tmp_path: Path
) -> None:
    source = countries(tmp_path, {"96": {"label": "Another country"}}, without=("GBR", "FRA"))
    report = lists.put(
        folder, "country_iso3", source, mapped={"GBR": "96"}, shares={"GBR": "0.4 %", "RUS": "61 %"}, day=DAY
    )
    assert (set(report.removed), report.mapped, report.shares) == ({"GBR", "FRA"}, {"GBR": "96"}, {"GBR": "0.4 %"})
    other = next(row for row in adaptation.open_folder(folder).form.lists["country_iso3"] if row["name"] == "96")
    assert other[recodes.TAKES] == "GBR"


def test_a_code_cannot_be_counted_under_one_that_is_not_there(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(WorkbookError, match="'997' cannot be mapped"):
        lists.put(folder, "country_iso3", countries(tmp_path, {}, ("GBR",)), mapped={"GBR": "997"}, day=DAY)


def test_a_code_whose_time_is_over_is_known_but_not_offered(folder: Path, tmp_path: Path) -> None:
    lists.put(folder, "country_iso3", countries(tmp_path, {"SUN": {"valid_to": "1991-12-26"}}), day=DAY)
    book = catalog.read(str(folder), draft=True)
    assert "SUN" in {row["name"] for row in book.lists["country_iso3"]}
    assert b"<name>SUN</name>" not in xform.compile(book).xml
    assert b"<name>TJK</name>" in xform.compile(book).xml


def test_each_list_loaded_has_a_version_and_the_earlier_ones_stay(folder: Path, tmp_path: Path) -> None:
    lists.put(folder, "country_iso3", countries(tmp_path, {}), day=DAY)
    lists.put(folder, "country_iso3", countries(tmp_path, {"RUS": {"label": "Russia"}}), day=DAY)
    [loaded] = lists.register(folder)
    assert (loaded.version, loaded.source) == ("2026112502", "countries.csv")
    history = sorted(path.name for path in (folder / "lists" / "history").iterdir())
    assert history == ["country_iso3-2026112501.csv", "country_iso3-2026112502.csv"]


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("code,label\n1,One\n1,Two\n", "'1' is the code at list.csv:2 already"),
        ("code,label\n1,\n", "'1' has no label"),
        ("code,label\n1,One\n,Two\n", "list.csv:3: no code"),
        ("label\nOne\n", "no column 'code'"),
        ("code,label,valid_to\n1,One,31.12.2027\n", "'31.12.2027' is no date"),
    ],
)
def test_a_list_that_cannot_be_meant_is_refused_with_its_line(
    folder: Path, tmp_path: Path, lines: str, says: str
) -> None:
    (tmp_path / "list.csv").write_text(lines, encoding="utf-8")
    with pytest.raises(WorkbookError) as refused:
        lists.put(folder, "country_iso3", tmp_path / "list.csv", day=DAY)
    assert says in str(refused.value)
    assert lists.register(folder) == ()


def cod_ab(path: Path, villages: int = 0) -> Path:
    """A workbook of two regions with two districts each, in the layout of common data sets."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "ADM2"
    sheet.append(["ADM2_EN", "ADM2_RU", "ADM2_PCODE", "ADM1_EN", "ADM1_RU", "ADM1_PCODE", "ADM0_PCODE", "date"])
    for region in (1, 2):
        for district in (1, 2):
            sheet.append(
                [
                    *(f"District {region}{district}", f"Район {region}{district}", f"QM0{region}0{district}"),
                    *(f"Region {region}", f"Регион {region}", f"QM0{region}", "QM", "2026-01-01"),
                ]
            )
    book.save(path)
    return path


def test_areas_come_with_place_codes_names_and_the_region_around(folder: Path, tmp_path: Path) -> None:
    lists.put_areas(folder, cod_ab(tmp_path / "cod.xlsx"), day=DAY)
    book = catalog.read(str(folder), draft=True)
    regions, districts = book.lists["admin1_ext"], book.lists["admin2_ext"]
    assert [row["name"] for row in regions] == ["01", "02", "98"]
    first = districts[0]
    assert (first["name"], first["admin1_ext"], first["pcode"]) == ("0101", "01", "QM0101")
    assert first["label::Русский (ru)"] == "Район 11"


def test_the_command_says_what_became_of_the_list(folder: Path, tmp_path: Path) -> None:
    source = countries(tmp_path, {"96": {"label": "Another country"}}, without=("GBR",))
    done = CliRunner().invoke(group, ["lists", "set", str(folder), "country_iso3", "--from", str(source)])
    assert done.exit_code == 0, done.output
    assert "GBR: not counted: --map GBR=CODE" in done.output


def by_country(folder: Path) -> dict[str, str]:
    """What becomes of the indicators that are published by country of birth."""
    found = compare(adaptation.open_folder(folder))
    return {
        effect.id: effect.effect
        for effect in (*found.indicators, *found.tables)
        if any(change.name == "country_iso3" or "country" in change.qid for change in effect.because)
    }


def test_at_1_4_statistics_by_country_keep_a_country_that_is_counted_under_another_only_in_less_detail(
    folder: Path, tmp_path: Path
) -> None:
    other = {"96": {"label": "Another country"}}
    lists.put(folder, "country_iso3", countries(tmp_path, other, ("GBR",)), mapped={"GBR": "96"}, day=DAY)
    mapped = by_country(folder)
    lists.put(folder, "country_iso3", countries(tmp_path, other, ("GBR",)), day=DAY)
    dropped = by_country(folder)
    assert mapped
    assert set(mapped.values()) == {DEGRADED}
    assert LOST in dropped.values()
