"""Words: what codes are called on the pages, in the reader's language."""

from __future__ import annotations

from forms.wording import in_language
from server.models.projects import Project
from server.web.languages import N_, current, gettext

GROUPS = {
    "region": N_("Region"),
    "stratum": N_("Stratum"),
    "psu": N_("Enumeration area"),
    "enumerator": N_("Enumerator"),
    "day": N_("Day of last visit"),
}

UNIT_STATES = {
    "unassigned": N_("not assigned"),
    "not_started": N_("not started"),
    "in_progress": N_("in progress"),
    "final": N_("final"),
    "interviews": N_("interviewed"),
}

REVIEW_STATES = {
    "received": N_("received"),
    "edited": N_("corrected"),
    "returned": N_("returned"),
    "approved": N_("approved"),
    "rejected": N_("rejected"),
    "hold": N_("on hold"),
}

QUARANTINE = {
    "unknown_form": N_("No form of this name was published here."),
    "unknown_version": N_("This version of the form was never published here."),
    "closed_form": N_("The form is closed."),
    "unreadable": N_("The answers cannot be read with the form."),
    "unknown_unit": N_("The unit is not in the sample."),
    "other_enumerator": N_("The unit is assigned to somebody else."),
    "second_interview": N_("The unit has a completed interview already."),
    "changed_bytes": N_("Another sheet with the same number came before."),
    "original_missing": N_("It corrects a sheet that never came."),
    "outdated_edit": N_("It corrects a version that was corrected already."),
    "other_form": N_("It corrects a sheet of another form."),
}
"""Why a sheet is kept but not counted."""

DECISIONS = {
    "approved": N_("Approve"),
    "returned": N_("Return"),
    "rejected": N_("Reject"),
    "hold": N_("Hold"),
}

STATISTICS = {
    "total": N_("Total"),
    "mean": N_("Mean"),
    "proportion": N_("Proportion"),
    "ratio": N_("Ratio"),
}

COLUMNS = {**GROUPS, "urban": N_("Urban or rural"), "ea": N_("Enumeration area"), "province": N_("Province")}
COLUMNS |= {"sex": N_("Sex"), "birth_country": N_("Country of birth"), "mig_reason": N_("Main reason of migration")}
"""Columns that tables are broken down by: of the frame, and those of questions whose wording is a sentence."""

STEPS = {
    "base": N_("Base weights"),
    "unknown eligibility": N_("Units of unknown eligibility"),
    "nonresponse": N_("Adjustment for nonresponse"),
    "poststratify": N_("Post-stratification"),
    "rake": N_("Raking to known totals"),
    "calibrate": N_("Calibration to known totals"),
    "trim": N_("Trimming of extreme weights"),
}
"""Steps of the weighting, by the recipe's verb."""

DISPOSITIONS = {
    "1.1": N_("complete interview"),
    "1.2": N_("partial interview"),
    "2.10": N_("refusal"),
    "2.11": N_("refusal"),
    "2.12": N_("broken off"),
    "2.20": N_("not contacted"),
    "2.24": N_("no one at home"),
    "2.25": N_("absent or no respondent able to answer"),
    "2.36": N_("other reason, eligible"),
    "3.11": N_("not attempted"),
    "3.17": N_("area out of reach"),
    "3.18": N_("dwelling not found"),
    "4.10": N_("out of the sample"),
    "4.50": N_("not a dwelling"),
    "4.60": N_("vacant dwelling"),
    "4.70": N_("no eligible respondent"),
}
"""AAPOR final codes in words (AAPOR Standard Definitions, in-person household surveys)."""

CATEGORIES = {
    "I": N_("complete interviews"),
    "P": N_("partial interviews"),
    "R": N_("refusals and break-offs"),
    "NC": N_("not contacted"),
    "O": N_("other reasons, eligible"),
    "UH": N_("unknown whether anybody lives there"),
    "UO": N_("unknown for other reasons"),
    "NE": N_("not eligible"),
}
"""AAPOR's categories of final codes."""

RATES = {
    "RR1": N_("Response rate 1: complete interviews only, everything unknown counts as eligible"),
    "RR2": N_("Response rate 2: as RR1, partial interviews count too"),
    "RR3": N_("Response rate 3: as RR1, only the share e of what is unknown counts as eligible"),
    "RR4": N_("Response rate 4: as RR3, partial interviews count too"),
    "RR5": N_("Response rate 5: as RR1, nothing unknown counts as eligible"),
    "RR6": N_("Response rate 6: as RR5, partial interviews count too"),
    "COOP1": N_("Cooperation rate 1: complete interviews among those who were reached"),
    "REF1": N_("Refusal rate 1: refusals among all who may be eligible"),
    "CON1": N_("Contact rate 1: those who were reached among all who may be eligible"),
    "e": N_("Share of the units of known eligibility that are eligible"),
}
"""AAPOR's outcome rates."""

SIZES = {"units": N_("unweighted"), "weights": N_("base-weighted")}

SHEET_LISTS = {
    "all": N_("All"),
    "review": N_("To review"),
    "approved": N_("Approved"),
    "returned": N_("Returned"),
    "rejected": N_("Rejected"),
    "hold": N_("On hold"),
    "quarantine": N_("In quarantine"),
}

UNIT_LISTS = {
    "all": N_("All"),
    "unassigned": N_("Not assigned"),
    "not_started": N_("Not started"),
    "in_progress": N_("In progress"),
    "final": N_("Final"),
    "interviews": N_("Interviewed"),
}

ROLES = {
    "admin": N_("administrator"),
    "office": N_("office"),
    "manager": N_("manager"),
    "supervisor": N_("supervisor"),
    "enumerator": N_("enumerator"),
    "analyst": N_("analyst"),
    "auditor": N_("auditor"),
}

THEMES = {"auto": N_("As the device"), "light": N_("Light"), "dark": N_("Dark")}

PROBLEMS = {
    400: (N_("This cannot be done as asked"), N_("Go back, check what you entered, and try again.")),
    401: (N_("Sign in first"), N_("Sign in, or use the link that was sent to you.")),
    403: (N_("Your role does not allow this"), N_("Ask an administrator if you need it.")),
    404: (N_("Nothing here"), N_("It was not found, or you have no right to see it.")),
    409: (N_("This does not fit what is already here"), N_("Load the page again to see the newest state.")),
    413: (N_("Too large"), N_("Send a smaller file.")),
    429: (N_("Too many attempts"), N_("Wait five minutes, then try once more.")),
    500: (N_("Something went wrong on the server"), N_("It was written to the log. Try again in a minute.")),
}
"""Heading and advice of an error page, by HTTP status."""


def group(code: str) -> str:
    """What a grouping of the progress table is called."""
    return gettext(GROUPS[code])


def unit_state(code: str) -> str:
    """The state of a unit in words."""
    return gettext(UNIT_STATES[code])


def review_state(code: str) -> str:
    """The state of an answer sheet in words."""
    return gettext(REVIEW_STATES[code]) if code in REVIEW_STATES else code


def category(code: str) -> str:
    """A category of final codes in words."""
    return gettext(CATEGORIES[code])


def rate(code: str) -> str:
    """An outcome rate in words."""
    return gettext(RATES[code])


def size(code: str) -> str:
    """How units are counted, in words."""
    return gettext(SIZES[code])


def sheet_list(code: str) -> str:
    """A list of answer sheets in words."""
    return gettext(SHEET_LISTS[code])


def unit_list(code: str) -> str:
    """A list of units in words."""
    return gettext(UNIT_LISTS[code])


def disposition(code: str | None) -> str:
    """A final code in words; the code itself when it has none, and `open` for no code."""
    if not code:
        return gettext("open")
    return gettext(DISPOSITIONS[code]) if code in DISPOSITIONS else code


def role(code: str) -> str:
    """A role in words."""
    return gettext(ROLES[code])


def theme(code: str) -> str:
    """A colour theme in words."""
    return gettext(THEMES[code])


def problem(status: int) -> tuple[str, str]:
    """Heading and advice for an HTTP status."""
    heading, advice = PROBLEMS.get(status) or PROBLEMS[500 if status >= 500 else 400]
    return gettext(heading), gettext(advice)


def quarantine(code: str) -> str:
    """Why a sheet is kept but not counted."""
    return gettext(QUARANTINE[code]) if code in QUARANTINE else code


def decision(code: str) -> str:
    """What a reviewer can decide."""
    return gettext(DECISIONS[code])


def statistic(code: str) -> str:
    """A statistic in words."""
    return gettext(STATISTICS[code])


def column(name: str) -> str:
    """A column of the frame in words; its name when there are none."""
    return gettext(COLUMNS[name]) if name in COLUMNS else name


def frame_code(project: Project, name: str, code: str) -> str:
    """A code of the frame as the project's setting `labels` words it: {column: {code: {language: text}}}."""
    texts = project.settings.get("labels", {}).get(name, {}).get(code, {})
    return in_language(texts, current(), "en") or code


def step(verb: str) -> str:
    """A weighting step in words."""
    return gettext(STEPS[verb]) if verb in STEPS else verb
