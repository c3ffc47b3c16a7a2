"""Codebooks as files: archives accept them, people find every question, and nothing depends on the network."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest
from lxml import etree, html

from forms import catalog, codebook, documents
from forms.codebook import Codebook
from forms.definition import Form
from forms.errors import DataFileError

SCHEMA = Path(__file__).parent / "ddi" / "codebook.xsd"
DDI = "{ddi:codebook:2_5}"


def book_of(name: str) -> Codebook:
    return codebook.of(Form.from_workbook(catalog.load(name, draft=True)))


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(SCHEMA)))


@pytest.mark.parametrize("name", catalog.names())
def test_the_ddi_codebook_of_a_form_is_valid(name: str, schema: etree.XMLSchema) -> None:
    schema.assertValid(etree.fromstring(documents.ddi.render(book_of(name))))


def test_ddi_gives_the_question_in_every_language_with_its_universe_and_codes() -> None:
    root = etree.fromstring(documents.ddi.render(book_of("census_migration")))
    [variable] = [node for node in root.iter(f"{DDI}var") if node.get("name") == "birth_where"]
    languages = [node.get("{http://www.w3.org/XML/1998/namespace}lang") for node in variable.iter(f"{DDI}qstnLit")]
    codes = {node.findtext(f"{DDI}catValu"): node.get("missing") for node in variable.iter(f"{DDI}catgry")}
    assert {"en", "ru", "ar"} <= set(languages)
    assert variable.findtext(f"{DDI}universe") == "all persons"
    assert codes == {"1": "N", "2": "N", "3": "N", "98": "Y"}


def test_the_page_shows_every_variable_and_loads_nothing() -> None:
    book = book_of("census_migration")
    page = html.fromstring(documents.page.render(book))
    assert len(page.findall(".//section")) == len(book.variables)
    assert page.xpath("//@src | //link/@href") == []


def test_arabic_on_the_page_runs_from_right_to_left() -> None:
    page = html.fromstring(documents.page.render(book_of("census_migration")))
    assert set(page.xpath('//*[@lang="ar"]/@dir')) == {"rtl"}


def test_the_workbook_has_a_row_for_each_variable_and_for_each_code() -> None:
    book = book_of("census_migration")
    sheets = openpyxl.load_workbook(io.BytesIO(documents.sheet.render(book)))
    assert sheets.sheetnames == ["variables", "codes"]
    assert sheets["variables"].max_row == len(book.variables) + 1


def test_an_unknown_kind_of_document_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match=r"no codebook has this suffix; choose one of .html, .xlsx, .xml"):
        documents.write(tmp_path / "codebook.pdf", book_of("census_migration"))
