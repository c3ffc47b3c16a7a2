"""Document: a questionnaire for a word processor (DOCX), to be changed by hand before it is printed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from forms.errors import DataFileError
from forms.formats import archive
from forms.paper.questionnaire import Answer, Block, Boxes, Grid, Heading, Item, Option, Pages, Questionnaire
from forms.paper.runs import PLAIN, Look, complex_font, runs
from forms.paper.words import isolated

_DAY = datetime(2026, 1, 1, tzinfo=UTC)
_DEEP, _BAND = "1D3B53", "E8EDF2"
_BOLD, _WHO = Look(bold=True), Look(bold=True, size=17, colour=_DEEP)
_BAR = Look(bold=True, size=22, colour="FFFFFF")
_HINT, _SMALL, _CODE = Look(italic=True, size=16, colour="333333"), Look(size=15, colour="333333"), Look(size=15)
_WIDE, _TALL = 14_900, 10_500
"""Widths of the page in twentieths of a point, on its side and upright."""
_MARGINS = '<w:pgMar w:top="700" w:bottom="800" w:left="700" w:right="700" w:header="400" w:footer="400" w:gutter="0"/>'
_UPRIGHT = f'<w:sectPr><w:pgSz w:w="11906" w:h="16838"/>{_MARGINS}</w:sectPr>'
_ON_SIDE = f'<w:sectPr><w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/>{_MARGINS}</w:sectPr>'
_FEW_COLUMNS = 4
_LIST_COLUMNS = 3


def render(questionnaire: Questionnaire) -> bytes:
    """The questionnaire as DOCX; the same one gives the same bytes.

    Raises DataFileError when python-docx is not installed.
    """
    try:
        import docx
    except ImportError as error:
        raise DataFileError(
            "a document for a word processor needs python-docx. Install it (python -m pip install python-docx)."
        ) from error
    document = docx.Document()
    _set_up(document, questionnaire)
    _fill(document, "".join(_Body(questionnaire).parts()))
    made = io.BytesIO()
    document.save(made)
    return _without_times(made)


def _set_up(document: Any, questionnaire: Questionnaire) -> None:
    """Fonts, language and properties; no date but a fixed one."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    facts = document.core_properties
    facts.title, facts.author, facts.comments = questionnaire.title, "", ""
    facts.created = facts.modified = _DAY
    facts.language = questionnaire.language
    own = document.styles["Normal"].element.get_or_add_rPr()
    for child in list(own):
        own.remove(child)
    letters = complex_font(questionnaire.language)
    latin = 'w:ascii="Noto Sans" w:hAnsi="Noto Sans" w:eastAsia="Noto Sans"'
    own.append(parse_xml(f'<w:rFonts {nsdecls("w")} {latin} w:cs="{letters}"/>'))
    spoken = f'w:val="{questionnaire.language}" w:bidi="{questionnaire.language}"'
    own.append(parse_xml(f"<w:lang {nsdecls('w')} {spoken}/>"))


def _fill(document: Any, body: str) -> None:
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    ours = parse_xml(f"<w:body {nsdecls('w')}>{body}</w:body>")
    for child in list(document.element.body):
        document.element.body.remove(child)
    document.element.body.extend(list(ours))


def _without_times(made: io.BytesIO) -> bytes:
    """The file with the times of its parts taken out."""
    even = io.BytesIO()
    with zipfile.ZipFile(made) as parts, archive.writing(even) as into:
        for name in parts.namelist():
            with into.file(name) as stream:
                stream.write(parts.read(name))
    return even.getvalue()


@dataclass(frozen=True)
class _Body:
    """Writes the parts of one questionnaire as WordprocessingML."""

    questionnaire: Questionnaire

    def parts(self) -> Iterator[str]:
        """The body, part by part."""
        yield from self._cover()
        for section in self.questionnaire.sections:
            head = self._bar(section.letter, section.title) + self._line(section.condition, _WHO, keep=True)
            first = section.blocks[0]
            if isinstance(first, Grid):
                yield self._grid(first, head)
                yield from self._blocks(section.blocks[1:])
            else:
                yield head
                yield from self._blocks(section.blocks)
        yield self._bar("", self._word("remarks"))
        yield self._line("_" * 95, _SMALL) * 4
        yield from self._code_lists()
        yield _UPRIGHT

    def _word(self, name: str) -> str:
        return self.questionnaire.words[name]

    def _cover(self) -> Iterator[str]:
        cover = self.questionnaire.cover
        yield self._line(self.questionnaire.title, Look(bold=True, size=30))
        version = f"{isolated(self.questionnaire.form)} · {self._word('version')}"
        serial = f" · {isolated(self.questionnaire.serial)}" if self.questionnaire.serial else ""
        yield self._line(version + serial, _SMALL)
        yield self._line(cover.confidential, _BOLD)
        if cover.identification:
            yield self._bar("", self._word("identification"))
            yield self._rows(cover.identification)
        if cover.visits:
            yield self._bar("", self._word("visits"))
            yield self._visits()
            yield self._line(self._word("result_codes"), _BOLD)
            yield self._coded(cover.results, _LIST_COLUMNS)
        cells = [self._line(item.text, _SMALL) + self._answer(item.answer) for item in cover.staff]
        yield self._table([cells], [_TALL // len(cells)] * len(cells), borders=False)
        yield self._line(self._word("how_to"), _BOLD)
        yield "".join(self._line(line, _SMALL) for line in cover.how_to)

    def _visits(self) -> str:
        columns = self.questionnaire.cover.visit_columns
        head = [self._line(title, _BOLD) for title in (self._word("visit"), *(title for title, _ in columns))]
        rows = [
            [self._line(str(number), _BOLD), *(self._answer(Answer(boxes=boxes)) for _, boxes in columns)]
            for number in range(1, self.questionnaire.cover.visits + 1)
        ]
        return self._table([head, *rows], [900, 3600, 2200, 2200, 1600], header=True)

    def _bar(self, letter: str, title: str) -> str:
        text = f"{isolated(letter)}   {title}" if letter else title
        return self._line(text, _BAR, shade=_DEEP, keep=True)

    def _blocks(self, blocks: Sequence[Block]) -> Iterator[str]:
        rows: list[Item] = []
        for block in blocks:
            if isinstance(block, Item):
                rows.append(block)
                continue
            yield self._rows(rows)
            rows = []
            match block:
                case Heading(title, condition):
                    yield self._line(title, _BOLD, shade=_BAND, keep=True)
                    yield self._line(condition, _WHO, keep=True)
                case Grid():
                    yield self._grid(block)
                case Pages(text, line, inside):
                    boxes = self._boxes(Answer(boxes=(Boxes(2),)))
                    yield self._line(f"{text}   {line} {boxes}", _BOLD, shade=_BAND, new_page=True)
                    yield from self._blocks(inside)
        yield self._rows(rows)

    def _rows(self, items: Sequence[Item]) -> str:
        """Questions as a table of number, wording and answer."""
        cells = [
            [self._line(isolated(item.number), _BOLD), self._said(item), self._answer(item.answer)] for item in items
        ]
        return self._table(cells, [800, 5000, 4700]) if cells else ""

    def _said(self, item: Item, *, checks: bool = True) -> str:
        parts = [self._line(item.condition, _WHO), self._line(item.text)]
        parts += [self._line(hint, _HINT) for hint in item.hints]
        parts += [self._line(check, _SMALL) for check in item.checks if checks]
        return "".join(parts)

    def _answer(self, answer: Answer) -> str:
        tick = "[   ]" if answer.several else "(   )"
        parts = [self._option(option, "|__|__|" if answer.ranked else tick) for option in answer.options]
        parts.append(self._line(self._boxes(answer)))
        captions = [boxes.caption for boxes in answer.boxes if boxes.caption]
        parts.append(self._line(" / ".join(captions), _CODE))
        parts += [self._line("_" * 36, _SMALL)] * answer.lines
        parts.append(self._line(answer.note, _SMALL))
        return "".join(parts) or self._line("", empty=True)

    def _option(self, option: Option, tick: str) -> str:
        line = " ________________" if option.has_line else ""
        goto = runs(f"   {option.goto}", self.questionnaire.language, _WHO) if option.goto else ""
        text = f"{isolated(tick)} {isolated(option.code)}  {option.label}{line}"
        return self._paragraph(runs(text, self.questionnaire.language) + goto)

    def _boxes(self, answer: Answer) -> str:
        drawn = (
            "".join(f"{boxes.before and f' {boxes.before} '}|{'__|' * boxes.count}" for boxes in group)
            for group in answer.groups()
        )
        return "   ".join(isolated(each) for each in drawn)

    def _coded(self, options: Sequence[Option], across: int) -> str:
        """Codes in columns of equal length."""
        lines = [self._line(self._code(option), _CODE) for option in options]
        deep = -(-len(lines) // across)
        cells = ["".join(lines[start : start + deep]) for start in range(0, len(lines), deep)]
        return self._table([cells], [_TALL // across] * len(cells), borders=False) if lines else ""

    def _code(self, option: Option) -> str:
        goto = f" ({option.goto})" if option.goto else ""
        return f"{isolated(option.code)}  {option.label}{goto}"

    def _grid(self, grid: Grid, head_above: str = "") -> str:
        """A list as a table under what stands above it; a wide one has a page on its side."""
        is_wide = len(grid.columns) > _FEW_COLUMNS
        head = [self._line(grid.line, _BOLD)]
        for column in grid.columns:
            codes = "".join(self._line(self._code(option), _CODE) for option in column.answer.options)
            said = self._said(column, checks=False)
            note = self._line(column.answer.note, _SMALL)
            head.append(self._line(isolated(column.number), _BOLD) + said + codes + note)
        rows = [
            [self._line(str(number), _BOLD), *(self._cell(column.answer) for column in grid.columns)]
            for number in range(1, grid.rows + 1)
        ]
        each = ((_WIDE if is_wide else _TALL) - 700) // len(grid.columns)
        table = self._table([head, *rows], [700] + [each] * len(grid.columns), header=True)
        text = head_above + self._line(grid.help, _BOLD, keep=True)
        if not is_wide:
            return text + table
        ends = [f"<w:p><w:pPr>{section}</w:pPr></w:p>" for section in (_UPRIGHT, _ON_SIDE)]
        return ends[0] + text + table + ends[1]

    def _cell(self, answer: Answer) -> str:
        if answer.options:
            answer = Answer(boxes=(Boxes(max(len(option.code) for option in answer.options)),))
        return self._line(self._boxes(answer)) if answer.boxes else self._line("", empty=True)

    def _code_lists(self) -> Iterator[str]:
        lists = self.questionnaire.code_lists
        if not lists:
            return
        yield self._line(
            self._word("code_lists"), Look(bold=True, size=22, colour="FFFFFF"), shade=_DEEP, new_page=True
        )
        for each in lists:
            yield self._line(each.title, _BOLD, shade=_BAND, keep=True)
            yield self._line(each.used_by, _SMALL, keep=True)
            yield self._coded(each.options, _LIST_COLUMNS)

    def _line(
        self, text: str, look: Look = PLAIN, *, shade: str = "", keep: bool = False, new_page: bool = False,
        empty: bool = False,
    ) -> str:  # fmt: skip
        """A paragraph; nothing for no text, unless an empty one is wanted."""
        if not text and not empty:
            return ""
        spoken = runs(text, self.questionnaire.language, look)
        return self._paragraph(spoken, shade=shade, keep=keep, new_page=new_page)

    def _paragraph(self, spoken: str, *, shade: str = "", keep: bool = False, new_page: bool = False) -> str:
        parts = [
            "<w:keepNext/>" if keep else "",
            "<w:pageBreakBefore/>" if new_page else "",
            f'<w:shd w:val="clear" w:color="auto" w:fill="{shade}"/>' if shade else "",
            "<w:bidi/>" if self.questionnaire.is_right_to_left else "",
            f'<w:spacing w:before="{80 if shade else 0}" w:after="20"/>',
        ]
        return f"<w:p><w:pPr>{''.join(parts)}</w:pPr>{spoken}</w:p>"

    def _table(
        self, rows: Sequence[Sequence[str]], widths: Sequence[int], *, borders: bool = True, header: bool = False
    ) -> str:
        """A table of cells that hold paragraphs, mirrored where the language is; a small gap follows."""
        mirrored = "<w:bidiVisual/>" if self.questionnaire.is_right_to_left else ""
        sides = ("top", "bottom", "insideH", *(("left", "right", "insideV") if header else ()))
        lines = "".join(f'<w:{side} w:val="single" w:sz="4" w:color="888888"/>' for side in _in_order(sides))
        drawn = f"<w:tblBorders>{lines}</w:tblBorders>" if borders else ""
        grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        body = "".join(_row(cells, widths, is_header=header and place == 0) for place, cells in enumerate(rows))
        look = f'{mirrored}<w:tblW w:w="{sum(widths)}" w:type="dxa"/>{drawn}<w:tblLayout w:type="fixed"/>'
        gap = '<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="80" w:lineRule="exact"/></w:pPr></w:p>'
        return f"<w:tbl><w:tblPr>{look}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{body}</w:tbl>{gap}"


def _in_order(sides: Sequence[str]) -> list[str]:
    """Borders in the order that the schema asks for."""
    return [side for side in ("top", "left", "bottom", "right", "insideH", "insideV") if side in sides]


def _row(cells: Sequence[str], widths: Sequence[int], *, is_header: bool) -> str:
    kept = f"<w:trPr><w:cantSplit/>{'<w:tblHeader/>' if is_header else ''}</w:trPr>"
    drawn = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{cell or "<w:p/>"}</w:tc>'
        for cell, width in zip(cells, widths, strict=True)
    )
    return f"<w:tr>{kept}{drawn}</w:tr>"
