"""Dispositions: the AAPOR final code of each drawn unit, its class, and the outcome rates made of them.

Source: AAPOR (2023), Standard Definitions, 10th edition, in-person household surveys.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from weighting.codes import texts
from weighting.errors import DispositionError
from weighting.stages import Floats

# First digits of a code -> category. A longer code (2.112) belongs to the category of its beginning (2.1).
CATEGORIES: Mapping[str, str] = MappingProxyType(
    {
        "1.1": "I",  # complete interview
        "1.2": "P",  # partial interview
        "2.1": "R",  # refusal, break-off
        "2.2": "NC",  # non-contact
        "2.3": "O",  # eligible, other reasons
        "3.1": "UH",  # unknown whether a household lives there
        "3.2": "UO",  # unknown whether someone eligible lives there
        "3.9": "UO",
        "4": "NE",  # not eligible: vacant, no dwelling, out of scope
    }
)
RESPONDENT, NONRESPONDENT, UNKNOWN, INELIGIBLE = "respondent", "nonrespondent", "unknown", "not eligible"
STATUS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("I", "P"), RESPONDENT),
        **dict.fromkeys(("R", "NC", "O"), NONRESPONDENT),
        **dict.fromkeys(("UH", "UO"), UNKNOWN),
        "NE": INELIGIBLE,
    }
)


def categorise(codes: pd.Series) -> pd.Series:
    """The category (I, P, R, NC, O, UH, UO, NE) of each code. Raises DispositionError listing what is no code."""
    text = pd.Series(texts(codes), index=codes.index, dtype=object)
    categories = text.map({code: _category(code) for code in text.unique()})
    unknown = categories.isna()
    if unknown.any():
        shown = ", ".join(repr(code) for code in text[unknown].unique()[:10])
        raise DispositionError(
            f"{int(unknown.sum())} unit(s) without an AAPOR final disposition (found: {shown}); "
            "give every drawn unit a code such as 1.1, 2.11 or 4.60"
        )
    return categories


def classify(codes: pd.Series) -> NDArray[np.object_]:
    """The response status of each code: respondent, nonrespondent, unknown, not eligible."""
    return categorise(codes).map(STATUS).to_numpy(dtype=object)


def rates(codes: pd.Series, weights: Floats | None = None) -> pd.Series:
    """AAPOR's outcome rates RR1-RR6, COOP1-COOP4, REF1-REF3, CON1-CON3, and e.

    codes    final disposition of each drawn unit
    weights  base weights for weighted rates; None for unweighted ones
    e, the share of unknown units taken to be eligible, is that among the units whose eligibility is known
    (proportional allocation). A rate without units in its denominator is missing.
    """
    categories = categorise(codes)
    sizes = pd.Series(1.0 if weights is None else weights, index=categories.index)
    count = sizes.groupby(categories).sum().reindex(["I", "P", "R", "NC", "O", "UH", "UO", "NE"], fill_value=0.0)
    interviews, unknown = count["I"] + count["P"], count["UH"] + count["UO"]
    eligible = interviews + count["R"] + count["NC"] + count["O"]
    share = _divide(eligible, eligible + count["NE"])
    bases = {"all": eligible + unknown, "e": eligible + (share * unknown if unknown else 0.0), "known": eligible}
    asked = interviews + count["R"] + count["O"]
    answering = interviews + count["R"]
    return pd.Series(
        {
            "RR1": _divide(count["I"], bases["all"]),
            "RR2": _divide(interviews, bases["all"]),
            "RR3": _divide(count["I"], bases["e"]),
            "RR4": _divide(interviews, bases["e"]),
            "RR5": _divide(count["I"], bases["known"]),
            "RR6": _divide(interviews, bases["known"]),
            "COOP1": _divide(count["I"], asked),
            "COOP2": _divide(interviews, asked),
            "COOP3": _divide(count["I"], answering),
            "COOP4": _divide(interviews, answering),
            **{f"REF{i}": _divide(count["R"], base) for i, base in enumerate(bases.values(), 1)},
            **{f"CON{i}": _divide(asked, base) for i, base in enumerate(bases.values(), 1)},
            "e": share,
        }
    )


def _category(code: str) -> str | None:
    return CATEGORIES.get(code[:3]) or CATEGORIES.get(code[:1] if code[1:2] == "." else "")


def _divide(top: float, bottom: float) -> float:
    return top / bottom if bottom else float("nan")
