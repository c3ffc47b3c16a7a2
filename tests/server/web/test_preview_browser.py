"""The preview of a form in a real browser: live, from right to left, and in ODK Web Forms without any other host."""

import json
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
from tests import factories
from tests.server.web.browser import CHROMIUM, opened
from tests.server.web.conftest import a_field
from tests.server.web.previewing import NAME, an_own_form

pytestmark = pytest.mark.skipif(not CHROMIUM and not os.environ.get("ENUMERA_TEST_REQUIRE"), reason="no Chromium")

OWN = f"/p/1/forms/{NAME}/preview"
CENSUS = "/p/1/forms/census_migration/preview"

OVERLAPS = """(() => {
    const kinds = 'p, legend, label, input, button, select, textarea, h2, a, summary, dt, dd';
    const seen = [...document.querySelectorAll(`#preview :is(${kinds})`)]
        .filter(one => one.type !== 'hidden' && !one.closest('.hidden') && one.checkVisibility());
    const boxes = seen.map(one => [one, one.getBoundingClientRect()]).filter(([, box]) => box.width && box.height);
    const found = [];
    for (const [one, a] of boxes) for (const [other, b] of boxes) {
        if (one === other || one.contains(other) || other.contains(one)) continue;
        const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (wide > 1 && high > 1) found.push(`${one.outerHTML.slice(0, 80)} / ${other.outerHTML.slice(0, 80)}`);
    }
    return found;
})()"""
"""Which visible words and boxes of the preview lie on each other, none within the other."""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The address of a server with an office's own form, and an administrator's session cookie."""
    config = Config(data_dir=tmp_path_factory.mktemp("data"), secret_key=factories.KEY)
    app = create_app(config)
    db.Base.metadata.create_all(app.extensions["engine"])
    with Session(app.extensions["engine"]) as session:
        a_field(app, session)
        user = session.scalars(select(User).where(User.name == "the_admin")).one()
        cookie = app.session_interface.get_signing_serializer(app).dumps({"user_id": user.id})
    an_own_form(app)
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


def until(browser, condition: str, seconds: int = 20):
    """What a JavaScript expression gives as soon as it gives something."""
    return browser.value(f"""new Promise(done => {{
        const end = Date.now() + {1000 * seconds};
        const look = () => {{
            const found = {condition};
            if (found || Date.now() > end) done(found); else setTimeout(look, 50);
        }};
        look();
    }})""")


def go(browser, button: str) -> None:
    browser.press(f'#preview button:not(.hidden)[value="{button}"]')


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("language", ["en", "ru", "ar"])
def test_at_1_14_no_boxes_overlap_in_any_language_and_width(site, browser, language, width):
    address, _ = site
    browser.look(width=width)
    browser.keep(address, language=language)
    browser.visit(address + OWN)
    for button in (None, "developer", "to:/data/when/born", "contents", "to:/data/place", "wide", "end"):
        if button and button.startswith("to:"):
            go(browser, "contents")
        if button:
            go(browser, button)
        assert browser.value(OVERLAPS) == [], button
        assert browser.value("document.documentElement.scrollWidth") <= width, button
        assert browser.errors == [], button
    direction = "getComputedStyle(document.querySelector('.device')).direction"
    assert browser.value(direction) == ("rtl" if language == "ar" else "ltr")


def test_at_1_14_choices_of_the_arabic_screen_stand_at_its_right(site, browser):
    address, _ = site
    browser.look(width=320)
    browser.keep(address, language="en")
    browser.visit(f"{address}{OWN}?language=ar")
    assert browser.value("document.documentElement.dir") == "ltr"
    order = """(() => {
        const place = tag => document.querySelector('.option ' + tag).getBoundingClientRect();
        const [box, words] = [place('input'), place('span')];
        return box.left >= words.right;
    })()"""
    assert browser.value(order) is True
    assert browser.value("document.querySelector('legend bdi').textContent") == "2020"


def test_at_1_17_with_javascript_relevance_and_constraints_are_live(site, browser):
    address, _ = site
    browser.keep(address, language="en")
    browser.visit(address + OWN)
    go(browser, "contents")
    go(browser, "to:/data/when/born")
    assert browser.value("document.querySelector('[name=\"v:/data/when/came\"]')") is None
    browser.value('document.querySelector(\'[name="v:/data/when/moved"][value="1"]\').click()')
    assert until(browser, "!!document.querySelector('[name=\"v:/data/when/came\"]')") is True
    browser.value("""(() => {
        const box = document.querySelector('[name="v:/data/when/born"]');
        box.value = '2999-01-01';
        box.dispatchEvent(new Event('change', { bubbles: true }));
    })()""")
    assert "does not accept" in until(browser, "document.querySelector('.refusal')?.textContent")
    assert browser.errors == []


def framed(browser, expression: str, seconds: int = 20):
    """The same inside the frame in which ODK Web Forms is."""
    return until(browser, expression.replace("document.", "document.querySelector('iframe').contentDocument."), seconds)


def test_at_1_17_web_forms_ask_the_census_without_any_other_host(site, browser):
    address, _ = site
    browser.look(width=1280)
    browser.keep(address, language="en")
    browser.visit(f"{address}{CENSUS}/tablet")
    assert framed(browser, "document.querySelectorAll('.question-container').length") == 3
    chosen = "document.querySelectorAll('.question-container')[2].querySelector('label:has(input)')"
    browser.value(chosen.replace("document.", "document.querySelector('iframe').contentDocument.") + ".click()")
    assert "consent" in framed(
        browser, "document.body.innerText.toLowerCase().match(/consent|agree/)?.[0] && 'consent'"
    )
    hosts = {urlsplit(request).netloc for request in browser.requests if not request.startswith(("data:", "blob:"))}
    assert hosts == {urlsplit(address).netloc}
    assert browser.errors == []


def test_what_web_forms_would_send_is_caught_and_kept_as_a_case(site, browser):
    address, _ = site
    browser.visit(f"{address}{OWN}/tablet")
    no = "[...document.querySelectorAll('.question-container label')].find(one => one.textContent.trim() === 'No')"
    framed(browser, f"!!{no}")
    inner = "document.querySelector('iframe').contentDocument."
    browser.value(no.replace("document.", inner) + ".click()")
    send = "[...document.querySelectorAll('button')].find(one => one.textContent.trim() === 'Send')"
    browser.value(send.replace("document.", inner) + ".click()")
    sent = until(browser, "!document.getElementById('caught').hidden && document.getElementById('sent').value")
    assert "<lives>2</lives>" in sent
    browser.value(f"document.getElementById('case').value = {json.dumps('does not live here')}")
    browser.press("#caught button")
    assert "Kept in" in browser.value("document.querySelector('[role=status]').textContent")
