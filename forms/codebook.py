"""Codebook: what a data file must say of each of its columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pandas as pd

from forms import levels
from forms.definition import Form, Question, Texts
from forms.errors import FormError
from forms.wording import WORDS, compose, in_language

MISSING = {"dont_know": ("98", "-98"), "refused": ("99", "-99"), "not_applicable": ("95",)}
"""Codes that stand for the same reason in every list; in numbers only the negative ones do."""

POSITION_PARTS = ("lat", "lon", "alt", "acc")
"""What a geopoint is split into: degrees north, degrees east, metres above sea level, metres of error."""

_KINDS = {
    "integer": "integer",
    "int": "integer",
    "decimal": "decimal",
    "date": "date",
    "today": "date",
    "datetime": "datetime",
    "dateTime": "datetime",
    "start": "datetime",
    "end": "datetime",
    "time": "time",
    "geopoint": "geopoint",
    "start-geopoint": "geopoint",
}


@dataclass(frozen=True)
class Variable:
    """One column of one table.

    `kind` is integer, decimal, text, category, date, time or datetime. `codes` maps each code to its wording;
    `missing` maps a code to the reason it stands for: not_applicable, dont_know, refused or not_stated.
    `path` is the question's path in the answer sheet; `select_multiple` questions give one integer
    variable 0/1 for each code, named `question__code`.
    """

    name: str
    table: str
    kind: str
    labels: Texts = field(default_factory=dict)
    codes: Mapping[str, Texts] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    universe: str = ""
    concept: str = ""
    indicator: str = ""
    source: str = ""
    path: str = ""
    identifying: bool = False


@dataclass(frozen=True)
class Codebook:
    """The variables of all tables of one form or data file, in file order."""

    title: str
    language: str
    languages: tuple[str, ...]
    variables: tuple[Variable, ...]

    def of_table(self, table: str) -> dict[str, Variable]:
        """The variables of one table by name, in file order."""
        return {variable.name: variable for variable in self.variables if variable.table == table}


def of(form: Form) -> Codebook:
    """Describe every column that the form's tables have; for several versions, of their merged form.

    Raises FormError when two columns of one table would share a name.
    """
    variables = tuple(_variables(form, levels.of(form), parent=None))
    seen: dict[tuple[str, str], Variable] = {}
    for variable in variables:
        other = seen.setdefault((variable.table, variable.name), variable)
        if other is not variable:
            raise FormError(
                f"form {form.id}: questions {other.path!r} and {variable.path!r} would both fill the column "
                f"{variable.name!r} of table {variable.table!r}; rename one of them"
            )
    return Codebook(form.title, form.language, form.languages, variables)


def kind(question: Question, form: Form) -> str:
    """How the answer is typed: a Variable's kind, or `multiple`, `geopoint` or `note`.

    A question answered from a list that travels as a file is text: its codes are keys, not categories.
    A calculation is text unless its column `bind::type` says otherwise.
    """
    first = question.type.split()[0]
    listed = bool(question.list_name) and bool(form.lists.get(question.list_name or ""))
    if first == "select_one" and listed:
        return "category"
    if first == "select_multiple" and listed:
        return "multiple"
    if first == "note" and not question.calculation:
        return "note"
    if first == "range":
        return "decimal" if "." in question.columns.get("parameters", "") else "integer"
    if first in ("calculate", "hidden"):
        first = question.columns.get("bind::type", "")
    return _KINDS.get(first, "text")


def choices(question: Question, form: Form) -> dict[str, Texts]:
    """The codes that may answer a question, with their wording; empty when it has no list."""
    return {choice.name: choice.labels for choice in form.lists.get(question.list_name or "", ())}


def label(codebook: Codebook, table: str, frame: pd.DataFrame, language: str) -> pd.DataFrame:
    """Put wording in place of codes: every column of kind category becomes an ordered categorical.

    Codes with the same wording fall into one category; codes the codebook does not know stay as they are,
    after the known ones.
    """
    labelled = frame.copy(deep=False)
    for name, variable in codebook.of_table(table).items():
        if variable.kind == "category" and name in frame.columns:
            labelled[name] = _categories(frame[name], variable, codebook, language)
    return labelled


def describe(codebook: Codebook) -> pd.DataFrame:
    """One row for each variable: table, name, kind, wording in every language, codes, missing codes and origin."""
    rows = [
        (
            variable.table,
            variable.name,
            variable.kind,
            *(variable.labels.get(language, "") for language in codebook.languages),
            "; ".join(f"{code} = {in_language(texts, codebook.language)}" for code, texts in variable.codes.items()),
            "; ".join(f"{code} = {reason}" for code, reason in variable.missing.items()),
            variable.universe,
            variable.concept,
            variable.source,
            variable.path,
            "yes" if variable.identifying else "",
        )
        for variable in codebook.variables
    ]
    labels = [f"label::{language}" for language in codebook.languages]
    origin = ["universe", "concept", "source", "path", "identifying"]
    columns = ["table", "name", "kind", *labels, "codes", "missing", *origin]
    return pd.DataFrame(rows, columns=columns, dtype="str")


def _categories(column: pd.Series, variable: Variable, codebook: Codebook, language: str) -> pd.Series:
    wording = {code: in_language(texts, language, codebook.language) or code for code, texts in variable.codes.items()}
    present = [str(code) for code in column.dropna().unique()]
    unknown = sorted(code for code in present if code not in wording)
    wording.update((code, code) for code in unknown)
    order = list(dict.fromkeys(wording.values()))
    values = [None if pd.isna(code) else wording[str(code)] for code in column]
    return pd.Series(pd.Categorical(values, categories=order, ordered=True), index=column.index, name=column.name)


def _variables(form: Form, level: levels.Level, parent: str | None) -> Iterator[Variable]:
    yield Variable("key", level.table, "text", labels=WORDS["key"])
    if parent is None:
        yield Variable("form_version", level.table, "text", labels=WORDS["form_version"])
    else:
        yield Variable("parent", level.table, "text", labels=WORDS["parent"])
    for question in level.questions:
        yield from _columns(form, question, level.table)
    for below in level.levels:
        yield from _variables(form, below, level.table)


def _columns(form: Form, question: Question, table: str) -> Iterator[Variable]:
    typed = kind(question, form)
    codes = choices(question, form)
    if typed == "geopoint":
        for part in POSITION_PARTS:
            labels = compose(_plain(question, form), WORDS[part])
            yield _variable(question, table, f"{question.name}_{part}", "decimal", labels)
    elif typed == "multiple":
        for code, texts in codes.items():
            labels = compose(_plain(question, form), texts)
            yes_no = {"0": WORDS["no"], "1": WORDS["yes"]}
            yield _variable(question, table, f"{question.name}__{code}", "integer", labels, codes=yes_no)
    elif typed == "category":
        missing = {code: reason for code in codes for reason, known in MISSING.items() if code in known}
        yield _variable(question, table, question.name, typed, _plain(question, form), codes=codes, missing=missing)
    elif typed in ("integer", "decimal"):
        missing = {code: reason for reason, known in MISSING.items() for code in known if code.startswith("-")}
        yield _variable(question, table, question.name, typed, _plain(question, form), missing=missing)
    elif typed != "note":
        yield _variable(question, table, question.name, typed, _plain(question, form))


def _variable(
    question: Question,
    table: str,
    name: str,
    typed: str,
    labels: Texts,
    *,
    codes: Mapping[str, Texts] | None = None,
    missing: Mapping[str, str] | None = None,
) -> Variable:
    columns = question.columns
    return Variable(
        name=name,
        table=table,
        kind=typed,
        labels=labels,
        codes=codes or {},
        missing=missing or {},
        universe=columns.get("universe") or question.relevant,
        concept=columns.get("concept", ""),
        indicator=columns.get("indicator", ""),
        source=columns.get("source", ""),
        path=question.path,
        identifying=columns.get("pii", "").strip().lower() == "yes",
    )


def _plain(question: Question, form: Form) -> Texts:
    """A question's wording as a column's label: other answers' places shown as [name], on one line.

    What nobody is asked (calculations, metadata) has no wording; its concept says what it is.
    """
    if not question.labels and question.columns.get("concept"):
        return {form.language: question.columns["concept"]}
    return {
        language: " ".join(re.sub(r"\$\{\s*([^}\s]+)\s*\}", r"[\1]", text).split())
        for language, text in question.labels.items()
    }
