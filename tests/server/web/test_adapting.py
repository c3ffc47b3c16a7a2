"""Steps 1, 2 and 4 of an adaptation on the pages: begun, listed, reworded, brought back from Excel, checked."""

import html
import io

import openpyxl
import pytest

from forms import trials
from server.operations import adaptations
from tests.server.web import adapted
from tests.server.web.conftest import post
from tests.server.web.test_pages import HTML_LIMIT, Page, Words, compressed, crawl


@pytest.fixture
def own(as_role, field):
    """The survey's own form, in the browser of the office."""
    return adapted.begun(as_role("office"), field.project_id)


def place(app, field):
    return adaptations.find(app.extensions["config"], field.project_id, adapted.NAME)


def rows(app, field):
    return {row.get("name"): row for row in adaptations.opened(place(app, field)).form.survey}


def qid_of(app, field, kind="integer"):
    return next(row["x_qid"] for row in rows(app, field).values() if row["type"] == kind)


def test_the_first_page_after_the_beginning_is_step_one(as_role, field):
    page = f"/p/{field.project_id}/forms/{adapted.STANDARD}/adapt"
    answer = post(as_role("office"), page, page, name=adapted.NAME, language="en")
    assert answer.headers["Location"] == f"/p/{field.project_id}/forms/{adapted.NAME}/lists"


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"name": "Not this"}, 400), ({"name": ""}, 400), ({"name": adapted.STANDARD}, 409), ({"p_nothing": "x"}, 400)],
)
def test_what_was_typed_is_still_there_when_the_form_cannot_be_begun(manager, field, fields, status):
    page = f"/p/{field.project_id}/forms/{adapted.STANDARD}/adapt"
    answer = post(manager, page, page, **{"name": "courses", "language": "en", "further": "tg uz", **fields})
    assert answer.status_code == status
    assert 'value="tg uz"' in answer.text
    assert 'role="alert"' in answer.text


def test_the_language_asked_first_stands_first(manager, field, app):
    adapted.begun(manager, field.project_id, further="tg", first="tg")
    assert list(adaptations.opened(place(app, field)).form.header.languages) == ["tg", "en"]


def test_the_five_steps_stand_on_every_page_and_one_is_marked(own):
    for page in ("/lists", "/questions", "/translate", "/checks", "/cases", "/changes", "/publish"):
        text = own.get(page).text
        assert text.count('aria-current="step"') == 1, page
        assert all(f'href="{own.form}{step}"' in text for step in ("/lists", "/questions", "/translate", "/checks"))


def test_every_page_of_an_adaptation_keeps_what_pages_keep(own):
    found = crawl(own.browser, own.form)
    pages = {address: answer for address, answer in found.items() if address.startswith(own.form)}
    assert {address: answer.status_code for address, answer in found.items() if answer.status_code != 200} == {}
    assert len(pages) > 100
    for address, answer in pages.items():
        if answer.mimetype != "text/html" or "/preview" in address:
            continue
        page = Page(answer.text)
        assert compressed(answer.data) <= HTML_LIMIT, address
        assert (page.unbalanced, page.open[1:], len(page.named("h1"))) == ([], [], 1), address
        ids = [one["id"] for _, one, _ in page.elements if one.get("id")]
        assert len(ids) == len(set(ids)), address
        asked = [one for kind in ("input", "textarea", "select") for one in page.named(kind)]
        asked = [one["id"] for one in asked if one.get("type") != "hidden"]
        assert set(asked) <= {one.get("for") for one in page.named("label")}, address
        tokens = [one for one in page.named("input") if one.get("name") == "csrf"]
        assert len(tokens) == sum(one.get("method") == "post" for one in page.named("form")), address


@pytest.mark.parametrize("language", ["ru", "ar"])
def test_no_english_is_left_on_the_pages_of_an_adaptation(own, language, app, session, field):
    own.browser.set_cookie("language", language)
    own.send("/questions/" + qid_of(app, field) + "/drop", seen=own.kept("/questions/" + qid_of(app, field), "seen"))
    pages = ("", "/lists", "/questions", "/translate", "/translate/ar", "/checks", "/cases", "/changes", "/publish")
    for page in (*pages, "/questions/" + qid_of(app, field), "/questions/" + qid_of(app, field) + "/add"):
        known = {"survey", "choices", "form"}  # sheets of the workbook
        assert set(Words(own.get(page).text).words) <= known, page


def test_a_countrys_settings_are_written_into_the_form(manager, field, app):
    page = f"/p/{field.project_id}/forms/flow_registry/adapt"
    post(manager, page, page, name=adapted.NAME, language="en")
    own = adapted.Adapted(manager, field.project_id)
    head = adaptations.opened(place(app, field)).form.header
    key = next(iter(head.parameters))
    assert own.send("/lists", "/parameters", **{f"p_{key}": "Popstan"}).status_code == 303
    assert adaptations.opened(place(app, field)).form.header.parameters == {**head.parameters, key: "Popstan"}


def test_a_list_of_the_offices_own_is_taken_and_reported(own, app, field):
    name, choices = next(iter(adaptations.opened(place(app, field)).form.lists.items()))
    lines = [f"{row['name']},{row['label::English (en)']}" for row in choices]
    data = "\n".join(["name,label::English (en)", *lines, "77,One more"]).encode()
    answer = own.send("/lists", list=name, file=(io.BytesIO(data), "mine.csv"))
    assert answer.status_code == 200
    assert ": <bdi>77</bdi>" in answer.text


@pytest.mark.parametrize("file", [None, (io.BytesIO(b"x"), "list.pdf")])
def test_a_list_that_is_no_table_is_refused(own, file):
    fields = {"file": file} if file else {}
    assert own.send("/lists", list="yesno", **fields).status_code == 400


def test_a_question_is_reworded(own, app, field):
    qid = qid_of(app, field)
    page = f"/questions/{qid}"
    said = own.fields(page) | {"label::English (en)": "How many,\r\nin all?  "}
    answer = own.send(page, seen=own.kept(page, "seen"), required="yes", **said)
    assert answer.status_code == 303
    found = next(row for row in rows(app, field).values() if row["x_qid"] == qid)
    assert found["label::English (en)"] == "How many,\nin all?"


def test_who_comes_too_late_finds_both_texts(own, app, field):
    page = f"/questions/{qid_of(app, field)}"
    seen, said = own.kept(page, "seen"), own.fields(page)
    own.send(page, seen=seen, required="yes", **said | {"label::English (en)": "First <here>?"})
    answer = own.send(page, seen=seen, required="yes", **said | {"label::English (en)": "Second?"})
    assert answer.status_code == 409
    assert ">Second?</textarea>" in answer.text
    assert "First &lt;here&gt;?" in answer.text
    assert own.fields(page)["label::English (en)"] == "First <here>?"


def test_a_question_moves_and_stays_itself(own, app, field):
    qid = qid_of(app, field)
    before = list(rows(app, field))
    page = f"/questions/{qid}"
    assert own.send(page, f"{page}/move", seen=own.kept(page, "seen"), to="down").status_code == 303
    assert list(rows(app, field)) != before
    assert own.send(page, f"{page}/move", seen=own.kept(page, "seen"), to="up").status_code == 303
    assert list(rows(app, field)) == before


def test_a_question_is_added_where_it_was_asked_for(own, app, field):
    qid = qid_of(app, field)
    said = {"name": "remark", "kind": "text", "label::English (en)": "Anything else?", "required": ""}
    assert own.send(f"/questions/{qid}/add", **said).headers["Location"].endswith("/questions/courses.remark")
    assert rows(app, field)["remark"]["label::English (en)"] == "Anything else?"


@pytest.mark.parametrize(("over", "status"), [({"name": "Remark 1"}, 400), ({"name": "start"}, 409), ({}, 400)])
def test_what_cannot_be_added_is_still_on_the_page(own, app, field, over, status):
    said = {"kind": "text", "label::English (en)": "Anything else?", **over}
    answer = own.send(f"/questions/{qid_of(app, field)}/add", **said)
    assert answer.status_code == status
    assert "Anything else?" in answer.text


def test_a_type_that_is_not_offered_is_not_added(own, app, field):
    said = {"name": "x", "kind": "audit"}
    assert own.send(f"/questions/{qid_of(app, field)}/add", **said).status_code == 400


def test_a_dropped_question_leads_to_what_that_costs(own, app, field):
    page = f"/questions/{qid_of(app, field)}"
    answer = own.send(page, f"{page}/drop", seen=own.kept(page, "seen"))
    assert answer.headers["Location"] == f"{own.form}/changes"
    assert own.get(page).status_code == 404


def test_choices_are_changed_on_their_page(own, app, field):
    name, choices = next(
        (name, found) for name, found in adaptations.opened(place(app, field)).form.lists.items() if len(found) > 2
    )
    page, first, last = f"/choices/{name}", choices[0], choices[-1]
    said = {f"{first.line}:label::English (en)": "Reworded", "drop": str(last.line), "new:name": "77"}
    said |= {"new:label::English (en)": "New", "seen": own.kept(page, "seen")}
    assert own.send(page, **said).status_code == 303
    now = adaptations.opened(place(app, field)).form.lists[name]
    assert [row["name"] for row in now] == [*(row["name"] for row in choices[:-1]), "77"]
    assert now[0]["label::English (en)"] == "Reworded"
    assert own.send(page, **said).status_code == 409


def taken(own) -> tuple[bytes, str]:
    """The workbook as it is downloaded, and the name it is saved under."""
    answer = own.get("/file", file="form.xlsx")
    return answer.data, answer.headers["Content-Disposition"].partition('filename="')[2].rstrip('"')


def saved_in_excel(data: bytes, title: str) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data))
    cell = next(cell for cell in book["settings"][1] if cell.value == "form_title")
    book["settings"].cell(2, cell.column).value = title
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_at_1_1_a_workbook_goes_to_excel_and_back(own):
    data, name = taken(own)
    answer = own.send("", "/upload", file=(io.BytesIO(saved_in_excel(data, "Our courses")), name), seen="")
    assert answer.status_code == 303
    assert "Our courses" in own.get("").text


def test_a_workbook_taken_before_a_change_does_not_undo_it(own, app, field):
    data, name = taken(own)
    page = f"/questions/{qid_of(app, field)}"
    said = own.fields(page) | {"label::English (en)": "Changed here?"}
    own.send(page, seen=own.kept(page, "seen"), required="yes", **said)
    late = saved_in_excel(data, "Our courses")
    answer = own.send("", "/upload", file=(io.BytesIO(late), name), seen=own.kept("", "seen"))
    assert answer.status_code == 409
    assert own.fields(page)["label::English (en)"] == "Changed here?"
    assert 'name="replace"' in answer.text
    again = own.send("", "/upload", file=(io.BytesIO(late), name), seen="", replace="yes")
    assert again.status_code == 303
    assert "Our courses" in own.get("").text


@pytest.mark.parametrize(("data", "name"), [(b"no workbook", "form.xlsx"), (b"a,b\n", "form.csv")])
def test_what_is_no_workbook_is_refused(own, data, name):
    assert own.send("", "/upload", file=(io.BytesIO(data), name), seen="").status_code == 400


def test_findings_say_where_why_and_how_to_mend(own, app, field):
    page = f"/questions/{qid_of(app, field)}"
    own.send(page, seen=own.kept(page, "seen"), required="yes", **own.fields(page) | {"relevant": "${nothing} = 1"})
    text = html.unescape(own.get("/checks").text)
    finding = next(one for one in adaptations.findings(place(app, field)) if "nothing" in one.message)
    assert finding.cell.startswith("survey!")
    assert all(said in text for said in (finding.cell, finding.message, finding.fix, finding.rule))


def test_cases_are_held_when_asked_for(own):
    assert "run=yes" in own.get("/cases").text
    text = own.get("/cases", run="yes").text
    assert 'class="state done"' in text
    assert 'class="state act"' not in text


def lost(own, app, field) -> None:
    """Drop every whole number, so that something is lost."""
    for row in list(rows(app, field).values()):
        if row["type"] == "integer":
            page = f"/questions/{row['x_qid']}"
            own.send(page, f"{page}/drop", seen=own.kept(page, "seen"))


def test_a_case_that_does_not_hold_says_what_differs(own, app, field):
    page = f"/questions/{qid_of(app, field)}"
    said = own.fields(page) | {"relevant": "false()"}
    own.send(page, seen=own.kept(page, "seen"), required="yes", **said)
    failing = next(one for one in trials.hold(str(place(app, field).folder)) if not one.holds)
    text = html.unescape(own.get("/cases", run="yes").text)
    assert 'class="state act"' in text
    assert failing.differences[0] in text


def test_a_form_that_cannot_be_asked_says_why(own, app, field):
    lost(own, app, field)
    text = own.get("/cases", run="yes").text
    assert 'class="detail"' in text
    assert "Could not find the name" in text


def test_the_changes_page_shows_standard_yours_and_effect(own, app, field):
    page = f"/questions/{qid_of(app, field)}"
    before = own.fields(page)["label::English (en)"]
    said = own.fields(page) | {"label::English (en)": "Quite another question?"}
    own.send(page, seen=own.kept(page, "seen"), required="yes", **said)
    text = html.unescape(own.get("/changes").text)
    assert before in text
    assert "Quite another question?" in text


def test_the_filter_leaves_only_what_breaks(own, app, field):
    qid = qid_of(app, field)
    own.send(f"/questions/{qid}/add", name="remark", kind="text", **{"label::English (en)": "Anything else?"})
    lost(own, app, field)
    every, breaking = (own.get("/changes", **asked).text for asked in ({}, {"only": "breaking"}))
    assert every.count("<article>") > breaking.count("<article>") > 0
    assert ">remark<" in every
    assert ">remark<" not in breaking


def test_at_1_7_who_accepts_and_why_is_written_down(own, app, field):
    lost(own, app, field)
    waiting = [one.id for one in adaptations.compared(place(app, field)).open]
    assert waiting
    answer = own.send("/changes", "/changes/accept", statistic=waiting, reason="not collected")
    assert answer.status_code == 303
    assert adaptations.compared(place(app, field)).open == ()
    assert [one.who for one in adaptations.opened(place(app, field)).acceptances] == ["the_office"] * len(waiting)
    assert "not collected" in own.get("/changes").text


def test_nothing_is_accepted_that_did_not_change(own):
    assert own.browser.post(f"{own.form}/changes/accept", data={"statistic": "x"}).status_code == 403
    assert own.send("/lists", "/changes/accept", statistic="x", reason="y").status_code == 404


def test_no_post_is_taken_without_the_pages_token(own, app, field):
    qid = qid_of(app, field)
    pages = ("/lists", "/parameters", "/upload", f"/questions/{qid}", f"/questions/{qid}/drop", "/translate")
    pages += (f"/questions/{qid}/move", f"/questions/{qid}/add", "/translate/ar", "/publish/draft", "/publish/promote")
    assert {page: own.browser.post(own.form + page).status_code for page in pages} == dict.fromkeys(pages, 403)


@pytest.mark.parametrize("role", ["supervisor", "analyst", "auditor", "enumerator"])
def test_who_does_not_adapt_forms_changes_nothing(own, as_role, role, app, field):
    before = place(app, field).form.read_bytes()
    browser = as_role(role)
    for page in ("", "/lists", "/questions", "/translate", "/checks", "/changes", "/publish", "/file"):
        assert browser.get(own.form + page).status_code == 403, page
    assert place(app, field).form.read_bytes() == before
