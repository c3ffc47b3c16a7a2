"""Trial: the cases of a form held on our own evaluator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from forms import cases, catalog, interview, xform
from forms.cases import Case, Suite
from forms.choicelists import ListSource
from forms.xform import XForm


@dataclass(frozen=True)
class Verdict:
    """What became of one case: nothing in `differences` when it holds."""

    form: str
    file: str
    case: str
    differences: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Did the form do what the case expects?"""
        return not self.differences

    def __str__(self) -> str:
        return f"PASS  {self.case}" if self.holds else f"FAIL  {self.case}: {'; '.join(self.differences)}"


def hold(
    form: str, parameters: Mapping[str, str] | None = None, lists: Mapping[str, ListSource] | None = None
) -> Iterator[Verdict]:
    """A verdict for each case of a form folder or library form, which is set up as its cases/setup.toml says.

    `parameters` and `lists` come on top. Raises WorkbookError when it has no cases, InterviewError when it cannot
    be asked.
    """
    folder = Path(form) if Path(form).is_dir() else catalog.folder(form)
    suite = cases.suite(folder)
    compiled = _compiled(folder, suite, parameters or {}, lists or {})
    for file in suite.files:
        wanted = cases.load(file)
        done = interview.run_cases(compiled.xml, wanted, suite.media, compiled.files)
        for case, facts in zip(wanted, done, strict=True):
            yield Verdict(compiled.form_id, file.name, case["name"], tuple(cases.differences(case, facts)))


def differences(folder: Path, case: Case) -> tuple[str, ...]:
    """What a form folder does otherwise than a case expects that is not among its cases yet; raises as `hold` does."""
    suite = cases.set_up(folder)
    compiled = _compiled(folder, suite, {}, {})
    (facts,) = interview.run_cases(compiled.xml, [case], suite.media, compiled.files)
    return tuple(cases.differences(case, facts))


def _compiled(folder: Path, suite: Suite, parameters: Mapping[str, str], lists: Mapping[str, ListSource]) -> XForm:
    book = catalog.read(str(folder), {**suite.parameters, **parameters}, {**suite.lists, **lists}, draft=True)
    return xform.compile(book)
