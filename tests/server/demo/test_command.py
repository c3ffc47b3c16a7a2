import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner

from server.demo import state
from server.demo.command import demo, printer
from server.demo.state import State
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


def test_a_folder_with_other_things_is_not_used(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(Problem, match="holds something else"):
        run("--once", "--dir", str(tmp_path))


def test_tablets_want_app_user_addresses(tmp_path):
    urls = tmp_path / "urls.txt"
    urls.write_text("http://127.0.0.1:1/formList\n")
    with pytest.raises(Problem, match="app-user address"):
        run("tablets", "--urls", str(urls), "--dir", str(tmp_path / "tablets"))


def a_stopped_one(folder: Path) -> Path:
    folder.mkdir()
    State(day=3).save(folder)
    return folder


def test_a_second_start_names_the_ways_on(tmp_path):
    folder = a_stopped_one(tmp_path / "demo")
    with pytest.raises(Problem) as told:
        run("--once", "--dir", str(folder))
    assert "stopped after field day 3" in told.value.message
    assert f"--resume --dir {folder}" in told.value.message
    assert f"--fresh --dir {folder}" in told.value.message


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such terminals")
@pytest.mark.parametrize("answer", ["leave\n", "\x03"])
def test_on_a_terminal_a_second_start_asks_and_may_be_left(tmp_path, answer):
    import pty

    folder = a_stopped_one(tmp_path / "demo")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "server.cli", "demo", "--dir", str(folder)]
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True, preexec_fn=_own_terminal
    ) as process:
        os.close(theirs)
        seen = b""
        while b"[resume]:" not in seen:
            seen += os.read(ours, 1000)
        for _ in range(20):  # what is typed before the prompt reads may be lost
            if process.poll() is None:
                os.write(ours, answer.encode())
                with suppress(subprocess.TimeoutExpired):
                    process.wait(1)
        process.kill()
    assert process.returncode >= 0
    os.close(ours)
    assert b"stopped after field day 3" in seen
    assert b"\x1b[" not in seen
    assert state.kept(folder) == State(day=3)


def _own_terminal() -> None:
    """Make standard input the terminal whose Ctrl-C is ours."""
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
