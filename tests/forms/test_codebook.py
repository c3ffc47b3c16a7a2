"""The codebook says of each column what it is, in every language."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from forms import codebook
from forms.codebook import Variable
from forms.errors import FormError
from tests.forms.households import form, question

FORM = form()
BOOK = codebook.of(FORM)


def variable(name: str, table: str = "household") -> Variable:
    """The variable of that name."""
    return BOOK.of_table(table)[name]


def test_tables_come_root_first_keys_first_then_as_asked() -> None:
    assert list(dict.fromkeys(each.table for each in BOOK.variables)) == ["household", "person", "trip"]
    assert list(BOOK.of_table("trip")) == ["key", "parent", "to", "year"]


def test_a_choice_has_its_codes_in_every_language_and_its_missing_ones() -> None:
    to = variable("to", "trip")
    assert to.kind == "category"
    assert to.codes["TJK"] == {"en": "Tajikistan", "ru": "Таджикистан"}
    assert to.missing == {"98": "dont_know"}


@pytest.mark.parametrize("name", ["rooms", "rent"])
def test_in_numbers_only_negative_codes_are_missing(name: str) -> None:
    assert variable(name).missing == {"-98": "dont_know", "-99": "refused"}


def test_several_choices_are_one_variable_for_each_code() -> None:
    well = variable("water__2")
    assert (well.kind, well.labels, list(well.codes)) == ("integer", {"en": "Water: Well"}, ["0", "1"])


def test_a_point_is_four_numbers_without_missing_codes() -> None:
    assert [variable(f"place_{part}").labels["en"] for part in ("lat", "acc")] == ["Place: latitude", "Place: accuracy"]
    assert variable("place_lon").missing == {}


def test_a_label_shows_where_another_answer_stood() -> None:
    assert variable("sex", "person").labels == {"en": "Sex of [p_name]"}


def test_the_columns_of_the_sheet_are_carried_along() -> None:
    assert variable("household_id").concept == "dwelling"
    assert variable("p_name", "person").identifying
    assert not variable("sex", "person").identifying
    assert variable("age", "person").universe == "${sex} != ''"


def test_what_has_no_wording_is_labelled_by_its_concept() -> None:
    derived = question("d", "calculate", columns={"bind::type": "int", "concept": "born abroad"})
    [born] = [each for each in codebook.of(replace(FORM, children=(derived,))).variables if each.name == "d"]
    assert (born.kind, born.labels) == ("integer", {"en": "born abroad"})


@pytest.mark.parametrize(
    ("type_", "columns", "kind"),
    [
        ("calculate", {}, "text"),
        ("calculate", {"bind::type": "date"}, "date"),
        ("range", {"parameters": "start=0 end=10 step=1"}, "integer"),
        ("range", {"parameters": "start=0 end=1 step=0.1"}, "decimal"),
        ("select_one_from_file", {}, "text"),
        ("rank", {}, "text"),
        ("barcode", {}, "text"),
        ("dateTime", {}, "datetime"),
        ("note", {}, "note"),
    ],
)
def test_every_type_has_its_kind(type_: str, columns: dict[str, str], kind: str) -> None:
    assert codebook.kind(question("q", type_, list_name="units.csv", columns=columns), FORM) == kind


def test_two_questions_that_would_fill_one_column_are_refused() -> None:
    twins = (question("place", "geopoint"), question("place_lat", "decimal"))
    with pytest.raises(FormError, match="column 'place_lat' of table 'household'"):
        codebook.of(replace(FORM, children=twins))


def test_labels_are_ordered_categories_and_unknown_codes_stay() -> None:
    frame = pd.DataFrame({"sex": ["2", None, "7", "1"], "age": [1, 2, 3, 4]})
    labelled = codebook.label(BOOK, "person", frame, "ru")
    assert labelled.sex.tolist()[:1] + labelled.sex.tolist()[2:] == ["Женский", "7", "Мужской"]
    assert list(labelled.sex.cat.categories) == ["Мужской", "Женский", "7"]
    assert labelled.sex.cat.ordered
    assert labelled.age.tolist() == [1, 2, 3, 4]
    assert frame.sex.tolist()[0] == "2"


def test_the_description_has_a_row_for_each_variable() -> None:
    rows = codebook.describe(BOOK).set_index(["table", "name"])
    assert len(rows) == len(BOOK.variables)
    to = rows.loc[("trip", "to")]
    assert to["codes"] == "TJK = Tajikistan; KGZ = Kyrgyzstan; 98 = Don't know"
    assert to["missing"] == "98 = dont_know"
    assert to["label::en"] == "Where did [p_name] go?"
    assert to["label::ru"] == ""
