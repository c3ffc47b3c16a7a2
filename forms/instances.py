"""Instance: one filled form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from lxml import etree

from forms import levels
from forms.definition import Form, Group, Node, Question, Repeat
from forms.errors import InstanceError

Answers = Mapping[str, str | Sequence["Answers"]]
"""Answers by question name, groups left out; the answers of a repeat are a list under the repeat's name."""

_FIELDS_OF_META = frozenset({"instanceID", "deprecatedID", "instanceName", "entity"})
_DEVICE_TYPES = frozenset({"deviceid", "username", "email", "phonenumber", "subscriberid", "simserial"})
_JAVAROSA = "{http://openrosa.org/javarosa}"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;"})


@dataclass(frozen=True)
class Head:
    """What is known of a filled form before its questionnaire is at hand."""

    form_id: str
    version: str
    instance_id: str
    deprecated_id: str
    instance_name: str = ""


@dataclass(frozen=True)
class Instance:
    """One filled form, its answers still as written (text), and what in it fits no question.

    Both `answers` and `misfits` hold what a respondent said: neither belongs in a log.
    """

    head: Head
    answers: Answers
    misfits: tuple[str, ...] = ()


class Document:
    """A filled form as XML, read once: its head at once, its answers as soon as its questionnaire is at hand."""

    def __init__(self, xml: bytes) -> None:
        """Raises InstanceError when the bytes are not XML or carry a document type (entities)."""
        self._root = _root(xml)
        self.head = _head(self._root)

    def pick(self, form: Form, names: Iterable[str]) -> dict[str, str]:
        """The answers to some questions outside repeats and meta, as `instance` gives them; nothing else is looked at.

        Raises InstanceError when the instance is of another form, and when it is encrypted.
        """
        self._refuse_other(form)
        found: dict[str, str] = {}
        _pick(self._root, _branches(_Identity(form), frozenset(names)), found)
        return found

    def instance(self, form: Form, instance_id: str = "") -> Instance:
        """The answers; see `parse`."""
        self._refuse_other(form)
        known = replace(self.head, instance_id=instance_id or self.head.instance_id)
        if not known.instance_id:
            raise InstanceError(f"an instance of form {form.id!r} has no meta/instanceID; the client must give it one")
        reader = _Reader()
        answers: dict[str, str | list[Answers]] = {}
        reader.read(self._root, _shape(_Identity(form)), answers, "")
        return Instance(known, answers, tuple(reader.misfits))

    def _refuse_other(self, form: Form) -> None:
        known = self.head
        if known.form_id != form.id:
            raise InstanceError(
                f"instance {known.instance_id} is of form {known.form_id!r}, not of {form.id!r}; "
                "parse it with the form it was filled with"
            )
        if self._root.get("encrypted") == "yes":
            raise InstanceError(
                f"instance {known.instance_id} is encrypted; decrypt it first, the server holds no keys"
            )


def head(xml: bytes) -> Head:
    """Read which form was filled, in which version and under which id; the answers are not looked at.

    What the bytes do not say is "". Raises InstanceError when they are not XML or carry a document type (entities).
    """
    return Document(xml).head


def parse(xml: bytes, form: Form, instance_id: str = "") -> Instance:
    """Read the answers of a filled form against the version of the form that it was filled with.

    `instance_id` is the id it is kept under, where that is not the one that the client gave it.

    Nodes are found by their place in the form whatever their namespace, as JavaRosa (Collect), ODK Web Forms and
    Enketo write them. A node without an answer counts as not asked, and empty rows at the end of a repeat as not
    there. Every other node that the form does not have is listed in `misfits` with what it holds.

    Raises InstanceError as `head` does, when the instance is of another form or has no id, and when it is encrypted.
    """
    return Document(xml).instance(form, instance_id)


def build(form: Form, answers: Answers, *, instance_id: str, deprecated_id: str = "", instance_name: str = "") -> bytes:
    """Write a filled form as a client would: the answered nodes in their groups, then the OpenRosa meta block.

    The inverse of `parse`; `deprecated_id` names the instance that this one corrects.

    Raises InstanceError for an answer to a question that the form does not have and for characters that XML
    cannot hold.
    """
    shape = _shape(_Identity(form))
    parts = [
        "<?xml version='1.0' ?>",
        f'<data xmlns:orx="http://openrosa.org/xforms" id="{form.id.translate(_ESCAPES)}"',
        f' version="{form.version.translate(_ESCAPES)}">',
    ]
    _write(form.children, shape, answers, "", parts)
    parts.append("<orx:meta>")
    _write_leaf("orx:instanceID", instance_id, parts)
    _write_leaf("orx:instanceName", instance_name, parts)
    _write_leaf("audit", answers.get(shape.audit, ""), parts)
    _write_leaf("orx:deprecatedID", deprecated_id, parts)
    parts.append("</orx:meta></data>")
    text = "".join(parts)
    if found := _NOT_XML.search(text):
        raise InstanceError(f"instance {instance_id}: XML cannot hold the character {found[0]!r}; leave it out")
    return text.encode()


def text_of(answers: Answers, question: str) -> str | None:
    """The answer to a question; None when there is none."""
    answer = answers.get(question)
    return answer if isinstance(answer, str) else None


def rows_of(answers: Answers, repeat: str) -> Sequence[Answers]:
    """The rows of a repeat; none when it was not asked."""
    rows: str | Sequence[Answers] = answers.get(repeat, ())
    return () if isinstance(rows, str) else rows


@dataclass(frozen=True)
class _Shape:
    """Where the nodes of one group, or of one row, lead: `names` are the answers that its whole table takes."""

    questions: Mapping[str, Question]
    groups: Mapping[str, _Shape]
    repeats: Mapping[str, _Shape]
    names: frozenset[str] = frozenset()
    audit: str = ""


class _Identity:
    """A form as a key: it holds mappings, so it has no hash of its own."""

    def __init__(self, form: Form) -> None:
        self.form = form

    def __hash__(self) -> int:
        return id(self.form)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and other.form is self.form


@lru_cache(maxsize=64)
def _shape(key: _Identity) -> _Shape:
    levels.of(key.form)  # refuses names that would fall into one answer
    audits = [question.name for question in key.form.questions() if question.type == "audit"]
    return _shape_of_table(key.form.children, audits[0] if audits else "")


def _shape_of_table(nodes: tuple[Node, ...], audit: str = "") -> _Shape:
    shape = _shape_of(nodes)
    names = frozenset(node.name for node in levels.members(nodes))
    return _Shape(shape.questions, shape.groups, shape.repeats, names, audit)


def _shape_of(nodes: tuple[Node, ...]) -> _Shape:
    questions: dict[str, Question] = {}
    groups: dict[str, _Shape] = {}
    repeats: dict[str, _Shape] = {}
    for node in nodes:
        if isinstance(node, Question):
            questions[node.name] = node
        elif isinstance(node, Group):
            groups[node.name] = _shape_of(node.children)
        else:
            repeats[node.name] = _shape_of_table(node.children)
    return _Shape(questions, groups, repeats)


def _root(xml: bytes) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise InstanceError(f"not an XML document ({_reason(error)}); send the file as the client wrote it") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise InstanceError("the document carries a document type (DOCTYPE); filled forms have none, remove it")
    return root


def _reason(error: Exception) -> str:
    """The parser's complaint without the text it stumbled over: an answer may be in it."""
    place = getattr(error, "lineno", None)
    return f"line {place}" if place else "it is empty or not in the encoding it names"


def _head(root: etree._Element) -> Head:
    meta: dict[str, str] = {}
    for block in root:
        if _name(block) == "meta":
            meta |= {_name(item): (item.text or "").strip() for item in block}
    return Head(
        root.get("id", "").strip(),
        root.get("version", "").strip(),
        meta.get("instanceID", ""),
        meta.get("deprecatedID", ""),
        meta.get("instanceName", ""),
    )


def _name(element: etree._Element) -> str:
    tag: str = element.tag
    return tag.rpartition("}")[2] if tag[0] == "{" else tag


@dataclass(frozen=True)
class _Branches:
    """Where some questions of one group are: `tags` are the only children to look at, whatever their namespace."""

    tags: tuple[str, ...]
    questions: Mapping[str, Question]
    groups: Mapping[str, _Branches]


@lru_cache(maxsize=64)
def _branches(key: _Identity, names: frozenset[str]) -> _Branches:
    return _branches_of(_shape(key), names)


def _branches_of(shape: _Shape, names: frozenset[str]) -> _Branches:
    questions = {name: question for name, question in shape.questions.items() if name in names}
    groups = {name: _branches_of(group, names) for name, group in shape.groups.items()}
    groups = {name: group for name, group in groups.items() if group.tags}
    return _Branches(tuple(f"{{*}}{name}" for name in (*questions, *groups)), questions, groups)


def _pick(parent: etree._Element, branches: _Branches, found: dict[str, str]) -> None:
    if not branches.tags:
        return
    for element in parent.iterchildren(*branches.tags):
        name = _name(element)
        if name in branches.groups:
            _pick(element, branches.groups[name], found)
        elif name not in found and not len(element):
            text = _answer(element, branches.questions[name])
            if text:
                found[name] = text


def _answer(element: etree._Element, question: Question) -> str:
    """What a node without nodes below answers; "" when its question was not asked."""
    text: str = element.text
    if not text or text.isspace():
        return ""
    if text.endswith(" not found") and question.type in _DEVICE_TYPES:
        return ""  # Enketo's words for metadata it does not have
    return text


class _Reader:
    """One walk through a filled form, collecting what fits no question."""

    def __init__(self) -> None:
        self.misfits: list[str] = []

    def read(self, parent: etree._Element, shape: _Shape, answers: _Row, path: str) -> None:
        """Put the answers below `parent` into `answers`."""
        for element in parent:
            name = _name(element)
            if (question := shape.questions.get(name)) is not None:
                self._read_answer(element, question, answers, path)
            elif name in shape.groups:
                self.read(element, shape.groups[name], answers, f"{path}{name}/")
            elif name in shape.repeats:
                self._read_row(element, shape.repeats[name], answers, f"{path}{name}")
            elif name == "meta" and not path:
                self._read_meta(element, shape, answers)
            elif not (name.endswith("_count") and name.removesuffix("_count") in shape.repeats):
                # pyxform writes <repeat>_count for a computed number of rows: it only repeats the rows' number
                self._list(element, f"{path}{name}")
        for name in shape.repeats:
            _drop_empty_end(answers, name)

    def _read_answer(self, element: etree._Element, question: Question, answers: _Row, path: str) -> None:
        if len(element):
            self._list(element, f"{path}{question.name}")
        elif text := _answer(element, question):
            if question.name in answers:
                self._list(element, f"{path}{question.name}")
            else:
                answers[question.name] = text

    def _read_row(self, element: etree._Element, shape: _Shape, answers: _Row, path: str) -> None:
        if element.get(f"{_JAVAROSA}template") is not None:
            return
        rows = answers.setdefault(_name(element), [])
        assert isinstance(rows, list)
        row: _Row = {}
        self.read(element, shape, row, f"{path}[{len(rows) + 1}]/")
        rows.append(row)

    def _read_meta(self, meta: etree._Element, shape: _Shape, answers: _Row) -> None:
        for element in meta:
            name = _name(element)
            if name == "audit" and shape.audit:
                self._read_answer(element, Question(shape.audit, "audit", "meta/audit"), answers, "meta/")
            elif name not in _FIELDS_OF_META:
                self._list(element, f"meta/{name}")

    def _list(self, element: etree._Element, path: str) -> None:
        held = " ".join(text.strip() for text in element.itertext() if text.strip())
        if held:
            self.misfits.append(f"{path}: {held}")


_Row = dict[str, "str | list[Answers]"]


def _drop_empty_end(answers: _Row, name: str) -> None:
    rows = answers.get(name)
    while rows and not rows[-1]:
        assert isinstance(rows, list)
        rows.pop()
    if not rows:
        answers.pop(name, None)


def _write(nodes: tuple[Node, ...], shape: _Shape, answers: Answers, path: str, parts: list[str]) -> None:
    """Write the rows of one table; `path` says where it hangs, for messages."""
    if unknown := sorted(answers.keys() - shape.names):
        raise InstanceError(f"the form has no question {path}{unknown[0]}; answers of a repeat go in its list of rows")
    _write_nodes(nodes, shape, answers, path, parts)


def _write_nodes(nodes: tuple[Node, ...], shape: _Shape, answers: Answers, path: str, parts: list[str]) -> None:
    for node in nodes:
        if isinstance(node, Question):
            if node.type != "audit":
                _write_leaf(node.name, answers.get(node.name, ""), parts)
        elif isinstance(node, Group):
            start = len(parts)
            parts.append(f"<{node.name}>")
            _write_nodes(node.children, shape.groups[node.name], answers, path, parts)
            if len(parts) == start + 1:
                parts.pop()
            else:
                parts.append(f"</{node.name}>")
        else:
            _write_rows(node, shape.repeats[node.name], answers.get(node.name, ()), path, parts)


def _write_rows(repeat: Repeat, shape: _Shape, rows: str | Sequence[Answers], path: str, parts: list[str]) -> None:
    if isinstance(rows, str):
        raise InstanceError(f"{path}{repeat.name} is a repeat: give a list of rows, not a text")
    for position, row in enumerate(rows, start=1):
        parts.append(f"<{repeat.name}>")
        _write(repeat.children, shape, row, f"{path}{repeat.name}[{position}]/", parts)
        parts.append(f"</{repeat.name}>")


def _write_leaf(name: str, value: str | Sequence[Answers], parts: list[str]) -> None:
    if not isinstance(value, str):
        raise InstanceError(f"{name}: an answer is written as text, not as {type(value).__name__}")
    if value:
        parts.append(f"<{name}>{value.translate(_ESCAPES)}</{name}>")
