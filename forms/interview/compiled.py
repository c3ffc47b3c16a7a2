"""Compiled form: the XForm that a tablet has, read back: its model, binds, controls and words."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from forms.errors import InterviewError
from forms.interview import lists
from forms.interview.captions import WORDLESS, Caption, Translations, caption, reference_caption, translations
from forms.interview.lists import local
from forms.xpath import Call, Path, parse
from forms.xpath.nodes import Node

_JAVAROSA = "{http://openrosa.org/javarosa}"
_SELECTS = {"select1": "select_one", "select": "select_multiple", "rank": "rank"}
_MEDIA = {"image": "image", "audio": "audio", "video": "video", "osm": "osm"}
Place = tuple[str, ...]


@dataclass(frozen=True)
class Bind:
    """The rules of one question or group; an empty text is no rule."""

    kind: str = "string"
    relevant: str = ""
    required: str = ""
    readonly: str = ""
    constraint: str = ""
    calculate: str = ""
    constraint_message: Caption = WORDLESS
    required_message: Caption = WORDLESS
    preload: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Action:
    """A value that an event sets: odk-instance-first-load, odk-new-repeat, xforms-value-changed."""

    events: tuple[str, ...]
    target: Place
    value: str


@dataclass(frozen=True)
class Items:
    """Choices that a list gives: the path to its items, and to code and label from there."""

    nodeset: str
    value: str
    label: str
    is_text_id: bool

    @property
    def is_filtered(self) -> bool:
        """Do answers decide which items there are?"""
        return "[" in self.nodeset or not self.nodeset.startswith("instance(")


@dataclass(frozen=True)
class Control:
    """A question, group or repeat on the screen.

    `kind` is group, repeat, or what is asked: input, select_one, select_multiple, rank, range, trigger, image,
    audio, video, file. `count` is the place of a repeat's number of rows.
    """

    kind: str
    place: Place
    label: Caption = WORDLESS
    hint: Caption = WORDLESS
    appearance: str = ""
    children: tuple[Control, ...] = ()
    items: Items | None = None
    choices: tuple[tuple[str, Caption], ...] = ()
    count: Place = ()
    actions: tuple[Action, ...] = ()

    @property
    def is_question(self) -> bool:
        """Does it ask, other than a group or repeat?"""
        return self.kind not in ("group", "repeat")

    @property
    def is_choice(self) -> bool:
        """Does it offer choices?"""
        return self.kind in _SELECTS.values()

    def walk(self) -> Iterator[Control]:
        """The control and those within it."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True)
class Compiled:
    """A compiled form. `sources` gives the files of lists that lie beside it, by the id of the list."""

    form_id: str
    version: str
    binds: Mapping[Place, Bind]
    controls: tuple[Control, ...]
    texts: Translations
    lists: Mapping[str, Node]
    sources: Mapping[str, str]
    actions: tuple[Action, ...]
    repeats: frozenset[Place]
    _instance: etree._Element = field(repr=False)
    _templates: Mapping[Place, etree._Element] = field(repr=False)

    def blank(self) -> Node:
        """The filled form before anything is asked: defaults stand in it."""
        return self._build(self._instance, None)

    def row(self, parent: Node, name: str) -> Node:
        """A new row of a repeat, not yet among those of its parent."""
        return self._build(self._templates[(*parent.place, name)], parent)

    def _build(self, element: etree._Element, parent: Node | None) -> Node:
        node = Node(local(element.tag), parent)
        if _has_children(element):
            for child in element.iterchildren(tag=etree.Element):
                row = node.children.setdefault(local(child.tag), [])
                if f"{_JAVAROSA}template" not in child.attrib:
                    built = self._build(child, node)
                    built.index = len(row)
                    row.append(built)
        else:
            node.value = (element.text or "").strip() or None
        for name, value in element.attrib.items():
            if not str(name).startswith(_JAVAROSA):
                node.attributes[local(name)] = Node(local(name), node, str(value))
        return node

    @property
    def files(self) -> tuple[str, ...]:
        """The names of the files that lists are read from."""
        return tuple(src.rpartition("/")[2] for src in self.sources.values() if src != lists.LAST_SAVED)

    @property
    def questions(self) -> Iterator[Control]:
        """The controls that ask something."""
        for control in self.controls:
            yield from (each for each in control.walk() if each.is_question)


def _has_children(element: etree._Element) -> bool:
    return next(element.iterchildren(tag=etree.Element), None) is not None


def read(xml: bytes) -> Compiled:
    """A compiled form from its bytes. Raises InterviewError when they are no XForm."""
    try:
        root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, huge_tree=True))
    except etree.XMLSyntaxError as error:
        raise InterviewError(f"the form is not XML: {error}. Compile it again.") from error
    model = root.find("{*}head/{*}model")
    first = None if model is None else next(model.iterfind("{*}instance"), None)
    if model is None or first is None or not _has_children(first):
        raise InterviewError("the form has no model with an instance. Compile it again.")
    instance = next(first.iterchildren(tag=etree.Element))
    others = [each for each in model.iterfind("{*}instance") if each is not first]
    body = root.find("{*}body")
    controls = () if body is None else tuple(_controls(body))
    return Compiled(
        form_id=instance.get("id") or "",
        version=instance.get("version") or "",
        binds=dict(map(_bind, model.iterfind("{*}bind"))),
        controls=controls,
        texts=translations(model),
        lists={each.get("id") or "": lists.build(each[0]) for each in others if not each.get("src") and len(each)},
        sources={each.get("id") or "": src for each in others if (src := each.get("src"))},
        actions=tuple(_actions(model)),
        repeats=frozenset(each.place for control in controls for each in control.walk() if each.kind == "repeat"),
        _instance=instance,
        _templates=_templates(instance, controls),
    )


def place(path: str) -> Place:
    """The names of an absolute path."""
    return tuple(local(name) for name in path.strip().strip("/").split("/"))


def _bind(element: etree._Element) -> tuple[Place, Bind]:
    def rule(name: str) -> str:
        return (element.get(name) or "").strip()

    return place(element.get("nodeset") or ""), Bind(
        kind=local(rule("type") or "string"),
        relevant=rule("relevant"),
        required=rule("required"),
        readonly=rule("readonly"),
        constraint=rule("constraint"),
        calculate=rule("calculate"),
        constraint_message=reference_caption(rule(f"{_JAVAROSA}constraintMsg")),
        required_message=reference_caption(rule(f"{_JAVAROSA}requiredMsg")),
        preload=(rule(f"{_JAVAROSA}preload"), rule(f"{_JAVAROSA}preloadParams")),
    )


def _actions(parent: etree._Element) -> Iterator[Action]:
    for element in parent.iterfind("{*}setvalue"):
        yield Action(
            events=tuple(
                (element.get("event") or element.get("{http://www.w3.org/2001/xml-events}event") or "").split()
            ),
            target=place(element.get("ref") or ""),
            value=element.get("value") or f"'{element.text or ''}'",
        )


def _controls(parent: etree._Element) -> Iterator[Control]:
    for element in parent.iterchildren(tag=etree.Element):
        name = local(element.tag)
        if name == "group":
            yield _group(element)
        elif name == "repeat":
            yield _repeat(element, None)
        elif element.get("ref") and name not in ("label", "hint", "setvalue", "value", "item", "itemset"):
            yield _question(element, name)


def _group(element: etree._Element) -> Control:
    """A group, or the repeat that it is the heading of."""
    repeat = element.find("{*}repeat")
    if repeat is not None and repeat.get("nodeset") == element.get("ref"):
        return _repeat(repeat, element)
    return Control(
        kind="group",
        place=place(element.get("ref") or ""),
        label=caption(element.find("{*}label")),
        appearance=element.get("appearance") or "",
        children=tuple(_controls(element)),
    )


def _repeat(element: etree._Element, heading: etree._Element | None) -> Control:
    count = element.get(f"{_JAVAROSA}count")
    return Control(
        kind="repeat",
        place=place(element.get("nodeset") or ""),
        label=caption(None if heading is None else heading.find("{*}label")),
        appearance=element.get("appearance") or "",
        children=tuple(_controls(element)),
        count=place(count) if count else (),
        actions=tuple(_actions(element)),
    )


def _question(element: etree._Element, name: str) -> Control:
    itemset = element.find("{*}itemset")
    kind = _SELECTS.get(name, name)
    if name == "upload":
        kind = _MEDIA.get((element.get("mediatype") or "").partition("/")[0], "file")
    return Control(
        kind=kind,
        place=place(element.get("ref") or ""),
        label=caption(element.find("{*}label")),
        hint=caption(element.find("{*}hint")),
        appearance=element.get("appearance") or "",
        items=None if itemset is None else _items(itemset),
        choices=tuple(_choices(element)),
        actions=tuple(_actions(element)),
    )


def _items(element: etree._Element) -> Items:
    value, label = element.find("{*}value"), element.find("{*}label")
    reference = "" if label is None else label.get("ref") or ""
    found = re.fullmatch(r"\s*jr:itext\((.*)\)\s*", reference)
    return Items(
        nodeset=_unshuffled((element.get("nodeset") or "").strip()),
        value="" if value is None else value.get("ref") or "",
        label=found[1] if found else reference,
        is_text_id=found is not None,
    )


def _unshuffled(nodeset: str) -> str:
    """The path within randomize(): the order of choices decides nothing."""
    tree = parse(nodeset)
    if not isinstance(tree, Call) or tree.name != "randomize":
        return nodeset
    inner = nodeset[nodeset.index("(") + 1 : nodeset.rindex(")")]
    seeded = len(tree.arguments) == 2
    while not isinstance(parse(inner.rpartition(",")[0] if seeded else inner), Path):
        inner = inner.rpartition(",")[0]
    return (inner.rpartition(",")[0] if seeded else inner).strip()


def _choices(element: etree._Element) -> Iterator[tuple[str, Caption]]:
    for item in element.iterfind("{*}item"):
        value = item.find("{*}value")
        yield ("" if value is None else value.text or "").strip(), caption(item.find("{*}label"))


def _templates(instance: etree._Element, controls: tuple[Control, ...]) -> dict[Place, etree._Element]:
    """What a new row of each repeat looks like: its template, or else its first row without answers."""
    found: dict[Place, etree._Element] = {}
    for control in controls:
        for each in control.walk():
            if each.kind == "repeat":
                found[each.place] = _template(instance, each.place)
    return found


def _template(instance: etree._Element, where: Place) -> etree._Element:
    rows = [instance]
    for name in where[1:]:
        rows = [child for row in rows for child in row.iterchildren(tag=etree.Element) if local(child.tag) == name]
    if not rows:
        raise InterviewError(f"the repeat /{'/'.join(where)} is not in the form's instance. Compile it again.")
    template = next((row for row in rows if f"{_JAVAROSA}template" in row.attrib), None)
    return rows[0] if template is None else copy.deepcopy(template)
