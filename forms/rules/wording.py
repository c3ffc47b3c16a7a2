"""Rules on wording: labels, messages, and how languages agree."""

from __future__ import annotations

import re
from collections.abc import Iterator

from forms import integrity
from forms.rules import UNSEEN, Defect, Subject, rule
from forms.sheets import MEDIA, WORDING, Row, split_language

LONGEST = 45
"""Words of the longest question that is said in one breath."""

_DOUBLE = re.compile(r"\band\s*/\s*or\b|[?؟？].*[?؟？]", re.IGNORECASE | re.DOTALL)
_SCRIPTS = {
    **dict.fromkeys(("ar", "fa", "ur", "ps", "ckb", "ug"), re.compile(r"[\u0600-\u06ff]")),
    **dict.fromkeys(("ru", "uk", "be", "bg", "ky", "kk", "tg", "mn", "sr", "mk"), re.compile(r"[\u0400-\u04ff]")),
    "he": re.compile(r"[\u0590-\u05ff]"),
    "km": re.compile(r"[\u1780-\u17ff]"),
    "th": re.compile(r"[\u0e00-\u0e7f]"),
    "hy": re.compile(r"[\u0530-\u058f]"),
    "ka": re.compile(r"[\u10a0-\u10ff]"),
    "el": re.compile(r"[\u0370-\u03ff]"),
}


@rule("label-missing", "error")
def label_missing(subject: Subject) -> Iterator[Defect]:
    """Whatever appears on the screen has wording, or a picture."""
    for line in subject.questions:
        shown = line.type.name not in UNSEEN and not ("calculation" in line.row and line.type.name != "note")
        if shown and not any(split_language(column)[0] in ("label", "hint", *MEDIA) for column in line.row):
            yield Defect(line.row, "label", f"{line.name!r} has no label", "Write the question's wording.")


@rule("constraint-message-missing", "warning")
def constraint_message_missing(subject: Subject) -> Iterator[Defect]:
    """A refused answer is explained."""
    for line in subject.questions:
        if "constraint" in line.row and not _has(line.row, "constraint_message"):
            message = f"{line.name!r} refuses answers without saying why"
            yield Defect(line.row, "constraint_message", message, "Say which answers are possible.")


@rule("message-without-cause", "warning")
def message_without_cause(subject: Subject) -> Iterator[Defect]:
    """A message belongs to a constraint, or to a required question."""
    for line in subject.questions:
        for message, cause in (("constraint_message", "constraint"), ("required_message", "required")):
            if _has(line.row, message) and cause not in line.row:
                text = f"{line.name!r} has a {message} and no {cause}"
                yield Defect(line.row, message, text, f"Write the {cause}, or delete the message.")


@rule("translation-tag", "error")
def translation_tag(subject: Subject) -> Iterator[Defect]:
    """A translation has the HTML tags, the marks of Markdown and the links of its source."""
    for row, column, source, text in _translated(subject):
        for loss in integrity.losses(source, text):
            if loss.what == "tag":
                wanted = " ".join(integrity.tags(source).elements())
                yield Defect(row, column, f"{text!r} has {loss}", f"Use exactly {wanted or 'no tags'}.")


@rule("translation-number", "warning")
def translation_number(subject: Subject) -> Iterator[Defect]:
    """A translation has the numbers and forms of dates of its source; those up to twelve may be words."""
    for row, column, source, text in _translated(subject):
        for loss in integrity.losses(source, text):
            if loss.what in ("number", "date") and loss.plain:
                yield Defect(row, column, f"{text!r} has {loss}", f"Write the numbers of {source!r}.")


@rule("translation-long", "info")
def translation_long(subject: Subject) -> Iterator[Defect]:
    """A translation is at most half as long again as its source, and 20 signs."""
    for row, column, source, text in _translated(subject):
        if len(text) > integrity.longest(source):
            message = f"{text!r} has {len(text)} signs, its source {len(source)}"
            yield Defect(row, column, message, "Shorten it, or look at it on a small tablet.")


@rule("translation-script", "warning")
def translation_script(subject: Subject) -> Iterator[Defect]:
    """A text is written in its language's script."""
    for row in (*subject.workbook.survey, *subject.workbook.choices):
        for texts in _by_wording(row).values():
            for column, text in texts.items():
                script = _SCRIPTS.get(_code(column, subject))
                letters = re.sub(r"\$\{[^}]*\}|<[^>]*>", "", text)
                words = re.findall(r"[^\W\d_]{4,}", letters)
                if script and words and not script.search(letters) and "⟦" not in text:
                    message = f"{text!r} is not in the script of its column"
                    yield Defect(row, column, message, "Translate it, or move it to its own language.")


@rule("translation-same-as-source", "warning")
def translation_same(subject: Subject) -> Iterator[Defect]:
    """A translated sentence differs from its source."""
    for row, column, source, text in _translated(subject):
        if text == source and len(source.split()) > 3:
            head = subject.workbook.header
            message = f"{row.get('name', '')!r} reads as in {head.headings[head.original_language]}"
            yield Defect(row, column, message, "Translate it.")


@rule("question-long", "info")
def question_long(subject: Subject) -> Iterator[Defect]:
    """A question can be read aloud in one breath: 45 words at most."""
    for line in subject.questions:
        for column, text in line.row.items():
            words = len(re.sub(r"\$\{[^}]*\}|<[^>]*>", " ", text).split())
            if split_language(column)[0] == "label" and line.type.name not in UNSEEN and words > LONGEST:
                yield Defect(line.row, column, f"{line.name!r} has {words} words", "Shorten it, or split it.")


@rule("question-double", "info")
def question_double(subject: Subject) -> Iterator[Defect]:
    """A question asks one thing: no second question mark, no and/or."""
    for line in subject.questions:
        for column, text in line.row.items():
            if split_language(column)[0] == "label" and line.type.name not in UNSEEN and _DOUBLE.search(text):
                yield Defect(line.row, column, f"{line.name!r} asks two things at once", "Ask them one by one.")


@rule("label-repeated", "info")
def label_repeated(subject: Subject) -> Iterator[Defect]:
    """Two questions side by side never have the same wording: one of them was copied and not changed."""
    first: dict[tuple[str, str, str], Row] = {}
    for line in subject.questions:
        around = line.around[-1].get("name", "") if line.around else ""
        label = next((text for column, text in line.row.items() if split_language(column)[0] == "label"), "")
        before = first.setdefault((around, label, line.row.get("relevant", "")), line.row)
        if label and before is not line.row and line.type.name not in UNSEEN:
            message = f"{line.name!r} reads like {before.get('name', '')!r}"
            yield Defect(line.row, "label", message, "Say what is asked here.")


_SENTENCE = re.compile(r"[^\W\d_]{2,}(?: [^\W\d_]+){4,}")
"""Five words in a row: more than a name, a list of codes or a rate."""


@rule("parameter-untranslated", "warning", "settings")
def parameter_untranslated(subject: Subject) -> Iterator[Defect]:
    """A parameter that is a sentence, or has its own text in one language, has one in all languages of the form."""
    head = subject.workbook.header
    spoken = [key.partition("::") for key in head.parameters if "::" in key]
    sentences = [name for name, text in head.parameters.items() if "::" not in name and _SENTENCE.search(text)]
    for name in dict.fromkeys([*(base for base, _, _ in spoken), *sentences]):
        given = {code for base, _, code in spoken if base == name}
        for code in head.languages:
            if code != head.language and code not in given:
                fix = f'Write "{name}::{code}" = "..." below [parameters].'
                yield Defect(None, "parameters", f"the parameter {name!r} has no text in {code!r}", fix)


def _has(row: Row, base: str) -> bool:
    return any(split_language(column)[0] == base for column in row)


def _by_wording(row: Row) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for column, text in row.items():
        base, suffix = split_language(column)
        if base in WORDING and suffix:
            found.setdefault(base, {})[column] = text
    return found


def _translated(subject: Subject) -> Iterator[tuple[Row, str, str, str]]:
    """Row, column, source and text of each translation; a source that a draft shows in its place is none."""
    head = subject.workbook.header
    source_heading = head.headings.get(head.original_language, "")
    for row in (*subject.workbook.survey, *subject.workbook.choices):
        for base, texts in _by_wording(row).items():
            first = f"{base}::{source_heading}"
            source = texts.get(first, "")
            for column, text in texts.items():
                if source and column != first and "⟦" not in source + text:
                    yield row, column, source, text


def _code(column: str, subject: Subject) -> str:
    suffix = split_language(column)[1]
    headings = subject.workbook.header.headings
    return next((code.split("-")[0] for code, heading in headings.items() if heading == suffix), "")
