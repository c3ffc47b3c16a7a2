"""Dialects: one filled form as JavaRosa wrote it, rewritten as the two browser engines would have written it.

Observed with ODK Web Forms and Enketo Core: they agree with Collect on the answers and on nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from lxml import etree

JAVAROSA = "http://openrosa.org/javarosa"
_ZONE = re.compile(r"(\d\d:\d\d(?::\d\d(?:\.\d+)?)?)Z$")
_PARTS = re.compile(r"; ")


def web_forms(xml: bytes, repeats: frozenset[str]) -> bytes:
    """No prolog, no namespaces, offsets as +00:00, points of a line without blanks, an empty row at a repeat's end."""
    root = _plain(etree.fromstring(xml))
    _rewrite(root, lambda text: _PARTS.sub(";", _ZONE.sub(r"\1+00:00", text)))
    _append_empty_rows(root, repeats)
    return bytes(etree.tostring(root))


def enketo(xml: bytes, repeats: frozenset[str]) -> bytes:
    """Prefixes of its own, indented, offsets as -00:00, files marked, words in place of metadata it does not know."""
    root = etree.fromstring(xml)
    root.set("{http://openrosa.org/xforms}made-by", "browser")
    _rewrite(root, lambda text: _ZONE.sub(r"\1-00:00", text))
    for element in root.iter():
        name = etree.QName(element).localname
        if not len(element) and not element.text and name in ("deviceid", "username"):
            element.text = f"{name} not found"
        if name == "audit" and element.text:
            element.set("type", "file")
    _append_empty_rows(root, repeats)
    etree.indent(root)
    return bytes(etree.tostring(root, xml_declaration=False))


DIALECTS: dict[str, Callable[[bytes, frozenset[str]], bytes]] = {"web forms": web_forms, "enketo": enketo}


def _plain(root: etree._Element) -> etree._Element:
    for element in root.iter():
        element.tag = etree.QName(element).localname
    etree.cleanup_namespaces(root)
    return root


def _rewrite(root: etree._Element, change: Callable[[str], str]) -> None:
    for element in root.iter():
        if not len(element) and element.text:
            element.text = change(element.text)


def _append_empty_rows(root: etree._Element, repeats: frozenset[str]) -> None:
    for name in repeats:
        rows = [element for element in root.iter() if etree.QName(element).localname == name]
        last_of = {row.getparent(): row for row in rows}
        for row in last_of.values():
            row.addnext(etree.Element(row.tag))
