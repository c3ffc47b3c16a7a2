"""The item list and the library agree, item by item; every deviation is written down with its reason."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache

import pytest

from forms import catalog
from forms.definition import row_type
from forms.sheets import Row

SPECIFICATION = catalog.folder("_specification")
TYPES = {
    "s1": {"select_one", "select_one_from_file"},
    "sm": {"select_multiple", "select_multiple_from_file"},
    "int": {"integer"},
    "dec": {"decimal"},
    "date": {"date"},
    "ym": {"date"},
    "year": {"integer"},
    "time": {"time"},
    "dt": {"dateTime"},
    "text": {"text"},
    "geo": {"geopoint"},
    "calc": {"calculate"},
    "note": {"note"},
    "bar": {"barcode"},
    "img": {"image"},
    "aud": {"audio"},
    "id": {"text", "barcode", "calculate", "integer", "select_one_from_file"},
    "rep": {"begin_repeat"},
    "meta": {"start", "end", "deviceid", "audit"},
}
Item = dict[str, str]


@cache
def lines(name: str) -> tuple[Item, ...]:
    with (SPECIFICATION / name).open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def asked(form: str) -> dict[str, tuple[Row, tuple[Row, ...]]]:
    """Every named row of a form, with the groups and repeats around it."""
    found: dict[str, tuple[Row, tuple[Row, ...]]] = {}
    around: list[Row] = []
    for row in catalog.load(form, draft=True).survey:
        kind = row_type(row.get("type", "")).name
        if kind.startswith("end_"):
            around.pop()
            continue
        found[row["name"]] = (row, tuple(around))
        if kind.startswith("begin_"):
            around.append(row)
    return found


@cache
def forms_by_block() -> dict[str, str]:
    return {block: name for name in catalog.names() for block in catalog.load(name, draft=True).header.blocks.split()}


def differences(item: Item) -> Iterator[tuple[str, str]]:
    """What differs between the item and its row in the form: aspect and words."""
    rows = asked(forms_by_block()[item["instrument"]])
    if item["name"] not in rows:
        yield "name", "not asked"
        return
    row, around = rows[item["name"]]
    kind = row_type(row["type"])
    if kind.name not in TYPES[item["type"]] or (item["type"] == "ym" and "month-year" not in row.get("appearance", "")):
        yield "type", f"{row['type']}, not {item['type']}"
    if item["list"] != "-" and kind.name.startswith("select") and _list(kind.list_name) != item["list"]:
        yield "list", f"{kind.list_name}, not {item['list']}"
    conditions = " ".join(each.get(column, "") for each in (row, *around) for column in ("relevant", "repeat_count"))
    conditions += row.get("calculation", "")
    items = {each["name"] for each in lines("items.csv") if each["instrument"] == item["instrument"]}
    for name in items & set(re.findall(r"\w+", item["universe"])) - {item["name"]}:
        if f"${{{name}}}" not in conditions and not any(each["name"] == name for each in around):
            yield "universe", f"no condition on {name} ({item['universe']})"
    if "H:" in item["checks"] and not _is_checked(row):
        yield "check", f"no hard check ({item['checks']})"


def _list(name: str | None) -> str:
    return (name or "").removesuffix(".csv")


def _is_checked(row: Row) -> bool:
    return any(row.get(column) for column in ("constraint", "required", "choice_filter", "calculation", "repeat_count"))


@pytest.mark.parametrize("block", sorted({item["instrument"] for item in lines("items.csv")}))
def test_a_block_is_asked_item_by_item_or_its_deviation_is_explained(block: str) -> None:
    assert block in forms_by_block(), "no form of the library names this block in form.toml"
    explained = {(line["name"], line["aspect"]) for line in lines("deviations.csv") if line["block"] == block}
    found = {
        (item["name"], aspect): words
        for item in lines("items.csv")
        if item["instrument"] == block
        for aspect, words in differences(item)
    }
    assert {key: words for key, words in found.items() if key not in explained} == {}
    assert explained - set(found) == set(), "explained, but nothing differs"


def test_every_deviation_says_why() -> None:
    assert all(len(line["why"].split()) > 4 for line in lines("deviations.csv"))
