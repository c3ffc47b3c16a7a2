"""Command line: `enumera forms print`."""

from __future__ import annotations

from pathlib import Path

import click

from forms.options import FORM, LISTS, PACK, PARAMETERS

FORMATS = ("pdf", "html", "docx")


@click.command("print")
@FORM
@click.option("-f", "--format", "kind", type=click.Choice(FORMATS), help="Kind of file; else FILE's suffix says it.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, metavar="FILE")
@click.option("--lang", "--language", "language", default="", metavar="CODE", help="Language; the form's own if unset.")
@click.option("--serial", default="", metavar="TEXT", help="Number of this copy: printed, and in the PDF as QR code.")
@PARAMETERS
@LISTS
@PACK
def print_form(
    form: str, kind: str | None, output: Path, language: str, serial: str,
    parameters: dict[str, str], lists: dict[str, str], pack: str,
) -> None:  # fmt: skip
    """Print a form as a paper questionnaire: numbered, with conditions and skips in words."""
    from forms import catalog, paper

    kind = kind or output.suffix.removeprefix(".")
    if kind not in FORMATS:
        raise click.UsageError(
            f"{output.name}: no paper form has this suffix. Say -f with one of {', '.join(FORMATS)}."
        )
    workbook = catalog.read(form, parameters, lists, draft=True, pack=pack)
    language = language or workbook.header.language
    if kind == "html":
        output.write_text(paper.print_html(workbook, language, serial), encoding="utf-8")
    else:
        write = paper.print_pdf if kind == "pdf" else paper.print_docx
        output.write_bytes(write(workbook, language, serial))
    click.echo(f"wrote {output}", err=True)
