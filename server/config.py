"""Config: how one server is set up, read from ENUMERA_* variables at the entry points only."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from pathlib import Path
from tempfile import mkstemp

from server.errors import ConfigError


@dataclass(frozen=True)
class Config:
    """One server's settings; each field is the variable ENUMERA_<FIELD>."""

    data_dir: Path = Path("enumera-data")
    """Folder of everything the server keeps: the SQLite file, attachments, frozen datasets, the secret key."""
    database_url: str = ""
    """SQLAlchemy URL, `postgresql+psycopg://user@host/name`; empty means SQLite in `data_dir`."""
    redis_url: str = ""
    """`redis://host:6379/0` sends long jobs to workers; empty runs them in this process."""
    secret_key: str = field(default="", repr=False)
    """Signs sessions and tablet tokens; empty means the file `secret_key` in `data_dir`, made on first use."""
    public_url: str = "http://127.0.0.1:8080"
    """The address tablets and browsers use; every link that the server hands out starts with it."""
    accept_content_length: int = 2 * 1024 * 1024
    """Bytes of one POST that tablets are asked to stay under; larger ones are still accepted."""
    max_content_length: int = 100 * 1024 * 1024
    """Bytes above which a request is refused with 413 before it is read."""
    collect_apk: str = ""
    """File of the ODK Collect app, which the server then gives to tablets without a store at /collect.apk."""
    threads: int = 16
    """Requests served at once; three quarters of them may bring sheets."""
    secure_cookies: bool = False
    """Set to 1 behind TLS: session cookies then travel over https only."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Config:
        """Read ENUMERA_* variables; unknown or unreadable ones raise ConfigError with the variable's name."""
        known = {f"ENUMERA_{one.name.upper()}": one for one in fields(cls)}
        values = {}
        for name, text in environ.items():
            if not name.startswith("ENUMERA_") or name.startswith("ENUMERA_TEST_"):
                continue
            if name not in known:
                raise ConfigError(f"{name} is no setting; the settings are {', '.join(sorted(known))}")
            values[known[name].name] = _read(name, text, getattr(cls, known[name].name, None))
        return cls(**values)

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in force."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'enumera.sqlite').resolve()}"

    def secret(self) -> str:
        """The signing key: the setting, or the one kept in `data_dir` (made with mode 0600 on first use).

        Raises ConfigError when the file is empty: anybody could sign with an empty key.
        """
        if self.secret_key:
            return self.secret_key
        path = self.data_dir / "secret_key"
        if not path.exists():
            self.data_dir.mkdir(parents=True, exist_ok=True)
            _write_once(path, secrets.token_urlsafe(48))
        key = path.read_text().strip()
        if not key:
            raise ConfigError(f"{path} is empty; restore it from a backup, or remove it to get a new key")
        return key


def _write_once(path: Path, text: str) -> None:
    """Make a file that only its owner reads, whole from the first moment; of two who try, both find the first's."""
    handle, partial = mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            path.hardlink_to(partial)
    finally:
        Path(partial).unlink()


def _read(name: str, text: str, default: object) -> object:
    try:
        if isinstance(default, bool):
            return {"0": False, "1": True}[text]
        if isinstance(default, int):
            return int(text)
    except (KeyError, ValueError):
        kind = "0 or 1" if isinstance(default, bool) else "a whole number"
        raise ConfigError(f"{name}={text!r} cannot be read; write {kind}") from None
    return Path(text) if isinstance(default, Path) else text
