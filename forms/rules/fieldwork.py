"""Rules on fieldwork: what the office needs of every interview - its unit, its outcome, its times, its secrecy."""

from __future__ import annotations

import re
from collections.abc import Iterator

from forms import codelists
from forms.rules import Defect, Line, Subject, references, rule
from forms.sheets import MEDIA, split_language

_COMPARISON = re.compile(r"\$\{[^}]*\}\s*(!?=|[<>]=?)\s*('[^']*'|\"[^\"]*\"|-?\d+)")
_TELLING = ("geopoint", "geotrace", "geoshape", "start-geopoint", "image", "audio", "video", "phonenumber", "email")
_TELLING_NAME = re.compile(r"(^|_)(name|names|phone|telephone|mobile|email|passport|address)(_|$)")
_CONSENT = re.compile(r"(^|_)consent(_|$)", re.IGNORECASE)
_LITERAL = re.compile(r"(?<![\w.$])'?(\d+)'?(?![\w.])")


@rule("metadata-missing", "warning")
def metadata_missing(subject: Subject) -> Iterator[Defect]:
    """Every form records start, end and audit: they prove where interview time went."""
    present = {line.type.name for line in subject.questions}
    for kind in ("start", "end", "audit"):
        if kind not in present:
            yield Defect(None, "type", f"no row of type {kind}", f"Add a row with type and name {kind}.")


@rule("metadata-recommended", "info")
def metadata_recommended(subject: Subject) -> Iterator[Defect]:
    """Day, device and user are recorded as well."""
    present = {line.type.name for line in subject.questions}
    for kind in ("today", "deviceid", "username"):
        if kind not in present:
            yield Defect(None, "type", f"no row of type {kind}", f"Add a row with type and name {kind}.")


@rule("audit-single", "error")
def audit_single(subject: Subject) -> Iterator[Defect]:
    """There is one audit row at most, and its name is audit."""
    rows = [line.row for line in subject.questions if line.type.name == "audit"]
    for row in rows[1:]:
        yield Defect(row, "type", "a second audit row", "Keep one.")
    for row in rows[:1]:
        if row.get("name") != "audit":
            yield Defect(row, "name", f"the audit row is called {row.get('name')!r}", "Call it audit.")


@rule("audit-answers", "warning")
def audit_answers(subject: Subject) -> Iterator[Defect]:
    """The audit file holds times, not answers: it lies outside the form's protection."""
    for line in subject.questions:
        if line.type.name == "audit" and re.search(r"track-changes\s*=\s*true", line.row.get("parameters", "")):
            fix = "Write track-changes=false, unless the office protects audit files as it protects answers."
            yield Defect(line.row, "parameters", "the audit file would repeat every answer", fix)


@rule("role-missing", "warning", "settings")
def role_missing(subject: Subject) -> Iterator[Defect]:
    """Where a sample was drawn, form.toml names the questions for the unit's key, the outcome and the visit."""
    head = subject.workbook.header
    for role in ("sample_key", "result", "visit") if head.sample_key or head.dispositions else ():
        if not getattr(head, role):
            fix = f'Write {role} = "<question>" below [form] of form.toml.'
            yield Defect(None, role, f"the form does not say which question is its {role}", fix)


@rule("role-unknown", "error", "settings")
def role_unknown(subject: Subject) -> Iterator[Defect]:
    """The questions that form.toml names exist, outside of repeats."""
    head = subject.workbook.header
    for role in ("sample_key", "result", "visit", "position"):
        name = getattr(head, role)
        line = subject.named.get(name or "")
        if name and (line is None or not line.is_question):
            yield Defect(None, role, f"{role} {name!r} is no question of this form", "Correct form.toml.")
        elif line is not None and line.repeats:
            fix = "Ask it once, outside of the repeat."
            yield Defect(line.row, "name", f"{role} {name!r} is asked inside the repeat {line.repeats[-1]!r}", fix)


@rule("sample-key-optional", "error")
def sample_key_optional(subject: Subject) -> Iterator[Defect]:
    """No interview is sent without the key of its unit."""
    line = subject.named.get(subject.workbook.header.sample_key or "")
    if line and line.is_question and "calculation" not in line.row and "required" not in line.row:
        yield Defect(line.row, "required", f"{line.name!r} may be left empty", "Write yes into required.")


@rule("disposition-missing", "error", "settings")
def disposition_missing(subject: Subject) -> Iterator[Defect]:
    """Every code that the result may take has a disposition."""
    head = subject.workbook.header
    if head.result and head.result in subject.named and head.dispositions:
        for code in sorted(_results(subject.named[head.result], subject) - head.dispositions.keys()):
            fix = f'Write "{code}" = "<AAPOR code>" below [dispositions] of form.toml.'
            yield Defect(None, "dispositions", f"result {code!r} has no disposition", fix)


@rule("disposition-unreached", "warning", "settings")
def disposition_unreached(subject: Subject) -> Iterator[Defect]:
    """Every disposition belongs to a code that the result can take."""
    head = subject.workbook.header
    if head.result and head.result in subject.named:
        for code in sorted(head.dispositions.keys() - _results(subject.named[head.result], subject)):
            message = f"no interview can have the result {code!r}"
            yield Defect(None, "dispositions", message, "Delete the line, or correct the result's calculation.")


@rule("disposition-unknown", "error", "settings")
def disposition_unknown(subject: Subject) -> Iterator[Defect]:
    """Dispositions are codes of AAPOR's Standard Definitions; what stays open is closed at the end."""
    head = subject.workbook.header
    known = codelists.read("aapor").codes
    for section, table in (("dispositions", head.dispositions), ("dispositions_at_close", head.dispositions_at_close)):
        for code, disposition in table.items():
            if disposition and disposition not in known:
                message = f"{disposition!r} of result {code!r} is no AAPOR code"
                yield Defect(None, section, message, "Look it up in forms/codelists/aapor.csv.")
    for code, disposition in head.dispositions.items():
        if not disposition and not head.dispositions_at_close.get(code):
            fix = "Say below [dispositions_at_close] what it becomes when fieldwork ends."
            yield Defect(None, "dispositions", f"result {code!r} stays open for ever", fix)


@rule("instance-name-missing", "warning", "settings")
def instance_name_missing(subject: Subject) -> Iterator[Defect]:
    """The tablet's list shows which unit an interview is about."""
    if not subject.workbook.header.settings.get("instance_name"):
        fix = "Write instance_name = \"concat(${household_id}, ' v', ${visit_no})\" below [form]."
        yield Defect(None, "instance_name", "interviews have no name on the tablet", fix)


@rule("identifying-unmarked", "warning")
def identifying_unmarked(subject: Subject) -> Iterator[Defect]:
    """What shows where or who a person is says so: pii is yes, or no after thought."""
    for line in subject.questions:
        if "pii" not in line.row and (line.type.name in _TELLING or _TELLING_NAME.search(line.name)):
            message = f"{line.name!r} may tell who a person is"
            yield Defect(line.row, "pii", message, "Write yes into pii, or no if it cannot.")


@rule("instance-name-identifying", "error", "settings")
def instance_name_identifying(subject: Subject) -> Iterator[Defect]:
    """The interview's name shows nothing about a person: it stays on the tablet after the form is gone."""
    for name in references(subject.workbook.header.settings.get("instance_name", "")):
        if name in subject.identifying:
            message = f"instance_name shows ${{{name}}}, which tells who a person is"
            yield Defect(None, "instance_name", message, "Name the unit, the visit and the result alone.")


@rule("entity-identifying", "error")
def entity_identifying(subject: Subject) -> Iterator[Defect]:
    """What tells who a person is goes into no entity list: those travel to every tablet."""
    for line in subject.questions:
        if line.name in subject.identifying and "save_to" in line.row:
            message = f"{line.name!r} tells who a person is and is saved to an entity list"
            yield Defect(line.row, "save_to", message, "Clear the cell save_to.")
    for row in subject.workbook.entities:
        for column, text in row.items():
            for name in set(references(text)) & subject.identifying:
                message = f"the entity's {column} shows ${{{name}}}, which tells who a person is"
                yield Defect(row, column, message, "Use the unit's key.")


@rule("unencrypted", "info", "settings")
def unencrypted(subject: Subject) -> Iterator[Defect]:
    """Forms with identifying questions may be encrypted on the tablet."""
    if subject.identifying and not subject.workbook.header.settings.get("public_key"):
        fix = "Set public_key if the office decrypts on its own machines."
        yield Defect(None, "public_key", "answers lie readable on a lost tablet", fix)


@rule("consent-ignored", "warning")
def consent_ignored(subject: Subject) -> Iterator[Defect]:
    """What people consent to depends on it: some condition reads the answer."""
    read = {name for _, _, text in subject.expressions() for name in references(text)}
    for line in subject.questions:
        asks = line.type.name == "select_one" and "calculation" not in line.row and _CONSENT.search(line.name)
        if asks and line.name not in read and "constraint" not in line.row:
            message = f"nothing depends on the answer to {line.name!r}"
            yield Defect(line.row, "name", message, f"Make what follows relevant on ${{{line.name}}} = '1'.")


@rule("media-missing", "error")
def media_missing(subject: Subject) -> Iterator[Defect]:
    """Every picture, sound and film lies in media/."""
    folder = subject.workbook.folder
    for row in (*subject.workbook.survey, *subject.workbook.choices):
        for column, text in row.items():
            named = split_language(column)[0] in MEDIA and "$" not in text
            if named and folder is not None and not (folder / "media" / text).is_file():
                yield Defect(row, column, f"no file media/{text}", "Put the file there, or correct its name.")


def _results(line: Line, subject: Subject) -> set[str]:
    """The codes that the result can take: those of its list, or what its calculation can yield.

    Conditions inside the calculation are left out; of every other question in it all codes may come.
    """
    lists = subject.lists
    if line.type.list_name and line.type.list_name in lists:
        return {row.get("name", "") for row in lists[line.type.list_name]}
    values = _COMPARISON.sub("", line.row.get("calculation", ""))
    codes = set(_LITERAL.findall(re.sub(r"\$\{[^}]*\}", " ", values)))
    for name in references(values):
        asked = subject.named.get(name)
        rows = lists.get(asked.type.list_name or "", ()) if asked else ()
        codes |= {row.get("name", "") for row in rows}
    return codes
