"""Preview: a form made ready to be asked in a browser."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from forms import cases, catalog, xform
from forms.interview import Script, compiled, prepare

_NO_ROWS = b"name,label\n"


@dataclass(frozen=True)
class Preview:
    """A form that can be asked.

    `media` gives the files that lie beside it, by name, `files` those that were made with it, `absent` those that it
    asks for and nobody has brought: lists without choices. `is_set_up` tells whether its cases have a set-up of their
    own.
    """

    form_id: str
    version: str
    title: str
    xml: bytes
    script: Script
    media: Mapping[str, Path]
    files: Mapping[str, bytes]
    absent: tuple[str, ...]
    is_set_up: bool


def of(form: str, *, as_in_cases: bool = False) -> Preview:
    """A form folder, file or library form as it is now, texts that are missing marked.

    `as_in_cases` sets it up as cases/setup.toml says, as `enumera forms test` does. The lists of cases/media serve
    where the form's own media lack one. Raises the errors of reading, compiling and preparing a form.
    """
    path = Path(form)
    return _made(form, as_in_cases, _stamp(path) if path.exists() else ())


@lru_cache(maxsize=24)
def _made(form: str, as_in_cases: bool, stamp: tuple[tuple[str, int, int], ...]) -> Preview:
    path = Path(form) if Path(form).exists() else catalog.folder(form)
    suite = cases.set_up(path)
    given = (suite.parameters, suite.lists) if as_in_cases else ({}, {})
    book = catalog.read(form if path == Path(form) else path.name, *given, draft=True)
    tablet = xform.compile(book)
    media = _media(tablet.media, (path / "media", *suite.media))
    absent = tuple(name for name in compiled.read(tablet.xml).files if name not in {*media, *tablet.files})
    return Preview(
        tablet.form_id,
        tablet.version,
        book.header.title,
        tablet.xml,
        prepare(
            tablet.xml,
            dict.fromkeys(each.parent for each in media.values()),
            {**dict.fromkeys(absent, _NO_ROWS), **tablet.files},
        ),
        media,
        tablet.files,
        absent,
        bool(suite.parameters or suite.lists),
    )


def _media(names: tuple[str, ...], folders: tuple[Path, ...]) -> dict[str, Path]:
    found = ((name, folder / name) for folder in reversed(folders) for name in names)
    return {name: path for name, path in found if path.is_file()}


def _stamp(path: Path) -> tuple[tuple[str, int, int], ...]:
    """What tells the files of a form from those that they were before."""
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    looked = ((str(file), file.stat()) for file in files if file.is_file())
    return tuple((name, status.st_mtime_ns, status.st_size) for name, status in looked)
