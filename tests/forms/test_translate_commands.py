"""`enumera forms translate` as an office types it: what is printed, and which way it exits."""

import json

import pytest
from click.testing import CliRunner

from forms.cli import group
from tests.forms.translating import adapted, office_writes, text, translator_writes


@pytest.fixture
def project(tmp_path):
    return adapted(tmp_path)


def run(*words, code=0):
    done = CliRunner().invoke(group, ["translate", *map(str, words)])
    assert done.exit_code == code, done.output
    return done


def test_at_1_10_the_status_is_a_line_for_each_language(project):
    office_writes(project, "en", "age", "Age of ${p_name}?")
    lines = [line.split() for line in run(project, "--status", code=1).stdout.splitlines()]
    heading = "LANG LABELS CHOICES HINTS MESSAGES MEDIA STALE PLACEHOLDER SAME-AS-EN LONG READY"
    assert " ".join(lines[0]) == heading
    assert [line[:7] for line in lines[1:]] == [
        ["en", "4/4", "2/2", "1/1", "1/1", "0/0", "0"],
        ["ru", "4/4", "2/2", "1/1", "1/1", "0/0", "1"],
        ["tg", "2/4", "1/2", "0/1", "0/1", "0/0", "1"],
        ["ar", "0/4", "0/2", "0/1", "0/1", "0/0", "0"],
    ]
    assert " ".join(lines[2][10:]) == "87 % ✗ (1 stale)"
    assert "needs 100 % labels+choices" in " ".join(lines[3])


def test_the_status_is_the_default_and_json_for_programs(project):
    found = json.loads(run(project, "--json", code=1).stdout)
    assert [each["language"] for each in found] == ["en", "ru", "tg", "ar"]
    assert found[1]["done"]["labels"] == [4, 4]


def test_a_form_whose_languages_are_ready_exits_with_0(tmp_path):
    done = run(adapted(tmp_path, "ru", "en"), "--status")
    assert (done.exit_code, done.stdout.count("100 %")) == (0, 2)


def test_at_1_11_stale_texts_are_listed_with_old_and_new_source(project):
    office_writes(project, "en", "p_name", "Full name")
    assert run(project, "--stale").stdout.splitlines() == [
        "stay.p_name label [ru]: 'Name' → 'Full name': 'Имя'",
        "stay.p_name label [tg]: 'Name' → 'Full name': 'Ном'",
    ]
    run(project, "--confirm", "ru", "p_name")
    assert [row["language"] for row in json.loads(run(project, "--stale", "--json").stdout)] == ["tg"]


def test_at_1_13_a_translators_file_goes_out_comes_back_and_its_conflict_is_settled(project, tmp_path):
    path = tmp_path / "to_translate_tg.xlsx"
    run(project, "--export", "tg", "-o", path)
    translator_writes(path, {"p_name": "Ному насаб", "age": "Чандсола?", "person": "Узви хоҷагӣ"})
    office_writes(project, "tg", "p_name", "Номи шахс")
    done = run(project, "--import", path, code=1)
    assert done.stderr.startswith("1 accepted · 0 confirmed · 1 unchanged · 1 conflict · 1 refused")
    assert "refused: stay.age label [tg] lost placeholder ${p_name} (to_translate_tg.xlsx tg!B" in done.stdout
    assert "conflict: stay.p_name label [tg] the form has meanwhile 'Номи шахс', the file 'Ному насаб'" in done.stdout
    run(project, "--take", "theirs", "tg", "p_name")
    assert text(project, "tg", "p_name").text == "Ному насаб"


def test_what_came_back_is_told_to_programs_text_by_text(project, tmp_path):
    path = tmp_path / "t.po"
    run(project, "--export", "tg", "-o", path)
    told = json.loads(run(project, "--import", path, "--json").stdout)
    assert told["counts"] == {"unchanged": 3}
    assert told["texts"][0]["name"] == "stay.p_name"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--status", "--stale"), "Give one of"),
        (("--export", "tg"), "--export and -o go together"),
        (("age",), "names go with --confirm and --take"),
    ],
)
def test_options_that_do_not_go_together_are_a_wrong_use(project, words, message):
    assert message in run(project, *words, code=2).stderr


def test_a_library_form_by_its_name_is_not_written_into(tmp_path):
    path = tmp_path / "t.po"
    run("border_card", "--export", "ru", "-o", path)
    assert "is no file and no folder of yours" in run("border_card", "--import", path, code=2).stderr
