"""Every form of the library in the hands of the real form engine: it opens, can be filled, and its rules hold."""

from __future__ import annotations

import subprocess
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from forms import catalog, checks, codebook, instances, tables, xform
from forms.cases import load
from forms.definition import Form
from forms.tables import Tables
from forms.workbook import Workbook
from tests.clients import cases, dialects, javarosa

needs_java = pytest.mark.skipif(not javarosa.available(), reason="no Java compiler (javac) on this machine")

LANGUAGES = [
    (name, language) for name in catalog.names() for language in catalog.load(name, draft=True).header.languages
]
CASES = [(name, path) for name in catalog.names() for path in sorted(catalog.folder(name).glob("cases/*.csv"))]
EXAMPLES = [(name, path) for name in catalog.names() for path in sorted(catalog.folder(name).glob("examples/*.xml"))]
LARGEST = 300_000
DTYPES = {
    "integer": "Int64",
    "decimal": "Float64",
    "text": "str",
    "category": "str",
    "date": "datetime64[us]",
    "datetime": "datetime64[us, UTC]",
}


@cache
def setup(name: str) -> dict[str, Any]:
    """How the form is set up when its cases run: parameters, lists, answers of the drawn interviews."""
    path = catalog.folder(name) / "cases" / "setup.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


@cache
def prepared(name: str) -> Workbook:
    folder = catalog.folder(name) / "cases"
    lists = {listed: folder / path for listed, path in setup(name).get("lists", {}).items()}
    return catalog.load(name, setup(name).get("parameters"), lists)


@pytest.fixture(scope="session")
def tablets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every form compiled, as a tablet would have it."""
    folder = tmp_path_factory.mktemp("tablets")
    for name in catalog.names():
        (folder / f"{name}.xml").write_bytes(xform.compile(prepared(name)).xml)
    return folder


def media(name: str) -> list[Path]:
    """The folder of the lists that a server would send with the form."""
    folder = catalog.folder(name) / "cases" / "media"
    return [folder] if folder.exists() else []


def flat(workbook: Workbook, paths: list[Path]) -> Tables:
    form = Form.from_workbook(workbook)
    return tables.flatten(form, [instances.parse(path.read_bytes(), form) for path in paths])


@pytest.mark.parametrize("name", catalog.names())
def test_a_form_compiles_without_warning(name: str) -> None:
    assert xform.compile(catalog.load(name)).warnings == ()


@pytest.mark.parametrize("name", catalog.names())
def test_every_text_is_translated_from_its_present_source(name: str) -> None:
    assert catalog.load(name).findings == ()


@pytest.mark.parametrize("name", catalog.names())
def test_the_checks_find_nothing_wrong(name: str) -> None:
    findings = checks.check(catalog.load(name))
    assert [str(finding) for finding in findings if finding.level == "error"] == []


@pytest.mark.parametrize("name", catalog.names())
def test_a_form_in_any_two_languages_is_small_enough_for_a_slow_line(name: str) -> None:
    """No field force speaks all languages of the library: two are sent, at most the two with the longest texts."""
    form = catalog.load(name)
    sizes = {
        language: len(xform.compile(catalog.load(name, languages=(language,))).xml)
        for language in form.header.languages
    }
    longest = sorted(sizes, key=lambda language: sizes[language])[-2:]
    assert len(xform.compile(catalog.load(name, languages=tuple(longest))).xml) < LARGEST


@needs_java
def test_odk_validate_accepts_every_form(tablets: Path) -> None:
    forms = sorted(map(str, tablets.glob("*.xml")))
    done = subprocess.run(
        ["java", "-Djava.awt.headless=true", "-jar", str(javarosa.find_jar()), *forms],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.count("Xform is valid!") == len(forms), done.stderr


@needs_java
@pytest.mark.parametrize(("name", "language"), LANGUAGES)
def test_twenty_interviews_in_a_language_fit_their_tables(
    name: str, language: str, tablets: Path, tmp_path: Path
) -> None:
    heading = prepared(name).header.headings[language]
    report = javarosa.fill(
        tablets / f"{name}.xml",
        7,
        20,
        tmp_path,
        setup(name).get("answers"),
        media=media(name),
        lang=heading,
        raise_load=False,
    )
    assert report["loadError"] is None
    assert report["form"]["missingTranslations"] == {}
    assert [instance["unanswered"] for instance in report["instances"]] == [[]] * 20
    assert not any(instance.get("problems") for instance in report["instances"])
    paths = [Path(instance["file"]) for instance in report["instances"]]
    filled = flat(prepared(name), paths)
    assert filled.misfits.empty
    book = codebook.of(Form.from_workbook(prepared(name)))
    wanted = {
        (variable.table, variable.name): "Int8" if "__" in variable.name else DTYPES[variable.kind]  # chosen or not
        for variable in book.variables
    }
    got = {(table, column): str(frame[column].dtype) for table, frame in filled.frames.items() for column in frame}
    assert got == wanted
    for dialect in dialects.DIALECTS.values():
        _assert_equal(filled, _rewritten(name, paths, dialect))


def _rewritten(name: str, paths: list[Path], dialect: Callable[[bytes, frozenset[str]], bytes]) -> Tables:
    """The tables of the same interviews as another engine writes them."""
    form = Form.from_workbook(prepared(name))
    repeats = frozenset(repeat.name for repeat in form.repeats())
    return tables.flatten(form, [instances.parse(dialect(path.read_bytes(), repeats), form) for path in paths])


def _assert_equal(one: Tables, other: Tables) -> None:
    assert other.misfits.empty
    for table, frame in one.frames.items():
        pd.testing.assert_frame_equal(frame, other.frames[table])


@needs_java
@pytest.mark.parametrize(("name", "path"), CASES, ids=lambda part: getattr(part, "stem", part))
def test_every_case_holds(name: str, path: Path, tablets: Path) -> None:
    assert cases.check(tablets / f"{name}.xml", load(path), media=media(name)) == {}


@pytest.mark.parametrize("name", catalog.names())
def test_a_form_brings_cases(name: str) -> None:
    assert [form for form, _ in CASES].count(name) > 0


@pytest.mark.parametrize(("name", "path"), EXAMPLES, ids=lambda part: getattr(part, "stem", part))
def test_an_example_flattens_without_misfit(name: str, path: Path) -> None:
    assert flat(catalog.load(name), [path]).misfits.empty
