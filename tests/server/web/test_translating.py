"""Step 3 of an adaptation on the pages: progress by language, one text to a card, translators' files out and in."""

import html
import io

import openpyxl
import pytest
from babel.messages.pofile import read_po, write_po

from server.operations import adaptations, wordings
from tests.server.web import adapted


@pytest.fixture
def own(as_role, field):
    """The survey's own form, in the browser of the office."""
    return adapted.begun(as_role("office"), field.project_id)


@pytest.fixture
def place(app, field, own):
    """Where it lies."""
    return adaptations.find(app.extensions["config"], field.project_id, adapted.NAME)


def plain(place, language="tg"):
    """The first text that inserts nothing."""
    return next(one for one in wordings.texts(place, language) if "{" not in one.original)


def saved(own, text, words, language="tg", **over):
    page = f"/translate/{language}"
    said = {"key": wordings.key_of(text), "seen": wordings.version_of(text), "text": words, **over}
    return own.send(page, **said)


def test_at_1_10_a_language_without_texts_is_not_ready_and_says_how_much_is_missing(own, place):
    text = own.get("/translate").text
    status = next(one for one in wordings.status(place) if one.language == "tg")
    there, wanted = status.done["labels"]
    assert there < wanted
    assert f"{there} / {wanted}" in text
    assert 'class="state act"' in text


def test_a_card_shows_original_placeholders_and_length(own, place):
    text = next(one for one in wordings.texts(place, "tg") if "${" in one.original)
    page = html.unescape(own.get("/translate/tg", key=wordings.key_of(text)).text)
    assert text.original in page
    assert '<code class="chip" dir="ltr">${' in page


def test_the_text_is_typed_from_right_to_left_where_the_language_is(own):
    for language, direction in (("ar", "rtl"), ("tg", "ltr")):
        page = own.get(f"/translate/{language}").text
        assert f'lang="{language}" dir="{direction}" spellcheck' in page


def test_saving_goes_on_to_the_next_text_that_waits(own, place):
    text = plain(place)
    onward = saved(own, text, "матн").headers["Location"]
    following = next(one for one in wordings.texts(place, "tg") if not one.text)
    assert f'name="key" value="{wordings.key_of(following)}"' in own.browser.get(onward).text
    assert next(one for one in wordings.texts(place, "tg") if one.key == text.key).text == "матн"


def test_who_comes_too_late_does_not_overwrite(own, place):
    text = plain(place)
    saved(own, text, "аввал")
    answer = saved(own, text, "дуюм")
    assert answer.status_code == 409
    assert ">дуюм</textarea>" in answer.text
    assert next(one for one in wordings.texts(place, "tg") if one.key == text.key).text == "аввал"


def test_at_1_12_a_lost_placeholder_is_refused_and_what_was_typed_stays(own, place):
    text = next(one for one in wordings.texts(place, "tg") if "${" in one.original)
    answer = saved(own, text, "матн")
    assert answer.status_code == 400
    assert "lost placeholder" in answer.text
    assert ">матн</textarea>" in answer.text


def test_nothing_is_no_translation(own, place):
    assert saved(own, plain(place), " ").status_code == 400


@pytest.mark.parametrize("page", ["/translate/en", "/translate/xx", "/translate/xx/file", "/translate/xx/conflicts"])
def test_there_is_no_card_in_a_language_that_nothing_is_translated_into(own, page):
    assert own.get(page).status_code == 404


@pytest.mark.parametrize("asked", [{"show": "some"}, {"key": "survey:nothing:label"}])
def test_what_is_no_card_is_refused(own, asked):
    assert own.get("/translate/tg", **asked).status_code in (400, 404)


def test_at_1_11_a_changed_original_makes_its_translation_out_of_date(own, place):
    text = plain(place)
    saved(own, text, "матн")
    page = f"/questions/{text.name}"
    said = own.fields(page) | {f"{text.column}::English (en)": "Quite another wording"}
    own.send(page, seen=own.kept(page, "seen"), required=text.row.get("required", ""), **said)
    card = html.unescape(own.get("/translate/tg", key=wordings.key_of(text)).text)
    assert text.original in card
    assert "Quite another wording" in card
    assert "the original changed" in card


def sent(own, kind: str) -> bytes:
    answer = own.get("/translate/tg/file", kind=kind)
    assert f'filename="{adapted.NAME}_tg.{kind}"' in answer.headers["Content-Disposition"]
    return answer.data


def filled(data: bytes, text, words: str) -> bytes:
    """The translator's workbook with one text typed."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book.active
    key = "|".join((adapted.NAME, "tg", text.sheet, text.column, text.name))
    line = next(row[0].row for row in sheet.iter_rows(min_row=2) if row[6].value == key)
    sheet.cell(line, 2).value = words
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_translators_workbook_is_merged_and_the_page_counts(own, place):
    text = plain(place)
    data = filled(sent(own, "xlsx"), text, "матн")
    answer = own.send("/translate", file=(io.BytesIO(data), "tg.xlsx"))
    assert answer.status_code == 200
    assert "taken" in answer.text
    assert next(one for one in wordings.texts(place, "tg") if one.key == text.key).text == "матн"


def test_a_gettext_catalog_is_merged_too(own, place):
    text = plain(place)
    catalog = read_po(io.BytesIO(sent(own, "po")))
    message = next(one for one in catalog if one.id == text.original and text.name in (one.context or ""))
    message.string = "матн"
    message.flags.discard("fuzzy")
    out = io.BytesIO()
    write_po(out, catalog)
    own.send("/translate", file=(io.BytesIO(out.getvalue()), "tg.po"))
    assert next(one for one in wordings.texts(place, "tg") if one.key == text.key).text == "матн"


def test_at_1_13_what_both_changed_is_shown_and_chosen_never_overwritten(own, place):
    text = plain(place)
    data = filled(sent(own, "xlsx"), text, "аз тарҷумон")
    saved(own, text, "аз идора")
    page = own.send("/translate", file=(io.BytesIO(data), "tg.xlsx")).text
    assert "to choose" in page
    assert next(one for one in wordings.texts(place, "tg") if one.key == text.key).text == "аз идора"
    shown = own.get("/translate/tg/conflicts").text
    assert "аз идора" in shown
    assert "аз тарҷумон" in shown
    assert own.send("/translate/tg/conflicts", take="theirs", name=text.name).status_code == 303
    assert next(one for one in wordings.texts(place, "tg") if one.key == text.key).text == "аз тарҷумон"
    assert "аз тарҷумон" not in own.get("/translate/tg/conflicts").text


def test_nobody_else_is_taken(own, place):
    text = plain(place)
    data = filled(sent(own, "xlsx"), text, "аз тарҷумон")
    saved(own, text, "аз идора")
    own.send("/translate", file=(io.BytesIO(data), "tg.xlsx"))
    assert own.send("/translate/tg/conflicts", take="both", name=text.name).status_code == 400


@pytest.mark.parametrize(("data", "name"), [(b"no workbook", "tg.xlsx"), (b"x", "tg.doc"), (b"\xff\xfe", "tg.po")])
def test_what_is_no_translators_file_changes_nothing(own, place, data, name):
    before = place.form.read_bytes()
    assert own.send("/translate", file=(io.BytesIO(data), name)).status_code == 400
    assert place.form.read_bytes() == before


def test_another_kind_of_file_is_not_sent(own):
    assert own.get("/translate/tg/file", kind="doc").status_code == 400
