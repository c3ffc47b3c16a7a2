"""What can go wrong with a questionnaire or with a filled one; every message says where, what and what to do."""

from __future__ import annotations


class FormError(Exception):
    """A questionnaire that cannot be used; the base of all errors raised in `forms`.

    `findings` holds one line per defect when there are several.
    """

    def __init__(self, message: str, findings: tuple[str, ...] = ()) -> None:
        super().__init__("\n".join((message, *findings)))
        self.message = message
        self.findings = findings


class WorkbookError(FormError):
    """Sheets that cannot be read: a missing sheet, column or file, or text in a wrong place."""


class TranslationError(FormError):
    """A language with missing, stale or damaged text."""


class CompileError(FormError):
    """Sheets that pyxform refuses."""


class InstanceError(FormError):
    """A filled form that cannot be read: not XML, another form, or no instance id where one is needed."""


class DataFileError(FormError):
    """A data file or its dictionary that cannot be read or written."""


class XPathError(FormError):
    """An expression that cannot be read or worked out."""


class InterviewError(FormError):
    """A compiled form that cannot be asked: a list is missing, or its calculations go in a circle."""
