"""The documents: their code runs, their links lead somewhere, and every command explains itself."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from server.cli import group

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
DOCUMENTS = [path for path in ROOT.rglob("*.md") if ".venv" not in path.parts and "tests" not in path.parts]


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def lines(block: str) -> list[list[str]]:
    return [words for line in block.splitlines() if (words := shlex.split(line, comments=True))]


def python(*arguments: str, cwd: Path, data_dir: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "ENUMERA_DATA_DIR": str(data_dir)}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def commands(command: click.Command, words: tuple[str, ...] = ()):
    """Every command with the words that call it."""
    yield words, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from commands(command.get_command(context, name), (*words, name))


def test_the_readme_fits_on_one_screen():
    assert len(README.splitlines()) <= 70


def test_the_two_commands_are_targets_of_the_makefile():
    for words in lines(blocks("sh")[0]):
        done = subprocess.run([*words, "--dry-run"], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_the_shell_block_runs(tmp_path):
    for words in lines(blocks("sh")[1]):
        assert words[0] == "enumera"
        done = python("-m", "server.cli", *words[1:], cwd=tmp_path, data_dir=tmp_path / "data")
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "mine" / "form.xlsx").exists()
    assert (tmp_path / "paper.pdf").read_bytes().startswith(b"%PDF")


def test_the_python_block_ends_with_an_estimate(tmp_path):
    done = python("-c", blocks("python")[0], cwd=ROOT, data_dir=tmp_path)
    assert done.returncode == 0, done.stderr
    assert re.search(r"emi_gate +1 +0\.\d+ +0\.0\d+", done.stdout)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_to_files(path):
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text())
    assert [target for target in targets if not (path.parent / target).exists()] == []


@pytest.mark.parametrize("words", [" ".join(words) for words, _ in commands(group)])
def test_a_command_explains_itself(words):
    assert {" ".join(path): command.help for path, command in commands(group)}[words]
