"""DDI: a codebook as DDI-Codebook 2.5 (DDI Alliance, 2012), the form in which archives and NADA take metadata."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lxml import etree

from forms.codebook import Codebook, Variable

NAMESPACE = "ddi:codebook:2_5"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_CONTINUOUS = ("integer", "decimal", "date", "datetime", "time")


def render(codebook: Codebook) -> bytes:
    """The codebook as an XML document: the study, a file for each table, a variable for each column."""
    root = etree.Element(f"{{{NAMESPACE}}}codeBook", nsmap={None: NAMESPACE}, version="2.5")
    root.set(_LANGUAGE, codebook.language)
    _study(root, codebook)
    tables = {table: f"F{number}" for number, table in enumerate(_tables(codebook), start=1)}
    for table, file in tables.items():
        text = _add(_add(root, "fileDscr", ID=file), "fileTxt")
        _add(text, "fileName", table)
        dimensions = _add(text, "dimensns")
        _add(dimensions, "varQnty", str(len(codebook.of_table(table))))
    data = _add(root, "dataDscr")
    for number, variable in enumerate(codebook.variables, start=1):
        _variable(data, variable, f"V{number}", tables[variable.table])
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _study(root: etree._Element, codebook: Codebook) -> None:
    study = _add(root, "stdyDscr")
    title = _add(_add(study, "citation"), "titlStmt")
    _add(title, "titl", codebook.title)


def _tables(codebook: Codebook) -> list[str]:
    return list(dict.fromkeys(variable.table for variable in codebook.variables))


def _variable(data: etree._Element, variable: Variable, ident: str, file: str) -> None:
    continuous = variable.kind in _CONTINUOUS and not variable.codes
    node = _add(data, "var", ID=ident, name=variable.name, files=file, intrvl="contin" if continuous else "discrete")
    _in_languages(node, "labl", variable.labels)
    if variable.identifying:
        _add(node, "security", "identifies people: not in files for analysis")
    if variable.path and variable.labels:
        question = _add(node, "qstn")
        _in_languages(question, "qstnLit", variable.labels)
    if variable.universe:
        _add(node, "universe", variable.universe)
    for code, labels, missing in _categories(variable):
        category = _add(node, "catgry", missing="Y" if missing else "N")
        _add(category, "catValu", code)
        _in_languages(category, "labl", labels)
    if variable.concept:
        _add(node, "concept", variable.concept)
    numeric = variable.kind in ("integer", "decimal")
    _add(node, "varFormat", type="numeric" if numeric else "character", schema="other")
    for subject, text in (("indicator", variable.indicator), ("source", variable.source)):
        if text:
            _add(node, "notes", text, subject=subject)


def _categories(variable: Variable) -> Iterator[tuple[str, Mapping[str, str], bool]]:
    for code, labels in variable.codes.items():
        yield code, labels, code in variable.missing
    for code, reason in variable.missing.items():
        if code not in variable.codes:
            yield code, {"en": reason.replace("_", " ")}, True


def _in_languages(parent: etree._Element, name: str, texts: Mapping[str, str]) -> None:
    for language, text in texts.items():
        if text:
            _add(parent, name, text).set(_LANGUAGE, language)


def _add(parent: etree._Element, tag: str, text: str = "", /, **attributes: str) -> etree._Element:
    node = etree.SubElement(parent, f"{{{NAMESPACE}}}{tag}", attributes)
    if text:
        node.text = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text)
    return node
