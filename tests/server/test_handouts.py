"""Cards with the codes of tablets, and the page for whoever gets one."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import shutil
import struct
import subprocess
import time
import zlib
from base64 import b64decode
from dataclasses import replace

import numpy as np
import pytest
import typst
import zxingcpp
from babel import Locale
from sqlalchemy import select

from server.handouts import cards, codes, guide, wording
from server.models.events import Event
from server.models.projects import Project
from server.models.users import Token, User
from server.operations import tablets
from tests import factories
from tests.server.test_cli import enumera  # noqa: F401 - the command line in a data folder of its own

LANGUAGES = ("en", "ru", "ar", "tg", "fr", "es")
PRIVATE = "Private: treat as a password"


@pytest.fixture
def project():
    titles = {"title_ru": "Обследование", "title_ar": "مسح"}
    return Project(id=1, name="survey", title="A survey", settings=titles, timezone="UTC")


def people(count):
    """As many cards, each of another person, in turn in every language."""
    for number in range(count):
        user = User(name=f"e{number:03d}", display=f"E {number}", role="enumerator", language=LANGUAGES[number % 6])
        address = codes.address("https://survey.test", f"{number:043d}", 1)
        yield cards.Card(serial=number + 1, user=user, address=address)


def pages(pdf_or_template, data):
    """The pages that a template and its data make, as arrays of grey."""
    source = (wording.files("server.handouts") / pdf_or_template).read_bytes()
    fonts = str(wording.files("forms") / "fonts")
    given = {"data": json.dumps(data, ensure_ascii=False)}
    made = typst.compile(source, font_paths=[fonts], sys_inputs=given, format="png", ppi=100)
    return [grey(png) for png in (made if isinstance(made, list) else [made])]


def grey(png):
    """The red of a PNG of eight bits a channel, as typst writes it; pages are black and white."""
    width, height, _, kind = struct.unpack(">IIBB", png[16:26])
    channels = {0: 1, 2: 3, 6: 4}[kind]
    packed = b"".join(png[at + 8 : at + 8 + size] for at, size in chunks(png) if png[at + 4 : at + 8] == b"IDAT")
    rows = np.frombuffer(zlib.decompress(packed), dtype=np.uint8).reshape(height, 1 + width * channels)
    image = np.zeros((height + 1, width), dtype=np.uint8)
    for number, row in enumerate(rows):
        image[number + 1] = unfiltered(row[0], row[1::channels], image[number])
    return image[1:]


def chunks(png):
    """Where each chunk of a PNG begins, and how long it is."""
    at = 8
    while at < len(png):
        size = struct.unpack(">I", png[at : at + 4])[0]
        yield at, size
        at += size + 12


def unfiltered(kind, row, above):
    """One channel of a row of a PNG without the row's filter."""
    if kind in (0, 2):
        return row + above if kind else row
    done, left, corner = bytearray(len(row)), 0, 0
    for at, (value, up) in enumerate(zip(row.tolist(), above.tolist(), strict=True)):
        near = min((left, up, corner), key=lambda one: abs(left + up - corner - one)) if kind == 4 else 0
        left = done[at] = (value + (left, 0, (left + up) // 2, near)[kind - 1]) % 256
        corner = up
    return np.frombuffer(bytes(done), dtype=np.uint8)


def scanned(code):
    return json.loads(zlib.decompress(b64decode(code.text)))


def test_at_1_22_two_hundred_cards_take_less_than_ten_seconds(project):
    made = list(people(200))
    started = time.perf_counter()
    pdf = cards.sheets(project, made)
    assert time.perf_counter() - started < 10
    assert pdf.startswith(b"%PDF")
    assert len({cards.payload(project, card) for card in made}) == 200


@pytest.mark.skipif(not shutil.which("pdfinfo"), reason="no pdfinfo (poppler-utils) on this machine")
def test_at_1_22_two_hundred_cards_fill_thirty_four_pages(project, tmp_path):
    (tmp_path / "cards.pdf").write_bytes(cards.sheets(project, people(200)))
    told = subprocess.run(["pdfinfo", tmp_path / "cards.pdf"], capture_output=True, text=True, check=True).stdout
    assert re.search(r"Pages:\s+34\n", told)
    assert "A4" in told


def test_at_1_22_six_cards_on_a_page_are_scanned_as_six_tablets(project):
    made = list(people(7))
    data = {"title": "", "cards": [cards._shown(project, card) for card in made]}
    first, second = pages("cards.typ", data)
    assert abs(first.shape[0] / first.shape[1] - 297 / 210) < 0.01
    read = [scanned(code) for page in (first, second) for code in zxingcpp.read_barcodes(page)]
    assert len(read) == 7
    assert {one["general"]["server_url"] for one in read} == {card.address for card in made}
    assert {one["general"]["username"] for one in read} == {card.user.name for card in made}


@pytest.mark.parametrize("language", LANGUAGES)
def test_at_1_22_a_card_says_that_it_is_a_password_in_two_languages(project, language):
    user = User(name="e01", display="E", role="enumerator", language=language)
    shown = cards._shown(project, cards.Card(7, user, "https://survey.test", name="Первое", second="Second"))
    assert (shown["name"], shown["second"], shown["serial"]) == ("Первое", "Second", "7")
    assert {shown["private"], shown["english"]} >= {PRIVATE}
    assert (shown["private"] == PRIVATE) is (language == "en")


def test_markup_in_a_name_is_only_shown(project):
    user = User(name="e01", display="E", role="enumerator", language="en")
    hostile = cards.Card(1, user, "https://survey.test", name='#panic("x") $a$ <b> \\ "', second="*bold* @ref ]")
    assert cards.sheets(project, [hostile]).startswith(b"%PDF")


def test_collect_is_told_a_language_that_it_has_menus_in(project):
    for language, menus in {"tg": "ru", "kk": "ru", "ky": "ru", "uz": "ru", "ar": "ar", "en": "en"}.items():
        user = User(name="e01", display="E", role="enumerator", language=language)
        assert codes.settings("https://survey.test", user, project)["general"]["app_language"] == menus


def test_a_test_tablet_looks_different_in_collect(project):
    user = User(name="e01", display="E", role="enumerator", language="en")
    twin = Project(id=2, name="survey.test", title="TEST A survey", settings={}, test_of=1)
    colours = {codes.settings("https://survey.test", user, one)["project"]["color"] for one in (project, twin)}
    assert len(colours) == 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_at_1_23_the_handout_is_one_page_in_every_language(project, language):
    app = guide.Offline("https://survey.test/collect.apk", "0f" * 32)
    data = guide.contents(project, language, app)
    (page,) = pages("guide.typ", data)
    stores = [code.text for code in zxingcpp.read_barcodes(page)]
    assert stores == [guide.STORE]
    assert [len(step["parts"]) for step in data["steps"]] == [5, 3 if language == "tg" else 2, 1, 2]
    assert guide.as_pdf(project, language, app).startswith(b"%PDF")


@pytest.mark.parametrize("language", LANGUAGES)
def test_at_1_23_the_page_says_how_to_begin_and_what_to_do_without_a_network(project, language):
    words = wording.texts()[language]
    html = guide.as_html(project, language, guide.Offline("https://survey.test/collect.apk", "0f" * 32))
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in html
    for said in (guide.STORE.replace("&", "&amp;"), "0f" * 32, "/collect.apk", *words["buttons"].values()):
        assert str(guide.Environment(autoescape=True).from_string("{{ one }}").render(one=said)) in html or said in html
    assert re.findall(r"https?://[^\"< ]+", re.sub(r"<svg.*?</svg>", "", html, flags=re.DOTALL)) == [
        "https://survey.test/collect.apk",
        guide.STORE,
        guide.STORE,
    ]


def test_every_language_has_every_word():
    english = wording.texts()["en"]
    for language in LANGUAGES:
        words = wording.texts()[language]
        assert words.keys() == english.keys()
        assert words["buttons"].keys() == english["buttons"].keys()
        places = {name: re.findall(r"{\w+}", text) for name, text in english.items() if isinstance(text, str)}
        assert {name: re.findall(r"{\w+}", words[name]) for name in places} == places


def test_without_a_configured_file_the_handout_knows_only_the_store(project):
    assert guide.offline("https://survey.test", "") is None
    assert "collect.apk" not in guide.as_html(project, "en")


def test_the_hash_on_the_handout_is_that_of_the_file_given_out(config, tmp_path):
    from server.app import create_app

    apk = tmp_path / "collect.apk"
    apk.write_bytes(b"the app")
    app = create_app(replace(config, collect_apk=str(apk)))
    given = app.test_client().get("/collect.apk", buffered=True)
    assert given.mimetype == "application/vnd.android.package-archive"
    assert hashlib.sha256(given.data).hexdigest() == guide.offline("https://survey.test", str(apk)).sha256
    app.extensions["engine"].dispose()


def test_a_server_without_the_app_says_so(client):
    assert client.get("/collect.apk").status_code == 404


def test_at_1_15_tajik_menus_are_said_to_be_russian_on_paper(project):
    html = guide.as_html(project, "tg")
    assert "менюи тоҷикӣ надорад" in html
    assert "ба забони русӣ" in html
    assert "ба забони русӣ" not in guide.as_html(project, "ru")
    assert Locale("en").languages["tg"] == "Tajik"


def test_whoever_has_units_gets_an_address_once(session):
    survey = factories.a_project(session)
    busy, named, idle = (factories.a_user(session, name) for name in ("e01", "e02", "e03"))
    factories.a_sample(session, survey, u1=busy.id)
    given = {"project_id": survey.id, "secret_key": factories.KEY}
    assert tablets.issue_missing(session, names=["e02"], **given) == 2
    assert tablets.issue_missing(session, names=["e02"], **given) == 0
    assert [token.user.name for token in tablets.in_use(session, project_id=survey.id)] == ["e01", "e02"]
    assert idle.name not in {token.user.name for token in tablets.in_use(session, project_id=survey.id)}
    assert named.id


def test_at_1_22_cards_are_printed_and_revoked_by_serial_on_the_command_line(enumera, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setenv("ENUMERA_PUBLIC_URL", "https://survey.test")
    enumera("server", "init")
    enumera("server", "open", "survey", "--title", "A survey")
    for name in ("e01", "e02"):
        enumera("server", "user", "add", name, "--role", "enumerator")
    names = tmp_path / "names.csv"
    with names.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["name", "display", "second"], ["e01", "One", "Один"], ["e02", "Two", "اثنان"]])
    pdf = tmp_path / "sheets.pdf"
    code, out, _ = enumera("server", "qr", "--project", "survey", "--pdf", pdf, "--names", names, "--json")
    assert (code, json.loads(out)) == (0, {"file": str(pdf), "cards": 2, "issued": 2})
    assert pdf.stat().st_mode & 0o077 == 0
    assert enumera("server", "revoke", "1", "--json")[0] == 0
    assert enumera("server", "revoke", "99")[0] == 3
    again = enumera("server", "qr", "--project", "survey", "--pdf", pdf, "--json")
    assert json.loads(again[1])["cards"] == 1


def test_a_name_that_nobody_has_is_told_before_anything_is_printed(enumera, tmp_path):  # noqa: F811
    enumera("server", "init")
    enumera("server", "open", "survey", "--title", "A survey")
    (tmp_path / "names.csv").write_text("name,display\ne77,Nobody\n")
    pdf = tmp_path / "sheets.pdf"
    code, _, err = enumera("server", "qr", "--project", "survey", "--pdf", pdf, "--names", tmp_path / "names.csv")
    assert code == 3
    assert "enumera server user add e77" in err
    assert not pdf.exists()


def test_a_revoked_card_opens_nothing_and_the_audit_trail_says_who_did_it(app, session):
    survey = factories.a_project(session)
    tablet = factories.a_tablet(session, factories.a_user(session), survey)
    session.commit()
    assert app.test_client().get(f"{tablet}/formList").status_code == 200
    serial = session.scalars(select(Token.id)).one()
    tablets.revoke(session, serial=serial, actor="the_manager")
    session.commit()
    assert app.test_client().get(f"{tablet}/formList").status_code == 403
    event = session.scalars(select(Event).where(Event.verb == "device.revoke")).one()
    assert (event.actor, event.subject) == ("the_manager", "e01")
