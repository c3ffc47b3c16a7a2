"""Codelist: a list of codes that many questionnaires share, with its version and source."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from forms.errors import WorkbookError
from forms.header import suggestion
from forms.sheets import Row, read_csv


@dataclass(frozen=True)
class Codelist:
    """A versioned code list.

    `rows` are those of a choice list without `list_name`: `name` (the code), `label::<language>`, and
    columns of its own such as `alpha2`.
    """

    name: str
    title: str
    version: str
    publisher: str
    uri: str
    retrieved: str
    licence: str
    note: str
    rows: tuple[Row, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes in the list's order."""
        return tuple(row["name"] for row in self.rows)


@dataclass(frozen=True)
class Correspondence:
    """How the codes of one list go over into another.

    `kind` is "1:1", "n:1" (a recode without loss of meaning), "1:n" or "n:m" (a code is split: answers cannot
    be recoded). `unmapped` are source codes without target, `unknown` codes that neither list has, `split`
    maps a source code to its several targets.
    """

    kind: str
    unmapped: tuple[str, ...]
    unknown: tuple[str, ...]
    split: Mapping[str, tuple[str, ...]]

    @property
    def is_recode(self) -> bool:
        """Does every source code have exactly one target that exists?"""
        return not (self.unmapped or self.unknown or self.split)


def names() -> tuple[str, ...]:
    """Names of all shared code lists."""
    return tuple(_sources())


@cache
def read(name: str) -> Codelist:
    """A shared code list by name, or by name and version as form.toml gives it: `iso3166/2026`.

    Raises WorkbookError when there is no such list, or another version of it.
    """
    bare, _, version = name.partition("/")
    sources = _sources()
    if bare not in sources:
        raise WorkbookError(f"codelists: no list {bare!r}. {suggestion(bare, sources)}")
    source = sources[bare]
    if version and version != source["version"]:
        raise WorkbookError(
            f"codelists: {bare!r} is here in version {source['version']}, not {version}. "
            "Check what changed, then name the version that is here."
        )
    rows = read_csv(_folder() / f"{bare}.csv", f"codelists/{bare}.csv")
    return Codelist(name=bare, rows=rows, **source)


def crosswalks() -> tuple[tuple[str, str], ...]:
    """Source and target list of every correspondence that comes with the shared lists."""
    found = (path.stem.partition("__") for path in (_folder() / "correspondences").glob("*.csv"))
    return tuple(sorted((source, target) for source, _, target in found))


def crosswalk(source: str, target: str) -> tuple[tuple[str, str], ...]:
    """The pairs of (source code, target code) from one shared list to another.

    The target may be a vocabulary outside the library, such as the names of an exchange format. Raises WorkbookError
    when there is no such correspondence.
    """
    name = f"{source}__{target}"
    if (source, target) not in crosswalks():
        known = [f"{one}__{other}" for one, other in crosswalks()]
        raise WorkbookError(f"codelists: no correspondence {name!r}. {suggestion(name, known)}")
    rows = read_csv(_folder() / "correspondences" / f"{name}.csv", f"correspondences/{name}.csv", ("source", "target"))
    return tuple((row["source"], row["target"]) for row in rows)


def correspondence(pairs: Iterable[tuple[str, str]], source: Iterable[str], target: Iterable[str]) -> Correspondence:
    """Judge a table of (source code, target code) against the codes of both lists."""
    sources, targets = list(source), set(target)
    found: dict[str, list[str]] = {}
    for code, other in pairs:
        if other not in found.setdefault(code, []):
            found[code].append(other)
    split = {code: tuple(others) for code, others in found.items() if len(others) > 1}
    reached = [other for others in found.values() for other in others]
    shared = len(reached) > len(set(reached))
    unknown = {code for code in found if code not in sources} | {code for code in reached if code not in targets}
    return Correspondence(
        kind=f"{'n' if shared else '1'}:{('m' if shared else 'n') if split else '1'}",
        unmapped=tuple(code for code in sources if code not in found),
        unknown=tuple(sorted(unknown)),
        split=split,
    )


@cache
def _sources() -> dict[str, dict[str, str]]:
    return tomllib.loads((_folder() / "sources.toml").read_text(encoding="utf-8"))


def _folder() -> Path:
    return Path(str(files("forms"))) / "codelists"
