"""Settings from the environment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from server.config import Config
from server.errors import ConfigError


def test_values_are_read_as_what_they_are():
    config = Config.from_env(
        {"ENUMERA_DATA_DIR": "/d", "ENUMERA_THREADS": "3", "ENUMERA_SECURE_COOKIES": "1", "PATH": "/bin"}
    )
    assert (config.data_dir, config.threads, config.secure_cookies) == (Path("/d"), 3, True)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("ENUMERA_THREADS", "many", "whole number"),
        ("ENUMERA_SECURE_COOKIES", "yes", "0 or 1"),
        ("ENUMERA_X", "1", "no"),
    ],
)
def test_what_cannot_be_used_is_named(name, value, told):
    with pytest.raises(ConfigError, match=f"{name}.*{told}"):
        Config.from_env({name: value})


def test_the_database_is_sqlite_in_the_data_folder_unless_set():
    assert Config(data_dir=Path("/d")).database == "sqlite:////d/enumera.sqlite"
    assert Config(database_url="postgresql+psycopg://h/d").database == "postgresql+psycopg://h/d"


def test_the_secret_key_is_made_once_and_readable_by_its_owner_only(tmp_path):
    config = Config(data_dir=tmp_path / "data")
    assert config.secret() == config.secret()
    assert (tmp_path / "data" / "secret_key").stat().st_mode & 0o077 == 0


def test_processes_that_start_at_once_have_one_key(tmp_path):
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _: Config(data_dir=tmp_path / "data").secret(), range(64)))
    assert len(keys) == 1
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret_key"]


def test_an_empty_key_is_refused(tmp_path):
    (tmp_path / "secret_key").touch()
    with pytest.raises(ConfigError, match="is empty"):
        Config(data_dir=tmp_path).secret()


def test_secrets_are_not_shown():
    assert "hidden" not in repr(Config(secret_key="hidden"))
