"""Page: a codebook as one HTML file that needs nothing beside it, to be read on a screen or printed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape

from forms.codebook import Codebook, Variable
from forms.header import direction

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 62rem; padding: 1rem; }
h1 { font-size: 1.6rem; line-height: 1.25; } h2 { margin-top: 2.5rem; border-bottom: 2px solid var(--line); }
nav { columns: 15rem; font-size: .875rem; } nav a { display: block; overflow-wrap: anywhere; }
section { border-top: 1px solid var(--line); padding: .75rem 0; break-inside: avoid; }
h3 { font: 600 1rem ui-monospace, monospace; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h3 small { font: .8125rem system-ui, sans-serif; opacity: .8; margin-inline-start: .5rem; }
p { margin: .2rem 0; } dl { margin: .4rem 0; display: grid; grid-template-columns: max-content 1fr; gap: 0 .75rem; }
dt { opacity: .75; } dd { margin: 0; } .codes { overflow-x: auto; } details { margin: .3rem 0; }
table { border-collapse: collapse; font-size: .875rem; } td, th { padding: .15rem .5rem; text-align: start; }
tr + tr { border-top: 1px solid var(--line); } td:first-child { font-family: ui-monospace, monospace; }
@media print { nav { display: none; } body { max-width: none; font-size: 11px; } }
"""
_LONG = 12
"""More codes than this are folded away until somebody opens them."""


def render(codebook: Codebook) -> bytes:
    """The codebook as a page: for every variable the question in all languages, who is asked, codes and origin."""
    tables = dict.fromkeys(variable.table for variable in codebook.variables)
    parts = [
        f'<!doctype html><html lang="{escape(codebook.language)}"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width">',
        f"<title>{escape(codebook.title)}</title><style>{_STYLE}</style></head><body><h1>{escape(codebook.title)}</h1>",
        f"<p>{len(codebook.variables)} variables in {len(tables)} tables.</p>",
    ]
    for table in tables:
        parts += [f"<h2>{escape(table)}</h2>", *_table(codebook, table)]
    parts.append("</body></html>\n")
    return "".join(parts).encode()


def _table(codebook: Codebook, table: str) -> Iterator[str]:
    variables = codebook.of_table(table).values()
    yield "<nav>"
    for variable in variables:
        yield f'<a href="#{_anchor(variable)}">{escape(variable.name)}</a>'
    yield "</nav>"
    for variable in variables:
        yield from _variable(codebook, variable)


def _variable(codebook: Codebook, variable: Variable) -> Iterator[str]:
    kind = f"{variable.kind} · identifies people" if variable.identifying else variable.kind
    yield f'<section id="{_anchor(variable)}"><h3>{escape(variable.name)}<small>{kind}</small></h3>'
    for language in codebook.languages:
        if text := variable.labels.get(language):
            yield f"<p {_in(language)}>{escape(text)}</p>"
    facts = (
        ("asked of", variable.universe),
        ("concept", variable.concept),
        ("indicator", variable.indicator),
        ("source", variable.source),
    )
    yield "<dl>" + "".join(f"<dt>{name}</dt><dd>{escape(text)}</dd>" for name, text in facts if text) + "</dl>"
    if variable.codes or variable.missing:
        yield from _codes(codebook, variable)
    yield "</section>"


def _codes(codebook: Codebook, variable: Variable) -> Iterator[str]:
    rows = {**{code: {} for code in variable.missing}, **variable.codes}
    spoken = [language for language in codebook.languages if any(language in texts for texts in rows.values())]
    ordered = [*variable.codes, *(code for code in variable.missing if code not in variable.codes)]
    long = len(ordered) > _LONG
    yield f"<details><summary>{len(ordered)} codes</summary>" if long else ""
    yield '<div class="codes"><table>'
    for code in ordered:
        yield _code(code, rows[code], spoken, variable.missing.get(code, ""))
    yield "</table></div>"
    yield "</details>" if long else ""


def _code(code: str, texts: Mapping[str, str], languages: list[str], reason: str) -> str:
    said = "".join(f"<td {_in(language)}>{escape(texts.get(language, ''))}</td>" for language in languages)
    why = f"<td>missing: {reason.replace('_', ' ')}</td>" if reason else "<td></td>"
    return f"<tr><td>{escape(code)}</td>{said}{why}</tr>"


def _in(language: str) -> str:
    return f'lang="{escape(language)}" dir="{direction(language)}"'


def _anchor(variable: Variable) -> str:
    return f"{escape(variable.table)}.{escape(variable.name)}"
