"""Wording inside a compiled form: each text once, under a short name, and every label as it was."""

from __future__ import annotations

import re

import pytest
from lxml import etree

from forms import catalog, itext, xform

XF = "{http://www.w3.org/2002/xforms}"
FORM = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa">
<h:head><model><itext>
<translation lang="en" default="true()">
<text id="/d/a:label"><value>Yes</value></text><text id="/d/b:label"><value>Yes</value></text>
<text id="/d/c:label"><value>Hi <output value=" ../a "/></value></text>
<text id="/d/e:label"><value>Hi <output value=" ../a "/></value></text>
</translation>
<translation lang="ru">
<text id="/d/a:label"><value>Да</value></text><text id="/d/b:label"><value>Так</value></text>
<text id="/d/c:label"><value>Hi <output value=" ../a "/></value></text>
<text id="/d/e:label"><value>Hi <output value=" ../a "/></value></text>
</translation></itext>
<bind nodeset="/d/a" jr:requiredMsg="jr:itext('/d/b:label')"/></model></h:head>
<h:body><input ref="/d/a"><label ref="jr:itext('/d/a:label')"/></input></h:body></h:html>"""


def texts(form: str, language: str) -> dict[str, str]:
    root = etree.fromstring(form.encode())
    [translation] = [node for node in root.iter(f"{XF}translation") if node.get("lang") == language]
    return {node.get("id", ""): "".join(node.itertext()) for node in translation}


def test_texts_that_differ_in_one_language_stay_apart() -> None:
    shared = itext.share(FORM)
    assert texts(shared, "ru") == {"t1": "Да", "t2": "Так", "t3": "Hi ", "t4": "Hi "}


def test_texts_that_are_equal_in_every_language_are_kept_once() -> None:
    assert list(texts(itext.share(FORM.replace("Так", "Да")), "en").values()) == ["Yes", "Hi ", "Hi "]


def test_a_text_that_shows_an_answer_is_not_shared() -> None:
    assert len([text for text in texts(itext.share(FORM), "en").values() if text == "Hi "]) == 2


def test_references_follow_the_new_names() -> None:
    shared = itext.share(FORM)
    assert re.findall(r"jr:itext\('([^']*)'\)", shared) == ["t2", "t1"]


def test_a_form_without_translations_stays_as_it_is() -> None:
    assert itext.share('<h xmlns="http://www.w3.org/2002/xforms"/>') == '<h xmlns="http://www.w3.org/2002/xforms"/>'


@pytest.mark.parametrize("name", ["census_migration", "border_card"])
def test_every_text_of_a_library_form_is_there_in_every_language(name: str) -> None:
    root = etree.fromstring(xform.compile(catalog.load(name)).xml)
    asked = set(re.findall(r"jr:itext\('([^']*)'\)", etree.tostring(root, encoding="unicode")))
    asked |= {node.text for node in root.iter(f"{XF}itextId")}
    for translation in root.iter(f"{XF}translation"):
        assert asked <= {node.get("id") for node in translation}
