"""LibreOffice as a test client: opens workbooks, changes cells as a person would, and saves them as .xlsx.

One office process does all jobs of a call. Needs LibreOffice Calc and the Python that has its `uno`.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

EDITOR = Path(__file__).with_name("office_edit.py")
LONGEST = 240  # seconds
Step = dict[str, Any]


@dataclass(frozen=True)
class Job:
    """A workbook to open, and what to do with it: see the functions below."""

    path: str
    steps: Sequence[Step]


def write(sheet: str, row: int, column: int, text: str) -> Step:
    """Type a text into a cell; rows and columns count from 1."""
    return {"do": "write", "sheet": sheet, "row": row, "column": column, "text": text}


def insert(sheet: str, row: int) -> Step:
    """Insert an empty row, which then has this number."""
    return {"do": "insert", "sheet": sheet, "row": row}


def hide_column(sheet: str, column: int) -> Step:
    """Hide a column."""
    return {"do": "hide", "sheet": sheet, "column": column}


def hide_row(sheet: str, row: int) -> Step:
    """Hide a row, as a filter does."""
    return {"do": "hide", "sheet": sheet, "row": row}


def save(path: Path) -> Step:
    """Save the workbook as it is now."""
    return {"do": "save", "path": str(path)}


@lru_cache
def python() -> str:
    """The Python that knows `uno`; "" when there is none."""
    for found in ("/usr/bin/python3", shutil.which("python3") or ""):
        if found and not subprocess.run([found, "-c", "import uno"], capture_output=True).returncode:
            return found
    return ""


def available() -> bool:
    """Is LibreOffice on this machine, and can it be driven?"""
    return bool(shutil.which("soffice") and python())


def do(jobs: Sequence[Job]) -> None:
    """Do all jobs, one after the other."""
    pipe = f"enumera_{secrets.token_hex(6)}"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        office = subprocess.Popen(
            [
                *("soffice", "--headless", "--invisible", "--norestore", "--nologo", "--nodefault"),
                *(f"-env:UserInstallation={Path(profile).as_uri()}", f"--accept=pipe,name={pipe};urp;"),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            told = json.dumps([asdict(job) for job in jobs])
            done = subprocess.run(
                [python(), EDITOR, pipe],
                input=told,
                capture_output=True,
                text=True,
                timeout=LONGEST,
                env=_environment(),
            )
            assert done.stdout == "done\n", f"{done.returncode} {done.stdout}{done.stderr}"
            office.wait(30)
        finally:
            if office.poll() is None:
                os.killpg(office.pid, signal.SIGKILL)  # the office runs in a session of its own
                office.wait(10)


def _environment() -> dict[str, str]:
    """Without the variables that lead a Python to the packages of another."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
