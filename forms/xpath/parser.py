"""Parser: reads the text of an expression into its tree."""

from __future__ import annotations

from functools import lru_cache

from forms.errors import XPathError
from forms.xpath.expressions import Binary, Call, Expression, Negation, Number, Path, Step, Text
from forms.xpath.tokens import Token, tokens

_LEVELS = (("or",), ("and",), ("=", "!="), ("<", "<=", ">", ">="), ("+", "-"), ("*", "div", "mod"))
"""Operators from the loosest to the tightest; each level reads from left to right."""

_END = Token("end", "the end", -1)


@lru_cache(maxsize=20_000)
def parse(expression: str) -> Expression:
    """The tree of an expression. Raises XPathError where it is not one, or uses what JavaRosa cannot do."""
    reader = _Reader(expression)
    tree = reader.level(0)
    reader.want("end")
    return tree


class _Reader:
    """The tokens of one expression and the place that has been reached."""

    def __init__(self, expression: str) -> None:
        self._expression = expression
        self._tokens = [*tokens(expression), _END]
        self._at = 0

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def _skip(self, kind: str) -> bool:
        if self._next.kind != kind:
            return False
        self._at += 1
        return True

    def want(self, kind: str) -> None:
        """Step over a token of that kind."""
        if not self._skip(kind):
            raise self._error(f"{self._next.text!r} stands where {kind!r} should")

    def _error(self, what: str) -> XPathError:
        return XPathError(f"cannot read {self._expression!r}: {what}")

    def level(self, number: int) -> Expression:
        """Expressions joined by the operators of one level."""
        if number == len(_LEVELS):
            return self._signed()
        left = self.level(number + 1)
        while self._next.kind in ("operator", *_LEVELS[number]) and self._next.text in _LEVELS[number]:
            left = Binary(self._take().text, left, self.level(number + 1))
        return left

    def _signed(self) -> Expression:
        return Negation(self._signed()) if self._skip("-") else self._operand()

    def _operand(self) -> Expression:
        token = self._next
        if token.kind in ("number", "text"):
            self._take()
            return Number(float(token.text)) if token.kind == "number" else Text(token.text)
        if self._skip("("):
            inner = self.level(0)
            self.want(")")
            return self._alone(inner)
        if token.kind == "name" and self._tokens[self._at + 1].kind == "(":
            return self._call()
        return self._path()

    def _alone(self, operand: Expression) -> Expression:
        """The operand, which no path may go on from."""
        if self._next.kind in ("/", "["):
            raise self._error("only instance() and current() can begin a path")
        return operand

    def _call(self) -> Expression:
        name = self._take().text
        arguments: list[Expression] = []
        self.want("(")
        while not self._skip(")"):
            if arguments:
                self.want(",")
            arguments.append(self.level(0))
        if name == "current" and self._next.kind == "/":
            return self._steps(Path("current", 0, ()))
        if name == "instance" and self._next.kind == "/":
            if len(arguments) != 1 or not isinstance(arguments[0], Text):
                raise self._error("instance() takes the name of a list in quotation marks")
            return self._steps(Path("instance", 0, (), arguments[0].value))
        return self._alone(Call(name, tuple(arguments)))

    def _path(self) -> Path:
        if self._next.kind == "/":
            return self._steps(Path("root", 0, ()))
        path = self._step(Path("here", 0, ()))
        return self._steps(path)

    def _steps(self, path: Path) -> Path:
        while self._skip("/"):
            path = self._step(path)
        return path

    def _step(self, path: Path) -> Path:
        token = self._take()
        if token.kind == ".":
            return path
        if token.kind == "..":
            if path.origin in ("root", "instance"):
                raise self._error("a path that begins at a root cannot go up")
            return Path(path.origin, path.parents + 1, path.steps)
        attribute = token.kind == "@"
        token = self._take() if attribute else token
        if token.kind not in ("name", "*"):
            raise self._error(f"{token.text!r} is no step of a path")
        predicates = []
        while self._skip("["):
            predicates.append(self.level(0))
            self.want("]")
        step = Step(token.text, attribute, tuple(predicates))
        return Path(path.origin, path.parents, (*path.steps, step), path.instance)
