"""Interview: a compiled form asked without a tablet, as the engine inside ODK Collect asks it.

script = prepare(xml, media=["lists/"])
interview = Interview(script, received=filled)     # or without `received`: a new one
facts = run_cases(xml, cases, media=["lists/"])    # what the form does with given answers
"""

from __future__ import annotations

from forms.interview.script import Choice, Script, prepare
from forms.interview.state import Interview
from forms.interview.walk import run_cases

__all__ = ["Choice", "Interview", "Script", "prepare", "run_cases"]
