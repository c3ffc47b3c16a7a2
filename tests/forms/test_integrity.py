"""Integrity: a translation keeps what its original inserts, marks and counts, whatever script it is written in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms import integrity


def found(original, text):
    return [str(loss) for loss in integrity.losses(original, text)]


@pytest.mark.parametrize(
    ("original", "text", "expected"),
    [
        ("Is ${name} here?", "Здесь ли?", ["lost placeholder ${name}"]),
        ("Is ${name} here?", "Здесь ли ${имя}?", ["lost placeholder ${name} and added placeholder ${имя}"]),
        ("On {{day}}", "В {{ day }}", []),
        ("${a} and ${a}", "${a}", ["lost placeholder ${a}"]),
        ("${a}", "${a} ${a}", ["added placeholder ${a}"]),
        ("The <b>last</b> job", "Последняя работа", ["lost tag </b>, <b>"]),
        ("The <B>last</B> job", "<b >Последняя</b > работа", []),
        ('<span style="color:red">Stop</span>', '<span style="color:blue">Стоп</span>', []),
        ("**At most** 5", "Не больше 5", ["lost tag **, **"]),
        ("See [here](https://example.org/a)", "См. [тут](https://example.org/b)",
         ["lost tag ](https://example.org/a) and added tag ](https://example.org/b)"]),
        ("If 3 < 5 and 7 > 5", "Если 3 < 5 и 7 > 5", []),
    ],
)  # fmt: skip
def test_at_1_12_placeholders_and_tags_match_as_multisets(original, text, expected):
    assert found(original, text) == expected


@pytest.mark.parametrize(
    ("original", "text"),
    [
        ("For 13 years", "لمدة ١٣ سنة"),
        ("For 13 years", "۱۳ سال"),
        ("For 13 years", "১৩ বছর"),
        ("10,000 people", "10 000 человек"),
        ("10,000 people", "10.000 Menschen"),
        ("10,000 people", "10\u202f000 personnes"),
        ("1.5 litres", "1,5 литра"),
        ("On 01.06.2026", "On 1.6.2026"),
        ("In the past 12 months", "خلال الأشهر الاثني عشر الماضية"),
        ("Write DD.MM.YYYY", "Пишите ДД.ММ.ГГГГ"),
        ("Write DD/MM/YYYY", "Пишите ДД.ММ.ГГГГ"),
        ("Answer ${q15} of 3", "Ответ ${q15} из 3"),
        ("One person", "1 человек"),
    ],
)
def test_at_1_12_numbers_and_dates_are_the_same_in_any_digits_and_separators(original, text):
    assert [loss for loss in integrity.losses(original, text) if loss.plain] == []


@pytest.mark.parametrize(
    ("original", "text", "expected"),
    [
        ("For 12 months", "В течение 6 месяцев", "lost number 12 and added number 6"),
        ("For 13 years", "Много лет", "lost number 13"),
        ("5 to 5", "до 5", "lost number 5"),
        ("Write DD.MM.YYYY", "Пишите ГГГГ-ММ-ДД", "lost date 2-2-4 and added date 4-2-2"),
    ],
)
def test_at_1_12_a_number_or_form_of_a_date_that_is_not_there_is_found_and_not_grave(original, text, expected):
    [loss] = integrity.losses(original, text)
    assert (str(loss), loss.grave) == (expected, False)


def test_a_small_number_that_nothing_replaces_may_be_a_word():
    assert [[loss.plain for loss in integrity.losses("12 months", text)] for text in ("twelve", "6 months")] == [
        [False], [True],
    ]  # fmt: skip


@given(st.text())
def test_a_text_keeps_all_of_itself(text):
    assert found(text, text) == []


@given(st.lists(st.sampled_from(["${a}", "{{b}}", "<b>", "</b>", "**", "word", "15", "٣", " "]), max_size=8))
def test_the_order_of_what_is_kept_is_free(parts):
    assert found(" ".join(parts), " ".join(reversed(parts))) == []
