"""Caption: a form's words as they stand on a page: bold where it says so, foreign runs kept from turning the line."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from forms.header import direction
from forms.interview import Interview
from forms.interview.captions import Caption
from forms.xpath import evaluator, to_text
from forms.xpath.nodes import Node

_CODE = re.compile(r"\((\w+)[\w-]*\)\s*$")
_BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
_RUN = re.compile(r"[A-Za-z0-9À-ɏЀ-ӿ](?:[A-Za-z0-9À-ɏЀ-ӿ .,:/%+–_-]*[A-Za-z0-9À-ɏЀ-ӿ%])?")
_FIRST = 0xE000
"""Private characters stand for answers among the words until the words are marked up."""


def code_of(heading: str) -> str:
    """The code of a form's language, `ar` of `العربية (ar)`; empty where it names none."""
    found = _CODE.search(heading)
    return found[1].lower() if found else ""


def direction_of(heading: str) -> str:
    """`rtl` or `ltr`, from the name of a form's language."""
    return direction(code_of(heading))


def said(interview: Interview, caption: Caption, node: Node) -> Markup:
    """The words of a caption, each answer in them set apart; empty when there are none."""
    words = interview.form.texts.of(caption, interview.language) or ()
    context, answers, parts = interview.context(node), [], []
    for part in words:
        if isinstance(part, str):
            parts.append(part)
        else:
            parts.append(chr(_FIRST + len(answers)))
            answers.append(to_text(evaluator(part.expression)(context)))
    marked = str(plain("".join(parts), interview.language))
    for number, answer in enumerate(answers):
        marked = marked.replace(chr(_FIRST + number), f"<bdi>{escape(answer)}</bdi>")
    return Markup(marked)  # noqa: S704 - every part was escaped above


def plain(text: str, heading: str) -> Markup:
    """A text of the form in one of its languages, its lines kept."""
    pieces, end = [], 0
    if direction_of(heading) == "rtl":
        for run in _RUN.finditer(text):
            pieces += [str(escape(text[end : run.start()])), f"<bdi>{escape(run[0])}</bdi>"]
            end = run.end()
    pieces.append(str(escape(text[end:])))
    bold = _BOLD.sub(r"<strong>\1</strong>", "".join(pieces))
    return Markup(bold.replace("\n", "<br>"))  # noqa: S704 - every part was escaped above
