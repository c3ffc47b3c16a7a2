"""A small household form with a nested repeat, built by hand, and interviews with it."""

from __future__ import annotations

from forms.definition import Choice, Form, Group, Question, Repeat
from forms.instances import Head, Instance

YES_NO = (Choice("1", {"en": "Yes", "ru": "Да"}), Choice("2", {"en": "No", "ru": "Нет"}))
SEX = (Choice("1", {"en": "Male", "ru": "Мужской"}), Choice("2", {"en": "Female", "ru": "Женский"}))
COUNTRY = (
    Choice("TJK", {"en": "Tajikistan", "ru": "Таджикистан"}),
    Choice("KGZ", {"en": "Kyrgyzstan", "ru": "Кыргызстан"}),
    Choice("98", {"en": "Don't know", "ru": "Не знаю"}),
)
WATER = (Choice("1", {"en": "Tap"}), Choice("2", {"en": "Well"}), Choice("96", {"en": "Other"}))


def question(path: str, type_: str, label: str = "", **rest: object) -> Question:
    """A question whose name is the last step of its path."""
    labels = {"en": label} if label else {}
    return Question(path.rpartition("/")[2], type_, path, labels, **rest)  # type: ignore[arg-type]


def filled(number: int, **answers: object) -> Instance:
    """The instance uuid:<number> with these answers."""
    return Instance(Head("household_test", "2026010101", f"uuid:{number}", ""), answers)  # type: ignore[arg-type]


def form(version: str = "2026010101") -> Form:
    """Household, its persons, each person's trips."""
    trip = Repeat(
        "trip",
        "people/person/trip",
        {"en": "Trip"},
        (
            question("people/person/trip/to", "select_one", "Where did ${p_name} go?", list_name="country"),
            question("people/person/trip/year", "integer", "Year"),
        ),
    )
    person = Repeat(
        "person",
        "people/person",
        {"en": "Person"},
        (
            question("people/person/p_name", "text", "Name", columns={"pii": "yes"}),
            question("people/person/sex", "select_one", "Sex of ${p_name}", list_name="sex"),
            question("people/person/age", "integer", "Age", relevant="${sex} != ''"),
            trip,
        ),
    )
    return Form(
        id="household_test",
        title="Household test",
        version=version,
        language="en",
        languages=("en", "ru"),
        children=(
            question("start", "start"),
            question("deviceid", "deviceid"),
            question("audit", "audit"),
            Group(
                "visit",
                "visit",
                {"en": "Visit"},
                (
                    question("visit/household_id", "text", "Household", columns={"concept": "dwelling"}),
                    question("visit/rooms", "integer", "Rooms"),
                    question("visit/rent", "decimal", "Rent"),
                    question("visit/water", "select_multiple", "Water", list_name="water"),
                    question("visit/place", "geopoint", "Place"),
                    question("visit/on", "date", "Date"),
                    question("visit/back_at", "datetime", "Come back at"),
                    question("visit/at", "time", "Clock"),
                    question("visit/thanks", "note", "Thank you"),
                ),
            ),
            Group("people", "people", {"en": "People"}, (person,)),
        ),
        lists={"sex": SEX, "country": COUNTRY, "water": WATER, "yes_no": YES_NO},
        sample_key="household_id",
    )
