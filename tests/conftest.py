"""What tests of the server stand on: a database of their own, the application, a browser and a running server."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

import server.models  # noqa: F401 - fills the metadata
from server import db
from server.app import create_app
from server.config import Config

ROOT = Path(__file__).parent.parent
ALL_DEMANDED = os.environ.get("ENUMERA_TEST_REQUIRE") == "all"
POSTGRESQL = os.environ.get("ENUMERA_TEST_DATABASE_URL", "")
REDIS = os.environ.get("ENUMERA_TEST_REDIS_URL", "")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that is skipped where everything is demanded proves nothing: it fails."""
    return _demanded((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a module that is skipped as a whole."""
    return _demanded((yield))


Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


def _demanded(report: Report) -> Report:
    if ALL_DEMANDED and report.skipped and isinstance(report.longrepr, tuple):  # an expected failure has no tuple
        path, line, reason = report.longrepr
        report.outcome, report.longrepr = "failed", f"{path}:{line}: {reason}, and ENUMERA_TEST_REQUIRE=all"
    return report


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Settings of a server on SQLite, in a folder of its own."""
    return Config(data_dir=tmp_path / "data", secret_key="a-key-for-tests-only", public_url="http://tablet.test")


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.skipif(not POSTGRESQL, reason="no PostgreSQL"))]
)
def database_url(request: pytest.FixtureRequest, config: Config) -> Iterator[str]:
    """An empty database: SQLite always, and PostgreSQL where ENUMERA_TEST_DATABASE_URL names one."""
    if request.param == "sqlite":
        config.data_dir.mkdir(parents=True, exist_ok=True)
        yield config.database
        return
    schema = f"test_{secrets.token_hex(6)}"
    owner = create_engine(POSTGRESQL, isolation_level="AUTOCOMMIT")
    with owner.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    options = {"options": f"-csearch_path={schema}"}
    yield make_url(POSTGRESQL).update_query_dict(options).render_as_string(hide_password=False)
    with owner.connect() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    owner.dispose()


@pytest.fixture
def app(config: Config) -> Iterator[Flask]:
    """The application on SQLite, with its tables."""
    yield from _running(config)


@pytest.fixture
def any_app(config: Config, database_url: str) -> Iterator[Flask]:
    """The application on each database."""
    yield from _running(replace(config, database_url=database_url))


def _running(config: Config) -> Iterator[Flask]:
    config.data_dir.mkdir(parents=True, exist_ok=True)
    app = create_app(config)
    engine = app.extensions["engine"]
    db.Base.metadata.create_all(engine)
    yield app
    engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser or tablet without a network."""
    return app.test_client()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A session inside the application; what a test adds is committed by `session.commit()`."""
    with app.app_context(), Session(app.extensions["engine"], expire_on_commit=False) as opened:
        yield opened


@dataclass(frozen=True)
class Running:
    """A server process: where it is, its settings, and how to end it."""

    url: str
    config: Config
    process: subprocess.Popen[bytes]
    log: Path


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[Config], Running]]:
    """Start real servers on free ports; they end with the test."""
    started: list[Running] = []

    def start(config: Config) -> Running:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        config = replace(config, public_url=url)
        log = tmp_path / f"server-{port}.log"
        with log.open("wb") as sink:
            process = subprocess.Popen(
                [sys.executable, "-m", "server.cli", "server", "run", "--port", str(port)],
                cwd=ROOT,
                env=os.environ | _environment(config),
                stdout=sink,
                stderr=subprocess.STDOUT,
            )
        running = Running(url, config, process, log)
        started.append(running)
        _wait(running)
        return running

    yield start
    for running in started:
        running.process.terminate()
        running.process.wait(timeout=20)


def _environment(config: Config) -> dict[str, str]:
    return {
        "ENUMERA_DATA_DIR": str(config.data_dir),
        "ENUMERA_DATABASE_URL": config.database_url,
        "ENUMERA_SECRET_KEY": config.secret_key,
        "ENUMERA_PUBLIC_URL": config.public_url,
        "ENUMERA_THREADS": str(config.threads),
        "ENUMERA_MAX_CONTENT_LENGTH": str(config.max_content_length),
    }


def _wait(running: Running) -> None:
    for _ in range(150):
        assert running.process.poll() is None, running.log.read_text()
        try:
            if requests.get(f"{running.url}/health", timeout=5).ok:
                return
        except (requests.ConnectionError, requests.Timeout):
            time.sleep(0.1)
    raise AssertionError(f"the server did not start: {running.log.read_text()}")
