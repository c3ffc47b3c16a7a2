"""A small form that is printed, drawn; and the letters that a font file has."""

from __future__ import annotations

import struct
from pathlib import Path

from forms.paper.assembly import assemble
from forms.paper.questionnaire import Block, Grid, Item, Pages, Questionnaire
from forms.paper.words import FIRST_STRONG, POP
from tests.drawing import workbook

LISTS = """
    | choices |           |      |        |
    |         | list_name | name | label  |
    |         | where     | 1    | Here   |
    |         | where     | 2    | Abroad |
    |         | where     | 98   | Unknown |
    |         | kinds     | 0    | None   |
    |         | kinds     | 1    | Fish   |
    |         | kinds     | 2    | Meat   |
"""


def printed(survey: str, language: str = "en", choices: str = LISTS) -> Questionnaire:
    """The questionnaire of a drawn sheet `survey`."""
    return assemble(workbook(survey.rstrip() + "\n" + choices), language)


def plain(text: str) -> str:
    """The text without the characters that set runs apart."""
    return text.replace(FIRST_STRONG, "").replace(POP, "")


def items(questionnaire: Questionnaire) -> dict[str, Item]:
    """Every question by its number."""
    return {item.number: item for section in questionnaire.sections for item in _items(section.blocks)}


def _items(blocks: tuple[Block, ...]):
    for block in blocks:
        match block:
            case Item():
                yield block
            case Grid():
                yield from block.columns
            case Pages():
                yield from _items(block.blocks)


def letters(font: Path) -> set[int]:
    """The code points that a TrueType font has a glyph for (tables cmap, formats 4 and 12)."""
    data = font.read_bytes()
    tables = [
        struct.unpack(">4sIII", data[12 + 16 * n : 28 + 16 * n]) for n in range(struct.unpack(">H", data[4:6])[0])
    ]
    start = next(offset for tag, _, offset, _ in tables if tag == b"cmap")
    found: set[int] = set()
    for n in range(struct.unpack(">H", data[start + 2 : start + 4])[0]):
        at = start + struct.unpack(">HHI", data[start + 4 + 8 * n : start + 12 + 8 * n])[2]
        if struct.unpack(">H", data[at : at + 2])[0] == 12:
            for m in range(struct.unpack(">I", data[at + 12 : at + 16])[0]):
                first, last, _ = struct.unpack(">III", data[at + 16 + 12 * m : at + 28 + 12 * m])
                found.update(range(first, last + 1))
        else:
            count = struct.unpack(">H", data[at + 6 : at + 8])[0] // 2
            lasts = struct.unpack(f">{count}H", data[at + 14 : at + 14 + 2 * count])
            firsts = struct.unpack(f">{count}H", data[at + 16 + 2 * count : at + 16 + 4 * count])
            for first, last in zip(firsts, lasts, strict=True):
                found.update(range(first, last + 1))
    return found
