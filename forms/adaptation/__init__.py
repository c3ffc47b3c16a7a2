"""Adaptation: a standard questionnaire made an office's own, and what that does to the statistics.

project = create("census_migration", Path("tjk"), languages=["ru", "tg", "en"])   # form.xlsx and its standard
compared = compare(project)                                                        # every change, every indicator
"""

from __future__ import annotations

from forms.adaptation.project import Project, create, open_folder

__all__ = ["Project", "create", "open_folder"]
