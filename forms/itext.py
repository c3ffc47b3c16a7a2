"""Itext: the wording inside a compiled questionnaire, each text once and under a short name.

pyxform names every text by the whole path of its question, in every language, and writes a sentence that a hundred
questions share a hundred times. On a slow line and a small tablet that is the larger half of a form.
"""

from __future__ import annotations

import re

from lxml import etree

_XFORMS = "{http://www.w3.org/2002/xforms}"
_REFERENCE = re.compile(r"jr:itext\('([^']*)'\)")


def share(xml: str) -> str:
    """The same XForm with equal texts kept once, and all texts named t1, t2 ... in the order in which they stand.

    Texts are equal when they are so in every language. A text that shows an answer (`output`) is never shared: what
    it refers to hangs on its place.
    """
    root = etree.fromstring(xml.encode())
    translations = list(root.iter(f"{_XFORMS}translation"))
    names = _short_names(translations)
    if not names:
        return xml
    for translation in translations:
        _rename(translation, names)
    for element in root.iter():
        for attribute, value in element.attrib.items():
            if "jr:itext('" in value:
                element.set(attribute, _REFERENCE.sub(lambda found: f"jr:itext('{names[found[1]]}')", value))
    for element in root.iter("itextId", f"{_XFORMS}itextId"):
        element.text = names[element.text]
    written: str = etree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0"?>\n{written}'


def _short_names(translations: list[etree._Element]) -> dict[str, str]:
    """The short name of each text, by the name that pyxform gave it."""
    wording: dict[str, list[str]] = {}
    for place, translation in enumerate(translations):
        for text in translation:
            said = "".join(etree.tostring(part, encoding="unicode", with_tail=False) for part in text)
            wording.setdefault(text.get("id", ""), [""] * len(translations))[place] = said
    known: dict[tuple[str, ...], str] = {}
    names: dict[str, str] = {}
    for name, texts in wording.items():
        alone = (name,) if any("<output" in said for said in texts) else ()
        names[name] = known.setdefault((*alone, *texts), f"t{len(known) + 1}")
    return names


def _rename(translation: etree._Element, names: dict[str, str]) -> None:
    there: set[str] = set()
    for text in list(translation):
        name = names[text.get("id", "")]
        if name in there:
            translation.remove(text)
        else:
            text.set("id", name)
            there.add(name)
