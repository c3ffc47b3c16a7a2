"""Formula: an XPath expression as ODK forms use it, read and worked out the way JavaRosa (in ODK Collect) does.

JavaRosa's rules decide where XPath 1.0 says otherwise: a node that is empty or not relevant is an empty text and no
number (NaN), two nodes where one is wanted are an error, dates compare as days, and an absolute path written inside
a repeat means the row that it is written in.
"""

from __future__ import annotations

from forms.xpath.contexts import Context, Scope
from forms.xpath.evaluation import Evaluate, evaluator
from forms.xpath.expressions import Call, Expression, Path, Step, parts
from forms.xpath.parser import parse
from forms.xpath.values import Nodeset, Value, to_boolean, to_number, to_text, unpack

__all__ = [
    "Call",
    "Context",
    "Evaluate",
    "Expression",
    "Nodeset",
    "Path",
    "Scope",
    "Step",
    "Value",
    "evaluator",
    "parse",
    "parts",
    "to_boolean",
    "to_number",
    "to_text",
    "unpack",
]
