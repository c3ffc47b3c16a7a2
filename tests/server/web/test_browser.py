"""The pages in a real browser: no error, no foreign request, no sideways scrolling, right-to-left where it belongs."""

import os
import threading
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from server import db
from server.app import create_app
from server.config import Config
from server.models.users import User
from server.operations import adaptations, questions
from tests import factories
from tests.server.web.browser import CHROMIUM, opened
from tests.server.web.conftest import a_field

pytestmark = pytest.mark.skipif(not CHROMIUM and not os.environ.get("ENUMERA_TEST_REQUIRE"), reason="no Chromium")

PAGES = (
    *(
        "/",
        "/login",
        "/p/1/today",
        "/p/1/progress?by=psu",
        "/p/1/response",
        "/p/1/interviews",
        "/i/uuid:b",
        "/p/1/units",
    ),
    *(
        "/p/1/units/01-u1",
        "/p/1/tables",
        "/p/1/tables/T1",
        "/p/1/tables/T1?verify=yes",
        "/p/1/datasets/1",
        "/p/1/devices",
    ),
    *("/p/1/forms", "/p/1/forms/training", "/p/1/forms/training/adapt"),
    *(
        f"/p/1/forms/courses{page}"
        for page in (
            *("", "/lists", "/questions", "/questions/training.tr_n", "/questions/training.tr_n/add"),
            *(
                "/choices/staff_role",
                "/translate",
                "/translate/ar",
                "/translate/tg?show=all",
                "/checks",
                "/cases?run=yes",
            ),
            *("/changes", "/publish"),
        )
    ),
)


def a_form_of_its_own(session: Session, config: Config) -> None:
    """The survey adapts a form in three languages and drops a question, so that there is something to decide."""
    languages = ["en", "ar", "tg"]
    said = {"standard": "training", "name": "courses", "languages": languages, "parameters": {}, "pack": ""}
    place = adaptations.begin(session, config, project_id=1, actor="the_admin", **said)
    row = questions.find(place, "training.tr_eval")
    questions.drop(session, place, qid="training.tr_eval", seen=questions.version_of([row]), actor="the_admin")
    session.commit()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The address of a server with a small survey, and an administrator's session cookie."""
    config = Config(data_dir=tmp_path_factory.mktemp("data"), secret_key=factories.KEY)
    app = create_app(config)
    db.Base.metadata.create_all(app.extensions["engine"])
    with Session(app.extensions["engine"]) as session:
        a_field(app, session)
        a_form_of_its_own(session, config)
        user = session.scalars(select(User).where(User.name == "the_admin")).one()
        cookie = app.session_interface.get_signing_serializer(app).dumps({"user_id": user.id})
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", cookie
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["engine"].dispose()


@pytest.fixture(scope="module")
def browser(site, tmp_path_factory):
    """A browser in which the administrator is signed in."""
    with opened(tmp_path_factory.mktemp("profile")) as started:
        started.keep(site[0], session=site[1])
        yield started


@pytest.mark.parametrize("language", ["en", "ru", "ar"])
@pytest.mark.parametrize(("width", "dark"), [(320, False), (1280, True)])
def test_pages_load_quietly_and_fit_the_window(site, browser, language, width, dark):
    address, _ = site
    browser.look(width=width, dark=dark)
    browser.keep(address, language=language)
    for page in PAGES:
        browser.visit(address + page)
        assert browser.errors == [], page
        assert {urlsplit(request).netloc for request in browser.requests} == {urlsplit(address).netloc}, page
        assert browser.value("document.documentElement.scrollWidth") <= width, page
        assert browser.value("getComputedStyle(document.body).direction") == ("rtl" if language == "ar" else "ltr")


def test_targets_are_large_enough_for_a_finger(site, browser):
    address, _ = site
    browser.look(width=320)
    browser.keep(address, language="en")
    small = """[...document.querySelectorAll('nav.bar a, button, summary, .tabs a, .rows a, .todo a')]
        .filter(one => one.offsetParent && one.getBoundingClientRect().height < 24).map(one => one.textContent)"""
    for page in PAGES:
        browser.visit(address + page)
        assert browser.value(small) == [], page


def test_the_theme_follows_the_device_until_one_is_chosen(site, browser):
    address, _ = site
    ground = "getComputedStyle(document.body).backgroundColor"
    browser.look(width=1280, dark=True)
    browser.visit(f"{address}/login")
    dark = browser.value(ground)
    browser.visit(f"{address}/theme/light?next=/login")
    light = browser.value(ground)
    browser.look(width=1280, dark=False)
    browser.visit(f"{address}/theme/dark?next=/login")
    assert browser.value(ground) == dark != light
    browser.visit(f"{address}/theme/auto?next=/login")
    assert browser.value(ground) == light


def test_a_code_is_swapped_into_its_card(site, browser):
    address, _ = site
    browser.visit(f"{address}/p/1/devices")
    assert browser.value("document.querySelectorAll('svg.qr').length") == 0
    shown = """new Promise(done => {
        const codes = () => document.querySelectorAll('.card svg.qr').length;
        document.body.addEventListener('htmx:afterSettle', () => done(codes()));
        document.querySelector('.card form button').click();
    })"""
    assert browser.value(shown) == 1
    assert browser.errors == []


def pressed(browser, key: str, then: str):
    """What `then` gives after a key was pressed on the page."""
    press = f"document.body.dispatchEvent(new KeyboardEvent('keydown', {{key: {key!r}, bubbles: true}}))"
    return browser.value(f"{press}; {then}")


def test_keys_decide_only_with_a_reason_where_one_is_needed_and_can_be_turned_off(site, browser):
    address, _ = site
    browser.look(width=1280)
    browser.keep(address, language="en")
    browser.visit(f"{address}/i/uuid:b")
    noted = """document.querySelector('.decide').addEventListener('click', (event) => {
        event.preventDefault(); document.title = event.target.value; })"""
    browser.value(noted)
    assert pressed(browser, "r", "document.activeElement.id") == "reason"
    assert browser.value("document.activeElement.blur(); document.title") != "returned"
    assert pressed(browser, "h", "document.title") == "hold"
    assert pressed(browser, "?", "document.title = ''") == ""
    assert pressed(browser, "h", "document.title") == ""
    assert pressed(browser, "?", "''") == ""
    assert pressed(browser, "a", "document.title") == "approved"
