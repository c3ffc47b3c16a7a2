"""Interview: a form being answered."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, tzinfo

from lxml import etree

from forms.errors import InterviewError, XPathError
from forms.interview import answers
from forms.interview.captions import Caption, spoken
from forms.interview.compiled import Action, Bind, Control, Place
from forms.interview.dependencies import Rule
from forms.interview.lists import local
from forms.interview.offers import offered
from forms.interview.recalculation import Recalculation
from forms.interview.script import Choice, Script
from forms.xpath import Context, Scope, Value, evaluator, to_boolean, to_text, unpack
from forms.xpath.nodes import Answer, Node, below
from forms.xpath.values import Single

_PLAIN = Bind()


class Interview:
    """A form being answered: its answers, and what the rules make of them at each moment.

    `root` is the filled form. `clock` tells the time in the tablet's `zone`, `properties` what the tablet says
    about itself (deviceid, username), `language` is the one that the words are in.
    """

    def __init__(
        self,
        script: Script,
        *,
        clock: Callable[[], datetime] = datetime.now,
        zone: tzinfo | None = None,
        properties: Mapping[str, str] | None = None,
        language: str = "",
        received: bytes | None = None,
    ) -> None:
        """Begin an interview, or take up one that was `received`: then times and keys in it stay as they are.

        Raises InterviewError when what was received is another form or no XML, XPathError when a rule fails.
        """
        self.script = script
        self.form = script.form
        self.language = language or script.form.texts.language
        self.root = script.form.blank()
        self.scope = Scope(
            root=self.root,
            lists=script.lists,
            clock=clock,
            zone=zone,
            properties=properties or {},
            version=script.form.version,
            extensions={
                "jr:itext": lambda given, context: self.say(Caption(text_id=to_text(given[0])), self.root) or "",
                "jr:choice-name": self._choice_name,
                "pulldata": self._pull,
            },
        )
        self._is_received = received is not None
        self._rules = Recalculation(script.dependencies, self._apply)
        self._settle_new(self.root)
        if received is None:
            self._preload(self.root)
            for action in self._first_actions():
                self._act(action, self.root)
        else:
            self._take_up(received)
        self._rules.queue(self.root)
        self._rules.run()

    # What a node is

    def bind(self, node: Node) -> Bind:
        """The rules of a node."""
        return self.form.binds.get(node.place, _PLAIN)

    def is_required(self, node: Node) -> bool:
        """Does the node need an answer now?"""
        return node.required or self.bind(node).required == "true()"

    def is_readonly(self, node: Node) -> bool:
        """Is the node only shown?"""
        return node.readonly or self.bind(node).readonly == "true()"

    def text(self, node: Node) -> str | None:
        """The answer of a node as it stands in the filled form."""
        return answers.write(node.value, self.scope.zone)

    def path(self, node: Node) -> str:
        """The path of a node, with the number of each row."""
        steps = [
            f"{each.name}[{each.index + 1}]" if each.index or each.place in self.form.repeats else each.name
            for each in node.lineage()
        ]
        return "/" + "/".join(steps)

    def nodes(self, place: Place) -> list[Node]:
        """All nodes of a place, over all rows."""
        return below([self.root], place[1:])

    def say(self, caption: Caption, node: Node) -> str | None:
        """The words of a caption in the interview's language, answers filled in as seen from a node."""
        return spoken(self.form.texts.of(caption, self.language), self.context(node))

    def context(self, node: Node) -> Context:
        """Where the expressions of a node stand."""
        return Context(node, self.scope, node)

    def evaluate(self, expression: str, node: Node) -> Value:
        """What an expression comes to, as seen from a node. Raises XPathError."""
        return evaluator(expression)(self.context(node))

    # Answers

    def read(self, node: Node, text: str) -> Answer:
        """A text as an answer of the node's type. Raises XPathError when it is none."""
        return answers.read(text, self.bind(node).kind, self.scope.clock(), self.scope.zone)

    def set(self, node: Node, answer: Answer) -> None:
        """Give a node an answer, and work out what depends on it."""
        changed = self.text(node) != answers.write(answer, self.scope.zone)
        node.value = answer
        with self._answering(node):
            self._rules.refresh(node)
            self._rules.touch(node)
            self._rules.run()
        control = self.script.controls.get(node.place)
        if changed and control:
            for action in control.actions:
                if "xforms-value-changed" in action.events and node.parent:
                    self._act(action, node.parent)

    def accepts(self, node: Node) -> bool:
        """Does the node's answer keep its constraint? An empty one always does."""
        constraint = self.bind(node).constraint
        return node.value is None or not constraint or to_boolean(self.evaluate(constraint, node))

    def choices(self, node: Node) -> tuple[Choice, ...]:
        """What can be chosen now, in the form's order. An answer that is no longer among it is taken away."""
        control = self.script.controls[node.place]
        found = offered(self, control, node)
        if isinstance(node.value, str) and control.items:
            codes = {choice.code for choice in found}
            if control.kind == "select_one":
                node.value = node.value if node.value in codes else None
            else:
                node.value = " ".join(code for code in node.value.split() if code in codes) or None
        return found

    # Rows

    def may_add(self, parent: Node, repeat: Control) -> bool:
        """Is another row relevant, and not more than the form asks for?"""
        name = repeat.place[-1]
        index = len(parent.named(name))
        if repeat.count and index >= self._count(parent, repeat):
            return False
        bind = self.form.binds.get(repeat.place, _PLAIN)
        if not parent.relevant or bind.relevant == "false()":
            return False
        ghost = Node(name, parent)
        ghost.index = index
        return not bind.relevant or to_boolean(self.evaluate(bind.relevant, ghost))

    def _count(self, parent: Node, repeat: Control) -> int:
        line = parent.lineage()
        node: Node | None = self.root
        for level, name in enumerate(repeat.count[1:], start=1):
            rows = node.named(name) if node else []
            same = level < len(line) and line[level].name == name and line[level].parent is node
            node = line[level] if same else next(iter(rows), None)
        try:
            return int(float(self.text(node) or 0)) if node else 0
        except ValueError:
            return 0

    def add_row(self, parent: Node, name: str) -> Node:
        """Add a row to a repeat; defaults and what events set stand in it."""
        row = parent.add(self.form.row(parent, name))
        row.settle()
        self._settle_new(row)
        self._preload(row)
        repeat = self.script.repeats[row.place]
        for action in (*self.form.actions, *repeat.actions):
            if "odk-new-repeat" in action.events and action.target[: len(row.place)] == row.place:
                self._act(action, row)
        self._rules.refresh(row)
        self._rules.touch(row)
        self._rules.run()  # what counts rows is worked out everywhere, before the new row's own rules
        with self._answering(row):
            self._rules.queue(row)
            for node in row.walk():
                self._rules.touch(node)
            self._rules.run()
        return row

    def remove_row(self, row: Node) -> None:
        """Take a row away; those behind it move up."""
        if row.parent is None:
            raise InterviewError("the root of a form is no row. Give a row of a repeat.")
        for node in row.walk():
            self._rules.touch(node)
        row.parent.remove(row)
        for other in row.parent.named(row.name):
            self._rules.queue(other)
        self._rules.run()

    def _answering(self, node: Node) -> AbstractContextManager[None]:
        """On a tablet rules of other rows wait; what was received is worked out in full."""
        return nullcontext() if self._is_received else self._rules.answering(node)

    # How it begins

    def _settle_new(self, top: Node) -> None:
        """Read the defaults, and hide what never is relevant."""
        for node in top.walk():
            if isinstance(node.value, str):
                node.value = self._read_or_none(node, node.value)
            if self.bind(node).relevant == "false()":
                node.set_relevant(False)
            else:
                node.settle()

    def _preload(self, top: Node) -> None:
        for node in top.walk():
            kind, parameter = self.bind(node).preload
            if kind == "uid":
                node.value = f"uuid:{uuid.uuid4()}"
            elif (kind, parameter) == ("date", "today"):
                node.value = answers.wrap(self.scope.clock(), "date", self.scope.clock(), self.scope.zone)
            elif (kind, parameter) == ("timestamp", "start"):
                node.value = answers.wrap(self.scope.clock(), "dateTime", self.scope.clock(), self.scope.zone)
            elif kind == "property":
                node.value = self.scope.properties.get(parameter) or None

    def _first_actions(self) -> Iterable[Action]:
        nested = (action for repeat in self.script.repeats.values() for action in repeat.actions)
        return [action for action in (*self.form.actions, *nested) if "odk-instance-first-load" in action.events]

    def _act(self, action: Action, context: Node) -> None:
        """Set the value that an event asks for, in the rows of a node."""
        line = context.lineage()
        shared = 1
        while shared < min(len(line), len(action.target)) and line[shared].name == action.target[shared]:
            shared += 1
        for node in below([line[shared - 1]], action.target[shared:]):
            self.set(node, self._fitted(node, self._value(action.value, node)))

    def _value(self, expression: str, node: Node) -> Answer:
        value = unpack(self.evaluate(expression, node))
        return answers.wrap(value, self.bind(node).kind, self.scope.clock(), self.scope.zone)

    def _fitted(self, node: Node, answer: Answer) -> Answer:
        """The answer in the type of its node, as if it had been written down and read."""
        return self.read(node, answers.write(answer, self.scope.zone) or "")

    def _take_up(self, received: bytes) -> None:
        try:
            element = etree.fromstring(received, etree.XMLParser(resolve_entities=False, huge_tree=True))
        except etree.XMLSyntaxError as error:
            raise InterviewError(f"the filled form is not XML: {error}") from error
        if element.get("id") not in (self.form.form_id, None) or local(element.tag) != self.root.name:
            raise InterviewError(f"the filled form is of {element.get('id')!r}, not {self.form.form_id!r}")
        self._fill(self.root, element)

    def _read_or_none(self, node: Node, text: str) -> Answer:
        """A text as an answer; None when it is none of the node's type, as JavaRosa has it."""
        try:
            return self.read(node, text)
        except XPathError:
            return None

    def _fill(self, node: Node, element: etree._Element) -> None:
        """Put what was received into a node; what was not relevant was not sent."""
        if node.is_leaf:
            node.value = self._read_or_none(node, (element.text or "").strip())
            return
        sent: dict[str, list[etree._Element]] = {}
        for child in element.iterchildren(tag=etree.Element):
            sent.setdefault(local(child.tag), []).append(child)
        for name, rows in node.children.items():
            if (*node.place, name) in self.form.repeats:
                rows.clear()
                for child in sent.get(name, []):
                    rows.append(row := self.form.row(node, name))
                    row.index = len(rows) - 1
                    self._settle_new(row)
                    self._fill(row, child)
            elif name in sent:
                self._fill(rows[0], sent[name][0])
            else:
                _empty(rows[0])

    # What follows from what

    def _apply(self, rule: Rule, node: Node) -> Iterable[Node]:
        """Work a rule out for a node; gives the nodes that it changed."""
        try:
            value = unpack(rule.work(self.context(node)))
            if rule.what == "calculate":
                return self._calculate(rule, node, value)
        except XPathError as error:
            raise XPathError(f"{self.path(node)} {rule.what}: {error.message}") from error
        holds = to_boolean(value)
        if rule.what == "relevant":
            return node.set_relevant(holds)
        if rule.what == "required":
            node.required = holds
        else:
            node.readonly = holds
        return ()

    def _calculate(self, rule: Rule, node: Node, value: Single) -> Iterable[Node]:
        if self._is_received and rule.is_fleeting and node.value is not None:
            return ()
        answer = answers.wrap(value, self.bind(node).kind, self.scope.clock(), self.scope.zone)
        if type(answer) is type(node.value) and answer == node.value:
            return ()
        node.value = answer
        return (node,)

    # What only a form can answer

    def _choice_name(self, given: Sequence[Value], context: Context) -> Value:
        """jr:choice-name(code, 'path of the question'): the label of a choice."""
        code, path = map(to_text, given)
        found = evaluator(path.strip())(context)
        nodes = getattr(found, "nodes", ())
        if not nodes or nodes[0].place not in self.script.controls:
            return ""
        every = offered(self, self.script.controls[nodes[0].place], nodes[0])
        return next((choice.label for choice in every if choice.code == code), "")

    def _pull(self, given: Sequence[Value], context: Context) -> Value:
        """pulldata(list, column, key column, key): one cell of a list beside the form."""
        name, column, key, wanted = map(to_text, given)
        rows = self.script.lists.get(name.removesuffix(".csv"))
        found = rows.holding("item", key, wanted) if rows and wanted else []
        cells = found[0].named(column) if found else []
        return str(cells[0].value or "") if cells else ""


def _empty(top: Node) -> None:
    for node in top.walk():
        if node.is_leaf:
            node.value = None
