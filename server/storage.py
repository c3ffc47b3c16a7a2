"""Storage: bytes kept under their SHA-256, so that what is stored once is never stored twice and never changes."""

from __future__ import annotations

import hashlib
import os
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO, Protocol

from server.errors import not_found

CHUNK = 1024 * 1024


class Storage(Protocol):
    """Where bytes are kept. Every method that keeps returns only when the bytes would survive a power cut."""

    def put(self, data: bytes) -> str:
        """Keep these bytes; their SHA-256 is their name."""
        ...

    def keep(self, stream: BinaryIO) -> tuple[str, int]:
        """Keep what the stream holds, in pieces; returns (SHA-256, number of bytes)."""
        ...

    def get(self, digest: str) -> bytes:
        """The bytes of that name; Problem 404.1 when there are none."""
        ...

    def path(self, digest: str) -> Path:
        """A file with the bytes of that name, to be read only; Problem 404.1 when there is none."""
        ...


class Folder:
    """A folder on one disk: `ab/abcdef...`, each file written whole under another name and then renamed."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, data: bytes) -> str:
        """Keep these bytes; their SHA-256 is their name."""
        return self.keep(BytesIO(data))[0]

    def keep(self, stream: BinaryIO) -> tuple[str, int]:
        """Keep what the stream holds, never more than one piece in memory; returns (SHA-256, number of bytes)."""
        self.root.mkdir(parents=True, exist_ok=True)
        seen, size = hashlib.sha256(), 0
        with NamedTemporaryFile(dir=self.root, prefix="incoming-", delete=False) as partial:
            try:
                while piece := stream.read(CHUNK):
                    seen.update(piece)
                    size += len(piece)
                    partial.write(piece)
                partial.flush()
                os.fsync(partial.fileno())
                self._settle(Path(partial.name), seen.hexdigest())
            except BaseException:
                Path(partial.name).unlink(missing_ok=True)
                raise
        return seen.hexdigest(), size

    def get(self, digest: str) -> bytes:
        """The bytes of that name; Problem 404.1 when there are none."""
        return self.path(digest).read_bytes()

    def path(self, digest: str) -> Path:
        """The file with the bytes of that name; Problem 404.1 when there is none."""
        path = self._place(digest)
        if not path.is_file():
            raise not_found(f"The stored file {digest[:12]}")
        return path

    def _place(self, digest: str) -> Path:
        return self.root / digest[:2] / digest

    def _settle(self, partial: Path, digest: str) -> None:
        place = self._place(digest)
        if not place.parent.exists():
            place.parent.mkdir(exist_ok=True)
            _sync_folder(self.root)
        partial.replace(place)
        _sync_folder(place.parent)


def _sync_folder(folder: Path) -> None:
    """A new name in a folder survives a power cut only once the folder itself is written."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
