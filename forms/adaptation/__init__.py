"""Adaptation: a standard questionnaire made an office's own, and what that does to the statistics.

project = create("census_migration", Path("tjk"), languages=["ru", "tg", "en"])   # form.xlsx and its standard
compared = compare.compare(project)     # every change, every indicator: forms.adaptation.compare
print(report.lines(compared))           # the same for people: forms.adaptation.report
"""

from __future__ import annotations

from forms.adaptation.project import Project, create, open_folder

__all__ = ["Project", "create", "open_folder"]
