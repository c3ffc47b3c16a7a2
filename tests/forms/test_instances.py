"""Filled forms are read as each client writes them, and lose nothing silently."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms import instances
from forms.errors import InstanceError
from tests.forms.households import form

FORM = form()
ROOT = '<data id="household_test" version="2026010101">{}<meta><instanceID>uuid:1</instanceID></meta></data>'

TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff", include_characters="\r\n\t"),
    min_size=1,
).filter(lambda text: not text.isspace())


def rows(*names: str, **repeats: st.SearchStrategy) -> st.SearchStrategy:
    """Rows that answer some of the names, the last of them at least one."""
    row = st.fixed_dictionaries({}, optional={**dict.fromkeys(names, TEXT), **repeats})
    return st.lists(row, min_size=1, max_size=3).filter(lambda rows: bool(rows[-1]))


ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("start", "audit", "household_id", "rooms", "rent", "at"), TEXT),
        "person": rows("p_name", "sex", "age", trip=rows("to", "year")),
    },
)


@given(answers=ANSWERS, corrects=st.sampled_from(["", "uuid:0"]))
def test_what_is_built_is_read_back(answers: dict, corrects: str) -> None:
    xml = instances.build(FORM, answers, instance_id="uuid:1", deprecated_id=corrects, instance_name="h 1")
    read = instances.parse(xml, FORM)
    assert read.answers == answers
    assert read.misfits == ()
    assert read.head == instances.Head("household_test", "2026010101", "uuid:1", corrects, "h 1")


@pytest.mark.parametrize(
    "xml",
    [
        (
            '<data xmlns:orx="http://openrosa.org/xforms" id="f" version="2"><orx:meta><orx:instanceID>uuid:1'
            "</orx:instanceID><orx:deprecatedID>uuid:0</orx:deprecatedID></orx:meta></data>"
        ),
        (
            '<x xmlns="http://example.org/f" id="f" version="2"><a/><meta><instanceID>uuid:1</instanceID>'
            "<deprecatedID>uuid:0</deprecatedID></meta></x>"
        ),
        (
            '<?xml version="1.0"?>\n<data id="f" version="2">\n <meta>\n  <instanceID>\n uuid:1 </instanceID>\n'
            "  <deprecatedID>uuid:0</deprecatedID>\n </meta>\n</data>"
        ),
    ],
)
def test_the_head_is_found_whatever_the_prefix(xml: str) -> None:
    assert instances.head(xml.encode()) == instances.Head("f", "2", "uuid:1", "uuid:0")


@pytest.mark.parametrize(
    ("xml", "why"),
    [
        (b"", "not an XML document"),
        (b"<data id='f'>", "not an XML document"),
        (b"\xff\xfe\x00", "not an XML document"),
        (b"<!DOCTYPE d [<!ENTITY e 'x'>]><d id='f'><meta><instanceID>1</instanceID></meta></d>", "DOCTYPE"),
        (b"<data id='f'>&e;<meta><instanceID>1</instanceID></meta></data>", "not an XML document"),
        (b"<d id='f'>" + b"<a>" * 300 + b"</a>" * 300 + b"</d>", "not an XML document"),
    ],
)
def test_what_is_no_filled_form_is_refused_with_the_reason(xml: bytes, why: str) -> None:
    with pytest.raises(InstanceError, match=why):
        instances.head(xml)


@pytest.mark.parametrize("xml", [b"<data/>", b"<data><meta/></data>", b"<data><!--meta--><meta><a/></meta></data>"])
def test_what_a_head_does_not_say_is_empty(xml: bytes) -> None:
    assert instances.head(xml) == instances.Head("", "", "", "")


def test_an_instance_without_an_id_is_read_under_the_id_that_it_is_kept_under() -> None:
    xml = b"<data id='household_test'><meta/></data>"
    with pytest.raises(InstanceError, match="no meta/instanceID"):
        instances.parse(xml, FORM)
    assert instances.parse(xml, FORM, "sha256:1").head.instance_id == "sha256:1"


def test_the_message_about_broken_xml_holds_no_answer() -> None:
    with pytest.raises(InstanceError) as raised:
        instances.head(b"<data id='f'><name>Secret</nam></data>")
    assert "Secret" not in str(raised.value)
    assert "nam" not in str(raised.value)


def picked(xml: bytes, names: set[str]) -> tuple[dict, dict]:
    """What is picked, and the same of the whole instance."""
    whole = instances.parse(xml, FORM).answers
    return instances.Document(xml).pick(FORM, names), {name: whole[name] for name in names & whole.keys()}


@given(answers=ANSWERS, names=st.sets(st.sampled_from(["start", "household_id", "rooms", "rent", "at", "deviceid"])))
def test_picked_answers_are_those_of_the_whole_instance(answers: dict, names: set[str]) -> None:
    found, expected = picked(instances.build(FORM, answers, instance_id="uuid:1"), names)
    assert found == expected


@pytest.mark.parametrize(
    "inside",
    [
        "<visit><rooms> </rooms><rooms>3</rooms><rooms>4</rooms></visit><rooms>5</rooms>",
        "<visit/><visit xmlns='http://example.org/f'><rooms><!-- a -->3</rooms><rent><a>4</a></rent></visit>",
        "<deviceid>deviceid not found</deviceid><visit><deviceid>1</deviceid></visit>",
    ],
)
def test_oddly_written_answers_are_picked_as_they_are_read(inside: str) -> None:
    found, expected = picked(ROOT.format(inside).encode(), {"rooms", "rent", "deviceid"})
    assert found == expected


def test_another_forms_instance_is_refused() -> None:
    with pytest.raises(InstanceError, match="'other'"):
        instances.parse(b"<data id='other'><meta><instanceID>1</instanceID></meta></data>", FORM)


def test_an_encrypted_instance_is_refused() -> None:
    xml = "<data id='household_test' encrypted='yes'><meta><instanceID>1</instanceID></meta></data>"
    with pytest.raises(InstanceError, match="encrypted"):
        instances.parse(xml.encode(), FORM)


def read(inside: str) -> instances.Instance:
    return instances.parse(ROOT.format(inside).encode(), FORM)


def test_groups_vanish_and_repeats_nest() -> None:
    found = read(
        """<visit><rooms>3</rooms></visit>
        <people>
          <person><sex>1</sex><trip><to>TJK</to></trip><trip><to>KGZ</to></trip></person>
          <person><sex>2</sex></person>
        </people>"""
    )
    assert found.answers == {
        "rooms": "3",
        "person": [{"sex": "1", "trip": [{"to": "TJK"}, {"to": "KGZ"}]}, {"sex": "2"}],
    }


def test_empty_nodes_of_enketo_and_web_forms_are_no_answers() -> None:
    found = read(
        "<deviceid>deviceid not found</deviceid><visit><rooms/></visit><people><person><sex/><trip/></person></people>"
    )
    assert found.answers == {}
    assert found.misfits == ()


def test_an_empty_row_before_an_answered_one_keeps_its_place() -> None:
    found = read("<people><person/><person><age>4</age></person><person/></people>")
    assert found.answers == {"person": [{}, {"age": "4"}]}


def test_javarosas_template_is_no_row() -> None:
    found = read(
        "<people xmlns:jr='http://openrosa.org/javarosa'><person jr:template=''><age>1</age></person></people>"
    )
    assert found.answers == {}


def test_the_number_of_rows_that_pyxform_computes_is_no_misfit() -> None:
    assert read("<people><person_count>2</person_count><person><age>1</age></person></people>").misfits == ()


def test_every_node_without_a_question_is_listed_with_its_place() -> None:
    found = read(
        """<colour>red</colour>
        <visit><rooms>3</rooms><rooms>4</rooms><rent><was>5</was></rent></visit>
        <people><person/><person><sex>1</sex><height>170</height></person></people>
        <empty/>"""
    )
    assert found.misfits == ("colour: red", "visit/rooms: 4", "visit/rent: 5", "people/person[2]/height: 170")


def test_the_audit_file_in_meta_is_an_answer() -> None:
    xml = "<data id='household_test'><meta><instanceID>1</instanceID><audit>audit.csv</audit></meta></data>"
    assert instances.parse(xml.encode(), FORM).answers == {"audit": "audit.csv"}


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ({"colour": "red"}, "no question colour"),
        ({"person": [{}, {"rooms": "3"}]}, r"no question person\[2\]/rooms"),
        ({"person": "two"}, "person is a repeat"),
        ({"rooms": "\x00"}, "cannot hold the character"),
    ],
)
def test_answers_that_cannot_be_written_are_refused(answers: dict, why: str) -> None:
    with pytest.raises(InstanceError, match=why):
        instances.build(FORM, answers, instance_id="uuid:1")
