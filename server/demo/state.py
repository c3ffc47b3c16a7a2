"""State: how far the demonstration in a folder is, and whether it is running."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from server.errors import Problem

try:
    import fcntl
except ImportError:  # Windows, where a folder in use cannot be removed anyway
    fcntl = None  # type: ignore[assignment]

STATE, CLAIM = "demo.json", "running"
DEFAULT_SEED = 20260115


@dataclass(frozen=True)
class State:
    """What a stopped demonstration needs to go on: kept in its folder, without any secret."""

    seed: int = DEFAULT_SEED
    areas: int | None = None
    day: int = 0

    def save(self, folder: Path) -> None:
        """Write it in one step."""
        partial = folder / f"{STATE}.new"
        partial.write_text(json.dumps(asdict(self)), encoding="utf-8")
        partial.replace(folder / STATE)


def kept(folder: Path) -> State | None:
    """How far the demonstration in a folder is; None when there is none."""
    file = folder / STATE
    return State(**json.loads(file.read_text(encoding="utf-8"))) if file.exists() else None


def claim(folder: Path) -> IO[str]:
    """Mark a folder as in use until the returned file is closed. Raises Problem 409.53 when it is in use already."""
    file = (folder / CLAIM).open("a", encoding="utf-8")
    try:
        if fcntl:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise Problem(
            409.53, f"A demonstration is running in {folder}; stop it with Ctrl-C, or choose another with --dir."
        ) from None
    return file


def clean(folder: Path) -> bool:
    """Remove a demonstration's folder; False if there is none. Raises Problem 409.53 for a folder that is no demo's."""
    if not folder.exists():
        return False
    if not (folder / STATE).exists():
        raise Problem(409.53, f"{folder} holds no demonstration ({STATE} is missing), so it is left as it is.")
    with claim(folder):
        shutil.rmtree(folder)
    return True
