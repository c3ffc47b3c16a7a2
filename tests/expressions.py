"""Expressions drawn at random, and the XForm that asks an engine what they come to."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from xml.sax.saxutils import quoteattr

ANSWERS = {
    "whole": ("int", "7"),
    "part": ("decimal", "2.5"),
    "none": ("int", ""),
    "word": ("string", "Alpha beta"),
    "digits": ("string", "0042"),
    "blank": ("string", ""),
    "several": ("string", "1 3 96"),
    "day": ("date", "2024-02-29"),
    "moment": ("dateTime", "2025-12-31T23:30:15.250"),
    "hidden": ("int", "5"),
}
ROWS = (("3", "a"), ("11", "b"), ("", "a"))
NUMBERS = ("0", "1", "2", "3.5", "10", "-98", "0.001", "12345678", "99999999999")
TEXTS = ("''", "'a'", "'Alpha beta'", "'7'", "'2.50'", "'NaN'", "'2024-02-29'", "' x  y '")
PATTERNS = ("'[a-z]+'", "'[A-Z][a-z]+ .*'", "'\\d{1,4}'", "'(7|2\\.5)'", "'.*'")
FORMS = ("'%Y-%m-%d'", "'%e/%n/%y'", "'%H:%M:%S.%3'", "'%a %d %b'")


class Drawing:
    """Expressions of each kind of value, nested to a depth."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def any(self) -> str:
        """An expression of any kind, three levels deep."""
        return self._random.choice((self.number, self.text, self.truth, self.day))(3)

    def _one(self, *choices: str) -> str:
        return self._random.choice(choices)

    def number(self, depth: int) -> str:
        """An expression that comes to a number."""
        if depth == 0:
            return self._one(*NUMBERS, "/data/whole", "/data/part", "/data/none", "/data/hidden")
        n, t, b, d = self._inner(depth)
        return self._one(
            f"{n()} + {n()}", f"{n()} - {n()}", f"({n()} * {n()})", f"{n()} div {n()}", f"{n()} mod {n()}", f"-{n()}",
            f"int({n()})", f"round({n()})", f"round({n()}, {self._one('1', '2', '-1')})", f"abs({n()})",
            f"pow({n()}, {self._one('2', '0.5', '-1')})", f"sqrt({n()})", f"number({t()})", f"number({b()})",
            f"string-length({t()})", "count(/data/row)", "count(/data/row[./v > 2])", "sum(/data/row/v)",
            "max(/data/row/v)", f"min({n()}, {n()})", f"max({n()}, {n()})", "count-selected(/data/several)",
            "count-non-empty(/data/row/v)", "position(/data/row[./k = 'b'])", f"if({b()}, {n()}, {n()})",
            f"coalesce({n()}, {n()})", f"{d()} - {d()}", f"decimal-date-time({d()})", f"number({d()})",
            f"indexed-repeat(/data/row/v, /data/row, {self._one('1', '2', '0', '9')})",
            f"sum(/data/row[position() <= {self._one('1', '2', '3')}]/v)",
        )  # fmt: skip

    def text(self, depth: int) -> str:
        """An expression that comes to a text."""
        if depth == 0:
            return self._one(*TEXTS, "/data/word", "/data/digits", "/data/blank", "/data/several")
        n, t, b, d = self._inner(depth)
        return self._one(
            f"concat({t()}, {n()})", f"concat({t()}, {b()}, {d()})", f"string({n()})", f"string({d()})",
            f"substr({t()}, {self._one('0', '1', '-2')}, {self._one('1', '3', '-1', '99')})", f"substr({t()}, 1)",
            f"substring-before({t()}, {t()})", f"substring-after({t()}, {t()})", f"translate({t()}, 'ab1', 'x')",
            f"normalize-space({t()})", f"join({t()}, {t()}, {n()})", "join('-', /data/row/k)",
            f"selected-at(/data/several, {self._one('0', '1', '2', '5', '-1')})", f"if({b()}, {t()}, {t()})",
            f"coalesce({t()}, {t()})", f"format-date({d()}, {self._one(*FORMS)})",
            f"format-date-time(/data/moment, {self._one(*FORMS)})",
            f"digest({t()}, {self._one(repr('MD5'), repr('SHA-256'))}, 'hex')", "/data/row[./v = 11]/k",
        )  # fmt: skip

    def truth(self, depth: int) -> str:
        """An expression that comes to true or false."""
        if depth == 0:
            return self._one("true()", "false()", "/data/whole = 7", "/data/blank = ''", "/data/none > 0")
        n, t, b, d = self._inner(depth)
        sign, same = self._one("<", "<=", ">", ">="), self._one("=", "!=")
        return self._one(
            f"{n()} {sign} {n()}", f"{d()} {sign} {d()}", f"{t()} {sign} {n()}", f"{n()} {same} {n()}",
            f"{t()} {same} {t()}", f"{n()} {same} {t()}", f"{b()} {same} {t()}", f"{d()} {same} {t()}",
            f"({b()} and {b()})", f"({b()} or {b()})", f"not({b()})", f"boolean({n()})", f"boolean({t()})",
            f"selected(/data/several, {self._one(*TEXTS)})", f"contains({t()}, {t()})", f"starts-with({t()}, {t()})",
            f"ends-with({t()}, {t()})", f"regex({t()}, {self._one(*PATTERNS)})", f"boolean-from-string({t()})",
            f"checklist(1, 2, {b()}, {b()}, {b()})", f"weighted-checklist(2, 5, {b()}, {n()}, {b()}, 2)",
        )  # fmt: skip

    def day(self, depth: int) -> str:
        """An expression that comes to a date."""
        if depth == 0:
            return self._one("/data/day", "/data/moment", "today()", "date('1969-07-20')", "date(19000)")
        _, _, b, d = self._inner(depth)
        return self._one(
            f"date({d()})", f"date-time({d()})", f"if({b()}, {d()}, {d()})", f"date({self._one('0', '-5', '20000.7')})"
        )

    def _inner(self, depth: int) -> tuple[Callable[[], str], ...]:
        kinds = (self.number, self.text, self.truth, self.day)
        return tuple(lambda kind=kind: kind(depth - 1) for kind in kinds)


def form(expressions: list[str]) -> bytes:
    """An XForm with fixed answers, whose calculations x0, x1, ... are the expressions."""
    names = [f"x{number}" for number in range(len(expressions))]
    answers = "".join(f"<{name}>{answer}</{name}>" for name, (_, answer) in ANSWERS.items())
    row = "<row{}><v>{}</v><k>{}</k></row>"
    rows = row.format(' jr:template=""', "", "") + "".join(row.format("", *cells) for cells in ROWS)
    binds = "".join(
        f'<bind nodeset="/data/{name}" type="{kind}"/>' for name, (kind, _) in ANSWERS.items() if name != "hidden"
    )
    calculated = "".join(
        f'<bind nodeset="/data/{name}" type="string" calculate={quoteattr(expression)}/>'
        for name, expression in zip(names, expressions, strict=True)
    )
    return f"""<?xml version="1.0"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
        xmlns:jr="http://openrosa.org/javarosa"><h:head><h:title>drawn</h:title><model>
<instance><data id="drawn">{answers}{rows}{"".join(f"<{name}/>" for name in names)}</data></instance>
{binds}<bind nodeset="/data/hidden" type="int" relevant="/data/whole = 8"/>
<bind nodeset="/data/row/v" type="int"/><bind nodeset="/data/row/k" type="string"/>{calculated}
</model></h:head><h:body><input ref="/data/whole"><label>Whole</label></input>
<group ref="/data/row"><label>Row</label><repeat nodeset="/data/row"><input ref="/data/row/v"><label>V</label></input>
</repeat></group></h:body></h:html>""".encode()
