"""Export: a cut with its weights and design as files for other programs, each with a script that opens it."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.codebook import Codebook, Variable
from forms.definition import Texts
from forms.formats import archive, csv, stata
from forms.tables import Tables
from sampling.design import Design, Survey
from server.errors import Problem, not_found
from server.models.datasets import Dataset
from server.models.projects import Project
from server.models.weights import ResultTable, Weighting
from server.operations import datasets, events, scripts, weights
from weighting import recipe as recipes
from weighting.instructions import Nonresponse, Rake, Trim
from weighting.margins import JOINT, Margins

SUFFIXES = {"csv": ".csv.zip", "dta": ".dta.zip"}
"""The formats of an export, with the end of its file's name."""

UNITS, VISITS = "units", "visits"

OF_THE_DRAW = ("draw_order", "prob")
"""Columns of the draw that others tell."""

Words = Mapping[str, Mapping[str, Texts]]
"""A project's words for the frame's codes: by column, code and language."""

LABELS: Mapping[str, Texts] = {
    "key": {"en": "Key of the interview", "ru": "Ключ интервью", "ar": "مفتاح المقابلة"},
    "id": {"en": "Sampled unit", "ru": "Отобранная единица", "ar": "وحدة العينة"},
    "strata": {"en": "Stratum of the draw", "ru": "Страта отбора", "ar": "طبقة السحب"},
    "probability": {
        "en": "Inclusion probability, stage",
        "ru": "Вероятность отбора, ступень",
        "ar": "احتمال الاختيار، المرحلة",
    },
    "n": {"en": "Units drawn, stage", "ru": "Отобрано единиц, ступень", "ar": "الوحدات المسحوبة، المرحلة"},
    "total": {"en": "Units there are, stage", "ru": "Всего единиц, ступень", "ar": "مجموع الوحدات، المرحلة"},
    "w_base": {
        "en": "Base weight: 1 / inclusion probability",
        "ru": "Базовый вес: 1 / вероятность отбора",
        "ar": "الوزن الأساسي: 1 / احتمال الاختيار",
    },
    "w_adj_nr": {
        "en": "Weight after adjustment for nonresponse",
        "ru": "Вес после поправки на неответы",
        "ar": "الوزن بعد التصحيح لعدم الاستجابة",
    },
    "w_cal": {"en": "Calibrated weight", "ru": "Калиброванный вес", "ar": "الوزن المعاير"},
    "w_trim": {"en": "Trimmed weight", "ru": "Усечённый вес", "ar": "الوزن المقصوص"},
    recipes.FINAL: {
        "en": "Weight for estimates (0: no interview)",
        "ru": "Вес для оценок (0 – нет интервью)",
        "ar": "وزن التقدير (0: لا مقابلة)",
    },
    "weighting": {"en": "Number of the weighting", "ru": "Номер взвешивания", "ar": "رقم الترجيح"},
    "dataset": {"en": "Digest of the dataset", "ru": "Хеш набора данных", "ar": "بصمة مجموعة البيانات"},
    "region": {"en": "Region", "ru": "Регион", "ar": "المنطقة"},
    "urban": {"en": "Urban or rural", "ru": "Город или село", "ar": "حضر أو ريف"},
    "disposition": {
        "en": "Final disposition (AAPOR)",
        "ru": "Итоговый код (AAPOR)",
        "ar": "الرمز النهائي (AAPOR)",
    },
    "result": {"en": "Result of the last visit", "ru": "Итог последнего визита", "ar": "نتيجة آخر زيارة"},
    "visits": {"en": "Number of visits", "ru": "Число визитов", "ar": "عدد الزيارات"},
    "open": {"en": "Open at the close of fieldwork", "ru": "Не завершено к концу работ", "ar": "مفتوحة عند الإغلاق"},
    "enumerator": {"en": "Enumerator", "ru": "Интервьюер", "ar": "العدّاد"},
    "n_persons": {"en": "Persons in the household", "ru": "Лиц в домохозяйстве", "ar": "أفراد الأسرة"},
    "hh_size": {"en": "Class of household size", "ru": "Группа по размеру домохозяйства", "ar": "فئة حجم الأسرة"},
}
"""Wording of the columns that the draw and the weights add."""


@dataclass(frozen=True)
class Export:
    """An export: the name of its file and the bytes."""

    name: str
    data: bytes


@dataclass(frozen=True)
class Contents:
    """What an export holds, before it is written in a format.

    `weights` are the weight columns in the order they were made; `left_out` the columns that identify persons or
    places, and those of the frame that nothing asks for.
    """

    dataset: Dataset
    weighting: Weighting | None
    design: Design
    tables: Tables
    codebook: Codebook
    weights: tuple[str, ...]
    left_out: tuple[str, ...]
    identifying: bool


def make(
    session: Session,
    *,
    dataset_id: int,
    form: str,
    language: str = "en",
    weighting_id: int | None = None,
    identifying: bool = False,
    by: str,
) -> Export:
    """Write a cut as `csv` or `dta`: a zip of tables, codebook, recipe, margins, a script for each program, README.

    weighting_id  the weighting; the newest of the dataset when None, and base weights alone when there is none
    identifying   with the columns that identify persons or places; whoever calls this has checked that `by` may
    by            who asked, for the audit trail
    The same dataset and weighting give the same bytes. Raises Problem 404.1 for an unknown dataset or weighting,
    400.8 for an unknown format.
    """
    if form not in SUFFIXES:
        raise Problem(400.8, f"{form!r} is no format; the formats are {', '.join(SUFFIXES)}.", {"field": "format"})
    held = gather(session, dataset_id=dataset_id, weighting_id=weighting_id, identifying=identifying)
    dataset, weighting = held.dataset, held.weighting
    details = {
        "dataset_id": dataset_id,
        "weighting_id": weighting.id if weighting else None,
        "format": form,
        "identifying": identifying,
    }
    events.record(
        session,
        actor=by,
        verb="dataset.identify" if identifying else "dataset.export",
        subject=dataset.name,
        project_id=dataset.project_id,
        details=details,
    )
    return Export(f"{dataset.name}{SUFFIXES[form]}", write(held, form, language))


def gather(session: Session, *, dataset_id: int, weighting_id: int | None, identifying: bool = False) -> Contents:
    """What an export of a cut holds; arguments and errors as for `make`."""
    dataset = datasets.find(session, dataset_id=dataset_id)
    frozen = datasets.load(session, dataset_id=dataset_id)
    weighting = _weighting(session, dataset_id, weighting_id)
    household = (
        weights.surveys(session, weighting_id=weighting.id)[frozen.tables.root]
        if weighting
        else _unweighted(datasets.survey(frozen))
    )
    words: Words = session.get_one(Project, dataset.project_id).settings.get("labels", {})
    hidden = {(one.table, one.name) for one in frozen.codebook.variables if one.identifying and not identifying}
    made = tuple(name for name in household.data.columns if name.startswith("w_") or name == recipes.FINAL)
    shown = [*household.design.columns[:-1], *_used(session, weighting, household, words), *made]
    units = _units(household, frozen.units if identifying else frozen.units[[]], shown)
    frames = {
        name: _joined(frozen.tables, name, household, shown).drop(
            columns=[column for table, column in hidden if table == name], errors="ignore"
        )
        for name in frozen.tables.frames
    }
    constants = {"weighting": weighting.id if weighting else 0, "dataset": dataset.digest[:12]}
    frames = {name: frame.assign(**constants) for name, frame in {**frames, UNITS: units}.items()}
    tables = Tables(frozen.tables.root, {**frames, VISITS: frozen.visits})
    known = {*units, *OF_THE_DRAW, household.design.weight}
    return Contents(
        dataset=dataset,
        weighting=weighting,
        design=household.design,
        tables=tables,
        codebook=_codebook(frozen.codebook, tables, hidden, household.design, words),
        weights=made,
        left_out=(
            *sorted(f"{table}.{name}" for table, name in hidden),
            *(f"units.{name}" for name in frozen.units if not identifying and name not in known),
        ),
        identifying=identifying,
    )


def write(held: Contents, form: str, language: str) -> bytes:
    """The zip of an export in one format; `language` is that of Stata's labels."""
    whole = io.BytesIO()
    with archive.writing(whole) as into:
        if form == "csv":
            csv.write_tables(into, held.tables, held.codebook)
        else:
            stata.write_tables(into, held.tables, held.codebook, language)
        if held.weighting:
            into.text("recipe.toml", held.weighting.recipe)
            for name, text in sorted(held.weighting.margins.items()):
                into.text(f"margins_{name}.csv", text)
        for name, text in scripts.of(_facts(held), form).items():
            into.text(name, text)
    return whole.getvalue()


def _facts(held: Contents) -> scripts.Facts:
    """What the scripts and the README of an export speak of."""
    weighting = held.weighting
    return scripts.Facts(
        name=held.dataset.name,
        as_of=held.dataset.as_of.isoformat(),
        digest=held.dataset.digest,
        weighting=weighting.id if weighting else None,
        steps=tuple(f"{step['name']}: {step['what']}" for step in weighting.ledger) if weighting else (),
        record=held.dataset.record,
        root=held.tables.root,
        frames=held.tables.frames,
        members=tuple(name for name, frame in held.tables.frames.items() if "parent" in frame),
        design=held.design,
        weights=held.weights,
        raked=_raked(weighting),
        left_out=held.left_out,
        identifying=held.identifying,
    )


def _codebook(book: Codebook, tables: Tables, hidden: set[tuple[str, str]], design: Design, words: Words) -> Codebook:
    """The questionnaire's codebook without the hidden columns, and with those that draw and weights add."""
    kept = [one for one in book.variables if (one.table, one.name) not in hidden]
    return replace(book, variables=(*kept, *_added(tables, book, design, words)))


def _raked(weighting: Weighting | None) -> tuple[str, tuple[str, ...]] | None:
    """Name and variables of the margins, when the recipe ends with one raking to single variables."""
    if weighting is None:
        return None
    later = [step for step in recipes.parse(weighting.recipe).steps if not isinstance(step, Nonresponse)]
    if len(later) != 1 or not isinstance(later[0], Rake):
        return None
    name = later[0].margins
    variables = later[0].variables or tuple(Margins.parse(weighting.margins[name], name).variables)
    return None if any(JOINT in variable for variable in variables) else (name, variables)


def _weighting(session: Session, dataset_id: int, weighting_id: int | None) -> Weighting | None:
    query = select(Weighting).where(Weighting.dataset_id == dataset_id).order_by(Weighting.id.desc())
    if weighting_id is None:
        return session.scalars(query).first()
    found = session.scalars(query.where(Weighting.id == weighting_id)).first()
    if found is None:
        raise not_found(f"Weighting {weighting_id} of dataset {dataset_id}")
    return found


def _unweighted(survey: Survey) -> Survey:
    """The drawn units with their base weight alone."""
    return survey.reweighted("w_base", survey.weights)


def _used(session: Session, weighting: Weighting | None, survey: Survey, words: Words) -> list[str]:
    """Columns of the drawn units that recipe, margins and tables name or that have coded words; never other ones."""
    named = [*words, "n_persons", "hh_size"]
    if weighting:
        for step in recipes.parse(weighting.recipe).steps:
            named += step.within if isinstance(step, Nonresponse | Trim) else ()
        for name, text in weighting.margins.items():
            named += Margins.parse(text, name).variables
        specs = session.scalars(select(ResultTable.spec).where(ResultTable.weighting_id == weighting.id))
        named += [name for spec in specs for name in (*spec.get("by", ()), *spec.get("where", {}))]
    parts = [part for name in named for part in name.split(JOINT)]
    design = survey.design.columns
    return [name for name in dict.fromkeys(parts) if name in survey.data and name not in design]


def _units(household: Survey, frame: pd.DataFrame, shown: Sequence[str]) -> pd.DataFrame:
    """Every drawn unit: how it was drawn, how it ended, its weights; with every column of `frame` too."""
    data = household.data
    stages = range(1, len(household.design.ids) + 1)
    drawn = [name for k in stages for name in (f"n_{k}", f"total_{k}") if name in data]
    ends = [name for name in datasets.OWN_COLUMNS if name in data]
    columns = dict.fromkeys([*shown, *drawn, *ends, *(name for name in frame if name in data)])
    weight = household.design.weight
    return data[[name for name in columns if name != weight]].astype({"open": "int64"})


def _joined(tables: Tables, name: str, household: Survey, shown: Sequence[str]) -> pd.DataFrame:
    """A table with the columns of each row's unit after its keys."""
    frame = tables.frames[name]
    units = household.data[household.data["key"] != ""].set_index("key")
    link = "key" if name == tables.root else "parent"
    roots = frame[link] if link == "key" else _roots(tables, name)
    new = units[[column for column in shown if column not in frame.columns]]
    found = new.reindex(roots.to_numpy()).set_axis(frame.index)
    keys = ["key", "parent"] if "parent" in frame else ["key", "form_version"]
    return pd.concat([frame[keys], found, frame.drop(columns=keys)], axis=1)


def _roots(tables: Tables, name: str) -> pd.Series:
    """For each row of a repeat the key of its interview: the parents of parents, up to the root."""
    parents = {
        key: parent
        for frame in tables.frames.values()
        if "parent" in frame
        for key, parent in zip(frame["key"], frame["parent"], strict=True)
    }
    keys = tables.frames[name]["parent"]
    while keys.isin(parents.keys()).any():
        keys = keys.map(lambda key: parents.get(key, key))
    return keys


def _added(tables: Tables, book: Codebook, design: Design, words: Words) -> Iterator[Variable]:
    """What the columns mean that the questionnaire does not have in that table.

    A column of the units that an interview has too, such as the result, is what it is there: Stata merges no other.
    """
    asked = {one.name: one for one in book.variables if one.table == tables.root}
    for table, frame in tables.frames.items():
        known = book.of_table(table)
        for name in frame.columns:
            if name in asked and table == UNITS:
                yield replace(asked[name], table=table)
            elif name not in known:
                yield _variable(table, name, frame[name], design, words.get(name, {}))


def _variable(table: str, name: str, column: pd.Series, design: Design, codes: Mapping[str, Texts]) -> Variable:
    if codes:
        return Variable(name, table, "category", _label(name, design), codes)
    kind = "decimal" if pd.api.types.is_float_dtype(column.dtype) else "text"
    kind = "integer" if pd.api.types.is_integer_dtype(column.dtype) else kind
    kind = "datetime" if isinstance(column.dtype, pd.DatetimeTZDtype) else kind
    return Variable(name, table, kind, _label(name, design))


def _label(name: str, design: Design) -> Texts:
    stem, _, stage = name.rpartition("_")
    if name in design.probabilities:
        return _staged("probability", design.probabilities.index(name) + 1)
    if stem in ("n", "total") and stage.isdigit():
        return _staged(stem, int(stage))
    if name == design.strata:
        return LABELS["strata"]
    if name in design.ids:
        return LABELS["id"]
    return LABELS.get(name) or LABELS.get(stem) or {"en": name}


def _staged(word: str, stage: int) -> Texts:
    return {language: f"{text} {stage}" for language, text in LABELS[word].items()}
