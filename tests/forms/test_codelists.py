"""Code lists: shared, versioned, and judged when one is recoded into another."""

import pytest

from forms import codelists
from forms.errors import WorkbookError


@pytest.mark.parametrize("name", codelists.names())
def test_a_shared_list_says_where_it_comes_from(name):
    shared = codelists.read(name)
    assert all((shared.title, shared.version, shared.publisher, shared.uri, shared.retrieved, shared.licence))
    assert len(set(shared.codes)) == len(shared.codes) > 0


def test_iso_3166_has_249_countries_named_in_six_languages():
    shared = codelists.read("iso3166")
    assert len(shared.codes) == 249
    assert {column for row in shared.rows for column in row} == {
        *("name", "alpha2", "m49", "label::en", "label::fr", "label::es", "label::ru", "label::ar", "label::zh"),
    }


def test_another_version_is_refused():
    with pytest.raises(WorkbookError, match="'iso3166' is here in version 2026, not 2019"):
        codelists.read("iso3166/2019")


def test_an_unknown_list_is_refused_with_the_nearest():
    with pytest.raises(WorkbookError, match="Did you mean 'iso3166'"):
        codelists.read("iso3106")


@pytest.mark.parametrize(
    ("pairs", "kind"),
    [
        ([("1", "a"), ("2", "b")], "1:1"),
        ([("1", "a"), ("2", "a")], "n:1"),
        ([("1", "a"), ("1", "b"), ("2", "c")], "1:n"),
        ([("1", "a"), ("1", "b"), ("2", "b")], "n:m"),
    ],
)
def test_a_correspondence_has_a_kind(pairs, kind):
    assert codelists.correspondence(pairs, ["1", "2"], ["a", "b", "c"]).kind == kind


def test_a_recode_needs_one_existing_target_for_every_code():
    found = codelists.correspondence([("1", "a"), ("3", "z")], ["1", "2", "3"], ["a"])
    assert not found.is_recode
    assert (found.unmapped, found.unknown) == (("2",), ("z",))
    assert codelists.correspondence([("1", "a"), ("2", "a")], ["1", "2"], ["a"]).is_recode
