"""Library forms in the hands of the real form engine: they open, can be filled, and their rules hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from forms import catalog, xform
from forms.workbook import Workbook
from tests.clients import cases, javarosa

pytestmark = pytest.mark.skipif(not javarosa.available(), reason="no Java compiler (javac) on this machine")

SURVEY = Path(__file__).parents[1] / "server" / "demo" / "survey"
POPSTAN = {path.stem: path for path in (SURVEY / "lists").glob("*.csv")}
HOUSEHOLDS = """\
name,label,ea,urban
0101-001,Dwelling 1,0101,1
0101-002,Dwelling 2,0101,1
0205-003,Dwelling 3,0205,2
"""
CASES = sorted((catalog.folder("census_migration") / "cases").glob("*.csv"))


def written(workbook: Workbook, folder: Path) -> Path:
    """The compiled form in a folder, with a list of dwellings beside it."""
    path = folder / "form.xml"
    path.write_bytes(xform.compile(workbook).xml)
    (folder / "households.csv").write_text(HOUSEHOLDS, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def popstan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    own = {"own_country_code": "1"}
    return written(catalog.load("census_migration", own, POPSTAN), tmp_path_factory.mktemp("popstan"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_every_case_holds(popstan: Path, path: Path) -> None:
    assert cases.check(popstan, cases.load(path)) == {}
