"""Text function: what an expression can do with texts."""

from __future__ import annotations

import base64
import hashlib
import secrets
import string
import uuid
from collections.abc import Callable, Sequence

from forms.errors import XPathError
from forms.xpath import patterns
from forms.xpath.contexts import Context
from forms.xpath.registry import ANY, Table, index_of, spread
from forms.xpath.values import Value, held, to_text

FUNCTIONS = Table()
FUNCTIONS.simple("string", to_text)


@FUNCTIONS.add("concat", least=0, most=ANY)
def _concat(arguments: Sequence[Value], context: Context) -> str:
    return "".join(map(to_text, spread(arguments)))


@FUNCTIONS.add("join", least=1, most=ANY)
def _join(arguments: Sequence[Value], context: Context) -> str:
    return to_text(arguments[0]).join(map(to_text, spread(arguments[1:])))


@FUNCTIONS.add("string-length", least=0, most=1)
def _string_length(arguments: Sequence[Value], context: Context) -> float:
    return float(len(to_text(arguments[0] if arguments else held(context.node))))


@FUNCTIONS.add("normalize-space", least=0, most=1)
def _normalize_space(arguments: Sequence[Value], context: Context) -> str:
    return " ".join(to_text(arguments[0] if arguments else held(context.node)).split())


@FUNCTIONS.add("substr", least=2, most=3)
def _substr(arguments: Sequence[Value], context: Context) -> str:
    text = to_text(arguments[0])
    start, end = index_of(arguments[1]), index_of(arguments[2]) if len(arguments) == 3 else len(text)
    start, end = (max(0, place + len(text) if place < 0 else place) for place in (start, end))
    return text[start:end]


@FUNCTIONS.add("substring-before", least=2)
def _before(arguments: Sequence[Value], context: Context) -> str:
    text, part = map(to_text, arguments)
    return text.partition(part)[0] if part and part in text else ""


@FUNCTIONS.add("substring-after", least=2)
def _after(arguments: Sequence[Value], context: Context) -> str:
    text, part = map(to_text, arguments)
    return text.partition(part)[2] if part else text


@FUNCTIONS.add("translate", least=3)
def _translate(arguments: Sequence[Value], context: Context) -> str:
    text, before, after = map(to_text, arguments)
    changes = {letter: after[place : place + 1] for place, letter in reversed(list(enumerate(before)))}
    return "".join(changes.get(letter, letter) for letter in text)


def _test(name: str, test: Callable[[str, str], bool]) -> None:
    @FUNCTIONS.add(name, least=2)
    def work(arguments: Sequence[Value], context: Context) -> bool:
        return test(to_text(arguments[0]), to_text(arguments[1]))


_test("contains", lambda text, part: part in text)
_test("starts-with", str.startswith)
_test("ends-with", str.endswith)
_test("regex", patterns.matches)


@FUNCTIONS.add("uuid", least=0, most=1)
def _uuid(arguments: Sequence[Value], context: Context) -> str:
    if not arguments:
        return str(uuid.uuid4())
    letters = string.ascii_uppercase + string.digits
    return "".join(secrets.choice(letters) for _ in range(index_of(arguments[0])))


@FUNCTIONS.add("digest", least=2, most=3)
def _digest(arguments: Sequence[Value], context: Context) -> str:
    text, name, *form = map(to_text, arguments)
    known = {"MD5": "md5", "SHA1": "sha1", "SHA256": "sha256", "SHA384": "sha384", "SHA512": "sha512"}
    algorithm, form_name = known.get(name.upper().replace("-", "")), (form or ["base64"])[0].lower()
    if algorithm is None or form_name not in ("base64", "hex"):
        raise XPathError("digest() knows MD5, SHA-1, SHA-256, SHA-384 and SHA-512, in base64 and hex")
    found = hashlib.new(algorithm, text.encode(), usedforsecurity=False).digest()
    return found.hex() if form_name == "hex" else base64.b64encode(found).decode()


@FUNCTIONS.add("base64-decode", least=1)
def _base64_decode(arguments: Sequence[Value], context: Context) -> str:
    return base64.b64decode(to_text(arguments[0])).decode(errors="replace")


@FUNCTIONS.add("version", least=0)
def _version(arguments: Sequence[Value], context: Context) -> str:
    return context.scope.version


@FUNCTIONS.add("property", least=1)
def _property(arguments: Sequence[Value], context: Context) -> str:
    return context.scope.properties.get(to_text(arguments[0]), "")
