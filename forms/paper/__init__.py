"""Paper: a questionnaire printed from its form, in every language of the form: HTML, PDF or DOCX."""

from __future__ import annotations

from forms.workbook import Workbook


def print_html(workbook: Workbook, language: str, serial: str = "") -> str:
    """The paper questionnaire as one HTML file; `serial` numbers this copy.

    `workbook` is a filled one (`catalog.read(..., draft=True)`). Raises WorkbookError for a language that it has not.
    """
    from forms.paper import assembly, page

    return page.render(assembly.assemble(workbook, language, serial))


def print_pdf(workbook: Workbook, language: str, serial: str = "") -> bytes:
    """The paper questionnaire as PDF; the same form gives the same bytes. Arguments and errors as `print_html`.

    Raises DataFileError when typst is not installed.
    """
    from forms.paper import assembly, typeset

    return typeset.render(assembly.assemble(workbook, language, serial))


def print_docx(workbook: Workbook, language: str, serial: str = "") -> bytes:
    """The paper questionnaire for a word processor; the same form gives the same bytes. Arguments as `print_html`.

    Raises DataFileError when python-docx is not installed.
    """
    from forms.paper import assembly, document

    return document.render(assembly.assemble(workbook, language, serial))
