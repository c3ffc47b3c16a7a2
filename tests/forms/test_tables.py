"""Filled forms become linked tables with the types of their questions."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms import codebook, tables, versions
from forms.definition import Choice, Form
from forms.errors import FormError
from forms.instances import Head, Instance
from forms.tables import Tables
from tests.forms.households import form, question

FORM = form()


def filled(number: int, version: str = FORM.version, misfits: tuple[str, ...] = (), **answers: object) -> Instance:
    """The instance uuid:<number> with these answers."""
    return Instance(Head(FORM.id, version, f"uuid:{number}", ""), answers, misfits)  # type: ignore[arg-type]


def column(name: str, *answers: str, table: str = "household") -> pd.Series:
    """The column that these answers give."""
    return tables.flatten(FORM, [filled(i, **{name: text}) for i, text in enumerate(answers)]).frames[table][name]


def one_version(version: str, **answers: object) -> Form:
    """A form of one question: name=(type, list)."""
    children = tuple(question(name, type_, list_name=listed) for name, (type_, listed) in answers.items())
    return Form("f", "F", version, "en", ("en",), children, {"yn": (Choice("1", {}), Choice(version, {}))})


def test_repeats_become_tables_linked_by_key_and_parent() -> None:
    trips = [{"to": "TJK"}, {"to": "KGZ"}]
    flat = tables.flatten(FORM, [filled(1, person=[{"sex": "1"}, {"trip": trips}]), filled(2)])
    assert flat.root == "household"
    assert list(flat.frames["household"].key) == ["uuid:1", "uuid:2"]
    assert flat.frames["person"][["key", "parent"]].to_numpy().tolist() == [
        ["uuid:1/person[1]", "uuid:1"],
        ["uuid:1/person[2]", "uuid:1"],
    ]
    assert flat.frames["trip"][["key", "parent", "to"]].to_numpy().tolist() == [
        ["uuid:1/person[2]/trip[1]", "uuid:1/person[2]", "TJK"],
        ["uuid:1/person[2]/trip[2]", "uuid:1/person[2]", "KGZ"],
    ]


def test_a_corrected_interview_is_keyed_by_its_first_version() -> None:
    flat = tables.flatten(FORM, [filled(7, person=[{"sex": "1"}])], keys=["uuid:1"])
    assert list(flat.frames["person"].key) == ["uuid:1/person[1]"]


def test_columns_are_typed_even_when_there_is_no_row() -> None:
    household = tables.flatten(FORM, []).frames["household"]
    assert household.dtypes.astype(str).to_dict() == {
        **dict.fromkeys(("key", "form_version", "deviceid", "audit", "household_id", "at"), "str"),
        **dict.fromkeys(("start", "back_at"), "datetime64[us, UTC]"),
        **dict.fromkeys(("water__1", "water__2", "water__96"), "Int8"),
        **dict.fromkeys(("place_lat", "place_lon", "place_alt", "place_acc", "rent"), "Float64"),
        "rooms": "Int64",
        "on": "datetime64[us]",
    }


def test_the_columns_are_those_of_the_codebook() -> None:
    flat = tables.flatten(FORM, [filled(1)])
    book = codebook.of(FORM)
    assert {name: list(frame.columns) for name, frame in flat.frames.items()} == {
        name: list(book.of_table(name)) for name in flat.frames
    }


def test_whole_numbers_stay_whole_and_gaps_stay_gaps() -> None:
    rooms = tables.flatten(FORM, [filled(1, rooms="3"), filled(2), filled(3, rooms="-98")]).frames["household"].rooms
    assert rooms.tolist() == [3, pd.NA, -98]


@pytest.mark.parametrize("written", ["2026-11-22T10:25:44.558+03:00", "2026-11-22T07:25:44.558Z"])
def test_moments_of_every_client_are_in_utc(written: str) -> None:
    assert column("start", written)[0] == pd.Timestamp("2026-11-22 07:25:44.558", tz="UTC")


@pytest.mark.parametrize("written", ["08:15", "08:15:00.000Z", "08:15:00.000-00:00", "08:15:00+03:00"])
def test_a_clock_time_is_what_the_clock_showed(written: str) -> None:
    assert column("at", written)[0] == "08:15:00"


@pytest.mark.parametrize(
    ("written", "parts"),
    [("1.5 -2.5 100 4", [1.5, -2.5, 100.0, 4.0]), ("1.5 -2.5", [1.5, -2.5, pd.NA, pd.NA])],
)
def test_a_point_of_two_to_four_numbers_is_split(written: str, parts: list[object]) -> None:
    household = tables.flatten(FORM, [filled(1, place=written)]).frames["household"]
    assert household[["place_lat", "place_lon", "place_alt", "place_acc"]].iloc[0].tolist() == parts


def test_several_choices_are_columns_of_0_and_1_and_missing_when_not_asked() -> None:
    household = tables.flatten(FORM, [filled(1, water="96 1"), filled(2)]).frames["household"]
    assert household[["water__1", "water__2", "water__96"]].to_numpy().tolist() == [[1, 0, 1], [pd.NA] * 3]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("rooms", "three"),
        ("rooms", "1_0"),
        ("rooms", "3.5"),
        ("rooms", "9" * 20),
        ("rent", "nan"),
        ("on", "2026-02-30"),
        ("start", "2026-11-22T10:25:44"),
        ("at", "25:00"),
    ],
)
def test_what_cannot_be_typed_is_missing_and_listed(name: str, text: str) -> None:
    flat = tables.flatten(FORM, [filled(1, **{name: text})])
    assert flat.frames["household"][name].isna().all()
    assert flat.misfits[["table", "key", "name", "value"]].to_numpy().tolist() == [["household", "uuid:1", name, text]]


def test_a_point_beyond_the_pole_is_listed() -> None:
    assert tables.flatten(FORM, [filled(1, place="95 0")]).misfits.name.tolist() == ["place"]


def test_a_code_without_choice_stays_in_its_cell_and_is_listed() -> None:
    flat = tables.flatten(FORM, [filled(1, person=[{"sex": "7"}])])
    assert flat.frames["person"].sex.tolist() == ["7"]
    assert flat.misfits[["key", "value"]].to_numpy().tolist() == [["uuid:1/person[1]", "7"]]


def test_a_misfit_of_the_instance_is_passed_on() -> None:
    flat = tables.flatten(FORM, [filled(1, misfits=("visit/colour: red: dark",))])
    assert flat.misfits[["name", "value"]].to_numpy().tolist() == [["visit/colour", "red: dark"]]


@given(st.lists(st.tuples(st.text(max_size=8), st.sampled_from(["rooms", "rent", "on", "start", "at", "place"]))))
def test_every_answer_is_in_its_cell_or_among_the_misfits(drawn: list[tuple[str, str]]) -> None:
    flat = tables.flatten(FORM, [filled(i, **{name: text}) for i, (text, name) in enumerate(drawn)])
    kept = flat.frames["household"].drop(columns=["key", "form_version"]).notna().any(axis=1).sum()
    assert kept + len(flat.misfits) == len(drawn)


def test_one_interview_given_twice_is_refused() -> None:
    with pytest.raises(FormError, match="uuid:1 is there twice"):
        tables.flatten(FORM, [filled(1), filled(1)])


def test_keys_and_instances_must_pair() -> None:
    with pytest.raises(FormError, match="as many keys"):
        tables.flatten(FORM, [filled(1)], keys=["a", "b"])


def union(*forms: Form) -> Tables:
    """Tables of one instance of each version, every question answered 1."""
    instances = [
        Instance(Head("f", each.version, f"uuid:{each.version}", ""), {q.name: "1" for q in each.questions()})
        for each in forms
    ]
    return tables.flatten(forms, instances)


def test_versions_flatten_to_the_union_of_their_questions() -> None:
    flat = union(
        one_version("1", old=("integer", None), both=("text", None)),
        one_version("2", both=("text", None), new=("text", None)),
    )
    assert list(flat.frames["household"].columns) == ["key", "form_version", "both", "new", "old"]
    assert flat.frames["household"].old.tolist() == [1, pd.NA]


def test_codes_that_only_an_older_version_has_keep_their_column() -> None:
    flat = union(one_version("1", a=("select_multiple", "yn")), one_version("3", a=("select_multiple", "yn")))
    assert list(flat.frames["household"].columns) == ["key", "form_version", "a__1", "a__3"]
    older = replace(one_version("2", a=("select_multiple", "yn")), lists={"yn": (Choice("2", {}),)})
    assert [
        choice.name for choice in versions.merge([older, one_version("3", a=("select_multiple", "yn"))]).lists["yn"]
    ] == [
        "1",
        "3",
        "2",
    ]


def test_a_question_of_a_new_type_is_an_error_that_names_both_versions() -> None:
    with pytest.raises(FormError, match="'a' in table 'household' is integer in version 1 and text in version 2"):
        union(one_version("1", a=("integer", None)), one_version("2", a=("text", None)))


def test_a_question_moved_to_another_group_is_the_same_column() -> None:
    moved = replace(
        FORM, version="2026010102", children=FORM.children[:3] + FORM.children[3].children + FORM.children[4:]
    )
    assert list(codebook.of(versions.merge([FORM, moved])).of_table("household")) == list(
        codebook.of(FORM).of_table("household")
    )


def test_a_question_added_to_a_repeat_is_joined_there() -> None:
    people = FORM.children[4]
    person = people.children[0]
    shorter = replace(person, children=person.children[:2])
    older = replace(FORM, version="2025010101", children=(*FORM.children[:4], replace(people, children=(shorter,))))
    newer = replace(
        FORM, children=(*FORM.children[:4], replace(people, children=(replace(person, children=person.children[2:]),)))
    )
    assert list(codebook.of(versions.merge({"a": newer, "b": older})).of_table("person")) == [
        "key",
        "parent",
        "age",
        "p_name",
        "sex",
    ]


def test_a_repeat_that_moved_to_another_table_is_refused() -> None:
    trip = FORM.children[4].children[0].children[3]
    moved = replace(FORM, version="2026010102", children=(trip,))
    with pytest.raises(FormError, match="'trip' is a repeat of person in version 2026010101"):
        versions.merge([FORM, moved])


def test_a_stream_gives_the_tables_of_all_in_batches() -> None:
    sheets = [filled(number, visit_no=str(number)) for number in range(1, 6)]
    batches = list(tables.stream(FORM, iter(sheets), 2))
    whole = tables.flatten(FORM, sheets).frames["household"]
    assert [len(batch.frames["household"]) for batch in batches] == [2, 2, 1]
    joined = pd.concat([batch.frames["household"] for batch in batches], ignore_index=True)
    pd.testing.assert_frame_equal(joined, whole)
