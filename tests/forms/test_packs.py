"""Packs: what a country sets in a form."""

from functools import cache
from pathlib import Path

import pytest

from forms import catalog, checks, delivery, packs, workbook, xform
from forms.definition import Form
from forms.errors import WorkbookError
from forms.sheets import split_language

SURVEY = """type,name,label
select_one animal,pet,Which animal is kept in {{country}}?
text,why,Why?
"""
ANIMALS = "list_name,name,label\nanimal,1,Dog\nanimal,2,Cat\nanimal,3,Goat\n"
FORM = """[form]
id = "pets"
title = "Pets: {{country}}"
language = "en"

[languages]
en = "English"
ro = "Română"

[parameters]
country = "nowhere"
"country::ro" = "nicăieri"
"""
ROMANIAN = """sheet,name,column,text,source
survey,pet,label,Ce animal se ține în {{country}}?,
survey,why,label,De ce?,
choices,animal/1,label,Câine,
choices,animal/2,label,Pisică,
choices,animal/3,label,Capră,
"""
PACK = """[pack]
title = "Moldova"
languages = ["ro"]

[parameters]
country = "Moldova"
"country::ro" = "Republica Moldova"
"""
LIBRARY = [(form, name) for form in catalog.names() for name in packs.names(catalog.folder(form))]
REMITTANCES = [each for each in LIBRARY if each[0].startswith("remittance")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A form folder in two languages with a pack for one country."""
    place = tmp_path / "pets"
    (place / "translations").mkdir(parents=True)
    (place / "form.toml").write_text(FORM, encoding="utf-8")
    (place / "survey.csv").write_text(SURVEY, encoding="utf-8")
    (place / "choices.csv").write_text(ANIMALS, encoding="utf-8")
    (place / "translations" / "ro.csv").write_text(ROMANIAN, encoding="utf-8")
    delivery.confirm(place, "ro", [])
    write(place, PACK)
    return place


def write(folder: Path, text: str, name: str = "moldova", **lists: str) -> None:
    """Put a pack into a form folder, with its lists."""
    place = folder / "packs" / name
    (place / "lists").mkdir(parents=True, exist_ok=True)
    (place / "pack.toml").write_text(text, encoding="utf-8")
    for listed, rows in lists.items():
        (place / "lists" / f"{listed}.csv").write_text(rows, encoding="utf-8")


@cache
def set_up(form: str, name: str) -> workbook.Workbook:
    """A library form as the pack sets it up, in the languages that it has."""
    return catalog.load(form, draft=True, pack=name)


def codes(book: workbook.Workbook, name: str) -> list[str]:
    return [row["name"] for row in book.lists[name]]


def test_a_form_folder_knows_its_packs(folder):
    write(folder, PACK, "andorra")
    assert packs.names(folder) == ("andorra", "moldova")


def test_a_form_without_packs_has_none(tmp_path):
    assert packs.names(tmp_path) == ()


def test_a_pack_sets_parameters(folder):
    assert catalog.read(str(folder), languages=("en",), pack="moldova").header.title == "Pets: Moldova"


def test_a_pack_words_a_parameter_in_each_language(folder):
    book = catalog.read(str(folder), pack="moldova")
    assert book.survey[0]["label::Română (ro)"] == "Ce animal se ține în Republica Moldova?"


def test_a_parameter_that_is_given_goes_before_the_pack_in_every_language(folder):
    book = catalog.read(str(folder), {"country": "Ungheni"}, pack="moldova")
    assert book.survey[0]["label::Română (ro)"] == "Ce animal se ține în Ungheni?"


def test_a_pack_leaves_the_languages_of_its_country(folder):
    assert list(catalog.read(str(folder), pack="moldova").header.languages) == ["ro"]


def test_languages_that_are_asked_for_go_before_those_of_the_pack(folder):
    assert list(catalog.read(str(folder), languages=("en", "ro"), pack="moldova").header.languages) == ["en", "ro"]


def test_a_language_that_the_form_lacks_is_refused_with_what_to_do(folder):
    write(folder, PACK.replace('["ro"]', '["ro", "ru"]'))
    with pytest.raises(WorkbookError, match=r"not translated into 'ru'\. Add translations/ru\.csv .* en, ro\."):
        catalog.read(str(folder), pack="moldova")


def test_a_draft_leaves_out_the_language_that_the_form_lacks(folder):
    write(folder, PACK.replace('["ro"]', '["ro", "ru"]'))
    assert list(catalog.read(str(folder), pack="moldova", draft=True).header.languages) == ["ro"]


def test_a_pack_replaces_a_list(folder):
    rows = "name,label::en,label::ro\n7,Horse,Cal\n"
    write(folder, PACK + '\n[lists]\nanimal = "lists/animal.csv"\n', animal=rows)
    assert codes(catalog.read(str(folder), pack="moldova"), "animal") == ["7"]


def test_a_list_that_is_given_goes_before_that_of_the_pack(folder):
    rows = "name,label::en,label::ro\n7,Horse,Cal\n"
    write(folder, PACK + '\n[lists]\nanimal = "lists/animal.csv"\n', animal=rows)
    given = [{"name": "8", "label::en": "Cow", "label::ro": "Vacă"}]
    assert codes(catalog.read(str(folder), None, {"animal": given}, pack="moldova"), "animal") == ["8"]


def test_codes_named_first_stand_at_the_head_of_the_list(folder):
    write(folder, PACK + '\n[first]\nanimal = ["3"]\n')
    assert codes(catalog.read(str(folder), pack="moldova"), "animal") == ["3", "1", "2"]


def test_codes_named_alone_are_all_that_stays_of_the_list(folder):
    write(folder, PACK + '\n[only]\nanimal = ["3", "1"]\n')
    assert codes(catalog.read(str(folder), pack="moldova"), "animal") == ["3", "1"]


def test_a_list_that_is_given_stays_in_its_own_order(folder):
    write(folder, PACK + '\n[first]\nanimal = ["3"]\n')
    given = [{"name": "8", "label::en": "Cow", "label::ro": "Vacă"}]
    assert codes(catalog.read(str(folder), None, {"animal": given}, pack="moldova"), "animal") == ["8"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[first]\nanimal = ["9"]', r"pack 'moldova': the list 'animal' has no code '9'"),
        ('[only]\nanimals = ["1"]', r"pack 'moldova': the form has no list 'animals'\. Did you mean 'animal'"),
        (
            '[lists]\nanimal = "lists/none.csv"',
            r"pets/packs/moldova/pack\.toml: \[lists\] animal: there is no file none",
        ),
        ("[parameter]\nx = 1", r"pack\.toml: 'parameter' is no section of a pack\. Did you mean 'parameters'"),
        ("title = 1\n[pack]\nname = 1", r"pack\.toml: 'title' is no section of a pack"),
        ("[pack]\ntitel = 1", r"pack\.toml: \[pack\] titel: unknown\. Did you mean 'title'"),
        ('[pack]\nlanguages = "ro"', r'pack\.toml: languages is no list of texts\. Write for instance \["ro", "ru"\]'),
        ("[pack", r"pack\.toml: .*Correct that line"),
        ('[parameters]\ncontry = "x"', r"form 'pets' has no parameter 'contry'\. Did you mean 'country'"),
    ],
)
def test_a_pack_that_cannot_be_read_is_refused_with_what_to_do(folder, text, message):
    write(folder, text)
    with pytest.raises(WorkbookError, match=message):
        catalog.read(str(folder), pack="moldova")


def test_an_unknown_pack_is_refused_with_the_nearest():
    with pytest.raises(WorkbookError, match=r"remittance_household: no pack 'moldovia'\. Did you mean 'moldova'"):
        catalog.load("remittance_household", pack="moldovia")


@pytest.mark.parametrize(("form", "name"), LIBRARY)
def test_a_form_set_up_by_a_library_pack_passes_the_checks(form, name):
    assert checks.passes(checks.check(set_up(form, name)))


@pytest.mark.parametrize(("form", "name"), LIBRARY)
def test_a_library_pack_compiles_without_warning(form, name):
    assert xform.compile(set_up(form, name)).warnings == ()


@pytest.mark.parametrize(("form", "name"), REMITTANCES)
def test_the_lists_of_a_library_pack_are_worded_in_its_languages(form, name):
    pack = packs.read(catalog.folder(form), name)
    for path in pack.lists.values():
        for row in workbook.sheets.read_csv(path, path.name):
            worded = {split_language(column)[1] for column, text in row.items() if column.startswith("label")}
            assert worded == {"en", *pack.languages}, f"{path.name}:{row.line}"


@pytest.mark.parametrize(("form", "name"), REMITTANCES)
def test_a_library_pack_words_what_is_said_aloud_in_its_languages(form, name):
    pack = packs.read(catalog.folder(form), name)
    assert [code for code in pack.languages if f"in_own_currency::{code}" not in pack.parameters] == []


@pytest.mark.parametrize(("form", "name"), REMITTANCES)
def test_a_library_pack_offers_every_currency_that_it_has_a_rate_for(form, name):
    book = set_up(form, name)
    rates = book.parameters["rates"].split()
    offered = codes(book, "currency_iso4217")
    assert offered[0] == book.parameters["own_currency"]
    assert set(rates[::2]) <= set(offered)
    assert all(float(rate) > 0 for rate in rates[1::2])


@pytest.mark.parametrize(("form", "name"), [each for each in REMITTANCES if each[0] == "remittance_household"])
def test_the_corridors_of_a_library_pack_are_countries_with_their_currencies(form, name):
    book = set_up(form, name)
    corridors = book.parameters["corridor_currencies"].split()
    countries = codes(book, "country_iso3")
    assert book.parameters["own_country_code"] in countries
    assert set(corridors[::2]) <= set(countries) - {book.parameters["own_country_code"]}
    assert set(corridors[1::2]) <= set(codes(book, "currency_iso4217"))


@pytest.mark.parametrize(("name", "number"), [("colombia", 33), ("guatemala", 22), ("bangladesh", 8), ("albania", 12)])
def test_the_areas_of_a_library_pack_are_all_there(name, number):
    book = set_up("remittance_household", name)
    areas = Form.from_workbook(book).lists["admin1_ext"]
    assert len(areas) == number + 1  # and don't know
