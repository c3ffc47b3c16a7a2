"""Filled form: an interview written down as XML, whole for taking it up again or as a tablet would send it."""

from __future__ import annotations

import re

from lxml import etree

from forms.interview.state import Interview
from forms.xpath.nodes import Node

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(interview: Interview, *, whole: bool = False) -> bytes:
    """The filled form. What is not relevant is left out, as a tablet leaves it out, unless it shall be `whole`."""
    root = etree.Element(interview.root.name, id=interview.form.form_id, version=interview.form.version)
    _fill(interview, interview.root, root, whole)
    etree.indent(root)
    return bytes(etree.tostring(root, encoding="UTF-8"))


def writable(text: str) -> str:
    """A text without the characters that XML cannot hold."""
    return _NOT_XML.sub("", text)


def _fill(interview: Interview, node: Node, element: etree._Element, whole: bool) -> None:
    if node.is_leaf:
        element.text = writable(interview.text(node) or "") or None
    for child in node:
        if whole or child.relevant:
            _fill(interview, child, etree.SubElement(element, child.name), whole)
