"""The PO file of a translator: what Babel reads of it, and what comes back after other programs wrote it."""

import pytest
from babel.messages.pofile import read_po

from forms import catalogs, delivery, ledger
from forms.errors import WorkbookError
from forms.translations import source_hash
from tests.forms.translating import adapted, office_writes, sent, text


@pytest.fixture
def project(tmp_path):
    return adapted(tmp_path)


def entries(path):
    with path.open("rb") as file:
        return {message.context: message for message in read_po(file) if message.id}


def retyped(path, old, new):
    said = path.read_text(encoding="utf-8")
    assert old in said
    path.write_text(said.replace(old, new), encoding="utf-8")


def test_an_entry_says_which_text_it_is_where_it_stands_and_what_was_sent(project):
    entry = entries(sent(project, "tg", "t.po"))["tjk|tg|survey|label|stay.age"]
    assert (entry.id, entry.string, entry.fuzzy) == ("How old is ${p_name}?", "${p_name} чандсола аст?", False)
    assert entry.auto_comments == [
        "Question age. In: Member of the household. Asked of: all members.",
        "best below 51 signs",
        f"base: {source_hash('${p_name} чандсола аст?')}",
    ]


def test_the_same_texts_give_the_same_bytes(project):
    assert sent(project, "tg", "a.po").read_bytes() == sent(project, "tg", "b.po").read_bytes()


def test_at_1_11_a_stale_text_is_fuzzy_and_shows_its_former_original(project):
    office_writes(project, "en", "p_name", "Full name")
    path = sent(project, "ru", "t.po")
    entry = entries(path)["tjk|ru|survey|label|stay.p_name"]
    assert (entry.fuzzy, entry.id) == (True, "Full name")
    assert '#| msgid "Name"\n' in path.read_text(encoding="utf-8")


def test_at_1_11_taking_the_fuzzy_flag_off_confirms_a_text(project):
    office_writes(project, "en", "p_name", "Full name")
    path = sent(project, "ru", "t.po")
    retyped(path, "#, fuzzy\n", "")
    assert delivery.take(project, path).counts == {"confirmed": 1, "unchanged": 7}
    assert not text(project, "ru", "p_name").stale


def test_a_text_that_became_stale_after_it_was_sent_is_not_confirmed(project):
    path = sent(project, "ru", "t.po")
    office_writes(project, "en", "p_name", "Full name")
    assert delivery.take(project, path).counts == {"unchanged": 8}
    assert text(project, "ru", "p_name").stale


def test_a_new_text_that_is_still_fuzzy_is_not_taken(project):
    office_writes(project, "en", "p_name", "Full name")
    path = sent(project, "ru", "t.po")
    retyped(path, 'msgstr "Имя"', 'msgstr "Полное имя"')
    [refused] = [each for each in delivery.take(project, path).decisions if each.outcome == "refused"]
    assert refused.reason == "the file calls it unsure (fuzzy)"


def test_at_1_13_a_file_whose_comments_are_gone_overwrites_nothing(project):
    path = sent(project, "tg", "t.po")
    retyped(path, 'msgstr "Ном"', 'msgstr "Ному насаб"')
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith("#.")), encoding="utf-8")
    office_writes(project, "tg", "person", "Узви хоҷагӣ")
    assert delivery.take(project, path).counts == {"conflict": 1, "unchanged": 2}
    assert text(project, "tg", "p_name").text == "Ном"


def test_an_entry_without_context_is_placed_by_its_original_in_no_language(project):
    path = sent(project, "tg", "t.po")
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith("msgctxt")), encoding="utf-8")
    with pytest.raises(WorkbookError, match="nothing says which language this is"):
        delivery.take(project, path)


@pytest.mark.parametrize(
    "content",
    [
        b'msgid "a\nmsgstr "b"\n',
        'msgid "é"\nmsgstr "é"\n'.encode("latin-1"),
        b"PK\x03\x04 nothing",
        b'msgid "a"\nmsgid "b"\n',
    ],
)
def test_a_damaged_file_is_refused(project, content):
    path = project / "t.po"
    path.write_bytes(content)
    with pytest.raises(WorkbookError, match=r"t\.po(:1)?: "):
        delivery.take(project, path)


@pytest.mark.parametrize(("name", "language"), [("census_migration", "ru"), ("border_card", "ar")])
def test_a_library_form_comes_back_from_po_as_it_was_sent(tmp_path, name, language):
    book = ledger.read(name)
    path = tmp_path / "t.po"
    delivery.send(name, language, path)
    returned = {each.key: each for each in catalogs.read(path)}
    texts = {each.key: each for each in book.texts(language) if each.text}
    assert {key: each.text for key, each in returned.items()} == {key: each.text for key, each in texts.items()}
    assert all(each.base == source_hash(each.text) for each in returned.values())
