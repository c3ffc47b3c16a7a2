"""Form cases on JavaRosa; `forms.cases` is the language that they are written in."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from forms import cases
from forms.cases import Case
from tests.clients import javarosa


def check(form: str | Path, wanted: Iterable[Case], **options: Any) -> dict[str, list[str]]:
    """The differences of each case that does not hold on JavaRosa, by its name; empty when all hold."""
    wanted = list(wanted)
    return cases.check(wanted, javarosa.run_cases(form, wanted, **options)["cases"])
