"""Archive: a zip file whose bytes depend on its contents alone."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time a zip can hold; every file carries it."""


class Archive:
    """A zip file being written, one file after the other."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    @contextmanager
    def file(self, name: str) -> Iterator[IO[bytes]]:
        """Open the next file in it for writing."""
        entry = zipfile.ZipInfo(name, EPOCH)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.create_system = 3
        entry.external_attr = 0o644 << 16
        with self._archive.open(entry, "w", force_zip64=True) as stream:
            yield stream

    def text(self, name: str, content: str) -> None:
        """Write the next file in it from text, as UTF-8."""
        with self.file(name) as stream:
            stream.write(content.encode())


@contextmanager
def writing(into: Path | IO[bytes]) -> Iterator[Archive]:
    """Write a zip file at a path or into a stream."""
    with zipfile.ZipFile(into, "w") as archive:
        yield Archive(archive)
