"""Every page: reachable as the role allows, small, complete without JavaScript, readable by a screen reader."""

import gzip
import re
from html.parser import HTMLParser

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms import catalog
from server import db
from server.app import create_app
from server.config import Config
from server.models.users import User
from server.permissions import ROLES, VERBS
from server.web.render import STATIC
from tests import factories
from tests.server.web.conftest import a_field, signed_in

HTML_LIMIT, CSS_LIMIT, SCRIPT_LIMIT = 30_000, 14_000, 20_000
VOID = {"meta", "link", "input", "br", "img", "hr"}


class Page(HTMLParser):
    """What a test asks of a page: its elements with their attributes and what encloses them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None], tuple[str, ...]]] = []
        self.open: list[str] = []
        self.unbalanced: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs), tuple(self.open)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs), tuple(self.open)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes, _ in self.elements if name == tag]

    def links(self) -> set[str]:
        return {href for one in self.named("a") if (href := one.get("href") or "").startswith("/")}


def compressed(data: bytes) -> int:
    return len(gzip.compress(data, 9))


SAMPLE = "listing"
"""The form of the library whose pages are looked at: those of the others are made in the same way."""

OTHER_FORMS = tuple(f"/p/1/forms/{name}" for name in catalog.names() if name != SAMPLE)

DOCUMENT = re.compile("/handout/")
"""What is printed and given away: a document of its own, not a page."""

LEFT_OUT = ("/lang/", "/theme/", *OTHER_FORMS)


def crawl(browser, start: str) -> dict[str, object]:
    """Every page that links lead to, language and theme switches and all but one form of the library left out."""
    found, waiting = {}, {start}
    while waiting:
        address = waiting.pop()
        found[address] = answer = browser.get(address)
        if answer.status_code == 200 and answer.mimetype == "text/html":
            new = {link for link in Page(answer.text).links() if not link.startswith(LEFT_OUT)}
            waiting |= new - found.keys()
    return found


@pytest.fixture(scope="module")
def all_pages(tmp_path_factory):
    """Every page that the manager's links lead to."""
    config = Config(data_dir=tmp_path_factory.mktemp("data"), secret_key=factories.KEY, public_url="http://tablet.test")
    app = create_app(config)
    engine = app.extensions["engine"]
    db.Base.metadata.create_all(engine)
    with Session(engine, expire_on_commit=False) as session:
        a_field(app, session)
        found = crawl(signed_in(app, session, "manager"), "/")
    engine.dispose()
    return {address: answer for address, answer in found.items() if not DOCUMENT.search(address)}


PAGES = {
    "/": "project.list",
    "/p/1/today": "progress.watch",
    "/p/1/progress": "progress.watch",
    "/p/1/progress.csv": "progress.watch",
    "/p/1/response": "progress.watch",
    "/p/1/response.csv": "progress.watch",
    "/p/1/interviews": "submission.read",
    "/i/uuid:b": "submission.read",
    "/p/1/units": "unit.read",
    "/p/1/units/01-u1": "unit.read",
    "/p/1/tables": "table.read",
    "/p/1/tables/T1": "table.read",
    "/p/1/tables/T1.csv": "table.read",
    "/p/1/datasets/1": "table.read",
    "/p/1/devices": "device.show",
    "/p/1/forms": "instrument.adapt",
    f"/p/1/forms/{SAMPLE}": "instrument.adapt",
    f"/p/1/forms/{SAMPLE}/adapt": "instrument.adapt",
}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_what_the_permission_table_says(as_role, role):
    browser = as_role(role)
    opened = {address: browser.get(address).status_code for address in PAGES}
    assert opened == {address: 200 if role in VERBS[verb] else 403 for address, verb in PAGES.items()}


@pytest.mark.parametrize("role", [role for role in ROLES if role != "enumerator"])
def test_no_link_leads_to_nothing_or_to_what_the_role_may_not_see(as_role, role):
    found = crawl(as_role(role), "/")
    assert {address: answer.status_code for address, answer in found.items() if answer.status_code != 200} == {}
    assert len(found) > 2


def test_the_managers_links_reach_every_kind_of_page(all_pages):
    kinds = {re.sub(r"\?.*|(?<=/units/).*|(?<=/i/).*", "", address) for address in all_pages}
    wanted = {re.sub(r"(?<=/units/).*|(?<=/i/).*", "", address) for address in PAGES}
    assert wanted <= kinds


def test_a_supervisors_pages_name_no_unit_or_person_of_another_team(as_role):
    for address, answer in crawl(as_role("supervisor"), "/").items():
        assert not re.search(r"01-u2|01-u4|\be02\b|uuid:c", answer.text), address


def test_pages_are_small(all_pages):
    large = {address: compressed(answer.data) for address, answer in all_pages.items()}
    assert {address: size for address, size in large.items() if size > HTML_LIMIT} == {}


def test_style_and_script_are_small():
    assert compressed((STATIC / "site.css").read_bytes()) <= CSS_LIMIT
    assert sum(compressed(path.read_bytes()) for path in STATIC.glob("*.js")) <= SCRIPT_LIMIT


def test_no_page_asks_anything_of_another_server(all_pages):
    for address, answer in all_pages.items():
        assert not re.search(r"""(?:src|href|action|url\()=?["']?(?:https?:)?//""", answer.text), address
    assert "//" not in re.sub(r"/\*.*?\*/", "", (STATIC / "site.css").read_text())


def test_every_page_has_the_guarding_headers(all_pages):
    for answer in all_pages.values():
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'self';")
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def html(pages) -> dict[str, Page]:
    return {address: Page(answer.text) for address, answer in pages.items() if answer.mimetype == "text/html"}


def test_pages_are_well_formed_without_inline_style_or_script(all_pages):
    for address, page in html(all_pages).items():
        assert (page.unbalanced, page.open[1:]) == ([], []), address
        assert not [one for _, one, _ in page.elements if "style" in one or any(name[:2] == "on" for name in one)], (
            address
        )
        assert all(one.get("src") for one in page.named("script")), address


def test_pages_can_be_read_out(all_pages):
    for address, page in html(all_pages).items():
        assert len(page.named("h1")) == 1, address
        assert page.named("main")[0]["id"] == "main", address
        assert page.named("html")[0]["lang"] == "en", address
        ids = [one["id"] for _, one, _ in page.elements if one.get("id")]
        assert len(ids) == len(set(ids)), address


def test_tables_have_a_caption_and_scopes_and_scroll_in_their_own_frame(all_pages):
    for address, page in html(all_pages).items():
        assert len(page.named("caption")) == len(page.named("table")), address
        assert all(one.get("scope") for one in page.named("th")), address


def test_drawings_have_a_title_a_description_and_a_table(all_pages):
    for address, page in html(all_pages).items():
        drawings = [one for one in page.named("svg") if one.get("role") == "img"]
        assert len(page.named("title")) == len(drawings) + 1, address
        assert len(page.named("desc")) == len(drawings), address
        assert len(page.named("table")) >= len(drawings), address
        hidden = [one for one in page.named("svg") if one.get("role") != "img"]
        assert all(one.get("aria-hidden") == "true" for one in hidden), address


def test_every_form_posts_with_its_token_and_every_field_has_a_label(all_pages):
    for address, page in html(all_pages).items():
        tokens = [one for one in page.named("input") if one.get("name") == "csrf"]
        assert len(tokens) == sum(one.get("method") == "post" for one in page.named("form")), address
        fields = {one.get("id") for one in page.named("input") if one.get("type") != "hidden"}
        assert fields <= {one.get("for") for one in page.named("label")}, address


def test_every_page_of_a_survey_tells_its_command(all_pages):
    for address, answer in all_pages.items():
        if answer.mimetype == "text/html" and address != "/":
            assert re.search(r"<code[^>]*>enumera \w", answer.text), address


@pytest.mark.parametrize("language", ["ru", "ar"])
def test_pages_are_whole_in_every_language(manager, field, language):
    manager.set_cookie("language", language)
    for address, answer in crawl(manager, "/").items():
        assert answer.status_code == 200, address
        if answer.mimetype == "text/html" and not DOCUMENT.search(address):
            assert f'lang="{language}"' in answer.text, address
            assert not re.search(r">\s*(Today|Progress|Sampled|Estimate|Visit \d)\s*<", answer.text), address


def test_an_unchanged_page_is_not_sent_again(manager, field):
    first = manager.get(f"/p/{field.project_id}/progress")
    again = manager.get(f"/p/{field.project_id}/progress", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_htmx_gets_the_part_and_caches_keep_the_two_apart(manager, field):
    part = manager.get(field.today, headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert part.text.strip() in manager.get(field.today).text
    assert "HX-Request" in part.headers["Vary"]


@pytest.mark.parametrize("language", ["en", "ru", "ar"])
@pytest.mark.parametrize(("address", "status"), [("/nothing", 404), ("/p/1/devices", 403), ("/p/1/units?page=x", 400)])
def test_a_problem_is_a_page_in_the_readers_language(as_role, language, address, status):
    browser = as_role("auditor")
    browser.set_cookie("language", language)
    answer = browser.get(address)
    assert answer.status_code == status
    assert f'<html lang="{language}"' in answer.text
    assert answer.text.count("<h1>") == 1


def test_health_is_for_machines(client):
    answer = client.get("/health")
    assert (answer.status_code, answer.json["status"]) == (200, "ok")


def test_a_static_file_is_kept_for_a_year_under_an_address_of_its_own(client):
    address = re.search(r'href="(/static/site\.css\?v=\w+)"', client.get("/login").text)[1]
    with client.get(address) as answer:
        assert answer.status_code == 200
        assert "max-age=31536000" in answer.headers["Cache-Control"]


CODES = re.compile(
    r"\b(?:Enumera|ODK|Collect|Web Forms|JavaScript|Excel|DDI|PDF|XML|xlsx|docx|html|pdf|xml|csv|"
    r"AAPOR|SHA|CSV|KB|RR[1-6]|COOP1|REF1|CON1|NC|UH|UO|NE|Stata|SPSS|Python|English|deff|uuid)\b"
)
"""What is written in Latin letters in every language: names of programs, formats and rates."""

LATIN = re.compile(r"[A-Za-z]{3,}")


class Words(Page):
    """The words of a page outside of commands, codes, names, and what is marked as another language."""

    def __init__(self, text: str) -> None:
        self.words: list[str] = []
        self.foreign: list[bool] = []
        super().__init__(text)

    def handle_starttag(self, tag, attrs):
        super().handle_starttag(tag, attrs)
        apart = tag in ("code", "bdi", "kbd", "script", "style", "title") or ("lang" in dict(attrs) and tag != "html")
        if tag not in VOID:
            self.foreign.append(apart)

    def handle_endtag(self, tag):
        super().handle_endtag(tag)
        self.foreign.pop()

    def handle_data(self, data):
        if not any(self.foreign):
            shown = re.sub("\u2068[^\u2069]*\u2069", "", data)
            self.words += LATIN.findall(CODES.sub("", shown))


@pytest.mark.parametrize("language", ["ru", "ar"])
@pytest.mark.parametrize("role", ["manager", "analyst", "supervisor"])
def test_no_english_is_left_on_a_translated_page(as_role, session, field, role, language):
    people = session.scalars(select(User)).all()
    for person in people:
        person.display = "?"
    session.commit()
    browser = as_role(role)
    browser.set_cookie("language", language)
    for address, answer in crawl(browser, "/").items():
        if answer.mimetype == "text/html" and not re.search("/tables/|/handout/", address):  # in other words
            assert Words(answer.text).words == [], address
