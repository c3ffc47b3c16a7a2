"""Page: a questionnaire as one HTML file that needs nothing beside it, for a screen, a telephone or a printer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import escape
from importlib.resources import files

from forms.paper.questionnaire import (
    Answer,
    Block,
    Boxes,
    CodeList,
    Grid,
    Heading,
    Item,
    Option,
    Pages,
    Questionnaire,
    Section,
)
from forms.paper.words import FIRST_STRONG, POP

_MANY = 14
_FEW_COLUMNS = 4


def render(questionnaire: Questionnaire) -> str:
    """The page: right to left where the language is, with runs of the other direction set apart."""
    direction = "rtl" if questionnaire.is_right_to_left else "ltr"
    style = (files("forms") / "paper" / "page.css").read_text(encoding="utf-8")
    parts = [
        f'<!doctype html>\n<html lang="{escape(questionnaire.language)}" dir="{direction}"><head>',
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{_plain(questionnaire.title)}</title>",
        f"<style>{style}</style></head><body><header><h1>{_text(questionnaire.title)}</h1>",
        f'<p class="meta"><bdi>{escape(questionnaire.form)}</bdi> · {_text(questionnaire.words["version"])}',
        f" · <bdi>{escape(questionnaire.serial)}</bdi></p>" if questionnaire.serial else "</p>",
        *_cover(questionnaire),
        "</header><main>",
        *(part for section in questionnaire.sections for part in _section(section)),
        *_remarks(questionnaire),
        *_lists(questionnaire.code_lists, questionnaire.words["code_lists"]),
        "</main></body></html>\n",
    ]
    return "".join(parts)


def _text(text: str) -> str:
    return escape(text).replace(FIRST_STRONG, "<bdi>").replace(POP, "</bdi>").replace("\n", "<br>")


def _plain(text: str) -> str:
    return escape(text.replace(FIRST_STRONG, "").replace(POP, ""))


def _cover(questionnaire: Questionnaire) -> Iterator[str]:
    cover, words = questionnaire.cover, questionnaire.words
    yield '<div class="cover">'
    if cover.confidential:
        yield f"<p><strong>{_text(cover.confidential)}</strong></p>"
    if cover.identification:
        yield f"<section><h2>{_text(words['identification'])}</h2>"
        yield from (_item(item) for item in cover.identification)
        yield "</section>"
    if not cover.visits:
        yield '<div class="fields">' + "".join(_field(item) for item in cover.staff) + "</div>"
    else:
        yield from _visits(questionnaire)
    yield f'<section><h3>{_text(words["how_to"])}</h3><ul class="how">'
    yield from (f"<li>{_text(line)}</li>" for line in cover.how_to)
    yield "</ul></section></div>"


def _visits(questionnaire: Questionnaire) -> Iterator[str]:
    cover, words = questionnaire.cover, questionnaire.words
    yield f'<section><h2>{_text(words["visits"])}</h2><div class="scroll"><table class="visits"><thead><tr>'
    yield f"<th>{_text(words['visit'])}</th>" + "".join(f"<th>{_text(name)}</th>" for name, _ in cover.visit_columns)
    yield "</tr></thead><tbody>"
    for number in range(1, cover.visits + 1):
        cells = "".join(f"<td>{_boxes(Answer(boxes=boxes))}</td>" for _, boxes in cover.visit_columns)
        yield f"<tr><td>{number}</td>{cells}</tr>"
    yield "</tbody></table></div>"
    if cover.results:
        yield f'<h3>{_text(words["result_codes"])}</h3><div class="two">'
        yield from (_coded(option) for option in cover.results)
        yield "</div>"
    yield '<div class="fields">' + "".join(_field(item) for item in cover.staff) + "</div></section>"


def _field(item: Item) -> str:
    return f"<div><p>{_text(item.text)}</p>{_answer(item.answer)}</div>"


def _section(section: Section) -> Iterator[str]:
    yield f'<section id="{escape(section.letter)}"><h2><bdi>{escape(section.letter)}</bdi><span>'
    yield f"{_text(section.title)}</span></h2>{_who(section.condition)}"
    yield from _blocks(section.blocks)
    yield "</section>"


def _blocks(blocks: Sequence[Block]) -> Iterator[str]:
    for block in blocks:
        match block:
            case Item():
                yield _item(block) if block.number else _note(block)
            case Heading(title, condition):
                yield (f"<h3>{_text(title)}</h3>" if title else "") + _who(condition)
            case Grid():
                yield from _grid(block)
            case Pages(text, line, inside):
                boxes = _boxes(Answer(boxes=(Boxes(2),)))
                yield f'<div class="pages"><div class="help"><span>{_text(text)}</span>'
                yield f"<span>{_text(line)}</span>{boxes}</div>"
                yield from _blocks(inside)
                yield "</div>"


def _who(condition: str) -> str:
    return f'<p class="who">{_text(condition)}</p>' if condition else ""


def _said(item: Item) -> str:
    parts = [_who(item.condition), f'<p class="text">{_text(item.text)}</p>' if item.text else ""]
    parts += [f'<p class="hint">{_text(hint)}</p>' for hint in item.hints]
    parts += [f'<p class="check">{_text(check)}</p>' for check in item.checks]
    return "".join(parts)


def _item(item: Item) -> str:
    long = " long" if len(item.answer.options) > _MANY else ""
    anchor = f' id="{escape(item.number)}"' if item.number else ""
    return (
        f'<div class="q {item.kind}{long}"{anchor}><b><bdi>{escape(item.number)}</bdi></b>'
        f'<div class="t">{_said(item)}</div><div class="a">{_answer(item.answer)}</div></div>'
    )


def _note(item: Item) -> str:
    if item.kind == "check":
        return f'<div class="note-row"><p class="check">{_text(item.text)}</p></div>'
    return f'<div class="note-row">{_said(item)}</div>'


def _answer(answer: Answer) -> str:
    parts = [_option(option, answer) for option in answer.options]
    parts.append(_boxes(answer) if answer.boxes else "")
    parts += ['<span class="rule"></span>'] * answer.lines
    parts.append(f'<p class="note">{_text(answer.note)}</p>' if answer.note else "")
    return "".join(parts)


def _option(option: Option, answer: Answer) -> str:
    shape = "" if answer.several else " one"
    tick = _boxes(Answer(boxes=(Boxes(2),))) if answer.ranked else f'<span class="tick{shape}"></span>'
    line = '<span class="rule"></span>' if option.has_line else ""
    goto = f'<span class="goto">{_text(option.goto)}</span>' if option.goto else ""
    label = f'<span class="label">{_text(option.label)}</span>'
    return f'<div class="o">{tick}<bdi class="code">{escape(option.code)}</bdi>{label}{line}{goto}</div>'


def _coded(option: Option) -> str:
    goto = f'<span class="goto">{_text(option.goto)}</span>' if option.goto else ""
    label = f'<span class="label">{_text(option.label)}</span>'
    return f'<div class="o"><bdi class="code">{escape(option.code)}</bdi>{label}{goto}</div>'


def _boxes(answer: Answer) -> str:
    numbers = []
    for group in answer.groups():
        parts = []
        for boxes in group:
            sign = f'<span class="sign">{boxes.before}</span>' if boxes.before else ""
            caption = f'<small dir="auto">{_text(boxes.caption)}</small>' if boxes.caption else ""
            parts.append(f'{sign}<span class="captioned"><span>{"<i></i>" * boxes.count}</span>{caption}</span>')
        numbers.append(f'<span class="number" dir="ltr">{"".join(parts)}</span>')
    return f'<div class="boxes">{"".join(numbers)}</div>'


def _grid(grid: Grid) -> Iterator[str]:
    wide = " wide" if len(grid.columns) > _FEW_COLUMNS else ""
    yield f'<div class="{wide.strip() or "narrow"}"><p class="help">{_text(grid.help)}</p><div class="scroll">'
    yield f'<table class="grid"><thead><tr><th>{_text(grid.line)}</th>'
    yield from (_column(column) for column in grid.columns)
    yield "</tr></thead><tbody>"
    for line in range(1, grid.rows + 1):
        yield f"<tr><td>{line}</td>" + "".join(f"<td>{_cell(column.answer)}</td>" for column in grid.columns) + "</tr>"
    yield "</tbody></table></div></div>"


def _column(item: Item) -> str:
    codes = "".join(_coded(option) for option in item.answer.options)
    note = f'<p class="note">{_text(item.answer.note)}</p>' if item.answer.note else ""
    said = _said(replace(item, checks=()))
    return f'<th id="{escape(item.number)}"><b><bdi>{escape(item.number)}</bdi></b>{said}{codes}{note}</th>'


def _cell(answer: Answer) -> str:
    if answer.options:
        return _boxes(Answer(boxes=(Boxes(max(len(option.code) for option in answer.options)),)))
    return _boxes(answer) if answer.boxes else '<span class="rule"></span>'


def _remarks(questionnaire: Questionnaire) -> Iterator[str]:
    yield f'<section class="remarks"><h2>{_text(questionnaire.words["remarks"])}</h2>'
    yield '<span class="rule"></span>' * 4 + "</section>"


def _lists(code_lists: Sequence[CodeList], title: str) -> Iterator[str]:
    if not code_lists:
        return
    yield f'<section class="lists"><h2>{_text(title)}</h2>'
    for each in code_lists:
        yield f'<h3 id="list-{each.number}">{_text(each.title)}</h3><p class="meta">{_text(each.used_by)}</p>'
        yield '<div class="list">' + "".join(_coded(option) for option in each.options) + "</div>"
    yield "</section>"
