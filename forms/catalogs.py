"""Message catalog: the texts of one language as a gettext PO file, for the programs that translators have."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from babel import Locale
from babel.core import UnknownLocaleError
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, read_po, write_po

from forms import integrity
from forms.errors import WorkbookError
from forms.header import Header
from forms.ledger import Text
from forms.merging import Returned
from forms.translations import Key, source_hash
from forms.translator_files import key_of, parse_key

_BASE = re.compile(r"base: ([0-9a-f]{8}|-)")
_LINE = re.compile(r'#.*|(?:(?:msgctxt|msgid|msgid_plural|msgstr(?:\[\d+\])?)\s*)?"(?:[^"\\]|\\.)*"')
"""A line of a PO file: a comment, or a text in quotation marks. Babel would cut the last sign of one left open."""

_BEGUN = dt.datetime(1980, 1, 1, tzinfo=dt.UTC)
"""Written as the day of making, so that the same texts give the same bytes."""


def write(head: Header, language: str, texts: Sequence[Text], contexts: Mapping[Key, str]) -> bytes:
    """The PO file of one language: the key as context, a stale text as fuzzy with its former original."""
    catalog = Catalog(
        _locale(language), project=head.id, version=head.version, charset="utf-8", fuzzy=False,
        header_comment=f"# {head.title}", creation_date=_BEGUN, revision_date=_BEGUN,
        last_translator="", language_team="", msgid_bugs_address="",
    )  # fmt: skip
    for text in texts:
        comments = [
            contexts.get(text.key, ""),
            f"best below {integrity.longest(text.original)} signs",
            f"base: {source_hash(text.text) if text.text else '-'}",
        ]
        before = [text.made.original] if text.stale and text.made and text.made.original else []
        message = Message(
            text.original, text.text, flags=["fuzzy"] if text.stale else [], auto_comments=[*filter(None, comments)],
            previous_id=before, context=key_of(head.id, language, text.key),
        )  # fmt: skip
        message.flags -= {"python-format", "python-brace-format"}  # %s and {} mean nothing in a questionnaire
        catalog[text.original] = message
    out = io.BytesIO()
    write_po(out, catalog, width=0, include_previous=True)
    return out.getvalue()


def read(path: Path) -> tuple[Returned, ...]:
    """The texts of a PO file. Raises WorkbookError for a file that is none."""
    try:
        data = path.read_bytes()
        for number, line in enumerate(data.decode("utf-8-sig").splitlines(), start=1):
            if line.strip() and not _LINE.fullmatch(line.strip()):
                raise WorkbookError(f"{path.name}:{number}: a quotation mark is missing, or this is no PO file.")
        catalog = read_po(io.BytesIO(data), abort_invalid=True)
    except (PoFileError, UnicodeDecodeError, LookupError, ValueError) as error:
        raise WorkbookError(f"{path.name}: no PO file in UTF-8 ({error}). Save it anew as .po.") from error
    return tuple(_returned(message, path.name) for message in catalog if message.id and message.string)


def _returned(message: Message, file: str) -> Returned:
    original, text = (each if isinstance(each, str) else (each or ("",))[0] for each in (message.id, message.string))
    form, language, key = parse_key(message.context or "") or ("", "", ("", "", ""))
    base = next((match[1].strip("-") for line in message.auto_comments if (match := _BASE.search(line))), None)
    return Returned(
        f"{file}:{message.lineno}",
        form,
        language,
        key,
        original,
        text.replace("\r\n", "\n").strip(),
        source_hash(original),
        base,
        confirmed=not message.fuzzy,
        unfinished=message.fuzzy,
    )


def _locale(language: str) -> Locale | None:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return None
