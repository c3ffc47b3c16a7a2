"""The deployment files, as far as they can be tried without Docker."""

from __future__ import annotations

import configparser
import dataclasses
import re
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

from server.config import Config

DEPLOY = Path(__file__).parent.parent / "deploy"
SETTINGS = {f"ENUMERA_{field.name.upper()}" for field in dataclasses.fields(Config)}
TABLE = (DEPLOY / "README.md").read_text()


def test_the_runbook_explains_every_setting():
    assert set(re.findall(r"^\| `(ENUMERA_\w+)`", TABLE, re.MULTILINE)) == SETTINGS


@pytest.mark.parametrize("name", ["enumera.env.example", "compose.yaml", "Dockerfile"])
def test_only_known_settings_are_used(name):
    text = (DEPLOY / name).read_text()
    for_caddy = {"ENUMERA_DOMAIN", "ENUMERA_UPSTREAM"}
    assert set(re.findall(r"ENUMERA_[A-Z_]+", text)) - for_caddy <= SETTINGS


def test_the_example_settings_can_be_read():
    lines = [line.lstrip("#") for line in (DEPLOY / "enumera.env.example").read_text().splitlines()]
    environ = dict(line.split("=", 1) for line in lines if re.match(r"ENUMERA_[A-Z_]+=", line))
    assert Config.from_env(environ).secure_cookies


@pytest.mark.parametrize("name", ["enumera.service", "enumera-worker@.service"])
def test_a_unit_runs_a_command_that_exists(name):
    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str
    unit.read(DEPLOY / name)
    from server.cli import group as enumera

    words = unit["Service"]["ExecStart"].split()
    assert words[0] == "/opt/enumera/.venv/bin/enumera"
    group = enumera.get_command(None, words[1])
    assert group.get_command(None, words[2]) is not None


@pytest.mark.parametrize("name", ["enumera.service", "enumera-worker@.service"])
def test_systemd_accepts_a_unit(name, tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not on this machine")
    text = re.sub(r"/opt/enumera/.venv/bin/enumera", "/bin/true", (DEPLOY / name).read_text())
    path = tmp_path / name
    path.write_text(text.replace("WorkingDirectory=/opt/enumera", "WorkingDirectory=/"))
    done = subprocess.run(["systemd-analyze", "verify", path], capture_output=True, text=True, check=False)
    assert "Unknown" not in done.stderr


def test_a_backup_restores_into_an_empty_folder(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    with sqlite3.connect(data / "enumera.sqlite") as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE sheets (id)")
        database.execute("INSERT INTO sheets VALUES ('kept')")
    (data / "ab").mkdir()
    (data / "ab" / "file").write_bytes(b"photo")

    made = script("backup.sh", tmp_path / "backups", data=data)
    restored = tmp_path / "restored"
    script("restore.sh", made.stdout.strip(), data=restored)

    assert (restored / "ab" / "file").read_bytes() == b"photo"
    database = sqlite3.connect(restored / "enumera.sqlite")
    assert database.execute("SELECT id FROM sheets").fetchall() == [("kept",)]
    database.close()


def test_a_restore_never_overwrites(tmp_path):
    kept = tmp_path / "data"
    kept.mkdir()
    (kept / "enumera.sqlite").write_bytes(b"in use")
    backup = tmp_path / "backup"
    backup.mkdir()
    (backup / "files.tar").touch()
    subprocess.run("sha256sum files.tar > SHA256SUMS", shell=True, cwd=backup, check=True)

    with pytest.raises(subprocess.CalledProcessError) as failed:
        script("restore.sh", backup, data=kept)

    assert failed.value.returncode == 4
    assert (kept / "enumera.sqlite").read_bytes() == b"in use"


def script(name: str, *arguments: object, data: Path) -> subprocess.CompletedProcess[str]:
    environ = {"PATH": "/usr/bin:/bin", "ENUMERA_DATA_DIR": str(data)}
    return subprocess.run(
        [DEPLOY / name, *map(str, arguments)], env=environ, capture_output=True, text=True, check=True
    )
