"""Standard lists: their wording is CLDR's, their codes are the standard's, and codes go over into other lists."""

from __future__ import annotations

import pytest

from forms import codelists, standards
from forms.errors import WorkbookError


@pytest.mark.parametrize("name", standards.names())
def test_renewing_keeps_every_code_in_its_place(name: str) -> None:
    codes = [line.partition(",")[0] for line in standards.renew(name).splitlines()[1:]]
    assert codes == list(codelists.read(name).codes)


def test_a_country_goes_by_its_name_in_cldr() -> None:
    assert standards.cldr_names("territories", "ru")["TJK"] == "Таджикистан"


def test_namibia_is_not_taken_for_missing() -> None:
    rows = {row["name"]: row for row in codelists.read("iso3166").rows}
    assert (rows["NAM"]["alpha2"], rows["NAM"]["m49"]) == ("NA", "516")


def test_m49_codes_keep_their_leading_zeros() -> None:
    rows = {row["name"]: row for row in codelists.read("iso3166").rows}
    assert (rows["AFG"]["m49"], {len(row["m49"]) for row in rows.values() if "m49" in row}) == ("004", {3})


def test_a_list_worded_here_is_not_renewed() -> None:
    with pytest.raises(WorkbookError, match="wording of 'marital' is not from CLDR"):
        standards.renew("marital")


@pytest.mark.parametrize(("source", "target"), codelists.crosswalks())
def test_a_correspondence_gives_every_source_code_one_target(source: str, target: str) -> None:
    pairs = codelists.crosswalk(source, target)
    targets = codelists.read(target).codes if target in codelists.names() else [other for _, other in pairs]
    special = {"97", "98", "99"} - {code for code, _ in pairs}
    judged = codelists.correspondence(
        pairs, [code for code in codelists.read(source).codes if code not in special], targets
    )
    assert judged.is_recode, judged


def test_an_unknown_correspondence_is_refused() -> None:
    with pytest.raises(WorkbookError, match="no correspondence 'sex__region_m49'"):
        codelists.crosswalk("sex", "region_m49")
