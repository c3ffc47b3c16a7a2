"""Caption: the words of a question, choice or message, with the answers that are read out in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from forms.interview.lists import local
from forms.xpath import Context, evaluator, to_text

_ITEXT = re.compile(r"\s*jr:itext\(\s*'([^']*)'\s*\)\s*")


@dataclass(frozen=True)
class Output:
    """An answer that is read out among the words."""

    expression: str


Words = tuple[str | Output, ...]


@dataclass(frozen=True)
class Caption:
    """Words of its own, or the id under which the translations have them."""

    words: Words = ()
    text_id: str = ""


WORDLESS = Caption()


@dataclass(frozen=True)
class Translations:
    """The words of a form by language and id; `language` is the one that it opens in."""

    language: str
    words: Mapping[str, Mapping[str, Words]]

    @property
    def languages(self) -> tuple[str, ...]:
        """All languages, in the order of the form; none when its words stand in place."""
        return tuple(self.words)

    def of(self, caption: Caption, language: str) -> Words | None:
        """The words of a caption; None when there are none."""
        if not caption.text_id:
            return caption.words or None
        return self.words.get(language, {}).get(caption.text_id)


def caption(element: etree._Element | None) -> Caption:
    """The caption of a <label> or <hint>; an empty one when there is no such element."""
    if element is None:
        return WORDLESS
    reference = element.get("ref")
    return reference_caption(reference) if reference else Caption(words_of(element))


def reference_caption(reference: str) -> Caption:
    """The caption that `jr:itext('id')` or plain text stands for."""
    found = _ITEXT.fullmatch(reference)
    return Caption(text_id=found[1]) if found else Caption((reference,) if reference else ())


def words_of(element: etree._Element) -> Words:
    """The words within an element, without blanks around them."""
    parts: list[str | Output] = [element.text or ""]
    for child in element.iterchildren(tag=etree.Element):
        if local(child.tag) == "output":
            parts.append(Output(child.get("value") or child.get("ref") or "''"))
        parts.append(child.tail or "")
    parts[0], parts[-1] = str(parts[0]).lstrip(), str(parts[-1]).rstrip() if len(parts) > 1 else str(parts[0]).strip()
    return tuple(part for part in parts if part != "")


def translations(model: etree._Element) -> Translations:
    """The translations of a form's model."""
    words: dict[str, dict[str, Words]] = {}
    default = ""
    for translation in model.iterfind("{*}itext/{*}translation"):
        language = translation.get("lang") or ""
        words[language] = {
            text.get("id") or "": words_of(value)
            for text in translation.iterfind("{*}text")
            for value in text.iterfind("{*}value")
            if value.get("form") in (None, "long")
        }
        if translation.get("default") is not None:
            default = language
    return Translations(default or next(iter(words), ""), words)


def spoken(words: Words | None, context: Context) -> str | None:
    """The words with the answers filled in, as seen from a node."""
    if words is None:
        return None
    return "".join(part if isinstance(part, str) else to_text(evaluator(part.expression)(context)) for part in words)
