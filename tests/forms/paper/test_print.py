"""What is printed can be read: every letter has its shape, texts go the right way, files are the same each time."""

from __future__ import annotations

import io
import re
import shutil
import struct
import subprocess
from functools import cache
from html import unescape
from pathlib import Path

import docx
import pytest
from click.testing import CliRunner

from forms import catalog, paper
from forms.cli import group
from forms.workbook import Workbook

FONTS = sorted((Path(paper.__file__).parents[1] / "fonts").glob("*.ttf"))
FORMS = [(name, language) for name in catalog.names() for language in catalog.load(name, draft=True).header.languages]
UNSEEN = set(map(chr, (*range(0x20), 0x200B, *range(0x200E, 0x2010), *range(0x2066, 0x206A))))
"""Characters without shape: blanks, and marks of direction."""


@cache
def form(name: str) -> Workbook:
    return catalog.load(name, draft=True)


@cache
def shapes() -> frozenset[int]:
    """The characters that the fonts of the package draw: their cmap tables of format 4 and 12."""
    found: set[int] = set()
    for font in FONTS:
        data = font.read_bytes()
        tables = {data[at : at + 4]: struct.unpack_from(">II", data, at + 8) for at in range(12, 12 + 16 * data[5], 16)}
        start = tables[b"cmap"][0]
        for number in range(struct.unpack_from(">H", data, start + 2)[0]):
            place = start + struct.unpack_from(">I", data, start + 4 + 8 * number + 4)[0]
            found |= drawn(data, place)
    return frozenset(found)


def drawn(data: bytes, place: int) -> set[int]:
    """The characters of one cmap table."""
    kind = struct.unpack_from(">H", data, place)[0]
    if kind == 12:
        groups = struct.iter_unpack(
            ">III", data[place + 16 : place + 16 + 12 * struct.unpack_from(">I", data, place + 12)[0]]
        )
        return {code for first, last, _ in groups for code in range(first, last + 1)}
    if kind == 4:
        count = struct.unpack_from(">H", data, place + 6)[0] // 2
        ends = struct.unpack_from(f">{count}H", data, place + 14)
        starts = struct.unpack_from(f">{count}H", data, place + 16 + 2 * count)
        return {code for first, last in zip(starts, ends, strict=True) for code in range(first, last + 1)} - {0xFFFF}
    return set()


def seen(page: str) -> str:
    """The text that a reader of the page sees."""
    return unescape(re.sub(r"<(style|script)\b.*?</\1>|<[^>]*>", " ", page, flags=re.DOTALL))


@pytest.mark.parametrize(("name", "language"), FORMS)
def test_at_1_18_every_letter_has_a_shape_in_the_fonts_that_come_along(name: str, language: str) -> None:
    text = seen(paper.print_html(form(name), language))
    missing = {char for char in text if char not in UNSEEN and ord(char) not in shapes()}
    assert missing == set()


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="no pdftotext (poppler-utils) on this machine")
@pytest.mark.parametrize(
    ("name", "language"),
    [("census_migration", "en"), ("census_migration", "tg"), ("listing", "ru"), ("remittance_household", "ro")],
)
def test_at_1_18_the_questions_are_in_the_pdf(name: str, language: str, tmp_path: Path) -> None:
    (tmp_path / "form.pdf").write_bytes(paper.print_pdf(form(name), language))
    done = subprocess.run(
        ["pdftotext", "-raw", "form.pdf", "-"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    words = set(re.findall(r"\w{5,}", done.stdout.replace("-\n", "")))
    wanted = set(re.findall(r"\w{5,}", seen(paper.print_html(form(name), language))))
    assert len(wanted - words) < 0.03 * len(wanted)


@pytest.mark.parametrize("language", ["ar", "bn"])
def test_at_1_18_arabic_and_bangla_are_set_as_pdf(language: str) -> None:
    name = "census_migration" if language == "ar" else "remittance_household"
    assert paper.print_pdf(form(name), language).startswith(b"%PDF-")


def test_at_1_14_arabic_runs_from_right_to_left_and_its_codes_do_not_turn() -> None:
    page = paper.print_html(form("listing"), "ar")
    assert re.search(r'<html[^>]* lang="ar"[^>]* dir="rtl"|<html[^>]* dir="rtl"[^>]* lang="ar"', page)
    assert "<bdi" in page


def test_at_1_18_a_word_processor_gets_arabic_from_right_to_left() -> None:
    made = docx.Document(io.BytesIO(paper.print_docx(form("listing"), "ar")))
    xml = made.element.xml
    assert "<w:bidi" in xml
    assert "<w:rtl" in xml


@pytest.mark.parametrize("make", [paper.print_html, paper.print_pdf, paper.print_docx])
def test_the_same_form_gives_the_same_bytes(make) -> None:
    assert make(form("listing"), "ru") == make(form("listing"), "ru")


def test_a_page_asks_no_other_host_for_anything() -> None:
    page = paper.print_html(form("listing"), "en")
    assert re.findall(r'(?:src|href)="(?!#|data:)[^"]*"|url\((?!data:)[^)]*\)', page) == []


@pytest.mark.parametrize("name", catalog.names())
def test_every_library_form_can_be_printed(name: str) -> None:
    assert paper.print_pdf(form(name), form(name).header.language).startswith(b"%PDF-")


def test_the_text_of_a_form_is_set_as_text_and_never_as_markup() -> None:
    from forms import workbook

    label = 'Cost in # of $ [a] *b* _c_ @d < e & `f` \\\\g "h"?'
    drawn_form = workbook.from_markdown(
        f"| survey | type | name | label |\n| | integer | a | {label} |\n"
        "| settings | form_id | version |\n| | odd | 2026112501 |\n"
    )
    assert label in seen(paper.print_html(drawn_form, "en"))
    assert paper.print_pdf(drawn_form, "en").startswith(b"%PDF-")
    text = "".join(
        node.text or "" for node in docx.Document(io.BytesIO(paper.print_docx(drawn_form, "en"))).element.iter()
    )
    assert label in text


def test_the_command_writes_each_kind_of_file(tmp_path: Path) -> None:
    for kind, begins in (("pdf", b"%PDF"), ("html", b"<!"), ("docx", b"PK")):
        place = tmp_path / f"listing.{kind}"
        done = CliRunner().invoke(group, ["print", "listing", "--language", "tg", "-f", kind, "-o", str(place)])
        assert done.exit_code == 0, done.output
        assert place.read_bytes().startswith(begins)
