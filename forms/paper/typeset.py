"""Print: a questionnaire as PDF, set by typst in the fonts that come with the package."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.resources import as_file, files
from typing import Any

from forms.errors import DataFileError
from forms.paper.questionnaire import Answer, Block, Grid, Heading, Item, Option, Pages, Questionnaire

_DAY = datetime(2026, 1, 1, tzinfo=UTC)
"""The date in every file, so that the same questionnaire gives the same bytes."""


def render(questionnaire: Questionnaire) -> bytes:
    """The questionnaire as PDF; the same one gives the same bytes.

    It is for paper and carries no tags, which would make it seven times as large: a screen reader is given the page.

    Raises DataFileError when typst is not installed.
    """
    try:
        import typst
    except ImportError as error:
        raise DataFileError(
            "printing needs typst. Install it (python -m pip install typst), or print html and use a browser."
        ) from error
    data = json.dumps(_document(questionnaire), ensure_ascii=False)
    with as_file(files("forms") / "fonts") as fonts, as_file(files("forms") / "paper" / "layout.typ") as layout:
        compiler = typst.Compiler(
            layout, font_paths=typst.Fonts(False, False, [str(fonts)]), sys_inputs={"questionnaire": data}
        )
        made = compiler.compile(format="pdf", timestamp=_DAY, pdf_tags=False)
    assert isinstance(made, bytes)
    return made


def _document(questionnaire: Questionnaire) -> dict[str, Any]:
    cover = questionnaire.cover
    return {
        "form": questionnaire.form,
        "title": questionnaire.title,
        "language": questionnaire.language,
        "is_right_to_left": questionnaire.is_right_to_left,
        "words": questionnaire.words,
        "serial": questionnaire.serial,
        "code": _qr(questionnaire.serial),
        "cover": {
            "identification": [_item(item) for item in cover.identification],
            "staff": [_item(item) for item in cover.staff],
            "visits": cover.visits,
            "visit_columns": [
                {"title": title, "groups": _answer(Answer(boxes=boxes))["groups"]}
                for title, boxes in cover.visit_columns
            ],
            "results": _options(cover.results),
            "how_to": cover.how_to,
            "confidential": cover.confidential,
        },
        "sections": [
            {
                "letter": section.letter,
                "title": section.title,
                "condition": section.condition,
                "blocks": _blocks(section.blocks),
            }
            for section in questionnaire.sections
        ],
        "code_lists": [
            {"title": each.title, "used_by": each.used_by, "options": _options(each.options)}
            for each in questionnaire.code_lists
        ],
    }


def _blocks(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    return [_block(block) for block in blocks]


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Item():
            return _item(block)
        case Heading(title, condition):
            return {"type": "heading", "title": title, "condition": condition}
        case Grid(columns, rows, line, text):
            items = [_item(column) for column in columns]
            return {"type": "grid", "columns": items, "rows": rows, "line": line, "help": text}
        case Pages(text, line, inside):
            return {"type": "pages", "help": text, "line": line, "blocks": _blocks(inside)}


def _item(item: Item) -> dict[str, Any]:
    return {
        "type": "item",
        "kind": item.kind,
        "number": item.number,
        "text": item.text,
        "condition": item.condition,
        "hints": item.hints,
        "checks": item.checks,
        "answer": _answer(item.answer),
    }


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "groups": [[vars(boxes) for boxes in group] for group in answer.groups()],
        "lines": answer.lines,
        "options": _options(answer.options),
        "several": answer.several,
        "ranked": answer.ranked,
        "note": answer.note,
    }


def _options(options: Sequence[Option]) -> list[dict[str, Any]]:
    return [vars(option) for option in options]


def _qr(serial: str) -> str:
    """The serial as a QR code in SVG, '' when there is none."""
    if not serial:
        return ""
    import segno

    drawn = io.BytesIO()
    segno.make(serial, error="m", micro=False).save(drawn, kind="svg", border=1)
    return drawn.getvalue().decode()
