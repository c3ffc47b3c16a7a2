"""Package: the parts of an .xlsx file by name; those that nobody changes stay byte for byte."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator
from typing import Any

from lxml import etree

from forms.errors import WorkbookError

_TYPES = "[Content_Types].xml"


class Package:
    """An opened .xlsx. `tree` gives a part as XML to be changed in place, `pack` the bytes of the whole."""

    def __init__(self, data: bytes) -> None:
        """Open the file's bytes. Raises WorkbookError when they are no .xlsx."""
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                self._entries = {entry.filename: entry for entry in archive.infolist()}
                self.parts = {name: archive.read(name) for name in self._entries}
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
            raise WorkbookError("not an Excel workbook (.xlsx). Open it in Excel and save it as .xlsx.") from error
        self._opened = (data, dict(self.parts))
        self._trees: dict[str, tuple[bytes, Any]] = {}
        self.workbook = next(self.related("", "officeDocument"), "")
        if not self.workbook:
            raise WorkbookError("no Excel workbook in this file. Open it in Excel and save it as .xlsx.")

    def tree(self, part: str) -> Any:
        """The root element of a part."""
        if part not in self._trees:
            parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
            try:
                root = etree.fromstring(self.parts[part], parser)
            except etree.XMLSyntaxError as error:
                raise WorkbookError(f"{part}: damaged. Open the file in Excel and save it as .xlsx.") from error
            self._trees[part] = (etree.tostring(root), root)
        return self._trees[part][1]

    def related(self, part: str, kind: str) -> Iterator[str]:
        """The parts of a kind (`comments`, `drawing`) that a part refers to; "" is the package itself."""
        folder, _, _ = part.rpartition("/")
        for relation in self._relations(part):
            if relation.get("Type", "").rpartition("/")[2] == kind and relation.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, relation.get("Target"))).lstrip("/")
                if target in self.parts:
                    yield target

    def sheets(self) -> dict[str, str]:
        """The part of each worksheet by the sheet's title."""
        relations = {each.get("Id"): each for each in self._relations(self.workbook)}
        worksheets = set(self.related(self.workbook, "worksheet"))
        folder, _, _ = self.workbook.rpartition("/")
        found = {}
        for sheet in self.tree(self.workbook).iter("{*}sheet"):
            key = next((value for name, value in sheet.attrib.items() if name.endswith("}id")), "")
            target = relations[key].get("Target") if key in relations else ""
            part = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            if part in worksheets:
                found[sheet.get("name", "")] = part
        return found

    def drop(self, part: str) -> None:
        """Take out a part that the workbook refers to, and every mention of it."""
        del self.parts[part]
        self._trees.pop(part, None)
        for kind in self.tree(_TYPES).findall("{*}Override"):
            if kind.get("PartName") == f"/{part}":
                kind.getparent().remove(kind)
        for relation in self._relations(self.workbook):
            folder, _, _ = self.workbook.rpartition("/")
            if posixpath.normpath(posixpath.join("/", folder, relation.get("Target"))) == f"/{part}":
                relation.getparent().remove(relation)

    def pack(self) -> bytes:
        """The bytes of the file. Unchanged, they are those that were opened; else parts keep order and time."""
        changed = {part: root for part, (before, root) in self._trees.items() if etree.tostring(root) != before}
        parts = self.parts | {part: _declared(root) for part, root in changed.items()}
        data, before = self._opened
        if parts == before:
            return data
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            for name, old in self._entries.items():
                if name in parts:
                    entry = zipfile.ZipInfo(name, old.date_time)
                    entry.compress_type = zipfile.ZIP_DEFLATED
                    archive.writestr(entry, parts[name])
        return out.getvalue()

    def _relations(self, part: str) -> list[Any]:
        folder, _, name = part.rpartition("/")
        file = posixpath.join(folder, "_rels", f"{name}.rels")
        return list(self.tree(file)) if file in self.parts else []


def _declared(root: Any) -> bytes:
    packed: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return packed
