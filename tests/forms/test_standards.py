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
def test_a_correspondence_gives_a_source_code_one_target(source: str, target: str) -> None:
    """Within the library every code has one; the vocabularies of others need not have a word for each of ours."""
    pairs = codelists.crosswalk(source, target)
    ours = set(codelists.names())
    left, right = [code for code, _ in pairs], [other for _, other in pairs]
    if {source, target} <= ours:
        left = [code for code in codelists.read(source).codes if code not in {"97", "98", "99"} - set(left)]
    targets = codelists.read(target).codes if target in ours else right
    judged = codelists.correspondence(pairs, left if source not in ours else set(left), targets)
    assert judged.is_recode, judged


@pytest.mark.parametrize(("source", "target"), codelists.crosswalks())
def test_a_correspondence_names_codes_that_exist(source: str, target: str) -> None:
    for name, codes in (
        (source, [a for a, _ in codelists.crosswalk(source, target)]),
        (target, [b for _, b in codelists.crosswalk(source, target)]),
    ):
        if name in codelists.names():
            assert set(codes) <= set(codelists.read(name).codes)


def test_an_unknown_correspondence_is_refused() -> None:
    with pytest.raises(WorkbookError, match="no correspondence 'sex__region_m49'"):
        codelists.crosswalk("sex", "region_m49")
