"""Rules on sensitive forms: what a topic that endangers people asks for (form.toml: sensitive = "yes")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from forms.rules import Defect, Subject, rule

_RECORDING = (
    *("geopoint", "geotrace", "geoshape", "start-geopoint", "background-geopoint"),
    *("image", "audio", "video", "file", "background-audio"),
)
_TOPIC = re.compile(
    r"traffick|trata\b|traite\b|торговл\w* людьми|الاتجار|slave|esclav|рабств|forced|forzos|forcé|принудительн"
    r"|victim|víctim|жертв|ضحايا|exploit|explot|эксплуатац|prostitut|smuggl|abuse|deport",
    re.IGNORECASE,
)
"""Words that tell whoever finds a tablet what the interviews are about."""

_ON = ("yes", "true", "true()", "1")


@rule("sensitive-kept", "error", "settings")
def kept(subject: Subject) -> Iterator[Defect]:
    """What is sent leaves the tablet at once, and nobody changes it there afterwards."""
    settings = subject.workbook.header.settings
    if not _is_sensitive(subject):
        return
    if settings.get("auto_delete", "").lower() not in _ON:
        fix = 'Write auto_delete = "true" below [form].'
        yield Defect(None, "auto_delete", "sent answers stay on the tablet", fix)
    if settings.get("client_editable", "").lower() in _ON:
        fix = "Delete the line client_editable."
        yield Defect(None, "client_editable", "sent answers stay on the tablet to be edited", fix)


@rule("sensitive-recording", "error")
def recording(subject: Subject) -> Iterator[Defect]:
    """No position, picture or sound is taken, and the audit file holds times alone."""
    if not _is_sensitive(subject):
        return
    for line in subject.questions:
        if line.type.name in _RECORDING:
            message = f"{line.name!r} records where or who somebody is"
            yield Defect(line.row, "type", message, "Delete the row; areas are known from the sample.")
        told = re.search(r"track-changes\s*=\s*true|location-\w+", line.row.get("parameters", ""))
        if line.type.name == "audit" and told:
            fix = "Keep track-changes=false and no word on location."
            yield Defect(line.row, "parameters", f"the audit file would tell more than times: {told[0]}", fix)


@rule("sensitive-named", "error", "settings")
def named(subject: Subject) -> Iterator[Defect]:
    """Title and id, and the names of files, which anybody sees who opens the tablet, do not tell the topic."""
    if not _is_sensitive(subject):
        return
    settings = subject.workbook.settings
    for column in ("form_title", "form_id"):
        if found := _TOPIC.search(settings.get(column, "")):
            message = f"{settings[column]!r} tells the topic ({found[0]})"
            yield Defect(None, column, message, "Choose a neutral one, such as Work and daily life.")
    for line in subject.questions:
        file = line.type.list_name or ""
        if "." in file and (found := _TOPIC.search(file)):
            message = f"the file {file!r} tells the topic ({found[0]})"
            yield Defect(line.row, "type", message, "Give the file a neutral name.")


@rule("sensitive-unencrypted", "info", "settings")
def unencrypted(subject: Subject) -> Iterator[Defect]:
    """Answers are sealed on the tablet with the office's key, which it sets before the form is published."""
    if _is_sensitive(subject) and not subject.workbook.header.settings.get("public_key"):
        fix = "Set public_key before the form is published."
        yield Defect(None, "public_key", "answers lie readable on a lost tablet until they are sent", fix)


@rule("sensitive-identifying", "info")
def identifying(subject: Subject) -> Iterator[Defect]:
    """What tells who a person is is not asked on the tablet."""
    for line in subject.questions if _is_sensitive(subject) else ():
        if line.name in subject.identifying and "calculation" not in line.row:
            message = f"{line.name!r} tells who a person is and lies on the tablet until it is sent"
            yield Defect(line.row, "pii", message, "Ask for a random key in its place, or do without.")


@rule("sensitive-text", "info")
def text(subject: Subject) -> Iterator[Defect]:
    """Answers in people's own words count as identifying: nobody knows what is written there."""
    for line in subject.questions if _is_sensitive(subject) else ():
        if line.type.name == "text" and "calculation" not in line.row and "pii" not in line.row:
            message = f"{line.name!r} takes any text and is not marked"
            yield Defect(line.row, "pii", message, "Write yes into pii, or no where only a code is written.")


def _is_sensitive(subject: Subject) -> bool:
    return subject.workbook.header.sensitive.lower() in _ON
