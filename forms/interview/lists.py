"""List: a secondary instance of a form, from within it or from a file beside it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

from lxml import etree

from forms.errors import InterviewError
from forms.xpath.nodes import Node

LAST_SAVED = "jr://instance/last-saved"


def local(name: object) -> str:
    """The name of an element or attribute without its namespace."""
    return str(name).rpartition("}")[2].rpartition(":")[2]


def build(element: etree._Element) -> Node:
    """A list that stands in the form itself or in a file of XML."""
    root = _node(element, None)
    _fix(root)
    return root


def _node(element: etree._Element, parent: Node | None) -> Node:
    text = (element.text or "").strip()
    node = Node(local(element.tag), parent, text or None)
    for name, value in element.attrib.items():
        node.attributes[local(name)] = Node(local(name), node, str(value))
    for child in element.iterchildren(tag=etree.Element):
        node.add(_node(child, node))
    return node


def _fix(root: Node) -> None:
    for node in root.walk():
        node.is_fixed = True


def load(sources: Mapping[str, str], folders: Iterable[Path], files: Mapping[str, bytes]) -> dict[str, Node]:
    """The lists that lie in files, by their id in the form; `sources` gives the file of each, `folders` where to look.

    `files` are CSV files that go before those in the folders. Raises InterviewError when a file is missing or of a kind
    that cannot be read.
    """
    folders = list(folders)
    return {name: _load(source, folders, files) for name, source in sources.items()}


def _load(source: str, folders: list[Path], files: Mapping[str, bytes]) -> Node:
    if source == LAST_SAVED:
        return Node("stub")
    name = source.rpartition("/")[2]
    if name in files:
        return _from_csv(files[name].decode("utf-8-sig"))
    path = next((folder / name for folder in folders if (folder / name).is_file()), None)
    if path is None:
        looked = ", ".join(str(folder) for folder in folders) or "no folder was given"
        raise InterviewError(f"the form needs the list {name} ({looked}). Put the file there.")
    if path.suffix == ".csv":
        return _from_csv(path.read_text(encoding="utf-8-sig"))
    if path.suffix == ".xml":
        return build(etree.parse(str(path), etree.XMLParser(resolve_entities=False)).getroot())
    raise InterviewError(f"{name}: lists are read from .csv and .xml. Convert it to CSV.")


def _from_csv(text: str) -> Node:
    first = text.partition("\n")[0]
    rows = list(csv.reader(text.splitlines(), delimiter=";" if ";" in first else ","))
    root = Node("root")
    for cells in rows[1:]:
        if cells:
            item = root.add(Node("item", root))
            for name, cell in zip(rows[0], [*cells, *[""] * len(rows[0])], strict=False):
                item.add(Node(name, item, cell or None))
    _fix(root)
    return root
