"""The preview of a form, without JavaScript: asked screen by screen, looked into, and kept as a case."""

import gzip
import json
import re

import pytest
from sqlalchemy import select

from forms import cases, trials
from server.models.events import Event
from server.web.languages import LANGUAGES
from tests.server.web.conftest import token_in
from tests.server.web.previewing import NAME, Walker, an_own_form
from tests.server.web.test_pages import HTML_LIMIT, Page

ADDRESS = f"/p/1/forms/{NAME}/preview"


@pytest.fixture
def folder(app, field):
    """A form that the survey has made its own."""
    return an_own_form(app)


@pytest.fixture
def walker(as_role, folder) -> Walker:
    """An officer at the first screen of that form."""
    return Walker(as_role("office"), ADDRESS)


def at_the_dates(walker: Walker) -> Walker:
    """The same at the screen with several questions."""
    walker.press("next", lives="1")
    walker.press("next", who="AB")
    walker.press("next", age="30")
    return walker


def test_at_1_17_every_page_says_that_it_is_no_tablet(walker):
    for button in ("stay", "contents", "end"):
        assert "Preview approximates Collect; test on a device." in walker.press(button)
    answer = walker.browser.get(f"{ADDRESS}/tablet")
    assert "Preview approximates Collect; test on a device." in answer.text


def test_at_1_17_answers_open_and_close_questions_from_page_to_page(walker):
    assert walker.asked() == ["lives"]
    walker.press("next", lives="1")
    assert walker.asked() == ["who"]
    walker.press("back")
    walker.press("next", lives="2")
    assert walker.asked() == ["born", "moved"]


def test_at_1_17_an_answer_that_a_rule_refuses_is_shown_with_a_link_to_its_field(walker):
    walker.press("next", lives="1")
    walker.press("next", who="AB")
    page = walker.press("next", age="130")
    assert walker.asked() == ["age"]
    linked = re.search(r'role="alert".*?<a href="#([^"]+)"', page, re.DOTALL)
    assert f'id="{linked[1]}" name="v:/data/age" value="130"' in page
    assert "The form does not accept this answer." in page


def test_at_1_17_a_needed_answer_is_asked_for(walker):
    assert "This question needs an answer." in walker.press("next")
    assert walker.asked() == ["lives"]


def test_at_1_17_developers_see_names_rules_and_calculated_values(walker):
    walker.press("next", lives="1")
    walker.press("next", who="AB")
    walker.press("stay", age="130")
    page = walker.press("developer")
    for word in ("age", "/data/lives  = &#39;1&#39;", ". &gt;= 0 and . &lt;= 120", "does not hold", "adult"):
        assert word in page, word
    assert "does not hold" not in walker.press("developer")


def test_at_1_17_one_jumps_to_any_question_from_the_contents(walker):
    page = walker.press("contents")
    assert "Rooms" in page
    walker.press("to:/data/rooms")
    assert walker.asked() == ["rooms"]


@pytest.mark.parametrize("heading", ["English (en)", "العربية (ar)"])
def test_at_1_17_every_language_of_the_form_is_there(walker, heading):
    page = walker.press(f"language:{heading}")
    assert {"English (en)": "Do you live here?", "العربية (ar)": "هل تقيم هنا"}[heading] in page


def test_at_1_17_it_is_as_wide_as_a_phone_or_a_tablet(walker):
    assert 'class="preview"' in walker.page
    assert 'class="preview wide"' in walker.press("wide")


def test_at_1_14_the_arabic_screen_runs_from_right_to_left_and_sets_other_runs_apart(walker):
    walker.press("language:العربية (ar)")
    assert '<div class="device" dir="rtl">' in walker.page
    assert "<bdi>2020</bdi>" in walker.page
    walker.press("next", lives="1")
    page = walker.press("next", who="A. B.")
    assert "عمر <bdi>A. B.</bdi> بالسنوات" in page


def test_questions_that_an_answer_brings_onto_the_screen_are_asked_before_it_is_left(walker):
    at_the_dates(walker)
    page = walker.press("next", moved="1")
    assert walker.asked() == ["born", "moved", "came"]
    assert "have brought more questions" in page
    walker.press("next", moved="1", came="2026-06-01T10:30")
    assert walker.asked() == ["place"]
    walker.press("back")
    assert 'value="2026-06-01T10:30" type="datetime-local"' in walker.page


def test_a_long_list_is_searched_and_keeps_what_was_chosen(walker):
    at_the_dates(walker).press("next")
    assert walker.page.count('type="radio"') == 30
    page = walker.press("find", **{"s:/data/place": "village 35"})
    assert page.count('type="radio"') == 10
    walker.press("next", place="351")
    walker.press("back")
    assert re.search(r'value="351" checked', walker.page)


def test_every_kind_of_question_has_its_box(walker):
    walker.press("to:/data/has")
    assert walker.page.count('type="checkbox" id=') == 2
    walker.press("next", has=["1", "2"])
    walker.press("next", position="38.5 68.7")
    walker.press("next", rooms="2.5")
    assert "are not in the preview" in walker.page
    walker.press("next")
    walker.press("next", read="OK")
    assert "Thank you," in walker.page
    page = walker.press("end")
    for sent in ("<has>1 2</has>", "<position>38.5 68.7 0.0 0.0</position>", "<rooms>2.5</rooms>", "<read>OK</read>"):
        assert sent.replace("<", "&lt;").replace(">", "&gt;") in page


def test_rows_are_added_and_taken_away(walker):
    walker.press("to:/data/person[1]/called")
    walker.press("next", called="A")
    assert "Add another one?" in walker.page
    walker.press("add")
    walker.press("next", called="B")
    walker.press("to:/data/person[1]/called")
    walker.press("remove:/data/person[1]")
    page = walker.press("end")
    assert "&lt;called&gt;B&lt;" in page
    assert "&lt;called&gt;A&lt;" not in page


def test_the_contents_lead_into_rows(walker):
    walker.press("to:/data/person[1]/called")
    walker.press("next", called="A")
    page = walker.press("contents")
    assert 'value="contents:/data/person[1]"' in page
    walker.press("contents:/data/person[1]")
    walker.press("to:/data/person[1]/called")
    assert walker.asked() == ["called"]


def test_the_end_says_what_is_missing_and_leads_there(walker):
    page = walker.press("end")
    assert "1 answer is missing or not accepted" in page
    walker.press("to:/data/lives")
    walker.press("next", lives="2")
    page = walker.press("end")
    assert "The form can be finalised." in page
    assert "&lt;who/&gt;" not in page


def test_recorded_answers_pass_as_a_case(walker, folder, session):
    at_the_dates(walker).press("end")
    chosen = {"case": "an adult", "file": "adults", "asked": ["who"], "not_asked": ["came"], "values": ["adult"]}
    assert "Kept in" in walker.press("record", **chosen, valid="yes")
    (case,) = cases.load(folder / "cases" / "adults.csv")
    assert case["expect"]["values"] == {"adult": "1"}
    assert [str(verdict) for verdict in trials.hold(str(folder))] == ["PASS  an adult"]
    event = session.scalars(select(Event).where(Event.verb == "instrument.adapt")).one()
    assert event.actor == "the_office"


def test_a_case_that_is_refused_keeps_what_was_ticked(walker, folder):
    at_the_dates(walker).press("end")
    page = walker.press("record", case=" ", asked=["who"])
    assert "The case has no name" in page
    assert 'name="asked" value="who" checked' in page
    assert not (folder / "cases").exists()


def test_what_a_tablet_would_send_passes_as_a_case(as_role, folder):
    browser = as_role("manager")
    page = browser.get(f"{ADDRESS}/tablet").text
    xml = '<data id="office_form" version="1"><lives>1</lives><who>AB</who><age>40</age></data>'
    sent = {"csrf": token_in(page), "filled": xml, "case": "sent", "valid": "yes"}
    assert "Kept in" in browser.post(f"{ADDRESS}/tablet", data=sent).text
    assert [str(verdict) for verdict in trials.hold(str(folder))] == ["PASS  sent"]


def test_a_form_of_the_library_is_shown_and_keeps_no_cases(as_role, field):
    walker = Walker(as_role("office"), "/p/1/forms/vacancy/preview")
    page = walker.press("end")
    assert "adapt this one first" in page
    data = {"go": "record", "case": "x", "csrf": token_in(page), "state": state_in(page)}
    assert walker.browser.post(walker.address, data=data).status_code == 400


def state_in(page: str) -> str:
    return re.search(r'name="state" value="([^"]+)"', page)[1]


def test_a_page_that_was_not_made_here_is_refused(walker):
    data = {"csrf": token_in(walker.page), "state": state_in(walker.page)[:-2] + "xx", "go": "next"}
    assert walker.browser.post(ADDRESS, data=data).status_code == 400


@pytest.mark.parametrize("name", ["nothing", "..", "Vacancy", "form.xlsx"])
def test_a_form_that_is_not_there_is_not_found(as_role, field, name):
    assert as_role("office").get(f"/p/1/forms/{name}/preview").status_code == 404


def test_another_surveys_form_is_not_found(as_role, folder):
    assert as_role("office").get(f"/p/2/forms/{NAME}/preview").status_code == 404


@pytest.mark.parametrize("path", ["", "/tablet", "/webform", "/form.xml", "/media/x.csv"])
def test_only_who_works_on_forms_sees_them(as_role, folder, path):
    assert as_role("analyst").get(ADDRESS + path).status_code == 403
    assert as_role("office").get(ADDRESS + path).status_code == (404 if "media" in path else 200)


def test_answers_stay_out_of_addresses_and_logs(walker, caplog):
    caplog.set_level("DEBUG")
    walker.press("next", lives="1")
    walker.press("next", who="a very rare name")
    assert "rare" in walker.press("end")
    assert "rare" not in caplog.text
    assert "rare" not in walker.address


def test_what_was_typed_is_no_markup(walker):
    walker.press("next", lives="1")
    page = walker.press("next", who="<b>x</b>\x00&")
    assert "&lt;b&gt;x&lt;/b&gt;&amp;" in page
    assert "<b>x" not in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_of_the_census_are_small_and_whole(as_role, field, language):
    walker = Walker(as_role("office"), "/p/1/forms/census_migration/preview?cases=yes&developer=yes")
    walker.browser.set_cookie("language", language)
    walker.press("to:/data/consent/consent_given", consent_given="1")
    walker.press("to:/data/visit/contact")
    walker.press("next", contact="1")
    walker.press("next", consent_given="1")
    walker.press("to:/data/dwelling/n_usual")
    walker.press("next", n_usual="9")
    for button in ("contents", "contents:/data/person[9]", "to:/data/person[9]/citizenship/cit_country_1", "end"):
        page = walker.press(button)
        assert len(gzip.compress(page.encode(), 9)) <= HTML_LIMIT, button
        assert Page(page).unbalanced == [], button


def test_every_box_has_its_label(walker):
    walker.press("next", lives="1")
    for place in ("who", "age", "when/born", "place", "has", "position", "rooms", "read", "person[1]/called"):
        page = Page(walker.press(f"to:/data/{place}"))
        labelled = {one.get("for") for one in page.named("label")}
        for tag, attributes, around in page.elements:
            if tag in ("input", "select", "textarea") and attributes.get("type") not in ("hidden", "submit"):
                assert "label" in around or attributes.get("id") in labelled, attributes


def test_names_of_lists_lead_to_their_files(as_role, field):
    browser = as_role("office")
    answer = browser.get("/p/1/forms/census_migration/preview/media/households.csv")
    assert answer.mimetype == "text/csv"
    assert browser.get("/p/1/forms/census_migration/preview/media/form.toml").status_code == 404


def test_the_command_shows_one_form_to_this_computer_only(tmp_path, folder):
    from server.cli.preview import application

    app = application(str(folder), tmp_path / "preview")
    browser = app.test_client()
    answer = browser.get("/", base_url="http://127.0.0.1:8090", follow_redirects=True)
    assert answer.request.path == f"/p/1/forms/{NAME}/preview"
    assert "Do you live here?" in answer.text
    assert browser.get("/", base_url="http://elsewhere.test").status_code == 403
    app.extensions["engine"].dispose()


def test_the_command_is_among_those_of_forms(capsys):
    from server.cli import main

    with pytest.raises(SystemExit):
        main(["forms", "preview", "no_such_form", "--no-open", "--json"])
    out, err = capsys.readouterr()
    assert "no_such_form" in err
    assert out == "" or json.loads(out)
