import json

import pytest
from click.testing import CliRunner

from server.demo.command import demo, printer
from server.errors import Problem


def run(*arguments: str):
    return CliRunner().invoke(demo, arguments, catch_exceptions=False)


def test_facts_are_printed_as_one_json_object_a_line(capsys):
    say = printer(as_json=True)
    say("day", "day 1", day=1)
    say("note", "only for people")
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [{"event": "day", "day": 1}]


def test_sentences_are_printed_for_people(capsys):
    say = printer(as_json=False)
    say("day", "day 1", day=1)
    assert capsys.readouterr().out == "day 1\n"


def test_clean_removes_a_demonstration(tmp_path):
    folder = tmp_path / "enumera-demo"
    folder.mkdir()
    (folder / "demo.json").write_text("{}")
    assert run("--clean", "--dir", str(folder)).exit_code == 0
    assert not folder.exists()


def test_clean_leaves_a_folder_alone_that_is_no_demonstration(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(Problem, match="holds no demonstration"):
        run("--clean", "--dir", str(tmp_path))
    assert (tmp_path / "thesis.txt").exists()


def test_a_folder_with_other_things_is_not_used(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(Problem, match="holds something else"):
        run("--once", "--dir", str(tmp_path))


def test_tablets_want_app_user_addresses(tmp_path):
    urls = tmp_path / "urls.txt"
    urls.write_text("http://127.0.0.1:1/formList\n")
    with pytest.raises(Problem, match="app-user address"):
        run("tablets", "--urls", str(urls), "--dir", str(tmp_path / "tablets"))
